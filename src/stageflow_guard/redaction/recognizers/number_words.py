"""The ways in which a label says "number": `nº de póliza`, `núm. póliza`, `Passnummer`, `Pass-Nr.`. Pure.

A country's file names a label once; how people write its word for a number is the language's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# a space in a phrase stands for any usual separator, or none; behind the word its dot is known
_NUMBER = {
    "es": ("número", "numero", "nº", "n.º", "n°", "núm", "num", "nro", "no"),
    "pt": ("número", "numero", "nº", "n.º", "n°", "num", "no"),
    "fr": ("numéro", "numero", "n°", "nº", "no", "num"),
    "it": ("numero", "n.", "n°", "nº", "nr", "num"),
}
_OF = {
    "es": r"(?:de la|de los|del|de)\b",
    "pt": r"(?:do|da|dos|das|de)\b",
    "fr": r"(?:de la|du|des|de)\b|d'",
    "it": r"(?:della|del|di)\b",
}
_COMPOUND = re.compile(r"(?P<what>.*[^ -]{3})(?P<apart>[ -]?)(?:nummer|nr)$")
_ENGLISH = re.compile(r"(?P<what>.+) (?:number|no)$")


def writings(label: str, language: str) -> Iterator[str]:
    """Yield `label` as it is and with each other writing of its word for "number"."""
    yield label
    words = _NUMBER.get(language)
    if words is not None:
        head, _, what = label.partition(" ")
        if head in words and what:
            short = re.sub(rf"^(?:{_OF[language]}) ?", "", what)
            yield from (f"{word} {rest}" for word in words for rest in dict.fromkeys((what, short)))
    elif (compound := _COMPOUND.fullmatch(label)) is not None:
        yield from (f"{compound['what']} {word}" for word in ("nummer", "nr"))
    elif (english := _ENGLISH.fullmatch(label)) is not None:
        yield from (f"{english['what']} {word}" for word in ("number", "no", "num", "nr"))
