"""Names that a sentence says: `my name is`, `this is … calling`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import (
    TOUCHING,
    capitalised,
    in_script,
    of_any_case,
    phrases,
    scripted,
)
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.words import (
    BUSINESS,
    STOP,
)
from stageflow_guard.redaction.recognizers.phrases import (
    Index,
    lowered,
)

# a phrase that says that a name follows; any other may be followed by anything
_FIRST_PERSON = re.compile(r"^(?!the |name|maiden|full|surname|last|first)")
_SURE_SAID = re.compile(
    r"name|nombre|nom\b|nome|naam|heiß|heiss|heet|appelle|llamo|chiamo|chamo|nazywam|heter|hedder|adım|ismim|jmenuj|numesc|зовут|имя|imię|λένε|სახელი|მქვია|ան[ոn]ւն|ስሜ|ስም|नाम|叫|名|이름|اسم|שמ|ชื่อ|שלי|called|prénom|姓"
)
_SAID = Index({"said": phrases("said")})

_AFTER_SAID = re.compile(r"[ ]?[:：]?[ \n]{0,2}(?:-[ ])?")
# who speaks: a greeting before "this is", a reason for the call behind the name
_GREETINGS = (
    "hi", "hello", "hey", "hallo", "hola", "yes",
    "bonjour", "buongiorno", "bonsoir", "salve", "ciao",
)  # fmt: skip
_CALLING = re.compile(
    r"[ ,]+(?:from|de|du|del|della|dello|dal|von|van|vom|da|calling|speaking|here|with|again|my|your|à l['’]appareil|am apparat|al aparato|al telefono|ao telefone|aan de lijn)(?!\w)"
)
_CONTEXT = re.compile(
    r"[,.!?]?(?:\s*$|\n)|,|[.!?]|[ ](?:over|about|returning|following|just|on|in|and|from|here|calling|speaking|with|at|y|de|et|und|aus|vom|von|e|en|van|i|z|och|från|ve|from|again|btw|del|della|dal|da|do|à l['’]appareil|am apparat|al aparato|ao telefone|aan de lijn)(?![^\W_])"
)

# what somebody is, and not what he is called: `I'm Canadian`
_PEOPLES = frozenset(["american", "canadian", "mexican", "brazilian", "argentinian", "chilean", "colombian", "british", "english", "scottish", "welsh", "irish", "french", "german", "austrian", "swiss", "dutch", "belgian", "danish", "swedish", "norwegian", "finnish", "icelandic", "polish", "czech", "slovak", "hungarian", "romanian", "bulgarian", "greek", "turkish", "cypriot", "italian", "spanish", "portuguese", "maltese", "russian", "ukrainian", "belarusian", "georgian", "armenian", "israeli", "lebanese", "syrian", "egyptian", "moroccan", "tunisian", "algerian", "nigerian", "ghanaian", "kenyan", "ethiopian", "indian", "pakistani", "bangladeshi", "nepali", "chinese", "japanese", "korean", "vietnamese", "thai", "filipino", "indonesian", "malaysian", "singaporean", "australian", "european", "african", "asian", "latino", "latina", "catholic", "muslim", "jewish", "hindu", "buddhist", "protestant", "vegan", "vegetarian"])  # fmt: skip


def said(text: str) -> Iterator[Hit]:
    """Yield names behind `my name is` and its like; behind `this is` only where somebody speaks."""
    for match in _SAID.find(text):
        phrase = lowered(text)[match.start : match.end]
        if text[match.start - 1 : match.start] == "_":
            continue  # a part of a variable's name
        gap = _AFTER_SAID.match(text, match.end)
        at = gap.end() if gap is not None else match.end
        touching = TOUCHING.match(text[match.end - 1 : match.end]) is not None
        if at == match.end and not touching:
            continue
        sure = _SURE_SAID.search(phrase) is not None
        name = in_script(text, at) if touching or scripted(text) else None
        if name is None:
            name = capitalised(text, at) if sure or "\n" not in text[match.end : at] else None
            if name is not None and not sure and not _alone(text, match.start, name, phrase):
                continue
        if name is None and sure and _FIRST_PERSON.search(phrase):
            name = of_any_case(text, at)
        if name is not None:
            yield Hit(*name, "PERSON", 0.5, "name, said", "label said")


# what these say may be about anything
_OF_ANYTHING = frozenset({"this is", "it's", "it is", "met", "c'est", "habla", "parla"})


def _alone(text: str, start: int, name: tuple[int, int], phrase: str) -> bool:
    """Say whether a name really follows "I am": what comes behind it ends a clause."""
    words = text[name[0] : name[1]].split(" ")
    if words[0].lower() in STOP or any(w.lower() in BUSINESS for w in words):
        return False
    if len(words) == 1 and words[0].lower() in _PEOPLES:
        return False
    given = words[0].lower() in GIVEN_NAMES
    if given and phrase not in _OF_ANYTHING:
        return True
    if phrase in _OF_ANYTHING:
        before = text[max(0, start - 12) : start].strip(" ,.!\n").lower()
        greeted = before in ("", '"', "«", "»", "“") or before.endswith(_GREETINGS)
        calling = _CALLING.match(text, name[1]) is not None
        # two words need one sign that somebody speaks; a single word needs both
        speaks = (greeted or calling) if len(words) >= 2 else (greeted and calling)
        if not speaks:
            return False
        if greeted and len(words) > 1 and (given or calling):
            return True
    return _CONTEXT.match(text, name[1]) is not None
