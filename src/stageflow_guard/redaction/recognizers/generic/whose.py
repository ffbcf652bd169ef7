"""Whose a value is, between its label and itself: `NIF do cliente 201763575`, `birth date of the child: …`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_OF = r"(?:of|for|from|belonging to|des|der|vom|von|für|du|de|del|dell['’]|della|dello|di|do|da|van|voor|för|av|dla)"
_THE = r"(?:the|a|an|our|my|her|his|their|this|la|le|les|l['’]|el|los|il|lo|o|a|os|as|de|het|den|der|dem|die|das|eine[rsmn]?|meine[rsmn]?|unsere[rsmn]?|mon|ma|sa|son|mi|su|mijn|zijn|haar|meu|minha|seu|sua)"
_NUMBER = r"(?:[ ]?(?:no|nr|nro|n[uú]m|number|nummer|numéro|numero|número|n[°º])\.?)?"
_WHOSE = re.compile(rf"{_NUMBER}[ ]{_OF}[ ]?(?:{_THE}[ ]?)?(?=[^\W\d_])")
_WORD = re.compile(r"[^\W\d_]{2,20}(?:-[^\W\d_]{2,20})?")


def behind_whose(text: str, at: int) -> Iterator[int]:
    """Yield where a value may go on behind one word, or two, that say whose it is."""
    whose = _WHOSE.match(text, at)
    if whose is None:
        return
    first = _WORD.match(text, whose.end())
    if first is None:
        return
    yield first.end()
    if text[first.end() : first.end() + 1] == " ":
        second = _WORD.match(text, first.end() + 1)
        if second is not None:
            yield second.end()
