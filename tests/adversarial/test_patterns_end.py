"""Patterns that an attacker's text meets: none of them tries all ways to part one run of characters."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from stageflow_guard import redaction
from stageflow_guard.redaction import Redactor

_MOST = 20.0  # seconds of CPU; what ends takes some thousandths, what does not takes years
_UNITS = [
    "1", "12 ", "1 ", "1-", "1.", "1, ", "1/", "9999 ", "a", "A", "a ", "A ", "Ab ", "Ab, ", "Ab-", "Ab 1, ", "a.", "ab.cd ", "a-", "a_", "a@", "a=", "a: ", "/a", "a1", "A1", "x1 ", "de ", "é", "à ",
    " ", "\n", "  \n", "\t", "- ", "( ", "1) ", "<b>", "\\n", "%20", "&amp;", "=", "'", '"',
]  # fmt: skip
_ENDS = ["", "_", "!", "x", "1", "é", "@", "\x00", "|"]
_HEADS = ["", "a ", "1", "A1", "name: ", "user "]
_WORD = re.compile(r"[A-Za-zÀ-ÿ]{3,}")


class _Endless(BaseException):
    pass


@contextmanager
def cpu(seconds: float) -> Iterator[None]:
    """Raise `_Endless` once this process has used so much CPU: a busy machine is no reason."""

    def over(*_: object) -> None:
        raise _Endless

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _held(value: object, depth: int = 0) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth < 2 and isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from _held(item, depth + 1)
    elif depth < 2 and isinstance(value, dict):
        for key, item in value.items():
            yield from _held(key, depth + 1)
            yield from _held(item, depth + 1)


def patterns() -> dict[tuple[str, int], tuple[str, re.Pattern[str]]]:
    """Return all compiled patterns of the package's redaction, by text and flags, with a name."""
    found: dict[tuple[str, int], tuple[str, re.Pattern[str]]] = {}
    for module in pkgutil.walk_packages(redaction.__path__, f"{redaction.__name__}."):
        try:
            names = vars(importlib.import_module(module.name))
        except ImportError:  # an extra that is not installed
            continue
        for name, value in names.items():
            for one in _held(value):
                found.setdefault((one.pattern, one.flags), (f"{module.name}.{name}", one))
    return found


PATTERNS = patterns()


def texts(pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield runs of one unit, behind words of the pattern too, with an end at which no value ends."""
    words = [word + sign for word in _WORD.findall(pattern.pattern)[:3] for sign in (" ", ": ")]
    for unit in _UNITS:
        run = (unit * 80)[:78]
        for head in _HEADS:
            yield from (head + run + end for end in _ENDS)
        for head in words:
            yield from (head + run + end for end in _ENDS[:4])


def test_all_patterns_are_seen():
    """The walk over the modules finds them: a thousand, not a handful."""
    assert len(PATTERNS) > 900


@pytest.mark.parametrize("part", range(8))
def test_no_pattern_tries_all_ways_to_part_a_run(part):
    """80 characters of one kind and a wrong end: each pattern has an end."""
    for name, pattern in list(PATTERNS.values())[part::8]:
        text = ""
        try:
            with cpu(_MOST):
                for text in texts(pattern):
                    pattern.search(text)
        except _Endless:
            pytest.fail(f"{name} does not end on {text!r}")


@pytest.mark.parametrize("text", [
    "reverse " + "1" * 40 + "_", "reverse " + "7" * 77, "Primer 12: the reverse complement of " + "ACGT" * 25 + " is needed.", "1 reverse: THIS_IS ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLx",
    "rückwärts " + "9" * 500 + " curl", "backwards " + "A1 " * 60 + "_", "mail " + "A1" + "1-" * 30 + "!@foo*bar*com",
])  # fmt: skip
def test_a_run_beside_a_word_that_a_reader_waits_for_ends(text):
    """As found by attack: the word opens a reading, the run is its cost."""
    with cpu(_MOST):
        Redactor().find(text)
