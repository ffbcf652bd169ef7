"""Who is asked for, or has to agree: `ask for Delphine`, `nach Torsten fragen`, `à voir avec Gaëlle`. Pure.

Goods, places and firms are asked for, too, so a given name has to follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import FULL
from stageflow_guard.redaction.recognizers.people.known import is_known, known
from stageflow_guard.redaction.recognizers.phrases import lowered

_ASKING = (
    "ask for", "asks for", "asking for", "ask to speak to", "ask to speak with", "ask to see", "check with", "confirm with", "arrange with", "liaise with", "coordinate with", "get in touch with", "rsvp to", "rsvp with", "hand it to", "leave it with",
    "frag nach", "frage nach", "fragen nach", "fragen sie nach", "fragt nach", "verlangen sie", "melden bei", "melde dich bei", "melden sie sich bei", "abgeben bei", "absprache mit", "rücksprache mit", "rückfragen an",
    "demander", "demandez", "demande à parler à", "à voir avec", "voir avec", "vu avec", "confirmer avec", "confirmez avec", "s'adresser à", "adressez-vous à",
    "pregunta por", "pregunte por", "preguntar por", "preguntad por", "pregunten por", "confirmar con", "hablar con", "hablad con", "hable con", "acordar con", "avisar a", "avisad a", "contactar con",
    "chiedere di", "chiedi di", "chieda di", "chiedete di", "confermare con", "confermare a", "accordarsi con", "parlare con", "rivolgersi a", "sentire con", "avvisare",
    "vraag naar", "vragen naar", "vraagt u naar", "overleg met", "overleggen met", "afstemmen met", "afspreken met", "contact op met", "melden bij", "afgeven bij", "doorgeven aan",
    "perguntar por", "perguntar pelo", "perguntar pela", "pergunte por", "pergunte pelo", "pergunte pela", "pergunta pelo", "pergunta pela", "procurar pelo", "procurar pela", "confirmar com", "combinar com", "falar com", "falem com", "fale com", "avisar o", "avisar a", "tratar com",
    "pytać o", "pytaj o", "pytajcie o", "zapytać o", "potwierdzić z", "uzgodnić z", "fråga efter", "stäm av med", "prata med", "spørg efter", "spør etter",
)  # fmt: skip
_HEADS = Heads(f"{phrase} " for phrase in _ASKING)
_ASKED = re.compile(
    rf"(?i:{any_of(_ASKING)})[ ](?:(?:o|a|el|la|il|la|der|die|de|a la|al)[ ])?(?=[^\W\d_a-zß-ÿ])"
)
# the verb stands behind the name: `nach Torsten fragen`, `mit Annika abklären`
_VERBS = ("fragen", "verlangen", "abklären", "klären", "absprechen", "abstimmen", "besprechen", "vereinbaren", "melden", "anmelden", "abgeben", "abholen", "vragen", "afstemmen", "overleggen", "bespreken", "afspreken", "melden", "navragen")  # fmt: skip
_LATE = Heads(_VERBS)
_VERB_LAST = re.compile(
    rf"(?<![^\W_])(?i:nach|mit|bei|naar|met|bij)[ ](?:(?i:der|dem)[ ])?(?P<name>{FULL})[ ](?:zu[ ]|te[ ])?(?:{'|'.join(_VERBS)})(?![^\W_])"
)
_BEFORE_VERB = 64


def recognize(text: str) -> Iterator[Hit]:
    """Yield who is asked for, by a given name and what is behind it."""
    lower = lowered(text)
    for at in _HEADS.places(lower):
        asked = _ASKED.match(text, at)
        name = known(text, asked.end()) if asked is not None else None
        if name is not None:
            yield Hit(*name, "PERSON", 0.42, "name, asked for", "label said")
    for at in _LATE.places(lower):
        verb = _VERB_LAST.search(text, max(0, at - _BEFORE_VERB), at + 16)
        if verb is not None and is_known(verb["name"]):
            yield Hit(*verb.span("name"), "PERSON", 0.42, "name, asked for", "label said")
