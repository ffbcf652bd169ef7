"""Where somebody says to live, in seven languages: `ich wohne An der Alster 61`, `my address is Rose Cottage, Back Lane`. Pure.

The name of the street need not be known; the number behind it, or the commas of the lines, tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, only_at
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_FRAME = re.compile(
    r"(?:wohn(?:e|en|t|st|haft)|woont?|woonachtig|ik woon)(?: (?:jetzt|nun|nu|nämlich))?"
    r"|(?:(?<!en )(?<!ao )(?<!al )(?<!dal )(?:vivo|vive|vivimos|viven)(?: ahora| agora| actualmente)?(?= (?:en|na|no|em|in) )|(?:resid[oe]|residente|domiciliad[oa]|moro|mora|moramos)(?: agora| actualmente)?(?= (?:en|na|no|em|in|a) ))"
    r"|(?:abit[oa]|abitiamo|domiciliat[oa])|(?:habit(?:e|ons|ent)|demeurant|domiciliée?|résid(?:e|ant))"
    r"|(?:i|we|she|he|they|who) lives?(?: now| currently)? at"
    r"|(?:(?:meine|unsere|ihre|seine|die)(?: neue)? (?:adresse|anschrift) (?:ist|lautet)|neue (?:adresse|anschrift)|(?:mi|su|nuestra)(?: nueva)? dirección es|(?:mon|notre|son) adresse (?:est|c'est)|(?:il mio|il nostro|il suo) indirizzo è|(?:mijn|ons|zijn|haar)(?: nieuwe)? adres is|(?:minha|nossa|a minha) morada é|(?:o )?meu endereço é|(?:my|our|his|her|their)(?: new| home| postal| current)? address is)"
)
_HEADS = Heads((
    "wohn", "woon", "ik woon", "vivo", "vive", "vivimos", "viven", "resid", "domicil", "moro", "mora", "abit", "habit", "demeurant", "résid", "i live", "we live", "she lives", "he lives", "they live", "who lives",
    "meine ", "unsere ", "ihre ", "seine ", "die ", "neue a", "mi ", "su ", "nuestra ", "mon ", "notre ", "son ", "il mio", "il nostro", "il suo", "mijn ", "ons ", "zijn ", "haar ", "minha ", "nossa ", "a minha", "o meu", "meu ", "my ", "our ", "his ", "her ", "their ",
))  # fmt: skip
# a street and its number; what has no number has commas between its lines
_BETWEEN = r"[ :]{1,2}(?:(?:in|an|am|auf|nach|unter|op|aan|te|en|na|no|em|a|ao|à|al|alla|au|aux|dans|chez)[ ])?(?:(?:der|dem|die|den|de|het|'t|la|le|les|el|los|las)[ ])?"
_NUMBERED = re.compile(
    rf"{_BETWEEN}"
    r"(?P<place>(?:[0-9]{1,4}[a-zA-Z]?,? )?(?-i:[^\W\d_a-zß-ÿ])[\w'’.-]*(?:[ ](?!seit|since|desde|depuis|dal|sinds|hace|vor|ab|con|mit|with|avec|und|and|et|y|e|en)[^\W\d_][\w'’.-]*){0,4},?[ ](?:n[º°.]{0,2}[ ]?)?(?:(?!(?:19|20)[0-9]{2}(?![0-9]))[0-9]{1,4}(?:[ ]?[a-zA-Z](?![^\W_]))?(?:[/-][0-9]{1,4}){0,2}|snc|s/n)(?![0-9.,:]?[0-9%€$]|[ ](?:Uhr|Jahre|years|ans|años|anni|jaar|anos|km|m2|qm)(?![^\W_])))"
)
_LINES = re.compile(
    r"[ :]{1,2}(?P<place>(?-i:[^\W\d_a-zß-ÿ])[\w'’.-]*(?:[ ][\w'’.-]+){0,4},[ ](?-i:[^\W\d_a-zß-ÿ])[\w'’.-]*(?:,?[ ][\w'’.-]+){0,6})(?=[.;!\n]|$)"
)
_ENGLISH = re.compile(r"address is$|lives?(?: now| currently)? at$")


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield the streets of such sentences, with their number."""
    lower = lowered(text)
    for at in _HEADS.places(lower):
        frame = _FRAME.match(lower, at)
        if frame is None:
            continue
        match = _NUMBERED.match(text, frame.end())
        if match is None and _ENGLISH.search(frame[0]):
            match = _LINES.match(text, frame.end())
        if match is not None:
            yield Hit(*match.span("place"), "STREET_ADDRESS", 0.45, "lived at", "label address")
