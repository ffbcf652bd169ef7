"""A row of pieces that an address is made of, read from where it begins: `Hinterhaus, 2. OG, Lange Str. 4, 04109 Leipzig`. Pure.

A piece is made of numbers, names and words of addresses. A word of the sentence ends the row, and so do a
stop behind a whole word, a bracket, and what follows the town with its code.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.addresses.patterns import STREET_EN

# words that may be small: of streets, and of what is inside of a house, an estate, a box
_STREETS = r"rue|avenue|av|ave|bd|bld|boulevard|place|pl|chemin|ch|allée|allées|quai|impasse|imp|cours|route|rte|square|passage|sentier|ruelle|esplanade|promenade|faubourg|fg|montée|via|viale|v\.le|piazza|p\.zza|p\.za|piazzale|p\.le|corso|c\.so|strada|str|vicolo|largo|l\.go|lungarno|salita|calle|c/|avenida|avda|paseo|pº|plaza|pza|plza|camino|cno|ronda|travesía|carretera|ctra|pasaje|pje|psje|carrera|cra|diagonal|transversal|callejón|cerrada|privada|calzada|autopista|ruta|rua|travessa|tv|praça|pç|alameda|estrada|rodovia|beco|ladeira|azinhaga|calçada|viela|straat|laan|weg|plein|kade|gracht|steenweg|stwg|dreef|straße|strasse|gasse|platz|allee|ufer"
_INSIDE = r"bis|ter|quater|gche|gch|dte|(?:li|re|mi|dr)(?=\.)|verd|verdieping|souterrain|beletage|sous-sol|entresol|entrée|seminterrato|rialzato|ammezzato|sottotetto|mansarda|sx|dx|hofgebäude|rückg|seitenfl|qg|vg|aufgang|aufg|treppe|portería|entreplanta|entlo|princ|sobrado|cave|pte|porte|cage|hs|bus|bte|boîte|apt|appt|appartement|apartment|apto|apart|ap|int|interno|scala|sc|piano|pal|palazzina|fl|floor|flat|unit|suite|ste|top|tür|stiege|stg|whg|wohnung|og|eg|ug|dg|hof|hinterhaus|vorderhaus|seitenflügel|rückgebäude|gartenhaus|hh|vh|hths|etage|étage|ét|rdc|r/c|esc|escalera|piso|planta|pta|puerta|bajo|bajos|izda|izq|dcha|dch|dto|dta|drcha|direita|direito|esquerda|esquerdo|esq|frente|fundos|casa|lote|lt|parcela|manzana|mz|mza|nave|km|bloco|bl|bloque|block|blk|blq|bât|bat|bâtiment|torre|portal|conjunto|conj|cj|quadra|qd|sala|sl|andar|loja|lj|porta|fração|links|rechts|mitte|gauche|droite|hinten|vorne|erdgeschoss|parterre|stock|stockwerk|étg|depto|dpto|departamento|oficina|of|local|villa|résidence|resid|urb|urbanización|pol|polígono|lotissement|hameau|lieu-dit|barrio|bo|bairro|col|colonia|fracc|ot|ortsteil|c/o|casella|postale|case|postal|cp|c\.p|bp|b\.p|cs|succ|succursale|station|stn|box|site|comp|rr|r\.r|po|p\.o|caixa|apartado|postfach|postbus|antwoordnummer|t\.o|ligplaats|(?:nr|no|n|nº|n°|num|número|numero|numéro)(?=[.:º°]{0,2}[ ]?[0-9])|snc|s/n|cep|cap|woonboot|woonark|woonschip|houseboat|narrowboat|mooring|hausboot|péniche|casa flotante|houseboat|caravan|wohnwagen|stellplatz"
_PARTICLES = r"de|del|della|dello|delle|dei|degli|dell['’]|di|da|do|dos|das|du|des|d['’]|l['’]|la|le|les|los|las|el|the|of|and|y|e|und|et|am|an|der|den|dem|die|im|in|zum|zur|bei|vor|auf|aan|het|['’]t|op|ter|ten|te|von|vom|van|sur|sous|lès|lez|aux|au|à|ao|na|no|of|upon"
_TOKEN = re.compile(
    rf"(?P<code>[A-Z][0-9][A-Z][ ]?[0-9][A-Z][0-9]|[0-9]{{4}}[ ]?[A-Z]{{2}}(?=[ ,]{{1,2}}[A-Z'])|(?:[A-Z]{{1,2}}-)?[0-9]{{5}}(?:-[0-9]{{3,4}})?|[A-Z][0-9]{{4}}(?:[A-Z]{{3}})?(?=[ ][A-Z])|[0-9]{{4}}-[0-9]{{3}}|[A-Z]{{1,2}}[0-9][A-Z0-9]?[ ][0-9][A-Z]{{2}})(?![\w])"
    r"|(?P<number>#?[0-9]{1,5}(?:[.][0-9]{3})?[A-Za-z]?(?:[/-][0-9]{1,5}[A-Za-z]?|/[A-Za-z]{1,2}|-[IVX]{1,4}|-(?:bis|hs|ter))?(?:st|nd|rd|th|er|ère|e|ème|ª|º|°|o|a)?(?:\.(?=[ºª]|[ ](?:OG|UG|EG|DG|HH|VH|SF|QG|GH|HG|Whg|Aufg|Seiten|li\.|re\.|Stock|Etage|Ober|Stg|Stiege|Tür|Hof|Hinter|[º°])))?|[IVX]{1,4}(?!\.?\w)|[A-Z]{1,2}(?:[ ]?[0-9]{1,3})?(?=,[ ][0-9])|s/n|snc)(?![\w@%€$])"
    rf"|(?P<word>(?i:{_STREETS}|{_INSIDE})(?:\.[ºª°]?|:)?(?![\w]))"
    rf"|(?P<particle>(?:(?:{_PARTICLES})(?![\w])|[dl]['’])(?=[ ]?[\w\"'’]))"
    r"|(?P<name>[^\W\d_a-zß-ÿ](?:[\w'’/-]|\.(?=\w)){0,30}\.?|\([^\W\d_a-zß-ÿ][^\W\d_.-]{0,20}(?:[ -][^\W\d_]{1,20}){0,2}\)|[\"“„«][^\"“”„»\n]{2,28}[\"”“»])"
)
_APART = re.compile(
    r",?[ ]|[ ][–/-][ ]|[ ]?\n[ >]{0,8}(?=(?:[A-Z]{1,2}-)?[0-9]{4,5}[ -])|,(?=[0-9A-Z])|(?<=['’])"
)
_SHORTENED = re.compile(
    r"(?i)(?:str|pl|(?<![^\W_])(?:al|av|dr|sta|sto|sr|st|ste|gen|col|cap|ing|prof|cres|rd|ave|blvd|ln|ct|apt|no|nr|cnel|gral|mal|eng|pe|fr|ch|bd|rte|imp|plz|loc|fraz|urb|pje|[a-z]))\.$"
)
_STREET_WORD = re.compile(
    rf"(?i)(?<![^\W_])(?:{_STREETS}|{STREET_EN}|cres|crescent|parade|pde|cct|circuit|tce|esplanade|quay|wharf)(?![^\W_])|(?:stra(?:ß|ss)e|str\.|weg|pl\.|platz|gasse|allee|ufer|damm|ring|hof|graben|berg|garten|dorf|feld|wiese|markt|kamp|winkel|laan|straat|plein|baan|dijk|kade|gracht|singel|steenweg|dreef|pad|hof|haven|weg)(?![^\W_])"
)
_ROOM_WORD = re.compile(rf"(?i)(?<![^\W_])(?:{_INSIDE})(?![^\W_])")
# a code and its town; the province's letters may follow
_PROVINCE = re.compile(r"[A-Z]{2,3}|\([^\W\d_]{2,24}\)")
_MOST, _LONGEST = 26, 170  # parts of a row, characters
_MOST_NAMES = 2  # pieces of names alone behind the last number
# never part of an address, however it is written
_STOPS = frozenset(["tel", "tel.", "telefon", "telefono", "teléfono", "telefone", "phone", "mobile", "mob", "cell", "fax", "email", "mail", "e-mail", "danke", "thanks", "merci", "gracias", "grazie", "obrigado", "obrigada", "bedankt", "please", "bitte", "klingel", "paket", "bell", "dni", "rut", "cpf", "cnpj", "nif", "iban", "ref", "ref.", "order", "he", "she", "we", "ich", "wir", "cel", "cel.", "gsm", "dob", "ssn", "id", "attn", "uhr", "gcs", "eur", "chf", "usd", "gbp", "euro", "euros", "kg", "stück", "pm", "tél", "tél.", "telemóvel", "aufnahme", "mon", "monday", "montag", "tuesday", "friday", "old", "new"])  # fmt: skip


class Row(NamedTuple):
    """Where a row begins and ends, and what is in it."""

    start: int
    end: int
    numbers: int  # pieces with a number
    known: bool  # a word of streets
    rooms: bool  # a word for what is inside of a house
    town: bool  # a code and what it stands beside
    named: bool  # a name of three letters and more
    text: str


def read(text: str, at: int) -> Row:
    """Return the row that begins at `at`."""
    reading = _Reading(text, at)
    for _ in range(_MOST):
        token = _TOKEN.match(text, reading.place)
        if token is None or token.end() - at > _LONGEST or token[0].lower().rstrip(".:") in _STOPS:
            break
        if not (reading.little(token) if token["particle"] else reading.take(token)):
            break
    return reading.row()


class _Reading:
    """A row that is being read."""

    __slots__ = (
        "begin", "coded", "end", "full", "named", "names", "numbered", "numbers", "piece", "place", "side", "start", "text", "told",
    )  # fmt: skip

    def __init__(self, text: str, at: int) -> None:
        self.text, self.start = text, at
        self.begin = self.piece = self.place = self.end = at  # of the address, of its last piece
        self.numbers = self.names = 0  # pieces with a number; those of names alone behind the last
        self.named = self.numbered = self.told = self.side = False
        self.coded = self.full = False  # the code of the town was read; the town, too

    def little(self, token: re.Match[str]) -> bool:
        """Pass a little word; say whether the row may go on."""
        if self.coded and token[0].lower() not in _OF_TOWNS:
            return False
        gap = _APART.match(self.text, token.end())
        self.place = gap.end() if gap is not None else token.end()
        return True

    def take(self, token: re.Match[str]) -> bool:
        """Take a word or a number of the row; say whether the row may go on."""
        name = token.lastgroup == "name"
        if self._ends_before(token, name=name):
            return False
        if self.end == self.start:
            self.begin = self.piece = self.place  # without the little words before it
        self.side = (
            token[0].lower().rstrip(".") in _SIDES
            and self.text[token.end() : token.end() + 1] == " "
        )
        self.end = token.end()
        if name:
            self.named = self.named or _LONG.search(token[0]) is not None
        elif token.lastgroup != "word" and token[0] not in ("s/n", "snc"):
            self.numbered, self.names, self.numbers = True, 0, self.numbers + 1
            self.coded = self.coded or token.lastgroup == "code"
        self.told = self.told or not name or _SUFFIXED.search(token[0]) is not None
        if name and token[0].endswith(".") and _SHORTENED.search(token[0]) is None:
            self.end -= 1  # of the sentence
            return False
        return self._goes_on()

    def _ends_before(self, token: re.Match[str], *, name: bool) -> bool:
        """Say whether the row ends before `token`: behind a side of the house, behind its town."""
        if self.full and _PROVINCE.fullmatch(token[0]) is None:
            return True
        if not name:
            return False
        first = self.start < self.place == self.piece and self.begin < self.place
        value = token[0].isupper() and _VALUE.match(self.text, token.end()) is not None
        return self.side or (first and value)  # `GCS 14`

    def _goes_on(self) -> bool:
        """Pass what parts two words; say whether there is any."""
        gap = _APART.match(self.text, self.end)
        if gap is None:
            return False
        self.place = gap.end()
        if any(sign in gap[0] for sign in ",\n-"):
            self.full = self.full or self.coded  # the town stands behind its code, or before it
            self.names = 0 if self.numbered else self.names + 1
            if not self.told:
                self.begin = gap.end()  # who lives there
            self.numbered, self.piece = False, gap.end()
        return self.names <= _MOST_NAMES or not self.numbers

    def row(self) -> Row:
        """Return what was read."""
        begin = min(self.begin, self.end)
        lead = _LEAD.match(self.text, begin, self.end)
        begin = lead.end() if lead is not None else begin
        found = self.text[begin : self.end].rstrip(" ,:-–")
        return Row(
            begin,
            begin + len(found),
            self.numbers,
            _STREET_WORD.search(found) is not None,
            _ROOM_WORD.search(found) is not None,
            self.coded,
            self.named,
            found,
        )


_LONG = re.compile(r"[^\W\d_]{3,}")
_VALUE = re.compile(r"[ ][0-9]")
_SUFFIXED = re.compile(
    r"(?i)\w{3,}(?:stra(?:ß|ss)e|str\.?|gasse|platz|weg|allee|laan|straat|plein|gracht|kade|dijk)$"
)
_SIDES = frozenset(["links", "rechts", "mitte", "gauche", "droite", "gche", "gch", "dte", "li", "re", "mi", "izda", "izq", "dcha", "dch", "drcha", "direita", "esquerda", "direito", "esquerdo", "esq", "dto", "dta", "sx", "dx", "frente", "fundos", "vorne", "hinten"])  # fmt: skip
_OF_TOWNS = frozenset(["am", "an", "der", "den", "im", "in", "bei", "vor", "sur", "sous", "lès", "lez", "en", "de", "del", "della", "di", "da", "do", "dos", "du", "des", "la", "le", "les", "el", "los", "las", "aan", "op", "upon", "of", "the", "d'", "l'", "d’", "l’", "'t"])  # fmt: skip
# a town before its street: `Bari in via …`
_LEAD = re.compile(
    rf"[^\W\d_][\w'’-]{{1,24}}(?:[ ][^\W\d_][\w'’-]{{1,24}}){{0,2}}[ ](?:in|en|na|no|em)[ ](?=(?i:{_STREETS})[ .])"
)
