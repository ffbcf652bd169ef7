"""Who introduces himself behind a greeting, in small letters too: `bonjour c'est maëlys trémoureux,`. Pure.

And whose name a document shows: `name as printed: Delphine Asante`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import capitalised
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.known import known
from stageflow_guard.redaction.recognizers.people.somebody import is_person, is_somebody
from stageflow_guard.redaction.recognizers.people.words import BUSINESS, PARTICLES, STOP
from stageflow_guard.redaction.recognizers.phrases import lowered, register, vocabulary

_GREETED_WITH = (
    "hi", "hello", "hey", "hiya", "hallo", "hoi", "moin", "servus", "guten morgen", "guten tag", "guten abend", "grüß gott", "grüezi", "bonjour", "bonsoir", "salut", "slt", "cc", "coucou", "cou", "bjr", "allô", "hola", "buenas tardes", "buenas noches", "buenas", "buenos días", "ciao", "salve", "buongiorno", "buonasera",
    "pronto", "olá", "ola", "oi", "bom dia", "boa tarde", "boa noite", "goedemorgen", "goedemiddag", "goedenavond", "goedendag", "cześć", "dzień dobry", "hej", "good morning", "good afternoon", "good evening",
)  # fmt: skip
_GREETING = rf"(?:{'|'.join(_GREETED_WITH)})(?: (?:all|there|again|zusammen|à tous|a todos|a tutti|allemaal))?"
_GREETINGS = frozenset(greeting.split(" ")[0] for greeting in _GREETED_WITH)
register(_GREETINGS)
_I_AM = r"(?:c['’]est|ici|moi c['’]est|je suis|soy|sono|sou (?:o|a)|aqui é (?:o|a)|hier ist|hier spricht|hier|ich bin|met|ik ben|it['’]?s|it is|this is|i['’]?m|i am|mówi|det är)"
_NAME = (
    r"(?P<name>[^\W\d_][^\W\d_'’-]{1,19}(?:[ '’-][^\W\d_][^\W\d_]{0,19}){0,2}[ -][^\W\d_]{3,24})"
)
_END = r"(?=[ ]?(?:[,.!?;:(]|$|\n)|[ ](?:from|here|at|in|calling|de|du|del|della|dal|da|do|vom|von|aus|van|uit|z)[ ])"
_INTRODUCED = re.compile(
    rf"{_GREETING}[ ]?[,!.]?[ ](?:{_I_AM}[ ]{_NAME}{_END}|{_NAME.replace('<name>', '<there>')}[ ](?:here|hier|ici|aquí|qui|aqui)(?=[ ,.!]|$))",
    re.IGNORECASE,
)
# one name is enough before a word that says where somebody is: `Hiya, it's Aoife here`
_BY_ONE_NAME = re.compile(
    rf"(?i:{_GREETING}[ ]?[,!.]?[ ]{_I_AM})[ ](?P<one>[^\W\d_a-zß-ÿ][^\W\d_A-Z]{{2,20}})[ ](?:here|hier|ici|aquí|qui|aqui|from|aus|speaking)(?![^\W_])"
)
# a given name is enough, as it is typed in a hurry: `slt c Manon j'ai changé de tel`
_BY_GIVEN_NAME = re.compile(
    rf"(?i:{_GREETING}[ ]?[,!.]?[ ](?:{_I_AM}|c|cest|ces|het is|det är|soy yo)(?:[ ](?:la|le|der|die|il|de|o|a))?)[ ,]{{1,2}}(?=[^\W\d_a-zß-ÿ])"
)
# `hier Svenja Ruprecht, guten Tag`
_HERE = re.compile(
    r"(?:^|(?<=[\n\"“])|(?<=[.!?][ ]))(?i:hier|ici|aquí|aqui|qui)[ ](?P<name>[^\W\d_a-zß-ÿ][^\W\d_]+(?:-[^\W\d_]+)?(?:[ ](?:(?:van|von|de|da|di|der|den|del)[ ]){0,2}[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’-][^\W\d_]+)?){1,2})(?=[,.!])"
)
_HERES = frozenset(["hier", "ici", "aquí", "aqui", "qui"])
register(_HERES)
_OPENINGS = re.compile(r"(?:^|[\n\"“]|[.!?:>][ ])(?=[HhMmSsGgBbCcAaOoDdVvPp][aeiouyrlzéüàacj])")
# no words of a name: what else follows "it's" in small letters
_VERBAL = re.compile(
    r"(?i)(?:ing|ed|ly|ung|ment|tion|amente|mente|able|ible|isch|lich|ando|endo|ado|ada|ido|ida|ato|ata|ito|ita|uto|uta|é|eh|ée|és|ant)$"
)
_SHOWN = re.compile(
    r"(?i)(?<![^\W_])(?:name|nom|nombre|nome|naam) (?:as|on|in|wie|auf|im|laut|tel|sur|como|en|come|da|sul|su|zoals|op|conforme|no|na)(?:[ ][^\W\d_:]{1,14}(?:['’][^\W\d_]{1,12})?){1,6}[ ]?[:=][ ]"
)
_NAMES = Heads(("name ", "nom ", "nombre ", "nome ", "naam "))


def recognize(text: str) -> Iterator[Hit]:
    """Yield who introduces himself, and whose name a document shows."""
    lower = lowered(text)
    greeted = not _GREETINGS.isdisjoint(vocabulary(text))
    for opening in _OPENINGS.finditer(text) if greeted else ():
        match = _INTRODUCED.match(text, opening.end())
        group = None if match is None else "name" if match["name"] else "there"
        if match is not None and group is not None and _is_name(match[group]):
            yield Hit(*match.span(group), "PERSON", 0.45, "name, introduced", "label said")
        alone = _BY_ONE_NAME.match(text, opening.end()) if match is None else None
        if alone is not None and is_somebody(alone["one"]):
            yield Hit(*alone.span("one"), "PERSON", 0.45, "name, introduced", "label said")
        said = _BY_GIVEN_NAME.match(text, opening.end()) if match is None else None
        given = known(text, said.end()) if said is not None else None
        if given is not None:
            yield Hit(*given, "PERSON", 0.45, "name, introduced", "label said")
    for here in _HERE.finditer(text) if not _HERES.isdisjoint(vocabulary(text)) else ():
        if here["name"].split(" ")[0].lower() in GIVEN_NAMES and is_person(here["name"]):
            yield Hit(*here.span("name"), "PERSON", 0.42, "name, introduced", "label said")
    for at in _NAMES.places(lower):
        shown = _SHOWN.match(text, at)
        name = capitalised(text, shown.end()) if shown is not None else None
        if name is not None and " " in text[slice(*name)]:
            yield Hit(*name, "PERSON", 0.5, "name, shown", "label name")


def _is_name(name: str) -> bool:
    """Say whether no word is one of a language or a business; in small letters none may end as a verb does."""
    words = re.split(r"[ -]", name)
    if any(w.lower() in STOP or w.lower() in BUSINESS for w in words):
        return False
    small = name.islower()
    first, last = words[0], words[-1]
    if first.lower() in PARTICLES or last.lower() in PARTICLES:
        return False
    return not small or not any(_VERBAL.search(w) or w in _COMMON for w in words)


# what people say of a thing behind a greeting, in small letters
_COMMON = frozenset(["about", "again", "ages", "ahora", "ainda", "alles", "almost", "alt", "altijd", "ancora", "aquí", "back", "bad", "bardzo", "beau", "bello", "bien", "bientôt", "big", "bit", "bizarre", "bom", "bon", "bra", "break", "broken", "brutto", "caldo", "cassé", "cedo", "chaud", "client", "cliente", "closed", "cold", "colleague", "combien", "customer", "dank", "dicht", "dobrze", "doctor", "dommage", "done", "down", "dringend", "driver", "dåligt", "déjà", "early", "easy", "egal", "empty", "encore", "erg", "etwas", "eux", "final", "fine", "fini", "first", "freddo", "free", "friday", "friend", "frio", "froid", "früh", "full", "ganz", "goed", "good", "grave", "great", "groet", "groeten", "guest", "gut", "génial", "haast", "hard", "hartelijke", "heel", "heiß", "heute", "high", "home", "hot", "hour", "igen", "immer", "importante", "io", "issue", "jammer", "jemand", "jou", "just", "kalt", "kapot", "kaputt", "keiner", "koud", "laat", "last", "late", "leer", "leider", "less", "leuk", "little", "long", "low", "lui", "lunch", "mai", "mal", "manager", "member", "mij", "moi", "molto", "monday", "mooi", "more", "morgen", "much", "mucho", "muito", "muy", "nada", "nearly", "neighbour", "neu", "next", "nice", "nichts", "niente", "niets", "noch", "nog", "noi", "normal", "nous", "nova", "novo", "nueva", "nuevo", "nunca", "nur", "offen", "office", "only", "ons", "open", "otra", "otro", "outra", "over", "owner", "parti", "patient", "peak", "poco", "pouco", "pour", "presto", "problem", "pronto", "quente", "question", "quick", "quite", "quoi", "ready", "rien", "roto", "rotto", "ruim", "rush", "same", "schade", "schlecht", "schön", "season", "sehr", "sempre", "sent", "short", "siempre", "slecht", "slow", "small", "sorry", "spoed", "spät", "still", "student", "super", "sure", "tard", "tarde", "tardi", "tenant", "thing", "tidigt", "time", "today", "todo", "toi", "tomorrow", "too", "toujours", "tout", "trasigt", "trop", "tudo", "tutto", "tôt", "under", "urgent", "urgente", "very", "vez", "visitor", "voll", "vous", "vriendelijke", "vroeg", "warm", "way", "weer", "wieder", "work", "yo", "znowu", "zu", "źle"])  # fmt: skip
