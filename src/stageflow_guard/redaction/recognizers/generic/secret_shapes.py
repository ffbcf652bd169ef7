"""What a code and a passphrase are written like, wherever a sentence tells one. Pure."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.generic.password_words import LITTLE, NO_PASSWORD
from stageflow_guard.redaction.recognizers.generic.told_passwords import is_chosen

TRIMMED = ".,;:!?)]}'’\"”»"
# digits, of which groups of two or of one are parted by one sign; letters or the signs of a keypad among them
CODE = (
    r"(?:[0-9](?:-[0-9]){2,7}|[0-9]{2}-[0-9]{2}(?:-[0-9]{2}){1,2}|[0-9]{2} [0-9]{2}(?: [0-9]{2}){1,2}|[0-9]{3}[ -][0-9]{3}|[0-9]{4}[ -][0-9]{4}"
    r"|[#*]{0,2}[0-9]{3,8}[#*]{1,2}|[#*][0-9]{3,8}|[0-9]{4,8}[A-Z]?|[0-9]{1,5}[A-Z#*]{1,2}[0-9]{0,5}|[A-Z]{1,2}-?[0-9]{3,6}[A-Z#*]?)"
)
# no measure, no price, no time and no date
_NO_MORE = r"(?![\w#*/%€$£°-]|[.,:]\w|[ ]?(?:€|\$|£|%|°|eur|euros?|dollars?|pounds|kg|km|min|stunden|hours|uur|uhr|horas?|ore|heures|days|tage|jours|días|giorni|dagen|dias|stück|pcs)(?![^\W_]))"
ONE_CODE = re.compile(rf"{CODE}{_NO_MORE}", re.IGNORECASE)
_WHOLE = re.compile(CODE)
# `otter-under-the-bridge`, `Blaue_Tulpe`: no word of a language
_JOINED = re.compile(
    r"[^\W\d_]{2,16}(?:-[^\W\d_]{1,16}){3,7}|[^\W\d_]{3,16}(?:-[^\W\d_]{3,16}){2}|[A-ZÀ-Þ][^\W\d_]{1,15}(?:_[^\W\d_]{2,16}){1,3}"
)
# `salt_and_pepper`: no name in a program has such a word in its middle
_TIED = re.compile(
    r"[^\W\d_]{3,16}_(?:y|e|i|et|und|oder|en|de|du|del|di|van|da|do|al|con|mit|avec|met|com)_[^\W\d_]{2,16}"
)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")
_PARTS = re.compile(r"[-_]")


def is_code(value: str) -> bool:
    """Say whether a value is written like a code of digits."""
    return _WHOLE.fullmatch(value) is not None


def is_joined(value: str) -> bool:
    """Say whether words are joined to one that no language has: none of the first ones says something about passwords."""
    if _JOINED.fullmatch(value) is None and _TIED.fullmatch(value) is None:
        return False
    parts = _PARTS.split(value.lower())
    return parts[0] not in NO_PASSWORD and sum(part in NO_PASSWORD - LITTLE for part in parts) == 0


def is_made_up(value: str) -> bool:
    """Say whether a value was chosen as a password is: letters with digits or signs, or words joined."""
    return (is_chosen(value) and _TIME.match(value) is None) or is_joined(value)
