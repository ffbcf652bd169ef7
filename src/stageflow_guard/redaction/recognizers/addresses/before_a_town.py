"""What stands before a postcode and its town: `Ginsterheide 4, 21149 Hamburg`, `Flat 2/1, 118 Dumbarton Road, Glasgow G11 6NY`. Pure.

No list holds the words of all streets, houses and estates. An address is a row of short pieces between
commas, or of lines: each is made of names, numbers and words of addresses, one holds a number, and the
last of them stands before a code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.addresses.patterns import (
    STREET_EN,
    TOWN_CODE,
    UK,
    UK_BESIDE,
    US_STATE,
)
from stageflow_guard.redaction.recognizers.addresses.zip_codes import STATES, is_of_state
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import register, vocabulary
from stageflow_guard.redaction.recognizers.shapes import at_numbers, holds

_TOWN = r"[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’.-]{1,2}[^\W\d_]+)*(?:[ -](?:(?:am|an der|an|im|in|bei|ob der|ob|vor der|sur|sous|lès|les|la|le|en|de la|de|del|della|di|da|do|dos|aan den|aan de|op|der)[ -])?[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’-][^\W\d_]+)*){0,3}(?:[ ]?/[ ]?[^\W\d_a-zß-ÿ][^\W\d_]+)?(?:[ ]\([^\W\d_][^\W\d_ -]{1,24}\))?"
# a postcode and its town, found by its first digit; Brazil's code stands behind its town
_CODE = re.compile(
    rf"[0-9](?<![0-9.,/-].)(?:[0-9]{{4}}[ ]{{1,2}}{_TOWN}|[0-9]{{3}}[ ]?[A-Z]{{2}}[ ]{{1,2}}{_TOWN}|[0-9]{{3}}-[0-9]{{3}}[ ]{{1,2}}{_TOWN}|[0-9]{{4}}-[0-9]{{3}}[ ]{{1,2}}{_TOWN}|[0-9]-[0-9]{{3}}[ ]{{1,2}}{_TOWN}|[0-9]{{2}}[ ][0-9]{{2}}[ ]{{1,2}}{_TOWN}|[0-9]{{4}},[ ]{_TOWN}(?:,[ ](?:[A-Z][a-z]{{1,3}}\.|[A-Z]\.[ ]?[A-Z]\.))?)(?![\w@])"
)
# Belgium, Switzerland, Austria, Denmark: four digits are a year, too
_SHORT_CODE = re.compile(
    rf"[0-9](?<=[,\n][ ].|.[,\n].)(?!(?<=1)9|(?<=2)0)[0-9]{{3}}[ ]{{1,2}}{_TOWN}(?![\w@])"
)
_CODE_BEHIND = re.compile(r"[0-9](?<![0-9.,/-].)[0-9]{4}-[0-9]{3}(?![\w-])")
_STATE_BEFORE = re.compile(r"(?:[A-Z]{2},?[ ]{1,2}|[A-Z]{2},?[ ]CEP:?[ ]|CEP:?[ ])$")
_MEXICAN = re.compile(r"C\.?P\.?:?[ ]$")
_PREFIX = re.compile(r"(?:D|A|CH|F|E|I|B|NL|DE|AT|FR|ES|IT|BE|S|SE|PL|P|PT)-$")
# a code behind the name of its state
_ZIP = re.compile(r"[0-9](?<=[a-z][ ,].)[0-9]{4}(?:-[0-9]{4})?(?![\w-])|[0-9](?<=[a-z],[ ].)[0-9]{4}(?:-[0-9]{4})?(?![\w-])")  # fmt: skip
_STATE_NAME = re.compile(rf"(?<![^\W_])({'|'.join(STATES)}),?[ ]$")
_STATE_SIZE = 16

# Canada's and Australia's codes stand behind their province
_CANADA = re.compile(
    r"(?:(?<![^\W_])(?:AB|BC|MB|N[BLSTU]|ON|PE|QC|SK|YT)|\((?:Québec|Quebec|Ontario|[A-Z]{2})\)|Québec|Ontario|Alberta|Manitoba|British Columbia|Nova Scotia|New Brunswick|Saskatchewan),?[ ]{1,2}(?P<code>[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][ ]?[0-9][ABCEGHJ-NPRSTV-Z][0-9])(?![^\W_])"
)
_CANADA_BESIDE = (b"A0A 0A0", b"A0A0A0")
_AUSTRALIA = re.compile(
    r"[0-9](?:(?<=[ ](?:NSW|VIC|QLD|TAS|ACT)[ ].)|(?<=[ ](?:WA|SA|NT)[ ].)|(?<=[ ](?:NSW|VIC|QLD|TAS|ACT),[ ].)|(?<=[ ](?:Vic|Qld|Tas)[ ].))[0-9]{3}(?![\w-]|[.,][0-9])"
)
_AUSTRALIA_BESIDE = (b"AAA 0000", b" AA 0000", b"AAA, 0000", b"Aaa 0000")
# what parts the pieces of an address
_BORDER = re.compile(r"[ ]?[,;][ ]?\n?[ >]{0,8}|[ ]?\n[ \t>*-]{0,8}|[ ][–-][ ]|[ ]{2,4}")
_WALL = re.compile(
    r"[:(){}\[\]<>|\"“”„=@?!\x1e]|\n\n|\n[0-9]{1,2}[.)][ ](?=[A-Z]{3,}|[0-9])|[.][ ](?=[^\W\d_]{3,}[ ])"
)
_NUMBER = re.compile(
    r"s/n|snc|#?[0-9]{1,5}[A-Za-z]?(?:[/-][0-9]{1,4}[A-Za-z]?|/[A-Za-z]{1,3}){0,3}[.ºª°]?|[0-9]{1,2}(?:er|e|[oaºª°]|st|nd|rd|th)\.?[A-F]?|[0-9]{1,2}\.[oaºª]"
)
_NAME = re.compile(r"(?:[dlDL]['’]|['’]t-?)?[^\W\d_a-zß-ÿ][\w'’/.-]*|['’]t")
_LONG_NAME = re.compile(r"[^\W\d_]{3,}")
_PARTICLES = frozenset(["de", "del", "della", "delle", "dei", "degli", "di", "da", "do", "dos", "das", "du", "des", "d", "la", "le", "les", "los", "las", "el", "the", "of", "and", "y", "e", "i", "und", "am", "an", "der", "den", "dem", "die", "im", "in", "zum", "zur", "bei", "ob", "vor", "auf", "aan", "het", "op", "ter", "ten", "te", "von", "van", "sur", "sous", "lès", "aux", "au", "à", "upon", "on"])  # fmt: skip
# words of streets and of what is inside of a house, as they stand in small letters
_INSIDE = frozenset(["bis", "quater", "li", "re", "mi", "gche", "dte", "verd", "verdieping", "sf", "qg", "gh", "vg", "hg", "aufg", "aufgang", "sx", "dx", "souterrain", "entresol", "sous-sol", "hs", "bus", "bte", "boîte", "apt", "appt", "app", "appartement", "apartment", "apto", "apart", "ap", "int", "interno", "scala", "sc", "piano", "fl", "floor", "flat", "unit", "suite", "ste", "top", "tür", "stiege", "stg", "whg", "wohnung", "og", "eg", "ug", "hof", "hinterhaus", "vorderhaus", "hh", "vh", "etage", "étage", "rdc", "r/c", "esc", "escalera", "piso", "planta", "pta", "puerta", "bajo", "bajos", "izda", "izq", "dcha", "dch", "dto", "direita", "esquerda", "esq", "dta", "frente", "fundos", "casa", "lote", "parcela", "nave", "km", "bloco", "bloque", "blq", "bât", "bat", "bâtiment", "torre", "portal", "conjunto", "cj", "sala", "andar", "loja", "lgh", "tr", "kv", "lok", "klatka", "kat", "daire", "blok", "villa", "résidence", "residence", "resid", "résid", "residencia", "urbanización", "urbanizacion", "urb", "polígono", "pol", "lotissement", "hameau", "lieu-dit", "mah", "mahallesi", "cad", "caddesi", "sok", "sokak", "sk", "no", "nr", "num", "número", "n"])  # fmt: skip
_STREETS = frozenset(["ch", "rang", "imp", "rte", "boul", "crois", "montée", "rue", "avenue", "av", "avda", "bd", "boulevard", "place", "chemin", "allée", "quai", "impasse", "cours", "route", "square", "passage", "via", "viale", "piazza", "p.zza", "corso", "c.so", "strada", "vicolo", "largo", "calle", "c/", "avenida", "paseo", "pza", "plaza", "camino", "ronda", "travesía", "carretera", "ctra", "rua", "r", "travessa", "tv", "praça", "alameda", "estrada", "ul", "ulica", "os", "osiedle", "al", "pl", "aleja", "bulevar"])  # fmt: skip
# what has no number of its own
_ESTATES = frozenset(["lieu-dit", "lieudit", "quartier", "hameau", "résidence", "domaine", "ferme", "château", "mas", "lotissement", "zac", "za", "zi", "urb", "urbanización", "urbanizacion", "partida", "polígono", "poligono", "località", "loc", "fraz", "frazione", "contrada", "cascina", "sítio", "fazenda", "chácara", "quinta", "lugar", "gut", "weiler", "finca", "masía", "cortijo"])  # fmt: skip
_DISTRICTS = frozenset(["col", "colonia", "fracc", "fraccionamiento", "barrio", "bairro", "bo", "alcaldía", "delegación", "ortsteil", "ot", "quartiere", "wijk"])  # fmt: skip
_WORDS = _PARTICLES | _INSIDE | _STREETS | _ESTATES | _DISTRICTS
_ENGLISH = re.compile(
    rf"(?i)(?<![^\W_])(?:{STREET_EN}|cottage|house|barn|forge|mill|farm|lodge|hall|manor|court|flat|villa|vicarage|rectory|cres|parade|pde|circuit|cct|tce|esplanade|esp|box|bag)(?![^\W_])"
)
# five digits and a capital are no code of a town behind these, nor before those
_NO_STREET = re.compile(
    r"(?i)(?<![^\W_])(?:tel|telefon|fax|phone|mobil|iban|konto|nr|number|order|invoice|rechnung|bestellung|artikel|menge|seite|page|version|model|modell|table|figure|chapter|kapitel|absatz|abs|art|artikel|§|step|line|(?-i:row)|zeile|port|code|id|ref|date|datum|total|summe|from|to|hrb|hra|ice|ic|re(?!\.$)|zone|halle|stand|gleis|kammer|chambre|aula|raum|windows|linux|rtx|gtx|ende|anfang|seit|since|until|jahr|année|año|anno|olympia|passat|clio|golf|worker|gate|lot|kanal|channel|sprint|https?|ligne|linie|línea|linea|galaxy|phase|level|stage|round|team|tier|episode|season|folge|staffel|band|volume|teil|part|buch|(?<!e[ ])rang|rank|gruppe|group|klasse|class|node|rack|slot|queue|thread|shard|build|release|task|job|batch|test)\.?(?![^\W_])"
)
_COUNTED = frozenset(
    ["Stück", "Stk", "Euro", "EUR", "USD", "Exemplare", "Einheiten", "Seiten", "Zeilen", "Punkte", "Teilnehmer", "Besucher", "Einwohner", "Mitarbeiter", "Kunden", "Zeichen", "Wörter", "Schritte", "Kilometer", "Meter", "Tonnen", "Liter", "Watt", "Dollar", "Units", "Items", "KM", "Km", "Autos", "Menschen", "Fans", "Plätze", "Plätzen", "Zuschauer", "Personen", "Athleten", "Personnes", "Pakete", "Cores", "Build", "Diesel", "Benzin", "Stimmen", "Dollars", "Euros", "Pesos", "Zuschauern", "Spieler", "Tote", "Tage", "Rows", "Lines", "Users", "People", "Copies", "Requests", "Serie", "Series", "Bewertungen", "Verkäufe", "Anfragen", "Story", "Points", "Min", "Follower", "Followers", "Sterne", "Klicks", "Views", "Likes", "Downloads", "Issues", "Tests", "Words", "Errors", "Records", "Entries", "Files", "Steps", "Orders", "Sales", "Reviews", "Visitors", "Votes", "Seats", "Runs", "Jobs", "Events", "Messages", "Mails", "Zugriffe", "Aufrufe", "Fehler", "Treffer", "Ergebnisse", "Artikel", "Personas", "Kilómetros", "Habitantes", "Abitanti", "Inwoners", "Euro's", "Passengers", "Kilometres", "Kilometers", "Feet", "Ohm", "Tickets", "Flights", "Streams", "Schafe", "Bäume", "Tiere", "Bücher", "Fahrräder", "Bewohner", "Touristes", "Habitants", "Arbres", "Visites", "Bouteilles", "Coureurs", "Passagers", "Voyageurs", "Mètres", "Iscritti", "Metri", "Persone", "Discos", "Asistentes", "Notas", "Ouvintes", "Pessoas", "Bomen", "Bezoekers", "Touren", "Umdrehungen", "Attendance", "Attendees", "Miles"]
)  # fmt: skip
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}$")  # no number of a house
_SHORTEST = 3  # letters of a town
WHOLE = "street before its town"  # the rule of these finds: an address with its town
# India's code of six digits behind its town
_PIN = re.compile(
    r"[1-9](?:(?<=[^\W\d_][ -].)|(?<=[^\W\d_][,-][ ].)|(?<=[^\W\d_][ ]-[ ].))[0-9]{2}[ ]?[0-9]{3}(?![\w-]|[.,][0-9])"
)
_INDIAN_WORDS = frozenset(["road", "rd", "nagar", "marg", "street", "colony", "layout", "vihar", "enclave", "lane", "sector", "flat", "plot", "house", "apartments", "apartment", "tower", "towers", "block", "phase", "cross", "main", "society", "chowk", "bagh", "puram", "niwas", "nivas", "bhavan", "bhawan", "गली", "नगर", "मकान", "मकन", "फ्लैट", "फलट", "अपार्टमेंट", "रोड", "रड", "मार्ग", "मरग", "सेक्टर"])  # fmt: skip
_INDIAN = re.compile(
    rf"(?i)(?<![^\W_])(?:{'|'.join(sorted(_INDIAN_WORDS))})(?![^\W_])|(?<![^\W_])h\.?[ ]?no(?![^\W_])"
)
register(_INDIAN_WORDS)
_BACK = 150  # characters before the code
_MOST_PIECES, _MOST_NAMES, _MOST_WORDS = 8, 5, 7
_BESIDE = (b"00000 ", b", 0000 A", b"\n0000 A", b"0000 AA ", b"0000AA ", b"0000-000 ", b"00000-000", b"00-000 ", b"000 00 ", b"00000, ")  # fmt: skip
_STATE_BESIDE = (b"AA 00000", b"AA, 00000")
_ZIP_BESIDE = (b"a 00000", b"a, 00000")


class _Code(NamedTuple):
    """A code with its town: where it begins and ends. No address goes across another code of its `kind`.

    A house may have a name alone where Britain's codes stand, or America's. A number that may count
    something is a code only behind a `known` word of a street.
    """

    kind: str
    start: int
    end: int
    named: bool = False
    known: re.Pattern[str] | None = None


def recognize(text: str) -> Iterator[Hit]:
    """Yield such streets, houses and boxes with their town."""
    reached: dict[str, int] = {}
    for code in _codes(text):
        begin = _begin(text, code, reached.get(code.kind, 0))
        reached[code.kind] = code.end
        if begin >= 0:
            yield Hit(begin, code.end, "STREET_ADDRESS", 0.5, WHOLE, "position")


def before_a_province(text: str) -> Iterator[Hit]:
    """Yield the addresses of Canada and Australia, whose code stands behind the letters of a province."""
    reached = 0
    for code in _of_provinces(text):
        begin = _begin(text, code, reached)
        reached = code.end
        if begin >= 0:
            firm = _FIRM.match(text, begin, code.start)
            begin = firm.end() if firm is not None else begin
            yield Hit(
                begin, code.end, "STREET_ADDRESS", 0.45, "street before its province", "position"
            )


# what is no part of the address before its number
_FIRM = re.compile(
    r"[0-9.]{1,8}\n[ >]{0,4}|[^\W\d_][^\d,\n]{0,60}(?:Centre|Center|Clinic|Hospital|Pharmacy|Surgery|Practice|School|Hotel|Pharmacie|Clinique)[ ,]{1,2}(?=[0-9])"
)


def _of_provinces(text: str) -> Iterator[_Code]:
    """Yield the codes that stand behind a province."""
    if holds(text, _CANADA_BESIDE):
        for code in _CANADA.finditer(text):
            # a wall is what stands in brackets: `St-Rémi (Québec) J0L 2L0`
            start = code.start() if "(" in code[0] else code.start("code")
            yield _Code("canada", start, code.end(), named=True)
    if holds(text, _AUSTRALIA_BESIDE):
        for code in at_numbers(_AUSTRALIA, text):
            yield _Code("australia", *code.span(), known=_ENGLISH)


def _codes(text: str) -> Iterator[_Code]:
    """Yield the codes of towns."""
    if holds(text, _BESIDE):
        yield from _before_their_town(text)
        for code in at_numbers(_CODE_BEHIND, text):
            state = _STATE_BEFORE.search(text, max(0, code.start() - 12), code.start())
            if state is not None:
                begin = code.start() - (len(state[0]) if "CEP" in state[0] else 0)
                yield _Code("behind", begin, code.end())
    if holds(text, _ZIP_BESIDE):
        for code in at_numbers(_ZIP, text):
            state = _STATE_NAME.search(text, max(0, code.start() - _STATE_SIZE), code.start())
            if state is not None:
                known = None if is_of_state(code[0], state[1]) else _ENGLISH
                yield _Code("zip", *code.span(), known=known)
    if holds(text, _STATE_BESIDE):
        for code in TOWN_CODE.finditer(text):
            whole = not text[code.end() : code.end() + 1].isalnum()
            state = US_STATE.search(text, max(0, code.start() - 5), code.start())
            if whole and state is not None:
                known = None if is_of_state(code[0], state[0].strip(" ,")) else _ENGLISH
                yield _Code("state", *code.span(), named=known is None, known=known)
    if not _INDIAN_WORDS.isdisjoint(vocabulary(text)):
        yield from (_Code("pin", *code.span(), known=_INDIAN) for code in at_numbers(_PIN, text))
    if holds(text, UK_BESIDE):
        yield from (_Code("uk", *code.span(), named=True) for code in UK.finditer(text))


def _before_their_town(text: str) -> Iterator[_Code]:
    """Yield the codes that stand before their town."""
    for code in at_numbers(_SHORT_CODE, text):
        town = code[0].split(" ")[-1]
        if town not in _COUNTED and len(town) >= _SHORTEST:
            yield _Code("short", *code.span(), known=_KNOWN)
    for code in at_numbers(_CODE, text):
        town, start = code[0].split(" ")[-1], code.start()
        mexican = _MEXICAN.search(text, max(0, start - 6), start)
        if town in _COUNTED or len(town) < _SHORTEST or (code[0][5:6] == "," and mexican is None):
            continue
        prefix = mexican or _PREFIX.search(text, max(0, start - 6), start)
        yield _Code(
            "before",
            start if prefix is None else prefix.start(),
            code.end(),
            known=_KNOWN if code[0][2:5] == "000" else None,
        )


class _Kind(Enum):
    """What a piece of an address is."""

    STREET = "a name and a number, or an estate"
    NUMBER = "a number alone"
    ROOM = "what is inside of a house"
    NAME = "a name: of a house, a district, a town"


def _begin(text: str, code: _Code, low: int) -> int:
    """Return where the address begins that ends with `code`, not before `low`; -1 where none does.

    The pieces are read from the code to the left, each as a whole. The first that a sentence runs into
    gives its end. Left of the street only what is inside of a house, or holds a number, goes on.
    """
    wall = _wall(text, low, code.start)
    end, begin, names = code.start, -1, 0
    last = ""  # the piece on the right
    street = alone = False  # `alone`: a number whose street has to stand on its left
    for _ in range(_MOST_PIECES):
        start, stop = _piece(text, wall, end)
        piece = _NEARBY.sub("", text[start:stop])
        words = _own_words(piece)
        own = len(words) == len(piece.strip())
        if not words or _NO_STREET.search(words):
            break
        kind = _kind(words)
        house = code.named and _ENGLISH.search(words) is not None
        if kind is _Kind.NAME and not alone and (street or (not own and not house)):
            break
        if not own and (
            (kind is _Kind.ROOM and words.islower())
            or (kind is _Kind.NUMBER and begin >= 0 and not street)
        ):
            break  # a word of the sentence, or a road: `off the A5, Gorse Farm, …`
        if street and _ROW.fullmatch(words) and not (_is_known(words) or _is_known(last)):
            break  # names and their numbers: a table, a result
        last = words
        at = stop - len(piece) + piece.rindex(words)
        names += kind is _Kind.NAME
        if names > _MOST_NAMES:
            break
        if kind is _Kind.NUMBER and not street:
            alone = code.known is not _INDIAN and (
                _KNOWN.search(text[end : end + _AHEAD].partition(",")[0]) is None
            )
            street = not alone
        elif kind is _Kind.STREET or (kind is _Kind.NAME and alone):
            street, alone = True, False
        if kind is not _Kind.NAME or street or house:
            begin = at
        end = start
        if not own or start <= wall:
            break
    if alone or not (
        street or (code.named and begin >= 0 and _ENGLISH.search(text, begin, code.start))
    ):
        return -1
    if code.known is not None and code.known.search(text, begin, code.start) is None:
        return -1
    return begin


_NEARBY = re.compile(
    r"^(?:nr|near|by|off|opp|opposite|près de|vicino a|cerca de|bei)\.? (?=[^\W\d_a-zß-ÿ])"
)
_AHEAD = 40  # characters behind a number in which its street may stand: `2, place du Marché`


def _kind(words: str) -> _Kind:
    """Return what words of a piece are."""
    parts = [word.strip(".:,").lower() for word in words.split(" ")]
    numbered = any(map(str.isdigit, words)) or not _NO_NUMBER.isdisjoint(parts)
    if (parts[0] in _ESTATES and len(parts) > 1) or f"{parts[0]} {parts[-1]}" in _ESTATES:
        return _Kind.STREET
    names = [part for part in parts if _LONG_NAME.search(part) and part not in _INSIDE]
    if numbered and (names or _BOX.search(words)) and not _YEAR.search(words):
        return _Kind.STREET
    if not _INSIDE.isdisjoint(parts) and not names:
        return _Kind.ROOM
    if numbered and not names:
        return _Kind.NUMBER
    return _Kind.NAME


_ROW = re.compile(r"[^\W\d_]+ [0-9]{1,4}")


def _is_known(words: str) -> bool:
    """Say whether a word of streets, houses or what is inside of them is among `words`."""
    parts = (word.strip(".:,").lower() for word in words.split(" "))
    return not _WORDS.isdisjoint(parts) or any(
        known.search(words) is not None for known in (_KNOWN, _ENGLISH, _INDIAN)
    )


_BOX = re.compile(r"(?<![^\W_])(?:BP|CS|TSA|PF)(?![^\W_])")
_NO_NUMBER = frozenset({"s/n", "snc"})


def _wall(text: str, low: int, end: int) -> int:
    """Return where the last sign in `[low, end)` ends that no address goes across."""
    wall = max(low, end - _BACK)
    for match in _WALL.finditer(text, wall, end):
        if not _spared(text, match):
            wall = match.end()
    return wall


_KNOWN = re.compile(
    rf"(?i)(?<![^\W_])(?:{'|'.join(sorted(map(re.escape, _STREETS), key=len, reverse=True))})(?![^\W_])|(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|laan|straat|plein|baan|steenweg|dreef|lei|kaai|gatan|vägen|vej|gade|allee|ring|ufer|hof)(?![^\W_])"
)


def _spared(text: str, match: re.Match[str]) -> bool:
    """Say whether a sign is part of an address: `No: 7`, `Pza. Mayor`."""
    before = text[max(0, match.start() - _ABBREVIATION) : match.start()].lower()
    if match[0] == ". " and before[-1:].isdigit():
        return True  # Straße des 17. Juni
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
    for place in range(at + 1, len(words)):  # `Livrez au Résidence Les Mimosas`
        if words[place].lower() in _ESTATES and words[place - 1] in _PARTICLES:
            at = place
    return " ".join(words[at:]).strip()


def _is_word(word: str) -> bool:
    return bool(word) and (
        _NUMBER.fullmatch(word) is not None
        or _NAME.fullmatch(word) is not None
        or word.rstrip(".:º°").lower() in _WORDS
        or word in ("nº", "n.º", "n°", "no:", "c/")
        or (
            len(word.rstrip(".")) == 1 and word[0].isalpha() and (word.isupper() or word[1:] == ".")
        )
    )
