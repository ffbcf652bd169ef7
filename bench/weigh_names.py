"""Learn what the signs around a given name weigh: python bench/weigh_names.py [--check] [--by-set] [--kept].

Reads the half `tuning` of the labelled sets of tests/data, and what is harmless there, and writes
`people/name_weights.txt`: logistic regression by stochastic gradients (AdaGrad; Duchi et al. 2011),
seeded, of signs that occur twice. `--by-set` leaves each set out in turn and prints what its names
would be with the weights of the others; `--kept` prints what leaks and what is flagged in the halves that
are not learned from, without the weights and with them; `--check` compares with what is written.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from field import DATA, HALVED, halved_lines, marked_lines

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.atrest.evaluate import breakdown
from stageflow_guard.redaction.recognizers.people import weighed

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "src/stageflow_guard/redaction/recognizers/people/name_weights.txt"
ROUNDS, RATE, SHRINK, FEWEST, LEAST = 10, 0.15, 0.02, 2, 0.05

Example = tuple[list[str], bool]


def lines() -> list[tuple[str, str, list[tuple[int, int]]]]:
    """Return set, text and ranges of people of every line that may be looked at."""
    found = []
    for name in HALVED:
        for one in halved_lines(f"{name}.txt"):
            if one.locale == "tuning":
                group = one.kind.partition(", ")[2]
                part = group[0] if name == "kinds" else ""
                people = [(a, b) for a, b, entity in one.spans if entity == "PERSON"]
                found.append((f"{name} {part}".strip(), one.text, people))
    for one in marked_lines("field.txt"):
        found.append(("field", one.text, [(a, b) for a, b, e in one.spans if e == "PERSON"]))
    names = DATA / "names.txt"
    if names.exists():
        for one in marked_lines("names.txt"):
            found.append(("names", one.text, [(a, b) for a, b, _ in one.spans]))
    for name in ("harmless.txt", "benign.txt"):
        found += [("harmless", raw, []) for raw in (DATA / name).read_text("utf-8").split("\n")]
    return found


def examples(text: str, people: Iterable[tuple[int, int]]) -> list[Example]:
    """Return the signs of every candidate of a text, and whether it is a person."""
    ranges = list(people)
    return [
        (weighed.signs(text, one), any(a < one.end and one.start < b for a, b in ranges))
        for one in weighed.candidates(text)
    ]


def learn(given: list[Example], seed: int = 1) -> dict[str, float]:
    """Return what each sign weighs."""
    seen = Counter(sign for signs, _ in given for sign in set(signs))
    known = [([s for s in signs if seen[s] >= FEWEST], person) for signs, person in given]
    weights: dict[str, float] = {}
    squares: dict[str, float] = {}
    rng = random.Random(seed)
    for _ in range(ROUNDS):
        rng.shuffle(known)
        for signs, person in known:
            total = sum(weights.get(s, 0.0) for s in signs)
            miss = 1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) - person
            for s in signs:
                step = miss + SHRINK * weights.get(s, 0.0)
                squares[s] = squares.get(s, 1e-8) + step * step
                weights[s] = weights.get(s, 0.0) - RATE * step / math.sqrt(squares[s])
    return {s: w for s, w in weights.items() if abs(w) >= LEAST}


def written(weights: dict[str, float]) -> str:
    rows = (f"={sign} {round(weight * 100)}" for sign, weight in sorted(weights.items()))
    return (
        "# a sign behind `=`, and its weight times 100; made by bench/weigh_names.py\n"
        + "\n".join(rows)
        + "\n"
    )


def by_set(every: list[tuple[str, list[Example]]]) -> None:
    for left_out in sorted({name for name, _ in every}):
        weights = learn([e for name, given in every if name != left_out for e in given])
        test = [e for name, given in every if name == left_out for e in given]
        totals = [(sum(weights.get(s, 0.0) for s in signs), person) for signs, person in test]
        people = sum(person for _, person in totals)
        row = "  ".join(
            f"{limit:+.0f}: {sum(t > limit and p for t, p in totals):4} people {sum(t > limit and not p for t, p in totals):3} others"
            for limit in (0, 1, 2)
        )
        print(f"{left_out:<10} {people:5} people {len(totals) - people:5} others   {row}")


def kept() -> None:
    """Print values that leak and harmless lines that are flagged, by set of kinds.txt."""
    held = [one for one in halved_lines("kinds.txt") if one.locale == "kept"]
    by_letter = [replace(one, kind=one.kind.partition(", ")[2][0]) for one in held]
    redactor, learned = Redactor(), weighed.WEIGHTS
    rows = []
    for weights in ({}, learned):
        weighed.WEIGHTS = weights
        rows.append(breakdown(by_letter, redactor.find, "kind"))
    for name, before in rows[0].items():
        now = rows[1][name]
        print(
            f"{name}  leaked {before.leaked:3} then {now.leaked:3} of {now.values:4}   flagged {before.flagged:2} then {now.flagged:2} of {now.harmless:3}"
        )
    total = [
        sum(getattr(cell, field) for cell in row.values())
        for field in ("leaked", "values", "flagged", "harmless")
        for row in rows
    ]
    print(
        f"all leaked {total[0]} then {total[1]} of {total[2]}, flagged {total[4]} then {total[5]} of {total[6]}"
    )


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--by-set", action="store_true")
    options.add_argument("--kept", action="store_true")
    options.add_argument("--check", action="store_true")
    args = options.parse_args()
    if args.kept:
        kept()
        return 0
    every = [(name, examples(text, people)) for name, text, people in lines()]
    if args.by_set:
        by_set(every)
        return 0
    text = written(learn([e for _, given in every for e in given]))
    if args.check:
        same = text == FILE.read_text("utf-8")
        print("the same" if same else "differs")
        return 0 if same else 1
    FILE.write_text(text, "utf-8")
    print(f"{text.count(chr(10)) - 1} signs, {sum(len(given) for _, given in every)} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
