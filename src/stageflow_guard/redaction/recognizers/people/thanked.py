"""Who is thanked or gets a copy: `thanks to Aoife and to Rory McNeil`, `danke Kalle`, `cc Lotte van Dam`. Pure.

Behind these words a name stands, and more behind `and`; a firm, a team or a thing is thanked, too, so
one word alone has to be a given name, or be thanked for something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of, only_at
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import capitalised
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.somebody import is_person, is_somebody
from stageflow_guard.redaction.recognizers.people.words import BUSINESS, EVERYBODY
from stageflow_guard.redaction.recognizers.phrases import lowered

_THANKS = (
    "thanks to", "many thanks to", "big thanks to", "thank you to", "special thanks to", "shout-out to", "shoutout to", "hats off to", "kudos to", "well done to", "congratulations to", "congrats to", "credit to", "thanks also to",
    "danke", "danke an", "vielen dank an", "dank an", "herzlichen dank an", "danke auch an", "ein dank an", "dank geht an", "danke dir", "glückwunsch an", "gratulation an",
    "merci à", "un grand merci à", "merci aussi à", "mille mercis à", "bravo à", "félicitations à", "remerciements à", "gracias a", "muchas gracias a", "gracias también a", "mil gracias a", "enhorabuena a", "felicidades a", "agradecimiento a",
    "grazie a", "grazie mille a", "grazie anche a", "un grazie a", "ringraziamo", "complimenti a", "un ringraziamento a", "dank aan", "met dank aan", "bedankt", "hulde aan", "veel dank aan", "dank ook aan", "dank je wel", "complimenten aan", "gefeliciteerd",
    "obrigado a", "obrigada a", "obrigado ao", "obrigada ao", "obrigado à", "obrigada à", "muito obrigado a", "parabéns a", "parabéns ao", "parabéns à", "agradecimento a", "agradecemos a", "agradecemos ao", "agradecemos à",
)  # fmt: skip
_COPIES = ("cc", "cc:", "bcc", "kopie an", "copie à", "copia a", "copia per", "cópia para", "kopie aan", "a/c", "ao cuidado de", "a la att. de", "t.n.v.", "t.a.v.")  # fmt: skip
_HEADS = Heads((*_THANKS, *_COPIES))
_THANKED = re.compile(rf"{any_of(_THANKS)}[ ](?:(?:dr|mr|mrs|ms|prof|frau|herr|herrn|mme|m|sra?|dª|d|dña|sig|mevr|dhr|dona|don)\.?[ ])?(?=[^\W\d_])")  # fmt: skip
_COPIED = re.compile(rf"{any_of(_COPIES)}[ ](?=[^\W\d_])")
_AND = re.compile(
    r"(?:[^\n.!?;,]{0,40}?,)?[ ](?:(?:and|und|et|y|e|en|as well as|sowie|ainsi que|así como|nonché|evenals|bem como)[ ](?:also[ ]|auch[ ]|aussi[ ]|también[ ]|anche[ ]|ook[ ]|também[ ]|danke[ ]|thanks[ ]|gracias[ ]|merci[ ]|grazie[ ])?)(?:(?:to|an|à|a|aan|ao|al)[ ])?(?=[^\W\d_a-zß-ÿ])|,[ ](?=[^\W\d_a-zß-ÿ])"
)
_FOR = re.compile(
    r",?[ ](?:for|für|pour|por|per|voor|pela|pelo|who|der|die|qui|que|che|wie|quem|and|und|et|y|e|en|fürs|dass|die)[ ]|[ ]?[.!,;]|[ ]?(?:$|\n)"
)
_FORS = re.compile(r",?[ ](?:for|für|fürs|pour|por|per|voor|pela|pelo|de|d['’])(?![^\W_])")
_MOST = 4
# everybody, and what else is thanked with a capital
_ALL = frozenset(["alle", "allen", "all", "allemaal", "euch", "ihnen", "dir", "ihr", "everyone", "god", "gott", "dieu", "dios", "dio", "deus", "tous", "todos", "tutti", "uw", "jullie", "u", "lei", "voi", "usted", "ustedes", "você", "vocês", "der", "die", "das", "the", "our", "unser", "unserem", "unseren", "notre", "nuestro", "nostro", "nosso"])  # fmt: skip


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such names."""
    lower = lowered(text)
    for at in _HEADS.places(lower):
        if lower[at - 1 : at].isalnum() or lower[at - 1 : at] in ("/", "-", "."):
            continue
        match, copied = _THANKED.match(lower, at), False
        if match is None:
            match, copied = _COPIED.match(lower, at), True
        if match is None or not text[match.end()].isupper():
            continue
        yield from _names(text, match.end(), copied=copied)


def _names(text: str, at: int, *, copied: bool) -> Iterator[Hit]:
    found: list[tuple[int, int]] = []
    given = False
    for _ in range(_MOST):
        name = capitalised(text, at)
        if name is None or name[0] != at:
            break
        word = text[slice(*name)]
        parts = word.lower().split()
        if (
            parts[0] in _ALL
            or any(part in EVERYBODY or part in BUSINESS for part in parts)
            or word.isupper()
        ):
            break
        known = parts[0] in GIVEN_NAMES or parts[0].partition("-")[0] in GIVEN_NAMES
        if len(parts) > 1 and not is_person(word):
            break
        if len(parts) == 1 and not is_somebody(word):
            break
        if len(parts) == 1 and not known and not given:
            break
        if (
            len(parts) > 1
            and not known
            and not given
            and not copied
            and _FORS.match(text, name[1]) is None
        ):
            break
        given = given or known or len(parts) > 1
        if _FOR.match(text, name[1]) is None and not copied:
            break
        found.append(name)
        behind = _AND.match(text, name[1])
        if behind is None:
            break
        at = behind.end()
    for start, end in found:
        yield Hit(start, end, "PERSON", 0.42, "name, thanked", "label thanks")
