"""How the plates of vehicles are written, country by country, today's and older ones. Pure."""

from __future__ import annotations

import re

# two letters of the canton, and a number of its own
_CANTONS = "AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH"
# the authorities of Austria
_AUSTRIA = "AM|BA|BL|BM|BN|BR|BZ|DL|DO|EF|EU|FB|FE|FF|FK|FR|GB|GD|GF|GM|GR|GS|GU|HA|HB|HE|HF|HL|HO|IL|IM|JE|JO|JU|JW|KB|KF|KI|KL|KO|KR|KS|KU|LA|LB|LE|LF|LI|LL|LN|LZ|MA|MD|ME|MI|MT|MU|MZ|ND|NK|OP|OW|PE|PL|RA|RE|RI|RO|SB|SD|SE|SL|SO|SP|SR|SV|SW|SZ|TA|TU|UU|VB|VI|VK|VL|VO|WB|WE|WK|WL|WN|WO|WT|WU|WY|WZ|ZE|ZT"
_CONSONANTS = "BCDFGHJ-NPR-TV-Z"
_OLD_YEAR = "[A-HJ-NPR-Y]"
# what little else has, near a word for a vehicle
_SURE = (
    r"[A-Z]{2}[0-9]{2}[ ]?[A-Z]{3}|[A-Z]{2}[ ][0-9]{2}[ ][A-Z]{3}",  # Britain since 2001
    rf"{_OLD_YEAR}[0-9]{{1,3}}[ ]?[A-Z]{{3}}|[A-Z]{{3}}[ ]?[0-9]{{2,3}}{_OLD_YEAR}",  # before
    r"[A-Z]{2}[ -][0-9]{3}[ -][A-Z]{2}|[A-Z]{2}[0-9]{3}[A-Z]{2}",  # France, Italy, Argentina
    r"[0-9]{2,4}[ ][A-Z]{2,3}[ ](?:2[AB]|[0-9]{2,3})",  # France before 2009
    rf"[0-9]{{4}}[ -]?[{_CONSONANTS}]{{3}}|[A-Z]{{1,2}}[ -][0-9]{{4}}[ -][A-Z]{{1,2}}",  # Spain
    rf"[CERHTV][ -][0-9]{{4}}[ -][{_CONSONANTS}]{{3}}",  # its mopeds, trailers and taxis
    r"[A-ZÄÖÜ]{1,3}[-:][A-ZÄÖÜ]{1,2}[ -]?[1-9][0-9]{0,3}[EH]?|(?<![A-Z][ ])[A-ZÄÖÜ]{1,3}[ ][A-Z]{1,2}[ ][1-9][0-9]{1,3}[EH]?",  # Germany
    rf"(?:{_AUSTRIA})[ -][0-9]{{1,4}}[ ]?[A-Z]{{1,3}}|[BEGIKLPSW][ -][0-9]{{4,5}}[ ]?[A-Z]{{1,2}}|[BEGIKLPSW]-[0-9]{{1,4}}[ ]?[A-Z]{{1,3}}",
    rf"(?:{_CANTONS})[ ·-]?[0-9]{{1,3}}[ .'’][0-9]{{3}}|(?:{_CANTONS})[ ·-]?[0-9]{{4,6}}|FL[ -][0-9]{{4,5}}",  # Switzerland, Liechtenstein
    r"[A-Z]{1,3}-[0-9]{2,3}-[A-Z]{1,3}|[0-9]{1,3}-[A-Z]{2,3}-[0-9]{1,3}|[0-9]{1,2}-[A-Z]{2,3}-[0-9A-Z]{1,2}|[0-9]{2}-[A-Z]{2}-[A-Z]{2}|[A-Z]{2}-[A-Z]{2}-[0-9]{2}|[A-Z]{2}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2}-[A-Z]{2}",  # the Netherlands
    r"[A-Z]{2}[ ·.][0-9]{2}[ ·.][A-Z]{2}|[0-9]{2}[ ·.][A-Z]{2}[ ·.][0-9]{2}|[A-Z]{2}[ ·.][0-9]{2}[ ·.][0-9]{2}|[0-9]{2}[ ·.][0-9]{2}[ ·.][A-Z]{2}",  # Portugal
    r"[A-Z]{2}[ -][0-9]{2}[ -][0-9]{2}[ -][A-Z]{2}|[A-Z]{3}[ -][0-9]{3}[ -][A-Z]{2}",  # Angola, Mozambique
    r"[A-Z]{3}[ -]?[0-9][A-Z][0-9]{2}|[A-Z]{3}-[0-9]{4}",  # Brazil
    r"[0-9][ -][A-Z]{3}[ -][0-9]{3}",  # Belgium
    r"[0-9]{2,3}[ -][A-Z]{1,2}[ -][0-9]{1,6}",  # Ireland
    r"[B-DF-HJ-LPR-TV-Z]{4}[.·-][0-9]{2}|[A-Z]{2}[ .·-][A-Z]{2}[ .·-][0-9]{2}",  # Chile
    r"[A-Z]{2,3}[ ](?=[A-Z0-9]{0,4}[A-Z])[0-9][A-Z0-9]{3,4}",  # Poland
    r"[0-9][A-Z]{3}[0-9]{3}",  # California
)
# much else is written so: only right behind a word for a plate
_LOOSE = (
    r"[A-Z]{3}[ ·-]?[0-9]{3,4}|[0-9]{3}[ ·-][A-Z]{3}|[A-Z]{3}[ -]?[0-9]{2}[A-Z]",  # Argentina, Colombia, Sweden, Belgium
    r"[A-Z]{2}[ ]?[0-9]{4,6}|[0-9]{1,4}[ ][A-Z]{1,3}|[A-Z]{1,3}[ ][0-9]{1,4}[EH]?|[A-Z]-[0-9]{4,5}",  # Luxembourg, Northern Ireland
    r"X[A-Z0-9][ ]?[0-9A-Z]{5}|[A-Z]{2}[ ][A-Z0-9][0-9]{5}|ROMA[ ][A-Z0-9]{6}",  # Italy before 1994
    r"[A-Z]{3}-[0-9]{2,3}-[0-9A-Z]{1,2}|[A-Z][0-9][A-Z][ -][0-9]{3}|[B-DF-HJ-LPR-TV-Z]{4}[ ]?[0-9]{2}",  # Mexico, Peru
    r"[A-ZÄÖÜ]{1,3}[ -:]{1,2}[A-ZÄÖÜ]{1,2}[ ]?[0-9]{1,4}[EH]?|[A-Z]{1,2}[ -][A-Z]{3,5}[ ]?[0-9]{1,3}",  # as one asks for it
    r"(?=[A-Z0-9]{0,6}[A-Z])(?=[A-Z]{0,4}[0-9])[A-Z0-9]{5,8}",  # America, Australia
)
_BEFORE, _BEHIND = r"(?<![\w/.,@#&+-])", r"(?![\w/@]|-[\w]|[.,:][0-9]|[ ][0-9]{2,4}[ ][0-9])"
SURE = re.compile(f"{_BEFORE}(?:{'|'.join(_SURE)}){_BEHIND}")
# what few read as a plate: right behind a word for one, or before it
_ABROAD = (
    r"(?:A[NPRS]|B[HR]|C[GH]|D[DLN]|G[AJ]|H[PR]|J[HK]|K[AL]|L[AD]|M[HLNPZ]|NL|O[DR]|P[BY]|RJ|SK|T[NRS]|U[KP]|WB)[ -]?[0-9]{1,2}[ -]?[A-Z]{1,3}[ -]?[0-9]{4}",  # India
    r"[A-Z]{3}-[0-9]{2}-[0-9]{2}|[A-Z]-[0-9]{3}-[A-Z]{3}|[A-Z]{2}-[0-9]{4}-[A-Z]|[A-Z]-[0-9]{2}-[A-Z]{3}",  # Mexico
    r"[A-Z]{3}[ -][0-9]{3}[ -]?[A-Z]{2}|[KUT][A-Z]{0,2}[ -][0-9]{3}[ ]?[A-Z]{1,3}|[A-Z]{2}[ -][0-9]{2,4}-[0-9]{2}|[A-Z]{1,3}[ -][0-9]{3}[- ][0-9]{3}|[A-Z]{2}[ ][0-9]{2}[ ][A-Z]{2}[ ](?:GP|MP|NW|FS|L)",  # Nigeria, Kenya, Ghana, South Africa
    r"[0-9]{1,5}[ |/-]{1,3}[أ-يA-H][ |/-]{1,3}[0-9]{1,2}|[0-9]{1,3}[ ]?(?:تونس|TUN?)[ ]?[0-9]{1,4}|[0-9]{5,6}[ -][1-3][0-9]{2}[ -][0-5][0-9]",  # Morocco, Tunisia, Algeria
    r"[A-Z][0-9]{2}[ -]?[A-Z]{3}|[A-Z]{3}[ -][A-Z0-9]{3}|[A-Z][0-9]{3}[ -]?[A-Z]{3}|[A-Z]{4}[ -][0-9]{3}",  # Quebec, Ontario, Argentina
    r"[A-Z]{2}[ -][0-9]{3,4}[ -][A-Z]{1,2}|[A-Z]{1,3}[ -][0-9]{1,4}[ -][A-Z]{1,2}",  # Senegal, Singapore
    r"[A-Z][ -][0-9]{3}[ -]?[A-Z]{3}|[PCMOA][ -]?[0-9]{3}[ -]?[0-9]{3}|[0-9]{3,4}[ -][A-Z]{3}",  # Guatemala, El Salvador, Bolivia
    r"X[0-9A-Z][ ]?[0-9A-Z]{4}|[A-Z][0-9][ ]?(?=[A-Z0-9]{0,3}[A-Z])[A-Z0-9]{4}|[A-Z]{1,2}[0-9]{4,5}",  # mopeds of Italy, San Marino
    r"[A-Z]{1,2}-[0-9]{4,6}|[0-9]{2}-[0-9]{2}[ -]?[A-Z]{2}|[A-Z]{2}[ ][0-9]{2}-[0-9]{2}",  # trailers of Portugal, Suriname
)
ABROAD = re.compile(f"{_BEFORE}(?:{'|'.join(_ABROAD)}){_BEHIND}")
ANY = re.compile(f"{_BEFORE}(?:{'|'.join((*_SURE, *_LOOSE))}){_BEHIND}")
# the same in small letters, of which words are made, too
SMALL = re.compile(
    r"(?:[a-z]{2}[0-9]{2}[ ]?[a-z]{3}|[a-z][0-9]{2,3}[ ]?[a-z]{3}|[a-z]{2}[ -]?[0-9]{3}[ -]?[a-z]{2}|[0-9]{4}[ -]?[bcdfghj-np-tv-z]{3}|[a-zäöü]{1,3}[ -][a-z]{1,2}[ -]?[0-9]{2,4}"
    r"|[a-z]{3}[ -]?[0-9][a-z0-9][0-9]{2}|[a-z]{3}[ -]?[0-9]{3}|[0-9]-[a-z]{3}-[0-9]{3}|[0-9]{2}[ -][a-z]{2}[ -][0-9]{2}|[a-z]{2}[ -][0-9]{2}[ -][a-z]{2}|[a-z]{2}[ -][0-9]{2}[ -][0-9]{2}|[a-z]{1,3}-?[0-9]{2,3}-?[a-z]{1,2}|[0-9]{1,2}-?[a-z]{2,3}-?[0-9]{1,2}|[0-9]{2,3}[ -]?[a-z]{1,2}[ -]?[0-9]{3,6}|[0-9][a-z]{3}[0-9]{3}"
    rf"|(?:{_CANTONS.lower()})[ -]?[0-9]{{1,3}}[ '’]?[0-9]{{3}}|(?:{_AUSTRIA.lower()})[ -]?[0-9]{{2,4}}[ ]?[a-z]{{1,3}})(?![\w/@]|-[\w]|[.,:][0-9])"
)
# makes, norms, currencies and parts of computers before a number, never a plate's own letters
NO_PLATES = frozenset(["VW", "BMW", "KIA", "MG", "GMC", "RAM", "DS", "SEAT", "ISO", "DIN", "EN", "IEC", "EUR", "SEK", "NOK", "DKK", "CHF", "GBP", "USD", "PLN", "CZK", "HUF", "TRY", "INR", "BRL", "ARS", "TV", "AMG", "GT", "GTI", "GTX", "RTX", "GTS", "TDI", "TSI", "CDI", "PS", "HP", "KW", "KM", "PCI", "LED", "LCD", "USB", "DDR", "RAL", "UNE", "ABS", "PVC", "MDF", "OSB", "DKP", "HEX", "SKU", "REF", "ART", "LOT", "INV", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"])  # fmt: skip
# little words in a text of capitals
_LITTLE = frozenset(
    [
        "NO",
        "NR",
        "AT",
        "TO",
        "BY",
        "IN",
        "OF",
        "ON",
        "CV",
        "CC",
        "IS",
        "IT",
        "AM",
        "IM",
        "UM",
        "AB",
        "EN",
        "ET",
        "LA",
        "LE",
        "EL",
        "DI",
        "DE",
        "AL",
        "OP",
        "EM",
        "AO",
        "DO",
    ]
)


def is_one(value: str) -> bool:
    """Say whether what is written like a plate may be one: it begins with no make and no norm."""
    letters = _LETTERS_FIRST.match(value)
    return (letters is None or letters[0] not in NO_PLATES) and any(map(str.isdigit, value))


def begins_with_a_word(value: str) -> bool:
    """Say whether a number behind a little word of a text in capitals is taken for a plate: `BELONGS TO 4418`."""
    letters = _LETTERS_FIRST.match(value)
    return (
        letters is not None
        and letters[0] in _LITTLE
        and _ALONE.fullmatch(value, letters.end()) is not None
    )


_LETTERS_FIRST, _ALONE = re.compile(r"[A-ZÄÖÜ]+"), re.compile(r"[ ][0-9]+")
