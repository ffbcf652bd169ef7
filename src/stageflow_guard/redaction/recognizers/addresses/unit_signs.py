"""Flats of Singapore and Malaysia by the sign of their unit: `Blk 418 Tampines St 41 #08-217`. Pure.

A sharp, a floor, a dash and a unit behind the name of a street is the form of nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.shapes import holds

_SHAPES = (b"#00-0", b"#A0-0", b"#0-0", b"# 00-0")
_UNIT = re.compile(r"#[ ]?(?:[0-9]{1,2}|B[0-9])-[0-9]{1,4}[A-Z]?(?:/[0-9]{1,4})?(?![\w-])")
_STREET = re.compile(
    r"(?:(?i:blk|block|apt[ ]blk|no\.?)[ ]?)?[0-9]{1,4}[A-Z]?,?[ ](?:[^\W\d_a-zß-ÿ][\w'’.]{0,20}[ ,]{1,2}|[0-9]{1,3}[A-Z]?[ ,]{1,2}){1,7}\Z"
)
_NUMBERS = re.compile(r"(?<![\w#.-])(?:(?i:blk|block|apt[ ]blk)[ ]?)?[0-9]{1,4}[A-Z]?[ ,]")
_CODE = re.compile(r",?[ ](?:S(?:'pore|ingapore)?[ ]?\(?[0-9]{6}\)?|\(?[0-9]{6}\)?)(?![\w])")
_AHEAD = 70  # characters before the unit


def recognize(text: str) -> Iterator[Hit]:
    """Yield such flats from their block on."""
    if "#" not in text or not holds(text, _SHAPES):
        return
    for unit in _UNIT.finditer(text):
        low = max(0, unit.start() - _AHEAD, text.rfind("\n", 0, unit.start()) + 1)
        for number in _NUMBERS.finditer(text, low, unit.start()):
            if _STREET.match(text, number.start(), unit.start()):
                code = _CODE.match(text, unit.end())
                end = unit.end() if code is None else code.end()
                yield Hit(number.start(), end, "STREET_ADDRESS", 0.5, "unit's sign", "position")
                break
