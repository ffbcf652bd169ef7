"""What leaks and what is flagged on labelled lines of your own: python bench/field.py FILE [--ner MODEL].

FILE holds JSON lines: `text`, `spans` ([start, end, type]), and where you know them `locale`, `kind`
and `claimed` (per span: whether it counts). Without FILE, the project's own lines: tests/data/field.txt
and harmless.txt; with `--clinic` the notes of tests/data/clinic.txt by half and group, with `--records`
the records of tests/data/records.txt, with `--daily` everyday text of tests/data/daily.txt, with
`--locales`, `--clinics` and `--kinds` that of locales.txt, clinics.txt and kinds.txt (groups of the half
`kept` are only measured). Prints the same table as `stageflow-guard redact eval FILE --by locale,entity,kind`.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import replace
from pathlib import Path

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.atrest.evaluate import BY, Line, breakdown, read

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
HALVED = (
    "clinic",
    "clinics",
    "records",
    "daily",
    "locales",
    "kinds",
)  # sets in a half to tune on and one that is only measured
MARKED = re.compile(r"⟪([A-Z_*]+)(\??):(.*?)⟫", re.DOTALL)


def own_lines() -> list[Line]:
    out = [
        Line(raw, (), locale="-", kind="harmless")
        for raw in (DATA / "harmless.txt").read_text(encoding="utf-8").split("\n")
        if raw
    ]
    return out + marked_lines("field.txt")


def halved_lines(name: str) -> list[Line]:
    """Return the lines of a file in two halves: `locale` is the half, `kind` is half and group."""
    return [replace(line, kind=f"{line.locale}, {line.kind}") for line in marked_lines(name)]


def types(lines: list[Line], redactor: Redactor) -> None:
    """Print, per half, how many values are covered under another type than their own."""
    for half in sorted({line.locale for line in lines}):
        covered = other = 0
        for line in (one for one in lines if one.locale == half):
            found = redactor.find(line.text)
            for start, end, entity in line.spans:
                over = {s.entity for s in found if s.start < end and start < s.end}
                covered += bool(over)
                other += bool(over) and entity not in over
        print(f"{half}: {other} of {covered} values found under another type only")


def marked_lines(name: str) -> list[Line]:
    """Return the lines of a file of tests/data: kind|locale|text, a value in ⟪TYPE:value⟫, one that docs do not promise in ⟪TYPE?:value⟫."""
    out = []
    for raw in (DATA / name).read_text(encoding="utf-8").split("\n"):
        if not raw or raw.startswith("#"):
            continue
        kind, locale, marked = raw.split("|", 2)
        if name != "field.txt":
            marked = marked.replace("\\n", "\n")
        text, spans, promised, at = "", [], list[bool](), 0
        for match in MARKED.finditer(marked):
            text += marked[at : match.start()]
            spans.append((len(text), len(text) + len(match[3]), match[1]))
            promised.append(not match[2])
            text, at = text + match[3], match.end()
        out.append(
            Line(
                text + marked[at:],
                tuple(spans),
                locale=locale,
                kind=kind,
                promised=tuple(promised),
            )
        )
    return out


LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese",
}  # fmt: skip


def table(lines: list[Line], redactor: Redactor) -> str:
    """Return the table of docs/explanation/redaction.md: values and leaks by language, as Markdown."""
    cells: dict[str, list[int]] = {name: [0, 0] for name in LANGUAGES.values()}
    others: set[str] = set()
    for locale, cell in breakdown(lines, redactor.find, "locale").items():
        name = LANGUAGES.get(locale[:2], "")
        if not name and cell.values:
            others.add(locale)
        row = cells.setdefault(name, [0, 0])
        row[0] += cell.values
        row[1] += cell.leaked
    values, leaked = cells.pop("", [0, 0])
    cells[f"{len(others)} other locales, labels and numbers"] = [values, leaked]
    rows = ["| language | values | leaked, no model |", "| --- | --- | --- |"]
    return "\n".join([*rows, *(f"| {n} | {a} | {b} |" for n, (a, b) in cells.items())])


def phones(redactor: Redactor) -> None:
    """Print how many of libphonenumber's example numbers are covered, with a label and without."""
    import phonenumbers as lib

    from stageflow_guard.redaction.recognizers.generic.phonenumbers import REGIONS

    cells = {name: [0, 0] for name in ("label", "no label", "no label, default regions")}
    for region in sorted(lib.SUPPORTED_REGIONS):
        for kind in (lib.PhoneNumberType.FIXED_LINE, lib.PhoneNumberType.MOBILE):
            example = lib.example_number_for_type(region, kind)
            if example is None:
                continue
            shown = lib.format_number(example, lib.PhoneNumberFormat.NATIONAL)
            for name, text in (
                ("label", f"phone: {shown}"),
                ("no label", f"you can write {shown} any time"),
            ):
                at = text.index(shown)
                covered = {i for s in redactor.find(text) for i in range(s.start, s.end)}
                whole = all(i in covered for i in range(at, at + len(shown)) if text[i].isdigit())
                counted = (
                    [name, f"{name}, default regions"]
                    if name == "no label" and region in REGIONS
                    else [name]
                )
                for one in counted:
                    cells[one][0] += whole
                    cells[one][1] += 1
    for name, (hit, total) in cells.items():
        print(f"phone numbers, {name}: {hit} of {total}")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", nargs="?", type=Path)
    options.add_argument("--ner", action="append", default=[])
    options.add_argument("--preset", default="balanced")
    options.add_argument("--clinic", action="store_true", help="the project's notes of a clinic")
    options.add_argument("--records", action="store_true", help="hospitals' and insurers' records")
    options.add_argument("--daily", action="store_true", help="everyday text by kind")
    options.add_argument("--locales", action="store_true", help="everyday text by kind and locale")
    options.add_argument("--clinics", action="store_true", help="clinics and insurers, by kind")
    options.add_argument("--kinds", action="store_true", help="labels, keys, evasions, secrets")
    options.add_argument("--table", action="store_true", help="by language, as the docs show it")
    options.add_argument("--phones", action="store_true", help="only libphonenumber's examples")
    args = options.parse_args()
    if args.phones:
        phones(Redactor(args.preset))
        return 0
    halved = next((name for name in HALVED if getattr(args, name)), "")
    lines = (
        read(args.file) if args.file else halved_lines(f"{halved}.txt") if halved else own_lines()
    )
    redactor = Redactor(args.preset, ner=args.ner or None)
    if args.table:
        print(table(lines, redactor))
        return 0
    for by in BY:
        cells = breakdown(lines, redactor.find, by)
        print(f"\n{by:<24}{'leaked':>8}{'of':>6}{'flagged':>9}{'of':>6}")
        for name, cell in cells.items():
            print(f"{name:<24}{cell.leaked:>8}{cell.values:>6}{cell.flagged:>9}{cell.harmless:>6}")
        total = [
            sum(getattr(c, f) for c in cells.values())
            for f in ("leaked", "values", "flagged", "harmless")
        ]
        print(f"{'all':<24}{total[0]:>8}{total[1]:>6}{total[2]:>9}{total[3]:>6}")
    if halved and not args.file:
        print()
        types(lines, redactor)
    return 0


if __name__ == "__main__":
    sys.exit(main())
