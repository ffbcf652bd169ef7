"""What stands with its number before a postcode and a town: `Ginsterheide 4, 21149 Hamburg`, `BP 20145, 35001 Rennes`. Pure.

No list holds the words of all streets. A number, then a postcode and a town behind a comma or on the
next line, are the two last lines of an address in most of Europe and in Brazil.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.shapes import at_numbers, holds

_TOWN = r"[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’.-]{1,2}[^\W\d_]+)*(?:[ -](?:(?:am|an der|an|im|in|bei|ob der|ob|vor der|sur|sous|lès|les|la|le|en|de|del|della|di|da|do|dos|aan den|aan de|op|der)[ -])?[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’-][^\W\d_]+)*){0,3}(?:[ ]\([A-Z]{2}\))?"
# a postcode and its town, found by its first digit
_CODE = re.compile(
    rf"[0-9](?<![0-9.,/-].)(?:[0-9]{{4}}[ ]{{1,2}}{_TOWN}|[0-9]{{3}}[ ]?[A-Z]{{2}}[ ]{{1,2}}{_TOWN}|[0-9]{{3}}-[0-9]{{3}}[ ]{{1,2}}{_TOWN}|[0-9]{{4}}-[0-9]{{3}}[ ]{{1,2}}{_TOWN})(?![\w@])"
)
_PREFIX = re.compile(r"(?:D|A|CH|F|E|I|B|NL|DE|AT|FR|ES|IT|BE)-$")
_DOOR = r"(?:[ ,]{1,3}(?:bus|bte|boîte|apt|appt|apto|int|top|tür|stiege|whg|piso|bajo|esc|esq|dir|r/c|lote|bloco)\.?[ ]?[0-9A-Za-zºª]{0,5}){0,2}"
_STREET = re.compile(
    rf"(?:^|[\n:;(|\x1e]|(?<=[a-zß-ÿ] )|(?<=, ))[ \t>*-]{{0,3}}(?P<street>(?:[0-9]{{1,4}}(?:[ ]?(?:bis|ter|[a-zA-Z]))?,?[ ][^\W\d_][^\n,:;0-9()\x1e]{{2,40}}|(?-i:[^\W\d_a-zß-ÿ])[^\n:;0-9()\x1e]{{1,36}}?[ ,.]{{1,2}}(?:n[º°.]{{0,2}}[ ]?)?[0-9]{{1,5}}[ ]?[a-zA-Z]?(?:[/-][0-9]{{1,4}}){{0,3}}{_DOOR}))[ ]?(?:,[ ]?\n?|\n|[ ][–-][ ]|[ ]{{2}})[ ]{{0,2}}$",
    re.IGNORECASE,
)
# five digits and a capital are no code of a town behind these, nor before those
_NO_STREET = re.compile(
    r"(?i)(?<![^\W_])(?:tel|telefon|fax|phone|mobil|iban|konto|nr|no|number|order|invoice|rechnung|bestellung|artikel|menge|seite|page|version|model|modell|table|figure|chapter|kapitel|absatz|abs|art|artikel|§|step|line|row|zeile|port|code|id|ref|date|datum|total|summe|from|to|von|bis|hrb|hra|ice|ic|re|zone|halle|stand|gleis|kammer|chambre|sala|aula|raum|windows|linux|rtx|gtx|ende|anfang|in|im|seit|since|until|jahr|année|año|anno|olympia|passat|clio|golf)\.?(?![^\W_])"
)
_COUNTED = frozenset(
    ["Stück", "Stk", "Euro", "EUR", "USD", "Exemplare", "Einheiten", "Seiten", "Zeilen", "Punkte", "Teilnehmer", "Besucher", "Einwohner", "Mitarbeiter", "Kunden", "Zeichen", "Wörter", "Schritte", "Kilometer", "Meter", "Tonnen", "Liter", "Watt", "Dollar", "Units", "Items", "KM", "Km", "Autos", "Menschen", "Fans", "Plätze", "Plätzen", "Zuschauer", "Personen", "Athleten", "Personnes", "Pakete", "Cores", "Build", "Diesel", "Benzin", "Stimmen", "Dollars", "Euros", "Pesos", "Zuschauern", "Spieler", "Tote", "Tage", "Rows", "Lines", "Users", "People", "Copies"]
)  # fmt: skip
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}$")  # no number of a house
_SHORTEST = 3  # letters of a town
_BACK = 72  # characters before the code
_BESIDE = (b"00000 ", b"0000 AA ", b"0000AA ", b"0000-000 ", b"00000-000 ")


def recognize(text: str) -> Iterator[Hit]:
    """Yield such streets and boxes with their town."""
    if not holds(text, _BESIDE):
        return
    for code in at_numbers(_CODE, text):
        town = code[0].split(" ")[-1]
        prefix = _PREFIX.search(text, max(0, code.start() - 3), code.start())
        begin = code.start() if prefix is None else prefix.start()
        low = max(0, begin - _BACK)
        before = _STREET.search(text[low:begin])
        if before is None or town in _COUNTED or len(town) < _SHORTEST or code[0][2:5] == "000":
            continue
        if _NO_STREET.search(before["street"]) or _YEAR.search(before["street"]):
            continue
        yield Hit(
            low + before.start("street"),
            code.end(),
            "STREET_ADDRESS",
            0.5,
            "street before its town",
            "position",
        )
