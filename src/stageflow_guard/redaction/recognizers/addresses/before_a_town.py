"""What stands before a postcode and its town: `Ginsterheide 4, 21149 Hamburg`, `Flat 2/1, 118 Dumbarton Road, Glasgow G11 6NY`. Pure.

No list holds the words of all streets, houses and estates. An address is a row of short pieces between
commas, or of lines: each is made of names, numbers and words of addresses, one holds a number, and the
last of them stands before a code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.addresses.patterns import STREET_EN, UK, UK_BESIDE
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.shapes import at_numbers, holds

_TOWN = r"[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’.-]{1,2}[^\W\d_]+)*(?:[ -](?:(?:am|an der|an|im|in|bei|ob der|ob|vor der|sur|sous|lès|les|la|le|en|de la|de|del|della|di|da|do|dos|aan den|aan de|op|der)[ -])?[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’-][^\W\d_]+)*){0,3}(?:[ ]?/[ ]?[^\W\d_a-zß-ÿ][^\W\d_]+)?(?:[ ]\([^\W\d_][^\W\d_ -]{1,24}\))?"
# a postcode and its town, found by its first digit; Brazil's code stands behind its town
_CODE = re.compile(
    rf"[0-9](?<![0-9.,/-].)(?:[0-9]{{4}}[ ]{{1,2}}{_TOWN}|[0-9]{{3}}[ ]?[A-Z]{{2}}[ ]{{1,2}}{_TOWN}|[0-9]{{3}}-[0-9]{{3}}[ ]{{1,2}}{_TOWN}|[0-9]{{4}}-[0-9]{{3}}[ ]{{1,2}}{_TOWN}|[0-9]-[0-9]{{3}}[ ]{{1,2}}{_TOWN}|[0-9]{{2}}[ ][0-9]{{2}}[ ]{{1,2}}{_TOWN}|[0-9]{{4}},[ ]{_TOWN}(?:,[ ][A-Z][a-z]{{1,3}}\.)?)(?![\w@])"
)
_CODE_BEHIND = re.compile(r"[0-9](?<![0-9.,/-].)[0-9]{4}-[0-9]{3}(?![\w-])")
_STATE_BEFORE = re.compile(r"(?:[A-Z]{2},?[ ]{1,2}|[A-Z]{2},?[ ]CEP:?[ ]|CEP:?[ ])$")
_MEXICAN = re.compile(r"C\.?P\.?:?[ ]$")
_PREFIX = re.compile(r"(?:D|A|CH|F|E|I|B|NL|DE|AT|FR|ES|IT|BE|S|SE|PL|P|PT)-$")
# a state of North America by its name, and its code
_STATES = (
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware", "Florida", "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky",
    "Louisiana", "Maine", "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri", "Montana", "Nebraska", "Nevada", "Hampshire", "Jersey", "Mexico", "York", "Carolina", "Dakota",
    "Ohio", "Oklahoma", "Oregon", "Pennsylvania", "Island", "Tennessee", "Texas", "Utah", "Vermont", "Virginia", "Washington", "Wisconsin", "Wyoming",
)  # fmt: skip
_ZIP = re.compile(r"[0-9](?<=[a-z][ ,].)[0-9]{4}(?:-[0-9]{4})?(?![\w-])|[0-9](?<=[a-z],[ ].)[0-9]{4}(?:-[0-9]{4})?(?![\w-])")  # fmt: skip
_STATE_NAME = re.compile(rf"(?<![^\W_])(?:{'|'.join(_STATES)}),?[ ]$")

# what parts the pieces of an address
_BORDER = re.compile(r"[ ]?[,;][ ]?\n?[ >]{0,8}|[ ]?\n[ \t>*-]{0,8}|[ ][–-][ ]|[ ]{2,4}")
_WALL = re.compile(r"[:(){}\[\]<>|\"“”„=@?!\x1e]|\n\n|[.][ ](?=[^\W\d_]{3,}[ ])")
_NUMBER = re.compile(
    r"#?[0-9]{1,5}[A-Za-z]?(?:[/-][0-9]{1,4}[A-Za-z]?|/[A-Za-z]{1,2}){0,3}[.ºª°]?|[0-9]{1,2}(?:er|e|º|ª|°|st|nd|rd|th)\.?"
)
_NAME = re.compile(r"(?:[dlDL]['’]|['’]t-?)?[^\W\d_a-zß-ÿ][\w'’/.-]*|['’]t")
_LONG_NAME = re.compile(r"[^\W\d_]{3,}|(?<![^\W_])(?:BP|CS|TSA|PF)(?![^\W_])")  # or a box
_PARTICLES = frozenset(
    [
        "de",
        "del",
        "della",
        "delle",
        "dei",
        "degli",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "des",
        "d",
        "la",
        "le",
        "les",
        "los",
        "las",
        "el",
        "the",
        "of",
        "and",
        "y",
        "e",
        "i",
        "und",
        "am",
        "an",
        "der",
        "den",
        "dem",
        "die",
        "im",
        "in",
        "zum",
        "zur",
        "bei",
        "ob",
        "vor",
        "auf",
        "aan",
        "het",
        "op",
        "ter",
        "ten",
        "te",
        "von",
        "van",
        "sur",
        "sous",
        "lès",
        "aux",
        "au",
        "à",
        "upon",
        "on",
    ]
)
# words of streets and of what is inside of a house, as they stand in small letters
_INSIDE = frozenset(
    [
        "bis",
        "quater",
        "hs",
        "bus",
        "bte",
        "boîte",
        "apt",
        "appt",
        "app",
        "appartement",
        "apartment",
        "apto",
        "apart",
        "ap",
        "int",
        "interno",
        "scala",
        "sc",
        "piano",
        "fl",
        "floor",
        "flat",
        "unit",
        "suite",
        "ste",
        "top",
        "tür",
        "stiege",
        "stg",
        "whg",
        "wohnung",
        "og",
        "eg",
        "ug",
        "hof",
        "hinterhaus",
        "vorderhaus",
        "hh",
        "vh",
        "etage",
        "étage",
        "rdc",
        "r/c",
        "esc",
        "escalera",
        "piso",
        "planta",
        "pta",
        "puerta",
        "bajo",
        "bajos",
        "izda",
        "izq",
        "dcha",
        "dch",
        "dto",
        "direita",
        "esquerda",
        "frente",
        "fundos",
        "casa",
        "lote",
        "parcela",
        "nave",
        "km",
        "bloco",
        "bloque",
        "blq",
        "bât",
        "bat",
        "bâtiment",
        "torre",
        "portal",
        "conjunto",
        "cj",
        "sala",
        "andar",
        "loja",
        "lgh",
        "tr",
        "kv",
        "lok",
        "klatka",
        "kat",
        "daire",
        "blok",
        "villa",
        "résidence",
        "residence",
        "resid",
        "résid",
        "residencia",
        "urbanización",
        "urbanizacion",
        "urb",
        "polígono",
        "pol",
        "lotissement",
        "hameau",
        "lieu-dit",
        "mah",
        "mahallesi",
        "cad",
        "caddesi",
        "sok",
        "sokak",
        "sk",
        "no",
        "nr",
        "num",
        "número",
        "n",
    ]
)
_STREETS = frozenset(
    [
        "rue",
        "avenue",
        "av",
        "avda",
        "bd",
        "boulevard",
        "place",
        "chemin",
        "allée",
        "quai",
        "impasse",
        "cours",
        "route",
        "square",
        "passage",
        "via",
        "viale",
        "piazza",
        "p.zza",
        "corso",
        "c.so",
        "strada",
        "vicolo",
        "largo",
        "calle",
        "c/",
        "avenida",
        "paseo",
        "pza",
        "plaza",
        "camino",
        "ronda",
        "travesía",
        "carretera",
        "ctra",
        "rua",
        "r",
        "travessa",
        "tv",
        "praça",
        "alameda",
        "estrada",
        "ul",
        "ulica",
        "os",
        "osiedle",
        "al",
        "pl",
        "aleja",
        "bulevar",
    ]
)
_WORDS = _PARTICLES | _INSIDE | _STREETS
_ENGLISH = re.compile(
    rf"(?i)(?<![^\W_])(?:{STREET_EN}|cottage|house|barn|forge|mill|farm|lodge|hall|manor|court|flat|villa|vicarage|rectory)(?![^\W_])"
)
# five digits and a capital are no code of a town behind these, nor before those
_NO_STREET = re.compile(
    r"(?i)(?<![^\W_])(?:tel|telefon|fax|phone|mobil|iban|konto|nr|number|order|invoice|rechnung|bestellung|artikel|menge|seite|page|version|model|modell|table|figure|chapter|kapitel|absatz|abs|art|artikel|§|step|line|(?-i:row)|zeile|port|code|id|ref|date|datum|total|summe|from|to|hrb|hra|ice|ic|re|zone|halle|stand|gleis|kammer|chambre|aula|raum|windows|linux|rtx|gtx|ende|anfang|seit|since|until|jahr|année|año|anno|olympia|passat|clio|golf|worker|gate|lot|kanal|channel|sprint|https?|ligne|linie|línea|linea|galaxy|phase|level|stage|round|team|tier|episode|season|folge|staffel|band|volume|teil|part|buch|rang|rank|gruppe|group|klasse|class|node|rack|slot|queue|thread|shard|build|release|task|job|batch|test)\.?(?![^\W_])"
)
_COUNTED = frozenset(
    ["Stück", "Stk", "Euro", "EUR", "USD", "Exemplare", "Einheiten", "Seiten", "Zeilen", "Punkte", "Teilnehmer", "Besucher", "Einwohner", "Mitarbeiter", "Kunden", "Zeichen", "Wörter", "Schritte", "Kilometer", "Meter", "Tonnen", "Liter", "Watt", "Dollar", "Units", "Items", "KM", "Km", "Autos", "Menschen", "Fans", "Plätze", "Plätzen", "Zuschauer", "Personen", "Athleten", "Personnes", "Pakete", "Cores", "Build", "Diesel", "Benzin", "Stimmen", "Dollars", "Euros", "Pesos", "Zuschauern", "Spieler", "Tote", "Tage", "Rows", "Lines", "Users", "People", "Copies", "Requests", "Serie", "Series", "Bewertungen", "Verkäufe", "Anfragen", "Story", "Points", "Min", "Follower", "Followers", "Sterne", "Klicks", "Views", "Likes", "Downloads", "Issues", "Tests", "Words", "Errors", "Records", "Entries", "Files", "Steps", "Orders", "Sales", "Reviews", "Visitors", "Votes", "Seats", "Runs", "Jobs", "Events", "Messages", "Mails", "Zugriffe", "Aufrufe", "Fehler", "Treffer", "Ergebnisse", "Artikel", "Personas", "Kilómetros", "Habitantes", "Abitanti", "Inwoners", "Euro's"]
)  # fmt: skip
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}$")  # no number of a house
_SHORTEST = 3  # letters of a town
_BACK = 150  # characters before the code
_MOST_PIECES, _MOST_BARE, _MOST_WORDS = 7, 3, 7
_BESIDE = (b"00000 ", b"0000 AA ", b"0000AA ", b"0000-000 ", b"00000-000", b"00-000 ", b"000 00 ", b"00000, ")  # fmt: skip
_ZIP_BESIDE = (b"a 00000", b"a, 00000")


class _Code(NamedTuple):
    """A code with its town: where it begins and ends.

    A house may have a name alone where Britain's codes stand. A round number may count something: only
    behind a known word of a street it is a code.
    """

    start: int
    end: int
    named_houses: bool = False
    round: bool = False


def recognize(text: str) -> Iterator[Hit]:
    """Yield such streets, houses and boxes with their town."""
    for code in _codes(text):
        begin = _begin(text, code)
        if begin >= 0:
            yield Hit(begin, code.end, "STREET_ADDRESS", 0.5, "street before its town", "position")


def _codes(text: str) -> Iterator[_Code]:
    """Yield the codes of towns."""
    if holds(text, _BESIDE):
        for code in at_numbers(_CODE, text):
            town = code[0].split(" ")[-1]
            start = code.start()
            before = text[max(0, start - 6) : start]
            mexican = _MEXICAN.search(before)
            if code[0][5:6] == "," and mexican is None:
                continue
            if town in _COUNTED or len(town) < _SHORTEST:
                continue
            prefix = _PREFIX.search(before) or mexican
            yield _Code(
                start - (0 if prefix is None else len(prefix[0])),
                code.end(),
                round=code[0][2:5] == "000",
            )
        for code in at_numbers(_CODE_BEHIND, text):
            before = text[max(0, code.start() - 12) : code.start()]
            state = _STATE_BEFORE.search(before)
            if state is not None:
                yield _Code(code.start() - (len(state[0]) if "CEP" in state[0] else 0), code.end())
    if holds(text, _ZIP_BESIDE):
        for code in at_numbers(_ZIP, text):
            state = _STATE_NAME.search(text, max(0, code.start() - 16), code.start())
            if state is not None:
                yield _Code(code.start(), code.end())
    if holds(text, UK_BESIDE):
        for code in UK.finditer(text):
            yield _Code(*code.span(), named_houses=True)


def _begin(text: str, code: _Code) -> int:
    """Return where the address begins that ends with `code`; -1 where none does.

    The pieces are read from the code to the left, each as a whole. The first that a sentence runs into
    gives its end. Left of the street only what is inside of a house, or holds a number, goes on.
    """
    low = max(0, code.start - _BACK)
    wall = low
    for match in _WALL.finditer(text, low, code.start):
        if not _spared(text, match):
            wall = match.end()
    end, begin, bare, street = code.start, -1, 0, False
    for _ in range(_MOST_PIECES):
        start, stop = _piece(text, wall, end)
        piece = text[start:stop]
        whole = _own_words(piece)
        if whole and (street or _NO_STREET.search(whole)):
            if _NO_STREET.search(whole) or not _goes_left(whole):
                break
        own = len(whole) == len(piece.strip())
        if not whole or (not own and not _is_street(whole)):
            break
        at = stop - len(piece) + piece.rindex(whole)
        numbered = any(c.isdigit() for c in whole)
        bare += not numbered
        if bare > _MOST_BARE + (2 if street else 0):
            break
        if (
            numbered
            and _LONG_NAME.search(_around_number(text, at, stop, end))
            and not _YEAR.search(whole)
        ):
            street = True
        if street or numbered or (code.named_houses and own and _ENGLISH.search(whole)):
            begin = at
        end = start
        if not own or start <= wall:
            break
    if begin < 0 or (code.round and _KNOWN.search(text, begin, code.start) is None):
        return -1
    return begin if street or code.named_houses else -1


_KNOWN = re.compile(
    rf"(?i)(?<![^\W_])(?:{'|'.join(sorted(map(re.escape, _STREETS), key=len, reverse=True))})(?![^\W_])|(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|laan|straat|plein|gatan|vägen)(?![^\W_])"
)


def _spared(text: str, match: re.Match[str]) -> bool:
    """Say whether a sign is part of an address: `No: 7`, `Pza. Mayor`."""
    before = text[max(0, match.start() - _ABBREVIATION) : match.start()].lower()
    if match[0] == ":":
        return before.endswith(("no", "nr", "cep"))
    return match[0] == ". " and re.split(r"[\s,]", before)[-1] in _WORDS


_ABBREVIATION = 12  # characters of a shortened word


def _piece(text: str, low: int, end: int) -> tuple[int, int]:
    """Return the last piece of `[low, end)`, without the border behind it."""
    stop = end
    while stop > low and text[stop - 1] in " ,;\n>–-\t":
        stop -= 1
    start = low
    for border in _BORDER.finditer(text, low, stop):
        start = border.end()
    return start, stop


def _own_words(piece: str) -> str:
    """Return the last words of a piece that may all be of an address."""
    words = piece.split(" ")
    at = len(words)
    while at > 0 and len(words) - at < _MOST_WORDS and _is_word(words[at - 1]):
        at -= 1
    while (
        at < len(words)
        and at > 0
        and words[at].strip(".").lower() in _PARTICLES
        and words[at].islower()
    ):
        at += 1  # what a sentence has before it
    return " ".join(words[at:]).strip()


def _is_word(word: str) -> bool:
    return bool(word) and (
        _NUMBER.fullmatch(word) is not None
        or _NAME.fullmatch(word) is not None
        or word.rstrip(".:º°").lower() in _WORDS
        or word in ("nº", "n.º", "n°", "no:", "c/")
        or (len(word) == 1 and word.isalpha())
    )


def _is_street(words: str) -> bool:
    return any(c.isdigit() for c in words) and _LONG_NAME.search(words) is not None


def _goes_left(words: str) -> bool:
    """Say whether a piece left of the street is of the house: a number, a floor, an estate."""
    parts = [word.strip(".:").lower() for word in words.split(" ")]
    return any(c.isdigit() for c in words) or not _INSIDE.isdisjoint(parts)


def _around_number(text: str, at: int, stop: int, end: int) -> str:
    """Return a piece that holds a number, with the piece behind it where it is nothing else: `2, place du Marché`."""
    piece = text[at:stop]
    if any(map(str.isalpha, piece)):
        return piece
    behind = text[end : end + 40].partition(",")[0]
    return f"{piece} {text[stop:end]}{behind}"
