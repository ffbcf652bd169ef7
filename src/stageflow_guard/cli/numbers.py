"""Numbers on the command line: a number that no verb can use is a usage error, not a surprise."""

from __future__ import annotations

import argparse
import math
import re

_WHOLE = re.compile(r"[0-9]{1,18}")


def whole(text: str) -> int:
    """Return an index or a count, 0 or more; for `argparse`."""
    if not _WHOLE.fullmatch(text):
        raise argparse.ArgumentTypeError("a whole number from 0 on")
    return int(text)


def length(text: str) -> float:
    """Return a length of time above 0, in the unit that the option names; for `argparse`."""
    try:
        found = float(text) if len(text) < 40 and text.isascii() else math.nan
    except ValueError:
        found = math.nan
    if not 0 < found < 10**9:
        raise argparse.ArgumentTypeError("a number above 0 and below 1 000 000 000")
    return found


def counted(n: int, what: str) -> str:
    """Return `1 rule`, `2 rules`."""
    return f"{n} {what}" + ("" if n == 1 else "s")
