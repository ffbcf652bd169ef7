"""Names in small letters, as they are typed in a hurry: `hi tamsin,`, `moi c'est karim`, `name: nadia ferreira`. Pure.

A frame says that a name follows, a list of given names that one does; a word that means something
in the language of the frame is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.words import BUSINESS, EVERYBODY, STOP
from stageflow_guard.redaction.recognizers.phrases import lowered

_GIVEN = r"(?P<given>[a-zß-ÿ\u0100-\u017f]{3,20}(?:-[a-zß-ÿ\u0100-\u017f]{3,20})?)"
_SURNAME = r"(?P<surname>[ ](?:(?:de|da|di|van|von|der|den|del|la|le|el|al|bin)[ ]){0,2}[a-zß-ÿ\u0100-\u017f][a-zß-ÿ\u0100-\u017f'’-]{2,24})?"
_ENDS = r"(?=[ ]?(?:[,.!?;:)\"|]|\n|$)|[ ](?:from|here|at|with|again|calling|aus|von|vom|de|du|del|della|da|do|dal|van|uit|och|from)(?![^\W_]))"
_HELLO = r"(?:hi|hiya|hello|hey|dear|yo|hallo|hoi|moin|servus|liebe[rs]?|lieve|beste|salut|coucou|bonjour|cher|chère|hola|buenas|querid[oa]|ciao|car[oa]|olá|oi|oie|good morning|good evening|guten morgen|bom dia)"
_I_AM = r"(?:i['’]?m|i am|it['’]?s|it is|this is|my name is|name['’]?s|c['’]est|je suis|je m['’]appelle|ich bin(?: die| der)?|hier ist(?: die| der)?|hier spricht|ich heiße|soy|me llamo|sono|mi chiamo|sou(?: o| a)?|me chamo|ik ben|ik heet)"
_CLOSING = r"(?:(?:kind |best |warm |many )?regards|cheers|thanks(?: a lot| again)?|thank you|thx|ta|best|love|xx?|grüße|(?:viele|liebe|beste) grüße|gruß|lg|vg|mfg|cordialement|merci|bises|bisous|saludos|gracias|un abrazo|saluti|grazie|un saluto|groet(?:en|jes)?|mvg|bedankt|abraços?|obrigad[oa]|atenciosamente)"
_FIELD = r"(?:full[ _]?name|customer[ _]?name|client[ _]?name|patient[ _]?name|contact[ _]?name|name|patient|customer|client|caller|guest|applicant|kunde|kundin|patientin|nom|nombre|nome|naam|cliente|paciente|paziente|klant)"
_FRAMES = (
    # who is greeted; who says who it is; who is there; who signs; whose field it is
    re.compile(rf"(?:(?<=^)|(?<=\n)|(?<=[\"“>] )|(?<=[\"“>])){_HELLO}[ ]{_GIVEN}{_SURNAME}{_ENDS}"),
    re.compile(rf"(?<![^\W_]){_I_AM}[ ]{_GIVEN}{_SURNAME}{_ENDS}"),
    re.compile(rf"(?:(?<=^)|(?<=\n)|(?<=[,.!?;:] )){_GIVEN}{_SURNAME}[ ](?:here|hier|ici|aquí|qui|aqui|speaking)(?=[ ,.!?\n]|$)"),
    re.compile(rf"(?:(?<=^)|(?<=\n)|(?<=[.!?] )){_CLOSING}[,.!]?[ ]?\n{{1,2}}(?:[-–—~][ ]?)?{_GIVEN}{_SURNAME}(?=[ ]*(?:\n|$))"),
    re.compile(rf"(?<![^\W_]){_FIELD}[\"']?[ ]?[:=][ ]?[\"']?{_GIVEN}{_SURNAME.removesuffix('?')}(?=[ ]*(?:[\"'\n,;|&)}}]|$))"),
)  # fmt: skip
_HEADS = tuple(
    Heads(words)
    for words in (
        ("hi", "hello", "hey", "dear", "yo ", "hallo", "hoi", "moin", "servus", "liebe", "lieve", "beste", "salut", "coucou", "bonjour", "cher ", "chère ", "hola", "buenas", "querid", "ciao", "car", "olá", "oi", "good ", "guten ", "bom "),
        ("i'm", "i’m", "im ", "i am", "it's", "it’s", "its ", "it is", "this is", "my name", "name's", "name’s", "names ", "c'est", "c’est", "je ", "ich ", "hier ", "soy", "me ", "sono", "mi chiamo", "sou", "ik "),
        (),
        ("regards", "kind ", "best", "warm ", "many ", "cheers", "thank", "thx", "ta", "love", "x", "grüße", "viele ", "liebe ", "beste ", "gruß", "lg", "vg", "mfg", "cordialement", "merci", "bises", "bisous", "saludos", "gracias", "un ", "saluti", "grazie", "groet", "mvg", "bedankt", "abraço", "obrigad", "atenciosamente"),
        ("full", "customer", "client", "patient", "contact", "name", "caller", "guest", "applicant", "kund", "nom", "naam", "pac", "paz", "klant"),
    )
)  # fmt: skip
_THERE = Heads(("here", "hier", "ici", "aquí", "qui", "aqui", "speaking"))
_THERE_IS = re.compile(r"(?:here|hier|ici|aquí|qui|aqui|speaking)(?=[ ,.!?\n]|$)")
# given names that are words of a language that such frames are of
_WORDS = frozenset(["elif", "pascal", "rosemary", "sherry", "jasmijn", "felix", "mario", "bianca", "claire", "clemente", "margherita", "ella", "mira", "bella", "otto", "sara", "mia", "nella", "elke", "donna", "norma", "linda", "rosa", "vera", "clara", "harm", "job", "victor", "robin", "crystal", "amber", "daisy", "angel", "fleur", "regina", "gloria", "marina", "serena", "alma", "paloma", "dante", "bruno", "stella", "luna", "dick", "drew", "gene", "iris", "rita", "dora", "tina", "pia", "ute", "lena", "bart", "roos", "daan", "tom", "sam", "max", "ben", "nick", "jo", "al", "ali", "ana", "eva", "lea", "lia", "ida", "ada", "mai", "may", "leo", "lou", "ray", "roy", "ron", "sue", "kim", "kit", "kay", "dee", "bea", "ed", "art", "bill", "rob", "bob", "don", "ian", "pat", "mona", "sol", "toni", "dario", "lino", "nino", "gino", "pino", "dino", "remo", "tito", "zeno", "nora", "lola", "lulu", "mimi", "fifi", "kiki", "dirk", "ward", "karl", "hope", "daria", "alex", "sasha", "jean", "ange", "reine", "aude", "maud", "line", "célia", "celia", "fanny", "olive", "prune", "clémence", "constance", "patience", "prudence", "félicité", "loveday", "merit", "mercy", "verity", "honor", "honour", "august", "augusta", "tilde", "clove", "melody", "harmony", "ruby", "pearl", "opal", "jewel", "coral", "sienna", "summer", "autumn", "winter"])  # fmt: skip
_OF_FIELDS = frozenset(["norma", "margherita", "ariel", "alice", "allen"])
ALONE = GIVEN_NAMES - _WORDS  # no words of a language
_IN_FIELDS = GIVEN_NAMES - _OF_FIELDS
_NO_SURNAME = STOP | BUSINESS | EVERYBODY | frozenset(["lib", "blue", "bradley", "deployment", "service", "pizza", "técnica", "job", "build", "server", "app", "model", "test", "file", "config", "cluster", "node", "pod", "queue", "topic", "table"])  # fmt: skip
_REACH = 72


def recognize(text: str) -> Iterator[Hit]:
    """Yield such names, of one word or with the surname behind it."""
    lower = lowered(text)
    for frame, heads in zip(_FRAMES, _HEADS, strict=True):
        for at in heads.places(lower):
            match = (
                frame.match(text, at) if text[at].islower() else _of_capital(frame, text, lower, at)
            )
            if match is not None:
                yield from _name(match)
    for at in _THERE.places(lower):
        if _THERE_IS.match(lower, at) is None:
            continue
        for match in _FRAMES[2].finditer(text, max(0, at - _REACH), min(len(text), at + 10)):
            yield from _name(match)


def _of_capital(frame: re.Pattern[str], text: str, lower: str, at: int) -> re.Match[str] | None:
    """Return the match of a frame that begins with a capital: the name behind it is small all the same."""
    match = frame.match(lower, at)
    return (
        match
        if match is not None and text.startswith(match["given"], match.start("given"))
        else None
    )


def _name(match: re.Match[str]) -> Iterator[Hit]:
    given, surname = match["given"], (match["surname"] or "").strip()
    of_a_field = match.re is _FRAMES[-1]  # two words, and what they are is said
    if of_a_field and surname in _NO_SURNAME:
        return
    if given.partition("-")[0] not in (_IN_FIELDS if of_a_field else ALONE):
        return
    last = "surname" if surname and surname not in _NO_SURNAME else "given"
    yield Hit(
        match.start("given"),
        match.end(last),
        "PERSON",
        0.42,
        "name, in small letters",
        "given name",
    )
