"""Given names that are announced, in small letters too: `just ask for brianna`, `hier ist nochmal die Vroni vom Verein`. Pure.

Goods and offices are asked for as well, and anything can be here: the name has to be one of the list
of given names or of the short forms that people have for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.small_letters import ALONE
from stageflow_guard.redaction.recognizers.phrases import lowered

# as friends call each other; none is a word of its language
_SHORT = frozenset(["rosi", "resi", "susi", "gabi", "uschi", "moni", "conny", "connie", "basti", "vroni", "steffi", "steffie", "kathi", "evi", "traudi", "hansi", "seppi", "sepp", "maxi", "lissi", "heidi", "heini", "wolle", "manni", "olli", "flo", "andi", "rudi", "willi", "gitti", "gitte", "burgi", "luisi", "mizzi", "poldi", "schorsch", "hannes", "jupp", "bärbel", "kalle", "ulli", "uli", "michi", "matze", "nessa", "sanni", "trixi", "babsi", "elli", "friedel", "gundi", "inge", "lotti", "molli", "nati", "tini", "toby", "gaz", "shaz", "dev", "becs", "becky", "kev", "gareth", "shell", "mags", "bren", "nic", "tash", "titi", "lolo", "manu", "nico", "steph", "seb", "véro", "domi", "cécé", "lulu", "jojo", "paco", "pepe", "pepa", "lupe", "chelo", "concha", "conchi", "charo", "chus", "nacho", "quique", "curro", "merche", "mari", "loli", "pili", "toñi", "peppe", "pino", "nando", "mimmo", "titti", "giusy", "rosy", "lella", "cinzia", "truus", "riet", "bep", "joke", "wim", "sjors", "henkie", "miep", "toos", "zé", "chico", "tonho", "juju", "juca", "momo", "pierangela", "duda", "bia", "cida", "neide", "nando", "léo", "guga", "tati", "lu", "rô"])  # fmt: skip
_ASKING = r"(?:ask(?:ing)?[ ](?:to speak (?:to|with)|for)|frage?n?(?: sie)?(?: einfach| dann| bitte)? nach|(?:demander?|demandez)(?: juste| alors)?|(?:preguntar?|preguntad|pregunte)(?: entonces)? por|(?:chiedere|chiedi|chieda|chiedete)(?: pure| allora)? di|vra(?:ag|gen)(?: dan| maar| gewoon| even){0,2} naar|(?:perguntar?|pergunte|procurar?|procure|chamar?|chame) (?:por|pelo|pela|o|a))"
_AGAIN = r"(?:[ ](?:nochmal|nochmals|noch einmal|noch mal|wieder|mal wieder|nur|again|encore|de novo|outra vez|otra vez|de nuevo|di nuovo|ancora|weer|nog een keer|nog even))?"
_HERE = rf"(?:(?<!\w[ ])(?<!\w)é(?=[ ][oa][ ])|hier[ ](?:ist|is|spricht|spreekt|nochmal){_AGAIN}|(?:aqui (?:é|quem fala é|fala)|quem fala é|aquí (?:es|habla|está)|qui (?:è|parla)|sono{_AGAIN}|ici c['’]est|c['’]est{_AGAIN}|ici){_AGAIN}|ich bin['’]?s?{_AGAIN}|soy{_AGAIN}|sou(?: eu)?{_AGAIN}|ik ben het{_AGAIN}|met)"
_ARTICLE = r"(?:der|die|el|la|il|le|o|a|de|us|onze|eure|euer|l['’])"
_NAME = r"(?P<name>[^\W\d_][^\W\d_A-ZÀ-Þ]{2,20}(?:-[^\W\d_]{3,20})?)(?![\w@'’-])"
_OF = r"(?:vom|von|aus|da|do|das|dos|de|del|de la|della|dello|dal|dalla|dell['’]\w+|du|des|d['’]\w+|van|uit|from|of)"
_ASKED = re.compile(
    rf"(?i:{_ASKING})[ ](?:{_ARTICLE}[ ])?{_NAME}(?=[ ]?(?:[.,;!?)\"]|$|\n)|[ ](?:at|in|when|if|from|an|am|im|bei|à|au|en|al|all|alla|in|bij|op|aan|no|na|de|du|da|do|van|von|vom|der|and|und|et|y|e)[ ])"
)
_SPEAKS = re.compile(
    rf"(?i:{_HERE})[ ](?:{_ARTICLE}[ ])?{_NAME}(?=[ ]?(?:[,.!?]|$|\n)|[ ]{_OF}[ ])"
)
_ASKS = Heads(("ask", "frag", "demand", "pregunt", "chied", "vraag", "vragen", "pergunt", "procur", "cham"))  # fmt: skip
_HERES = Heads(("hier ", "aqui ", "quem ", "é ", "aquí ", "qui ", "sono", "ici", "c'est", "c’est", "ich bin", "soy", "sou", "ik ben", "met "))  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield such names."""
    lower = lowered(text)
    for heads, pattern in ((_ASKS, _ASKED), (_HERES, _SPEAKS)):
        for at in heads.places(lower):
            match = pattern.match(text, at)
            if match is not None and _is_given(match["name"]):
                yield Hit(*match.span("name"), "PERSON", 0.42, "name, announced", "label said")


def _is_given(name: str) -> bool:
    """Say whether a name is a given one; in small letters one that is no word."""
    plain = name.lower().partition("-")[0]
    return plain in (ALONE if name.islower() else GIVEN_NAMES) or plain in _SHORT
