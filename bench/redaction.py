"""Every bar of redaction, measured: python bench/redaction.py [FOLDER].

FOLDER holds labelled JSON lines (`text`, `spans`); default ../shared/vectors/pii. Prints, for the one
configuration `Redactor("balanced")`, what is found, what is flagged without a label, disguises,
streams, restoring, checks on prompts, and what it costs beside the host's five regexes and presidio.
With a model's name or folder after `--ner`, also what it covers then. `--texts` prints only what is
found in the project's own sets (bench/texts.py), whose odd templates are held out; `--units` only what
100 KB of one to three repeated signs cost.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import re
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from texts import EACH, SETS, made

from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
from stageflow_guard.redaction.atrest.evaluate import STRUCTURED, Line, evaluate, read
from stageflow_guard.redaction.guards.content import ContentCheck
from stageflow_guard.redaction.guards.injection import InjectionCheck

ROOT = Path(__file__).resolve().parent.parent
CLEAN = (
    "The quick brown fox jumps over the lazy dog while the committee discusses the plan for the "
    "coming season in some detail. "
) * 9
SPARSE = (
    "The committee discussed the plan for the coming season and agreed to write to ada@example.com "
    "about it. " + "Nothing else of note was said that evening and everybody went home early. " * 13
)
# as dense as a form: seven values in 350 characters
DENSE = (
    "Name Ada Lovelace, born in London and living there since. Her SSN is 536-90-4399 and she pays "
    "by card 4111 1111 1111 1111. You reach her at ada@example.com or +1 202-555-0143 during the "
    "day. The account is IBAN DE89370400440532013000, opened last spring; she logs in from "
    "203.0.113.42 most of the time and asks for a written answer. "
) * 4
WORST = {
    "spaced digits": "1 " * 50_000, "look-alikes": "1l 0O " * 16_600, "percent": "%41" * 33_333,
    "addresses": "address is 1 abc\n" * 5_900, "at and dot": "a at b dot " * 9_000, "at": "@" * 100_000,
    "entities": "&#65;" * 20_000, "keys": "-----BEGIN PRIVATE KEY-----" * 3_700, "ibans": "DE89 " * 20_000,
    "cards": "4111 1111 1111 1111 " * 5_000, "accents": "é" * 100_000, "emoji": "🔥" * 100_000,
}  # fmt: skip
_RNG = random.Random(3)
WORST["all of them"] = "".join(
    _RNG.choice(list(WORST.values()))[: _RNG.randint(1, 400)] for _ in range(600)
)
SIGNS = "01()中-aA .\n/+@,:'=_é"  # one or two of each class that a rule asks for
# what a pattern or a label gives away; names, places, hospitals and dates are counted as covered only
SHAPED = STRUCTURED | {
    "UK_NINO", "UK_NHS", "DE_TAX_ID", "FR_NIR", "IN_AADHAAR", "IN_PAN", "BR_CPF", "US_MBI", "US_NPI", "MAC_ADDRESS", "CRYPTO", "PASSPORT",
    "EMPLOYEE_ID", "MEDICAL_RECORD_NUMBER", "MEMBER_ID", "US_BANK_NUMBER", "US_DRIVER_LICENSE", "DATE_OF_BIRTH", "DEVICE_ID",
}  # fmt: skip
BENIGN = ROOT / "tests" / "data" / "benign.txt"
PROMPTS = ROOT / "tests" / "data" / "prompts.jsonl"


def micros(run: Any, times: int) -> float:
    """Return the least CPU time of five rounds, in microseconds per call."""
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        for _ in range(times):
            run()
        best = min(best, (time.process_time() - begun) / times)
    return best * 1e6


def quality(folder: Path, redactor: Redactor) -> None:
    for file in sorted(folder.glob("*.jsonl")):
        result = evaluate(read(file), redactor)
        shaped, everything = result.total(STRUCTURED), result.total()
        print(f"\n{file.stem}: {result.lines} lines")
        print(
            f"  with a shape: precision {shaped.precision:.3f} recall {shaped.recall:.3f} F2 {shaped.f2:.3f}"
        )
        print(f"  labelled characters covered {everything.covered / max(1, everything.characters):.2f}; "
              f"lines without a label flagged {result.flagged}/{result.clean}")  # fmt: skip
        for kind, rate in sorted(result.by_type.items(), key=lambda kv: -kv[1].characters):
            if rate.characters:
                print(f"    {kind:<24} covered {rate.covered / rate.characters:.2f}  recall {rate.recall:.2f}  "
                      f"precision {rate.precision:.2f}  ({rate.hit + rate.missed})")  # fmt: skip
        if result.groups:
            cells = {k: whole / n for k, (whole, n) in result.groups.items()}
            groups: dict[str, list[float]] = defaultdict(list)
            for (transform, _), share in cells.items():
                groups[transform].append(share)
            least = min(groups, key=lambda g: sum(groups[g]) / len(groups[g]))
            print(f"  disguises: mean of {len(cells)} cells {sum(cells.values()) / len(cells):.3f}; least group "
                  f"{least} {sum(groups[least]) / len(groups[least]):.2f}")  # fmt: skip


def own_sets(models: list[str], types: bool) -> None:
    """Print the table of the project's own sets, tuning and held-out, without and with models."""
    print(
        f"\n{'set':<22}{'model':<32}{'lines':>6}{'precision':>10}{'recall':>8}{'F2':>7}{'covered':>9}{'flagged':>10}"
    )
    for model in (None, *models):
        redactor = Redactor(ner=model)
        for name in SETS:
            for half in ("tuning", "held-out"):
                lines = made(name, half)
                if model is not None:  # a model takes its time: one text of each template
                    lines = lines[:: EACH[name]]
                result = evaluate(lines, redactor)
                shaped, everything = result.total(SHAPED), result.total()
                clean = f"{result.flagged}/{result.clean}"
                print(f"{name + ', ' + half:<22}{model or 'none':<32}{result.lines:>6}{shaped.precision:>10.3f}{shaped.recall:>8.3f}"
                      f"{shaped.f2:>7.3f}{everything.covered / max(1, everything.characters):>9.3f}{clean:>10}")  # fmt: skip
                for kind, rate in sorted(result.by_type.items()) if types else ():
                    print(f"    {kind:<24} covered {rate.covered / max(1, rate.characters):.2f} of {rate.characters:<6} recall {rate.recall:.2f}  "
                          f"precision {rate.precision:.2f}  ({rate.hit + rate.missed})")  # fmt: skip


def every_text(folder: Path) -> list[str]:
    """Return all labelled texts, the lines of tests/data and a seeded fuzz over them."""
    texts = [line.text for file in sorted(folder.glob("*.jsonl")) for line in read(file)]
    texts += [
        line.text for name in SETS for half in ("tuning", "held-out") for line in made(name, half)
    ]
    texts += BENIGN.read_text(encoding="utf-8").split("\n")
    texts += [json.loads(x)["text"] for x in PROMPTS.read_text(encoding="utf-8").split("\n") if x]
    rng = random.Random(11)
    pieces = [*texts, *(t[:300] for t in WORST.values())]
    for _ in range(4_000):  # cut, joined, with a character changed
        parts = []
        for _ in range(rng.randint(1, 4)):
            piece = rng.choice(pieces)
            at = rng.randrange(len(piece) + 1)
            parts.append(piece[at : at + rng.randint(1, 200)])
        text = rng.choice((" ", "\n", "", ", ")).join(parts)
        if text:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice("0aZ.-@/ \n\u200b٣é:") + text[at + 1 :]
        texts.append(text)
    return texts + [t[:20_000] for t in WORST.values()]


def spans(folder: Path, path: Path, *, compare: bool) -> int:
    """Write every span of every text, or count the texts whose spans are not those of `path`."""
    redactor = Redactor("strict")
    now = [
        [(s.start, s.end, s.entity, s.score) for s in redactor.find(t)] for t in every_text(folder)
    ]
    if not compare:
        path.write_text(json.dumps(now), encoding="utf-8")
        print(f"wrote the spans of {len(now)} texts")
        return 0
    before = [[tuple(s) for s in row] for row in json.loads(path.read_text(encoding="utf-8"))]
    wrong = [i for i, (a, b) in enumerate(zip(before, now, strict=True)) if a != b]
    print(f"texts whose spans differ: {len(wrong)} of {len(now)}")
    for i in wrong[:5]:
        print(
            f"  {i}: only before {sorted(set(before[i]) - set(now[i]))[:4]}, only now {sorted(set(now[i]) - set(before[i]))[:4]}"
        )
    return 1 if wrong else 0


def benign() -> None:
    lines = [x for x in BENIGN.read_text(encoding="utf-8").split("\n") if x.strip()]
    for preset in ("strict", "balanced", "precise"):
        redactor = Redactor(preset)
        flagged = sum(bool(redactor.find(line)) for line in lines)
        print(
            f"benign technical lines flagged, {preset}: {flagged}/{len(lines)} ({flagged / len(lines):.1%})"
        )


def cost() -> None:
    from stageflow.helpers.guardrails import PIIDetector

    host = [re.compile(p) for p, _ in PIIDetector(redact=True).PATTERNS.values()]
    from stageflow_guard.redaction.presidio import stock_finder

    redactor, stock = Redactor(), stock_finder()
    print()
    for name, sample, bar in (
        ("clean", CLEAN, "1.5x"),
        ("sparse", SPARSE, "2x"),
        ("dense", DENSE, "900 us"),
    ):
        text = sample[:1024]
        own = micros(lambda text=text: redactor.find(text), 50)
        five = micros(lambda text=text: [list(p.finditer(text)) for p in host], 50)
        theirs = micros(lambda text=text: stock(text), 20)
        print(
            f"1 KB {name:<7} {own:6.0f} us, the host's five regexes {five:4.0f} us: {own / five:.2f}x (bar {bar}), "
            f"presidio's patterns {theirs:6.0f} us: {own / theirs:.3f}"
        )
    big = (DENSE * 80)[:100_000]
    own = micros(lambda: redactor.find(big), 1) / 1e6
    print(
        f"100 KB dense {own * 1e3:.0f} ms, presidio {presidio(big) / own:.0f} times as much (bar 20)"
    )
    for name, text in WORST.items():
        spent = micros(lambda text=text: redactor.find(text[:100_000]), 1) / 1e3
        print(f"100 KB worst case, {name:<14} {spent:4.0f} ms CPU (bar 250)")


def units(most: int = 3) -> list[str]:
    """Return every sequence of up to `most` of the signs; of those that repeat alike, one."""
    found: list[str] = []
    seen: set[str] = set()
    for size in range(1, most + 1):
        for signs in itertools.product(SIGNS, repeat=size):
            unit = "".join(signs)
            if unit not in seen:
                found.append(unit)
                seen.update(unit[i:] + unit[:i] for i in range(size))
    return found


def repeated(size: int = 10_000) -> None:
    """Print what 100 KB of each unit take, the worst twenty: read at `size`, for all is linear."""
    redactor = Redactor()
    redactor.warmup()

    def spent(unit: str) -> float:
        text = (unit * size)[:size]
        begun = time.process_time()
        redactor.find(text)
        return (time.process_time() - begun) * 1e5 / size

    once = sorted(units(), key=spent, reverse=True)
    worst = sorted(((min(spent(u) for _ in range(5)), u) for u in once[:100]), reverse=True)
    over = sum(took > 0.25 for took, _ in worst)
    print(
        f"{len(once)} units of one to three signs, repeated to 100 KB: {over} of the worst 100 over 250 ms of CPU"
    )
    for took, unit in worst[:20]:
        print(f"  {took * 1e3:4.0f} ms {unit!r}")


def presidio(text: str) -> float:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    from stageflow_guard.redaction.engines.presidio import stock, tokenizer

    registry = RecognizerRegistry(recognizers=stock(), supported_languages=["en"])
    engine = AnalyzerEngine(
        registry=registry, nlp_engine=tokenizer("en"), supported_languages=["en"]
    )
    engine.analyze("warm up", language="en")
    took: list[float] = []
    for _ in range(3):
        begun = time.process_time()
        engine.analyze(text, language="en", score_threshold=0.35)
        took.append(time.process_time() - begun)
    return min(took)


async def stall(redactor: Redactor, what: str) -> None:
    """Print how late a ticker that sleeps 1 ms is while texts of 100 KB are inspected."""
    inspector = OffLoopInspector(redactor, Vault())
    text = (DENSE * 80)[:100_000]
    await inspector.redact(text, scope=inspector.scope("t", "s"), direction="input")
    late: list[float] = []

    async def tick() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            late.append(time.perf_counter() - begun - 0.001)

    async def measured(work: Any) -> tuple[float, float, float, int]:
        late.clear()
        ticking = asyncio.create_task(tick())
        await work
        ticking.cancel()
        late.sort()
        passed, total, p99 = 0.0, sum(late) + 0.001 * len(late), late[-1]
        for one in late:  # by time: a long pause is one tick among many
            passed += one + 0.001
            if passed >= 0.99 * total:
                p99 = one
                break
        return late[int(len(late) * 0.99)] * 1e3, p99 * 1e3, late[-1] * 1e3, len(late)

    async def work() -> None:
        for i in range(20):
            await inspector.redact(f"{i}{text}", scope=inspector.scope("t", "s"), direction="input")

    idle = await measured(asyncio.sleep(2))
    ticked, timed, worst, ticks = await measured(work())
    print(f"a ticker of 1 ms while 20 texts of 100 KB are read, {what}: late p99 {ticked:.2f} ms by tick, {timed:.2f} by time, worst "
          f"{worst:.1f} of {ticks} ticks (bar p99 5; nothing going on: {idle[0]:.2f}, {idle[1]:.2f}, {idle[2]:.1f})")  # fmt: skip
    inspector.close()


def streams(lines: list[Line]) -> None:
    redactor, rng, wrong, held = Redactor(), random.Random(3), 0, 0
    for _ in range(40):
        text = "\n".join(rng.choice(lines).text for _ in range(rng.randint(1, 30)))
        scope = Vault().scope("t", "s")
        whole = redactor.redact_in(text, scope, "output")[0]
        stream, out, at = redactor.stream(scope), [], 0
        while at < len(text):
            step = rng.choice([1, 5, 40, 400])
            out.append(stream.feed(text[at : at + step]))
            held = max(held, stream.held)
            at += step
        wrong += "".join(out) + stream.finish() != whole
    print(
        f"\nstreams that differ from the whole text: {wrong}/40; most characters held back {held}"
    )


EDITS = (
    str.lower, str.upper, str.title, lambda p: p.strip("⟦⟧"), lambda p: p.replace("⟦", "[").replace("⟧", "]"),
    lambda p: p.replace("_", " "), lambda p: p.replace("_", "\\_"), lambda p: p.replace("·", "."),
    lambda p: p.replace("·", " · "), lambda p: f"**{p}**", lambda p: p[1:], lambda p: p[:-1], lambda p: p + "'s",
    lambda p: p.replace("⟦", "⟦ ").replace("⟧", " ⟧"), lambda p: p.replace("_", "-"), lambda p: f"`{p}`",
)  # fmt: skip


def restoring(lines: list[Line]) -> None:
    redactor, good, total, foreign = Redactor(), 0, 0, 0
    vault = Vault()
    scope, other = vault.scope("acme", "s"), vault.scope("globex", "s")
    for line in lines[:400]:
        redacted, _ = redactor.redact_in(line.text, scope, "input")
        for placeholder in set(re.findall(r"⟦[^⟧]+⟧", redacted)):
            value = scope.restore(placeholder)
            for edit in EDITS:
                text = f"I looked at {edit(placeholder)} for you"
                total += 1
                good += value in scope.restore(text)
                try:
                    foreign += other.restore(text) != text
                except Exception:
                    pass
    print(
        f"restored after edits {good}/{total} ({good / max(1, total):.2%}); across tenants {foreign}"
    )


def prompts() -> None:
    checks = {"injection": InjectionCheck(), "content": ContentCheck()}
    counts: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for raw in PROMPTS.read_text(encoding="utf-8").split("\n"):
        if raw:
            line = json.loads(raw)
            check = checks[line["check"]]
            cell = counts[line["check"], line["attack"]]
            cell[0] += check.judge(line["text"]).score >= check.threshold
            cell[1] += 1
    for name in checks:
        (hit, n), (wrong, m) = counts[name, True], counts[name, False]
        print(f"{name} check: attacks found {hit}/{n}, benign prompts flagged {wrong}/{m}")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", type=Path, default=Path("../shared/vectors/pii"))
    options.add_argument("--ner", action="append", default=[])
    options.add_argument("--texts", action="store_true", help="only the project's own sets")
    options.add_argument("--units", action="store_true", help="only what repeated signs cost")
    options.add_argument("--types", action="store_true", help="by type, too")
    options.add_argument("--write-spans", type=Path, help="every span of every text, for later")
    options.add_argument("--compare-spans", type=Path, help="say whether they are still the same")
    args = options.parse_args()
    if args.write_spans or args.compare_spans:
        path = args.compare_spans or args.write_spans
        return spans(args.folder, path, compare=args.compare_spans is not None)
    if args.units:
        repeated()
        return 0
    own_sets(args.ner, args.types)
    if args.texts:
        return 0
    quality(args.folder, Redactor())
    for model in args.ner:
        print(f"\n== with {model}")
        quality(args.folder, Redactor(ner=model))
    print()
    benign()
    cost()
    from stageflow_guard.redaction.engines.presidio import stock

    asyncio.run(stall(Redactor(), "shipped recognizers"))
    asyncio.run(
        stall(
            Redactor(recognizers=["stageflow_guard.redaction.engines.presidio:stock"]),
            "presidio's by name",
        )
    )
    asyncio.run(stall(Redactor(recognizers=stock()), "presidio's as objects"))
    lines = [line for file in sorted(args.folder.glob("*.jsonl")) for line in read(file)]
    if lines:
        streams(lines)
        restoring([line for line in lines if not line.group])
    prompts()
    return 0


if __name__ == "__main__":
    sys.exit(main())
