"""Names in chats that have no capitals: `hey moni, tell mr okafor …`, `ciao giangi, senti la prof bassi`. Pure.

A greeting and a comma stand around one, a title before the other; the line has no capital letter, so
its writer writes names as all words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of, only_at
from stageflow_guard.redaction.recognizers.generic.password_words import LITTLE
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.small_letters import ALONE
from stageflow_guard.redaction.recognizers.people.words import BUSINESS, EVERYBODY, STOP
from stageflow_guard.redaction.recognizers.phrases import lowered

_GREETINGS = (
    "hi", "hey", "hello", "hiya", "morning", "good morning", "evening", "yo", "oi", "hallo", "hallöchen", "moin", "servus", "grüß dich", "gruß dich", "grüss dich", "grüezi", "huhu", "na", "guten morgen", "tach", "salut", "coucou", "bonjour", "bonsoir", "kikou", "hola", "oye", "buenas", "buenos días", "ey", "eh", "ciao", "buongiorno", "salve", "ehi", "hoi", "hé", "hee", "dag", "goedemorgen", "olá", "ola", "oi", "bom dia", "boa tarde", "ó", "viva",
)  # fmt: skip
_TITLES = (
    "dr", "dr.", "mr", "mr.", "mrs", "mrs.", "ms", "miss", "prof", "prof.", "nurse", "frau", "herr", "herrn", "frau dr.", "doktor", "monsieur", "madame", "mme", "mlle", "docteur", "maître", "don", "doña", "dña.", "sr.", "sra.", "señor", "señora", "el doctor", "la doctora", "dott.", "dottor", "dottoressa", "signor", "signora", "sig.", "sig.ra", "la prof", "il prof", "maestra", "avvocato", "meneer", "mevrouw", "mevr.", "dhr.", "dokter", "juf", "meester", "dona", "sr", "sra", "senhor", "senhora", "doutor", "doutora", "dra.", "engenheiro",
)  # fmt: skip
_HEADS = Heads((*_GREETINGS, *_TITLES))
_GREETED = re.compile(rf"{any_of(_GREETINGS)}[ ](?P<name>[^\W\d_]{{3,14}}(?:-[^\W\d_]{{2,12}})?)(?=[ ]?[,!])")  # fmt: skip
_TITLED = re.compile(
    rf"{any_of(_TITLES)}[ ](?P<name>(?:(?:de|van|von|den|der|di|da|del|dos|ten)[ ]){{0,2}}[^\W\d_]{{3,16}}(?:-[^\W\d_]{{2,12}})?)(?![\w@'’-])"
)
_TOLD = re.compile(
    r"(?<![^\W_])(?:tell|told|call|called|calls|said|says|ask|asked|in|when|is|was|for|from|with|sag|sagt|sagen|gesagt|frag|dass|ruf|ist|war|hat|kommt|zu|bei|von|mit|dis|dit|dire|demande|appelle|rappelle|est|avec|pour|chez|que|dile|di|dice|dijo|pregunta|llama|con|para|está|pase|senti|dì|dille|digli|chiedi|chiama|ha|è|per|zeg|zegt|vraag|bel|dat|is|heeft|tegen|met|voor|van|diz|diga|disse|pergunta|liga|já|pode|com|para|veio|ligou|avisa)(?![^\W_])"
)
_NOBODY = frozenset(["maman", "mamie", "papi", "papy", "mami", "papi", "tata", "tonton", "frangin", "frérot", "mutti", "vati", "papá", "abuela", "abuelo", "tío", "hermano", "hermana", "hijo", "hija", "nonna", "nonno", "babbo", "zia", "zio", "fratello", "sorella", "mam", "pap", "pa", "broer", "zus", "avó", "avô", "vovó", "vovô", "tia", "tio", "irmão", "irmã", "granny", "nan", "nana", "grandma", "grandpa", "auntie", "uncle", "mom", "mommy", "daddy", "omi", "opi", "tante", "onkel", "bruderherz", "schwester","hun", "hon", "honey", "darling", "sweetie", "bro", "bruh", "dude", "man", "sis", "pal", "buddy", "fam", "gang", "lads", "ladies", "team", "neighbour", "neighbor", "nachbar", "nachbarin", "liebes", "lieber", "liebe", "mausi", "süße", "süßer", "maus", "bruder", "digga", "alter", "ma", "belle", "beau", "ami", "copine", "copain", "voisin", "voisine", "biche", "cielo", "corazón", "vecino", "vecina", "nena", "nene", "guapi", "maja", "bonita", "buenas", "buenos", "días", "tardes", "noches", "buongiorno", "buonasera", "buondì", "salve", "vicino", "vicina", "carissimo", "carissima", "cari", "buurman", "buurvrouw", "meid", "gast", "lief", "liefje", "vizinho", "vizinha", "gato", "gata", "mano", "cara", "moça", "moço", "linda", "lindo", "tarde", "dia", "noite", "morning", "evening", "afternoon", "day", "tag", "abend", "morgen", "bonjour", "bonsoir", "goedemorgen", "goedemiddag", "goedenavond", "hola", "hello", "hallo", "salut", "ciao","zusammen", "leute", "alle", "allen", "ihr", "mädels", "jungs", "team", "freunde", "nochmal", "all", "everyone", "everybody", "folks", "guys", "there", "again", "mate", "you", "love", "babe", "dear", "tous", "toutes", "monde", "les", "chéri", "chérie", "mon", "toi", "todos", "todas", "gente", "chicos", "chicas", "tío", "tía", "amigo", "amiga", "cariño", "guapa", "guapo", "tutti", "tutte", "ragazzi", "ragazze", "caro", "cara", "bella", "bello", "amore", "tesoro", "allemaal", "jongens", "meiden", "iedereen", "schat", "lieverd", "daar", "pessoal", "malta", "galera", "amor", "querida", "querido", "todo", "mama", "papa", "mamá", "papá", "mamma", "mãe", "pai", "mum", "dad", "oma", "opa", "schatz", "doch", "also", "gut", "sag", "hör", "mira", "senti", "luister", "olha", "bem", "bien", "bene", "goed", "also", "ja", "yes", "kollege", "kollegin", "chef", "boss", "siri", "alexa", "google", "claude", "chatgpt", "assistant", "bot", "world", "welt", "monde", "mundo", "mondo", "wereld", "hilfe", "help", "please", "bitte", "sorry", "danke", "thanks", "quick", "just"])  # fmt: skip
_GREETS = frozenset(word for one in _GREETINGS for word in one.split())
_REACH, _BACK = 48, 60


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such names; who greets everybody greets nobody."""
    lower = lowered(text)
    for at in _HEADS.places(lower):
        if lower[at - 1 : at].isalnum():
            continue
        titled = _TITLED.match(text, at, min(len(text), at + _REACH))
        greeted = None
        if text[at - 1 : at] in ("", "\n"):
            greeted = _GREETED.match(text, at, min(len(text), at + _REACH))
        if titled is None and greeted is None:
            continue
        begin = text.rfind("\n", 0, at) + 1
        low = max(begin, at - _BACK)
        if not text[low : at + _REACH].islower():
            continue
        if greeted is not None and _is_name(greeted["name"]):
            yield Hit(*greeted.span("name"), "PERSON", 0.42, "name, small", "label greeting")
        elif titled is not None and _is_name(titled["name"]):
            near = text[low:at] + " " + text[titled.end() : titled.end() + _BACK]
            if _TOLD.search(near) is not None:
                yield Hit(*titled.span("name"), "PERSON", 0.42, "name, small", "label title")


def _is_name(name: str) -> bool:
    last = name.rpartition(" ")[2]
    return last in ALONE or not (
        last in _GREETS
        or last in _NOBODY
        or last in EVERYBODY
        or last in BUSINESS
        or last in STOP
        or last in LITTLE
    )
