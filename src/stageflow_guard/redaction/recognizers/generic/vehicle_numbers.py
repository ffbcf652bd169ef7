"""Vehicle identification numbers (ISO 3779; 49 CFR 565): seventeen signs, behind a word or with their check digit. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import long_words, lowered, numbered

_SIZE = 17
_VIN = re.compile(r"(?<![A-Za-z0-9_/+-])[A-HJ-NPR-Z0-9]{17}(?![A-Za-z0-9_/+=-])")
_VALUES = {c: int(v) for c, v in zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True)} | {str(d): d for d in range(10)}  # fmt: skip
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_WORD = re.compile(
    r"(?<![^\W_])(?:vin|frame(?: ?(?:no|number|#))?|chassis(?: ?(?:no|number|#))?|vehicle (?:id|identification)(?: number)?|fahrgestell\w{0,8}|fahrzeug-?ident\w{0,12}|fin|châssis|bastidor|telaio|chassi)(?![^\W_])[ .:#n°º]{0,6}$"
)
_NEAR = 40  # characters before it in which such a word stands
_COUNT = 4  # its last signs, which count


def recognize(text: str) -> Iterator[Hit]:
    """Yield them; one of Europe, which has no check digit, only behind a word for a vehicle."""
    if not numbered(text):
        return
    for at, word in long_words(text):
        if len(word) < _SIZE:
            continue
        for match in _VIN.finditer(text, at, at + len(word)):
            value = match[0]
            if (
                not value[-_COUNT:].isdigit()
                or value.isdigit()
                or sum(map(str.isalpha, value)) < _LEAST_LETTERS
            ):
                continue
            told = _WORD.search(lowered(text), max(0, match.start() - _NEAR), match.start())
            if told is not None or holds(value):
                score = 0.7 if told is not None else 0.5
                yield Hit(
                    *match.span(),
                    "VEHICLE_ID",
                    score,
                    "vehicle",
                    "checksum" if told is None else "label vehicle",
                )


_LEAST_LETTERS = 4


def holds(value: str) -> bool:
    """Say whether the ninth sign is the check of the others: their weighed sum modulo 11, X for 10."""
    rest = sum(_VALUES[c] * weight for c, weight in zip(value, _WEIGHTS, strict=True)) % 11
    return value[8] == ("X" if rest == 10 else str(rest))
