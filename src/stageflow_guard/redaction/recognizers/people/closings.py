"""Who wrote a message that ends with a name in its last line: `Können Sie mir helfen? Heike Lüders`. Pure.

Much else ends with a name. What is closed by a formula, or is said by somebody to somebody, was signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import FULL, capitalised
from stageflow_guard.redaction.recognizers.people.known import is_known
from stageflow_guard.redaction.recognizers.people.somebody import is_person

_LAST = re.compile(rf"(?P<sign>[.!?…),])[ ]{{1,2}}(?:[-–—][ ]?)?(?P<name>{FULL})$")
# what a letter's last sentence says, before a comma
_FORMULA = re.compile(
    r"(?i)(?<![^\W_])(?:freue ich mich(?: sehr)?|freuen wir uns(?: sehr)?|(?:ich mich|wir uns)(?: sehr)? freuen|zur verfügung|verbleib(?:e ich|en wir)|bis (?:bald|dann|morgen|später)|danke(?: im voraus| schön)?|vielen dank(?: im voraus)?"
    r"|(?:à|a) (?:votre|ta|votre entière) disposition[^,.!?\n]{0,40}|dans l['’]attente[^,.!?\n]{0,60}|à (?:bientôt|demain|très vite|plus tard)|merci (?:d['’]avance|beaucoup|par avance)"
    r"|(?:quedo|quedamos|estoy|a|en) (?:a )?(?:la )?espera[^,.!?\n]{0,50}|a su disposición[^,.!?\n]{0,40}|hasta (?:pronto|luego|mañana)|(?:muchas )?gracias(?: de antemano)?"
    r"|in attesa[^,.!?\n]{0,60}|a disposizione[^,.!?\n]{0,40}|a (?:presto|domani)|grazie (?:mille|in anticipo|in anticipo)|in afwachting[^,.!?\n]{0,50}|(?:hoor|zie|verneem) ik graag[^,.!?\n]{0,30}|tot (?:snel|ziens|morgen|dan)|(?:alvast|hartelijk) (?:be)?dankt?"
    r"|(?:fico|ficamos|estou) (?:a aguardar|no aguardo|à disposição)[^,.!?\n]{0,50}|aguardo[^,.!?\n]{0,50}|até (?:breve|logo|já|amanhã)|(?:muito )?obrigad[oa](?: desde já)?"
    r"|looking forward[^,.!?\n]{0,50}|(?:i|we) (?:very much )?look forward[^,.!?\n]{0,50}|hope to hear[^,.!?\n]{0,40}|(?:see|talk to|speak to) you (?:soon|then|later|tomorrow)|thank(?:s| you)(?: so much| very much| in advance| again)?"
    r"|czekam na[^,.!?\n]{0,50}|(?:z góry )?dziękuję|ser fram emot[^,.!?\n]{0,50}|tack på förhand)[ ]?[,.!]$"
)
# words of somebody who writes to somebody
_SPOKEN = re.compile(
    r"(?<![^\W_])(?:I|[Mm]y|me|[Yy]ou|[Yy]our|[Pp]lease|[Ww]e|[Oo]ur|[Ii]ch|[Mm]ein\w{0,2}|mir|mich|[Ww]ir|uns|[Uu]nser\w{0,2}|Sie|Ihnen|Ihre?[nrm]?|[Bb]itte|[Jj]e|[Jj]['’]ai|[Mm]on|[Mm]es|moi|[Vv]ous|-vous|[Vv]otre|[Vv]os|[Nn]ous|[Yy]o|[Mm]is?|[Mm]e|nos|usted|ustedes|[Pp]ueden?|[Pp]odrían?|por favor|[Ii]o|[Mm]io|[Mm]ia|[Mm]i|[Vv]i|[Pp]otete|[Pp]otreste|[Pp]uò|per favore|[Ii]k|[Mm]ijn|uw?|[Ww]ij|[Kk]unt|graag|[Ee]u|[Mm]eu|[Mm]inha|[Pp]odem?|[Pp]oderiam?|[Pp]roszę|[Mm]oj[ae]|[Mm]ój|[Jj]ag|[Mm]in|[Mm]itt)(?![^\W_])"
)
_REACH = 160  # characters of what was said
_LEAST = 16  # of a message that is more than a heading
_LONGEST = 72  # of a name and what parts it


def recognize(text: str) -> Iterator[Hit]:
    """Yield the name of two words that ends a text, where somebody speaks in it."""
    end = len(text.rstrip(" \n\r"))
    if not text[max(0, end - 1) : end].isalpha():
        return
    last = _LAST.search(text, max(0, end - _LONGEST), end)
    if last is None or last.start() < _LEAST or text.find("\n", last.start(), end) >= 0:
        return
    name = capitalised(text, last.start("name"))
    if name is None or name[1] != end or " " not in last["name"]:
        return
    before = text[max(0, last.start() - _REACH) : last.end("sign")]
    told = _FORMULA.search(before) is not None and is_person(last["name"])
    if not told and last["sign"] not in ",)" and is_known(last["name"]):
        told = _SPOKEN.search(before) is not None
    if told:
        yield Hit(*name, "PERSON", 0.42, "name, sign-off", "position")
