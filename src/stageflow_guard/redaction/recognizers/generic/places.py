"""Postal addresses by shape: number and street word, unit, post box, town behind a postcode. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, places, present
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.generic.announced import SIGN
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import (
    UNSPACED,
    Index,
    bare,
    lowered,
    register,
    unspaced,
    vocabulary,
)

_CAP = r"(?:[^\W\d_a-z][\w'’.-]{0,30})"
_STREET_EN = r"street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|way|parkway|pkwy|circle|cir|highway|hwy|trail|trl|crescent|close|grove|row|mews|quay|loop|plaza|alley|bypass|hill|gardens|walk|park|green|view|rise|mount|ridge"
_STREET_AFTER = re.compile(
    rf"[0-9](?<![\w.$€£#-].)[0-9]{{0,4}}[A-Za-z]?(?:[ ][0-9]{{1,5}})?[ ](?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?[ ])?(?:(?:[^\W\d_][\w'’.-]{{0,24}}|[0-9]{{1,3}}(?:st|nd|rd|th))[ ]){{1,4}}(?:{_STREET_EN})\b\.?(?:[ ](?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\b\.?)?",
    re.IGNORECASE,
)
_HOUSE = r"(?:[/-][0-9]{1,4}|/[A-Za-z](?![^\W_])|[ -]?(?:I{1,3}|IV|V|hs|bis|[A-Za-z])(?![^\W_]))?"
_STREET_WORDS = (
    r"rue|avenue|avenida|av\.|avda\.|boulevard|via|viale|piazza|piazzetta|corso|strada|calle|carrera|paseo|plaza|rua|travessa|ul\.|ulica|aleja|al\.|pl\.|os\.|bulevardul|bd\.|aleea|calea|splaiul|ул\.|улица|просп\.|проспект|пер\.|переулок|бул\.|бульвар|вул\.|вулиця|trg|rúa"
    r"|place|chemin|allée|quai|impasse|rambla|c/|largo|estrada|náměstí|c\.|cesta|utca|u\."
)
# as a view draws letters of other alphabets
_STREET_WORDS += "|" + "|".join(bare(w) for w in _STREET_WORDS.split("|") if not w.isascii())
_STREET_BEFORE = re.compile(
    rf"(?<![\w.$€£#/-])(?:[0-9]{{1,5}}(?:[ ]?(?:bis|ter|quater)(?![^\W_])|[A-D](?![^\W_]))?[ ,]{{1,2}}){{0,2}}(?:{_STREET_WORDS})(?:[ ](?:[^\W_][\w'’.-]{{0,24}})){{1,5}}(?:(?:[ ,]{{1,2}}|,?[ ]?n[º°o.]{{1,2}}[ ]?)[0-9]{{1,5}}{_HOUSE}|/[0-9]{{1,4}}(?![0-9/])|/[A-Za-z](?![^\W_]))?(?:,[ ][0-9]{{1,2}}[.ºª°oa]{{1,2}}[ ]?[\w.]{{0,5}}(?!\w))?",
    re.IGNORECASE,
)
_STREET_SUFFIX = re.compile(
    r"(?<![\w.$€£#-])(?:[0-9]{1,5}[ ]){0,1}(?:[^\W\d_][\w'’.-]{0,24}[ ]){0,3}[^\W\d_][\w'’-]{1,24}(?:stra(?:ss|ß|at)e?|straße|str\.|weg|gasse|platz|allee|ring|ufer|damm|graben|markt|wall|chaussee|steig|stieg|pfad|kamp|winkel|laan|plein|gracht|kade|singel|dijk|vej|gade|stræde|allé|gatan|gata|vägen|väg|gränd|torget|gate|veien|vegen|katu|tie|polku|kuja|utca|út|tér|krt|ulice|gatan|vænget|bakken|skálinn|braut|götu|hlíð)\.?[ ][0-9]{1,5}"
    + _HOUSE
    + r"(?!\w)",
    re.IGNORECASE,
)
# a street's word of its own behind what it is called: `Rosenheimer Straße 143`, `Alte Gasse 4`
_STREET_APART = re.compile(
    r"(?<![\w.-])(?!(?:Dies|Jed|Unser|Ein|Kein|Mein|Dein|Sein|Ihr|Euer|Welch|Ander|Jen|Viel|Mehr|Aller)[a-z]{0,3}[ ])"
    r"(?:[^\W\d_a-z][\w-]{1,24}e[rn]|Lange|Kurze|Alte|Neue|Gro(?:ß|ss)e|Kleine|Hohe|Breite|Obere|Untere|Enge|Krumme|Schöne|Wei(?:ß|ss)e|Rote|Grüne|Innere|Äu(?:ß|ss)ere|Mittlere|Hintere|Vordere)"
    r"[ -](?:Stra(?:ß|ss)e|Str\.|Gasse|Allee|Platz|Weg|Damm|Ufer|Chaussee|Promenade|Landstra(?:ß|ss)e|Steig|Stieg)[ ][0-9]{1,4}"
    + _HOUSE
    + r"(?!\w)"
)
_NUMBERED = re.compile(
    rf"[0-9](?<![\w.$€£#:/-].)[0-9]{{0,4}}[ ](?:[0-9]{{1,5}}[ ])?(?:[^\W\d_{UNSPACED}][\w'’./-]{{0,24}}[ ]){{1,5}}[0-9]{{1,5}}(?![\w.%:/-])"
)
_UNIT = r"(?:(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|building|bldg|no)\.?[ ]?#?[0-9]{1,5}[A-Za-z]?|[0-9]{1,3}(?:st|nd|rd|th)[ ](?:floor|fl)\b\.?)"
_UNITS = re.compile(rf"(?<![\w])(?:{_UNIT})(?![\w])", re.IGNORECASE)
# the same in other languages: before the number, behind it
_ROOMS = [
    "ap",
    "apto",
    "appt",
    "piso",
    "puerta",
    "pta",
    "escalera",
    "planta",
    "bloco",
    "bloque",
    "sala",
    "conj",
    "andar",
    "whg",
    "wohnung",
    "stiege",
    "bat",
    "bât",
    "bâtiment",
    "interno",
    "scala",
    "bus",
    "bte",
    "lok",
    "lgh",
]
_FLOORS = ["og", "stock", "étage", "etage", "andar", "piso", "verdieping", "piano"]
_ORDINAL = r"[0-9]{1,2}[ºª°oa]"  # `4º`; a view writes the letter
_BLOCKS = r"(?i:bloco|bloque|escalera|esc\.|scala|bâtiment|bât|bat|torre)[ ][A-Z]"
_UNITS_ABROAD = re.compile(
    rf"(?<!\w)(?:(?i:{'|'.join(_ROOMS)})\.?[ ]?#?[0-9]{{1,5}}[A-Za-z]?|{_BLOCKS}|{_ORDINAL}(?:[ ,]{{1,2}}{_ORDINAL}|[ ]?[A-D]|(?=,[ ][0-9]{{5}}))"
    rf"|[0-9]{{1,2}}(?:[ºª°.oa]|er|e|[èe]me)?[ ](?i:{'|'.join(_FLOORS)}))(?!\w)"
)
_BOX = re.compile(
    r"(?i)(?<![\w])(?:p\.? ?o\.? ?box[ ][0-9]{1,6}|(?:rr|rfd|hc|rural route|star route)[ ]?#?[0-9]{1,4},?[ ]box[ ][0-9]{1,5}[a-z]?|post(?:fach|bus| office box)[ ][0-9]{1,6}|psc[ ][0-9]{1,5},?[ ]box[ ][0-9]{1,5}|unit[ ][0-9]{1,5},?[ ]box[ ][0-9]{1,5}|us(?:ns|s|cgc|nv)[ ][^\W\d_][\w' .-]{1,30})(?:[ ,]*[\n ][ >?]*(?:apo|fpo|dpo)[ ]a[aep][ ][0-9]{5}(?:-[0-9]{4})?)?"
)
_MILITARY = re.compile(r"[AFD](?<![\w].)PO[ ]A[AEP][ ][0-9]{5}(?:-[0-9]{4})?(?!\w)")
_MILITARY_CODE = re.compile(r"[0-9]{5}(?<= A[AEP] .{5})")
_STATES = r"A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]"
_CITY = re.compile(
    rf"(?<![\w]){_CAP}(?:[ ]{_CAP}){{0,3}},?[ ](?:{_STATES})[ ,]{{1,2}}[0-9]{{5}}(?:-[0-9]{{4}})?(?!\w)"
)
# only worth something beside a street
_TOWN = rf"{_CAP}(?:[ -]{_CAP}){{0,2}}(?:[ ](?:am|an der|ob der|a\.|sur|en|de|del|di|do|da|la|le|aan|den|bij|nad|upon|on)[ ]{_CAP})?"
_TOWN_AFTER = re.compile(
    rf"[A-Z0-9](?<![\w.].)(?:(?<=[A-Z])[A-Z]?-[0-9]{{4,5}}|(?<=[0-9])(?:[0-9]{{3,4}}|[0-9]{{3}}[ ]?[A-Z]{{2}}|[0-9]{{3,4}}-[0-9]{{3}}|[0-9]-[0-9]{{3}}|[0-9]{{2}}[ ][0-9]{{2}}))[ ]{{1,2}}{_TOWN}(?:[ ]\([A-Z]{{2}}\))?(?!\w)"
)
_BRAZIL = re.compile(
    rf"(?<!\w){_CAP}(?:[ ](?:d[aeo]s?[ ])?{_CAP}){{0,3}}[ ]?[-/,–][ ]?[A-Z]{{2}},?[ ](?:CEP:?[ ])?[0-9]{{5}}-[0-9]{{3}}(?!\w)"
)
# beside a street only: `Curitiba - PR`
_BRAZIL_TOWN = re.compile(
    rf"(?<!\w){_CAP}(?:[ ](?:d[aeo]s?[ ])?{_CAP}){{0,3}}[ ]?[-/–][ ]?(?:A[CLMP]|BA|CE|DF|ES|GO|M[AGST]|P[ABEIR]|R[JNORS]|S[CEP]|TO)(?!\w)"
)
# a code of six digits, found by its first, and a letter a little before it
_PIN_CODE = re.compile(
    r"[1-9](?<=[ ,-].)(?:(?<=[^\W\d_].{2})|(?<=[^\W\d_].{3})|(?<=[^\W\d_].{4}))[0-9]{2}[ ]?[0-9]{3}(?![\w-]|[.,][0-9])"
)
_TURKISH_NUMBER = re.compile(r"No[.:]{0,2}[ ]?[0-9]")
_TURKISH_WORDS = ("Mah", "Cad", "Sok", "Sk.", "Bulv", "Blv")
_ESTATES = Heads(("polígono", "poligono", "urbaniz", "urb. ", "pol. ind", "parque empr", "zona indus", "loc. ", "località", "contrada ", "fraz", "lieu", "zac ", "za ", "zi "))  # fmt: skip
_BRAZIL_STATE = re.compile(
    r"[-/–][ ]?(?:A[CLMP]|BA|CE|DF|ES|GO|M[AGST]|P[ABEIR]|R[JNORS]|S[CEP]|TO)(?!\w)"
)
_CEP = re.compile(r"-(?<=[0-9]{5}-)[0-9]{3}(?![0-9])")
# Chinese, Japanese and Korean: from the large to the small, a number at the end
_EAST = re.compile(
    r"(?:〒?[ ]?[0-9]{3}-[0-9]{4}[ ]?)?[\u4e00-\u9fff]{2,8}(?:省|市|都|道|府|県|縣|自治区)[\u3040-\u30ff\u4e00-\u9fff]{1,24}[ ]?[0-9]{1,5}(?:[ ]?(?:[-－‐丁目番地号號弄室楼层路街单元栋幢座]{1,2}|[a-zA-Z](?![a-zA-Z]))[ ]?[0-9]{0,5}){0,6}"
    r"|[\uac00-\ud7a3]{2,7}(?:시|도) (?:[\uac00-\ud7a3]{1,6}(?:시|군|구) ){1,2}[\uac00-\ud7a30-9]{1,12}(?:로|길|동|읍|면)[ ]?[0-9]{1,5}(?:-[0-9]{1,4})?(?:번지)?(?:[ ,]{1,2}[0-9]{1,4}[ ]?(?:동|호|층)){0,3}(?:[ ]?\([0-9]{5}\))?"
)
_INDIAN = "Nagar|Road|Marg|Street|Colony|Layout|Vihar|Enclave|Lane|Gali|Chowk|Bagh|Puram"
_INDIA = re.compile(
    rf"[0-9](?<![\w.$€£#:/-].)[0-9]{{0,3}}[A-Za-z]?,?[ ]{_CAP}(?:[ ]{_CAP}){{0,2}}[ ](?:{_INDIAN})(?:,[ ]{_CAP}(?:[ ]{_CAP})?){{1,2}},?[ -]{{1,3}}[1-9][0-9]{{2}}[ ]?[0-9]{{3}}(?![\w])"
)
# German streets that begin with a little word; a town behind them makes them one
_STREET_AT = re.compile(
    r"(?<![\w.-])(?:Am|Im|An de[rmn]|Auf de[rmn]|In de[rmn]|Zu[mr]|Unter den|Hinter de[rmn]|Vor de[rmn]|Bei[m]?|Beim)[ ][^\W\d_a-z][\w-]{1,24}(?:[ ][^\W\d_a-z][\w-]{1,24})?[ ][0-9]{1,4}[a-zA-Z]?(?![\w.:])"
)
# an Indian, a Turkish and a rural one by their parts; a code of the town at the end
_PARTS_IN = re.compile(
    r"(?<![\w-])(?:(?:Flat|House|H\.?[ ]?No|Plot|Door|Shop|Villa|Block|Tower|Qtr|Room)\.?(?:[ ](?:No\.?[ ]?)?)?#?|#|मकान[ ]नं\.?[ ]|फ्लैट[ ]|प्लॉट[ ])?[A-Z]{0,2}-?[0-9]{1,5}[A-Za-z]?(?:/[0-9A-Z]{1,4})?,[ ]"
    r"(?:[^\W_][^\n,:;@]{1,34},[ ]){0,4}(?:[^\W\d_][^\n,:;@0-9]{1,24})[ ,-]{1,3}[1-9][0-9]{2}[ ]?[0-9]{3}(?![\w-]|[.,][0-9])"
)
_TURKISH = re.compile(
    r"(?<!\w)(?:[^\W\d_a-z][\w'’.]{1,24}[ ]){1,3}(?:Mah(?:\.|allesi)?|Cad(?:\.|desi)?|Sok(?:\.|ak|ağı)?|Sk\.|Bulv(?:\.|arı)?|Blv\.)[ ,]{1,2}(?:(?:[^\W\d_a-z][\w'’.]{1,24}[ ]){1,3}(?:Cad(?:\.|desi)?|Sok(?:\.|ak|ağı)?|Sk\.|Bulv\.?)[ ,]{1,2})?No[.:]{0,2}[ ]?[0-9]{1,4}[A-Z]?(?:/[0-9A-Z]{1,4})?(?:[ ,]{1,2}(?:Kat|D(?:aire)?|K)[.:]{0,2}[ ]?[0-9]{1,3}){0,2}(?:,?[ ][0-9]{5})?(?:,?[ ][^\W\d_a-z][\w'’]{1,20}(?:[ ]?/[ ]?[^\W\d_a-z][\w'’]{1,20})?)?"
)
_POLIGONO = re.compile(
    r"(?i)(?<!\w)(?:pol[ií]gono|urbanizaci[oó]n|urb\.|pol\.[ ]ind\.|parque[ ]empresarial|zona[ ]industriale|loc\.|località|contrada|fraz\.|frazione|lieu[- ]dit|zac|za|zi)[ ][^\W\d_][\w'’. -]{1,40},[ ](?=[^\n]{0,60}[0-9]{5}[ ][^\W\d_])[^\n;:]{0,50}?[0-9]{5}[ ][^\W\d_a-z][\w'’-]{1,24}(?:[ ][^\W\d_a-z][\w'’-]{1,24})?"
)
# a British house: number, street, town, postcode
_HOUSE_UK = re.compile(
    rf"(?<![\w.$€£#-])[0-9]{{1,4}}[A-Za-z]?,?[ ]{_CAP}(?:[ ](?:(?:y|yr|na|an|of|the)[ ])?{_CAP}){{0,3}}(?:,[ ]{_CAP}(?:[ ]{_CAP}){{0,2}}){{1,3}},?[ ](?=[A-Z]{{1,2}}[0-9][A-Z0-9]?[ ][0-9][ABD-HJLNP-UW-Z]{{2}}(?![A-Za-z0-9]))"
)
# a Dutch house behind any name of a street, with its code: `Oude Delft 12, 2611 CD Delft`
_HOUSE_NL = re.compile(
    rf"(?<![\w.$€£#-]){_CAP}(?:[ ](?:(?:de|der|den|van|het|'t|aan|op)[ ]){{0,2}}{_CAP}){{0,3}}[ ][0-9]{{1,4}}(?:[ -]?(?:bis|hs|[A-Za-z]|[IV]{{1,3}}|[0-9]{{1,3}}))?,?[ ](?=[1-9][0-9]{{3}}(?![ ]?[AP]M)[ ]?[A-Z]{{2}},?[ ]{_CAP})"
)
_NL_CODE = re.compile(r"[1-9](?<![\w.].)[0-9]{3}(?![ ]?[AP]M)[ ]?[A-Z]{2},?[ ][A-Z]")
_UK = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-PR-UWYZ][A-HK-Y]?[0-9][A-Z0-9]?[ ][0-9][ABD-HJLNP-UW-Z]{2}|GIR 0AA)(?![A-Za-z0-9])"
)
_UK_INWARD = re.compile(r"[0-9](?<= .)[ABD-HJLNP-UW-Z]{2}(?![A-Za-z0-9])")  # its second half
_COUNTRIES = (
    r"United States|United Kingdom|USA|UK|Germany|France|Spain|Italy|Portugal|Netherlands|Belgium|Austria|Switzerland|Denmark|Sweden|Norway|Finland"
    r"|Iceland|Ireland|Poland|Hungary|Czech Republic|Czechia|Slovakia|Slovenia|Croatia|Serbia|Greece|Cyprus(?: \(\w+\))?|Romania|Bulgaria|Estonia|Latvia"
    r"|Lithuania|Luxembourg|Russia|Ukraine|Turkey|Canada|Australia|New Zealand|South Africa|Brazil|Uruguay|Argentina|Chile|Mexico|Tunisia|India|Japan"
    r"|Greenland|Malta|Monaco|Andorra|Israel|Singapore|China|Vietnam"
)
_COUNTRY_ZIP = re.compile(rf"(?<![\w])(?:{_COUNTRIES})[ ]+[0-9]{{4,6}}(?![\w])", re.IGNORECASE)
_COUNTRY_END = re.compile(rf"(?:{_COUNTRIES})(?:[ ]+[0-9]{{4,6}})?(?!\w)", re.IGNORECASE)
# what announces an address, from the first of `_TOLD_HEADS` on; a word may be glued before it
_TOLD = re.compile(
    r"(?i)(?:address(?: of [^\n:]{1,40}?)?(?: is| was|:|[ ]linked to my credit card to| to the same:)|lives? at|located at|residing at|resides at|(?:live|lived|living|stay|staying|meet me|arrived|taxi to|deliver(?:ed)?|ship(?:ped)?|send (?:it|a new one|this)|move[d]?|restaurant is|office is|station is|office) (?:at|to|on))[ \n]{1,5}"
)
_TOLD_HEADS = Heads((
    "live ", "lived ", "lives ", "living ", "located ", "residing ", "resides ", "stay ", "staying ", "meet me ", "arrived ", "taxi to ",
    "deliver ", "delivered ", "ship ", "shipped ", "send ", "move ", "moved ", "restaurant is ", "office ", "station is ",
))  # fmt: skip
_GLUED = re.compile(
    r"(?i)(?<![a-z])(?:billing|shipping|mailing|home|street|postal|secondary|primary|work|office|new|my|his|her|their)$"
)
_MORE = re.compile(
    rf"[ ,]*\n[ >?]*(?:{_UNIT}|[^\W\d_][^\n:@]{{1,40}}?)(?=[ ,]*(?:\n|$|[.?!]))", re.IGNORECASE
)
_OTHER = re.compile(
    r"(?i)(?<![a-z])(?:phone|mobile|desk|fax|office|tel|e-?mail|website|name)(?![a-z])"
)
_LINE = re.compile(r"[^\n]{0,140}")
_BREAK = re.compile(r"[.?!](?=\s|$)|;|,\s(?:and|but|which|please|so)\b")
_GATE = re.compile(r"[0-9]")
_MARGIN = r"[ ,]*\n[ >?]*"


def recognize(text: str) -> Iterator[Hit]:
    """Yield streets, units, boxes, towns with a postcode, and what a label announces."""
    if not _GATE.search(text):
        return
    parts = list(_parts(text))
    parts += _announced(text)
    parts += _in_fields(text)
    if not parts:
        return
    yield from _adjoined(text, sorted(parts))


# a number with a letter near it on either side: what `_windows` looks at closely
_NUMBER = re.compile(
    r"[0-9](?<![0-9].)(?:(?<=[^\W\d_].)|(?<=[^\W\d_][ .,].)|(?<=[^\W\d_][ .,]{2}.)|(?=[0-9]{0,5}[ .,A\n]{0,2}[^\W\d_]))[0-9]{0,5}(?![0-9])"
)


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the neighbourhoods of numbers that have a word beside them."""
    low, high = 0, -1
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if not (
            text[max(0, start - 2) : start].strip(" .,").isalpha()
            or (text[start - 2 : start] in (". ", ", ") and text[start - 3 : start - 2].isalpha())
            or text[end : end + 3].strip(" .,A\n").isalpha()
        ):
            continue
        if start - 120 > high:
            if high >= 0:
                yield low, high
            low = max(0, start - 120)
        high = min(len(text), end + 120)
    if high >= 0:
        yield low, high


_SUFFIXES = (
    "stra", "str.", "weg", "gasse", "platz", "allee", "ring ", "ring.", "ufer", "damm", "graben", "markt", "wall", "chaussee", "steig", "stieg", "pfad", "kamp", "winkel", "laan", "plein", "gracht", "kade", "singel", "dijk", "vej", "gade", "stræde",
    "allé", "promenade", "gatan", "gata", "vägen", "väg", "gränd", "torget", "gate ", "gate.", "veien", "vegen", "katu", "tie ", "tie.", "polku", "kuja", "utca", "út ", "út.", "tér", "krt",
    "ulice", "vænget", "bakken", "skálinn", "braut", "götu", "hlíð",
)  # fmt: skip
# what begins a street whose word stands before its name
_STREET_HEADS = Heads(word.replace("\\.", ".").lower() + " " for word in _STREET_WORDS.split("|"))
_ENGLISH = tuple(sorted(_STREET_EN.split("|"), key=len))
_INDIAN_WORDS = tuple(_INDIAN.split("|"))
_EASTERN = tuple("省市都道府県縣区시도")
_BOXES = ("box", "postf", "postb", "uss ", "usns", "uscg", "usnv", "psc")
_TOWN_CODE = re.compile(r"[0-9]{5}(?:(?<=[A-Z]{2}[ ,].{5})|(?<=[A-Z]{2}[ ,]{2}.{5}))")
_UNIT_SIGNS = (
    "apt",
    "apar",
    "sui",
    "ste",
    "uni",
    "flat",
    "flo",
    "fl",
    "room",
    "rm",
    "buil",
    "bldg",
    "no",
)
_LANDS = tuple(re.sub(r"\(.*", "", c).strip().lower() for c in _COUNTRIES.split("|"))


_ORDINALS = re.compile(r"[0-9][ºª°oa]")
_LAND_CODE = re.compile(r"[0-9](?<= .)[0-9]{3,5}(?!\w)")
_LAND_ENDS = tuple({land.split()[-1] for land in _LANDS} | {"greek", "turkish"})
_LAND_MOST = 24  # characters of such a word and what is between
_ROOM_WORDS = frozenset((*_ROOMS, *_FLOORS, "esc"))
# what stands in an Indian address
_INDIAN_PARTS = frozenset(
    [
        "nagar",
        "road",
        "marg",
        "street",
        "colony",
        "layout",
        "vihar",
        "enclave",
        "lane",
        "gali",
        "chowk",
        "bagh",
        "puram",
        "sector",
        "flat",
        "plot",
        "heights",
        "society",
        "apartment",
        "apartments",
        "tower",
        "towers",
        "house",
        "मकान",
        "फ्लैट",
        "प्लॉट",
        "नगर",
    ]
)
register(_ROOM_WORDS | _INDIAN_PARTS)
# one of these words, in small letters, is in all that the patterns match
_NEEDED: tuple[tuple[tuple[re.Pattern[str], ...], tuple[str, ...]], ...] = (
    ((_STREET_SUFFIX, _STREET_APART), _SUFFIXES), ((_BOX,), _BOXES),
    ((_UNITS,), _UNIT_SIGNS), ((_STREET_AFTER,), _ENGLISH),
)  # fmt: skip
# in a text of ASCII the others cannot stand
_NEEDED_PLAIN = tuple(
    (ps, tuple(word for word in words if word.isascii())) for ps, words in _NEEDED
)


def _idle(text: str, near: str) -> set[re.Pattern[str]]:
    """Return the patterns that cannot match; `near`, in small letters, is what stands around numbers."""
    idle = set[re.Pattern[str]]()
    heard = vocabulary(text)
    for patterns, words in _NEEDED_PLAIN if near.isascii() else _NEEDED:
        if not present(near, words):
            idle.update(patterns)
    if not any(_behind_a_land(near, code.start()) for code in _LAND_CODE.finditer(near)):
        idle.add(_COUNTRY_ZIP)
    if heard.isdisjoint(_ROOM_WORDS) and _ORDINALS.search(near) is None:
        idle.add(_UNITS_ABROAD)
    if not _STREET_HEADS.places(lowered(text)):
        idle.add(_STREET_BEFORE)
    if heard.isdisjoint(_INDIAN_PARTS):
        idle.add(_PARTS_IN)
    return idle | _without_code(text)


def _behind_a_land(lower: str, at: int) -> bool:
    """Say whether the word before `at` is the last one of a country's name."""
    before = lower[max(0, at - _LAND_MOST) : at].rstrip(" ").removesuffix(")")
    return before.endswith(_LAND_ENDS)


def _without_code(text: str) -> set[re.Pattern[str]]:
    """Return the patterns of places whose code or sign `text` does not hold."""
    idle = set[re.Pattern[str]]()
    if _PIN_CODE.search(text) is None:
        idle.update((_INDIA, _PARTS_IN))
    elif not present(text, _INDIAN_WORDS):
        idle.add(_INDIA)
    if _MILITARY_CODE.search(text) is None:
        idle.add(_MILITARY)
    if _TOWN_CODE.search(text) is None:
        idle.add(_CITY)
    if _UK_INWARD.search(text) is None:
        idle.update((_UK, _HOUSE_UK))
    if not unspaced(text) or not present(text, _EASTERN):
        idle.add(_EAST)
    if "-" not in text or not _CEP.search(text):
        idle.add(_BRAZIL)
    if _BRAZIL_STATE.search(text) is None:
        idle.add(_BRAZIL_TOWN)
    if _TURKISH_NUMBER.search(text) is None or not present(text, _TURKISH_WORDS):
        idle.add(_TURKISH)
    if not _ESTATES.places(lowered(text)):
        idle.add(_POLIGONO)
    if _NL_CODE.search(text) is None:
        idle.add(_HOUSE_NL)
    return idle


def _parts(text: str) -> Iterator[Hit]:
    windows = list(_windows(text))
    if not windows:
        return
    lower = lowered(text)
    idle = _idle(text, "\n".join(lower[low:high] for low, high in windows))
    for low, high in windows:
        yield from _parts_in(text, low, high, idle)


def _parts_in(text: str, low: int, high: int, idle: set[re.Pattern[str]]) -> Iterator[Hit]:
    for pattern, score, rule in (
        (_STREET_AFTER, 0.45, "street"), (_STREET_BEFORE, 0.4, "street"), (_STREET_SUFFIX, 0.5, "street"),
        (_STREET_APART, 0.5, "street"), (_STREET_AT, 0.2, "street, maybe"), (_HOUSE_UK, 0.5, "street"), (_HOUSE_NL, 0.5, "street"), (_PARTS_IN, 0.5, "street"), (_TURKISH, 0.5, "street"), (_POLIGONO, 0.5, "street"), (_NUMBERED, 0.2, "numbered"), (_UNITS, 0.3, "unit"), (_UNITS_ABROAD, 0.3, "unit"), (_BOX, 0.6, "post box"), (_MILITARY, 0.6, "military"),
        (_CITY, 0.5, "town"), (_TOWN_AFTER, 0.1, "town behind its code"), (_BRAZIL_TOWN, 0.1, "town before its state"), (_INDIA, 0.5, "town"), (_BRAZIL, 0.5, "town"), (_EAST, 0.6, "street"), (_UK, 0.45, "postcode"), (_COUNTRY_ZIP, 0.4, "country"),
    ):  # fmt: skip
        if pattern in idle:
            continue
        anchors = _ANCHORS.get(pattern)
        heads = _BEGINNINGS.get(pattern)
        if pattern is _STREET_BEFORE:
            found = _headed(text, low, high)
        elif pattern is _CITY:
            found = _before_code(text, low, high)
        elif heads is not None:
            found = _begun(pattern, heads, text, low, high)
        elif anchors is None:
            found = pattern.finditer(text, low, high)
        else:
            found = _anchored(pattern, anchors, text, low, high)
        for match in found:
            if rule == "street" and not any(c.isdigit() for c in match[0]):
                continue
            begin = match.start()
            if pattern is _STREET_SUFFIX:
                begin = _without_lead(match)
            if rule in ("street", "numbered") and not _named(text[begin : match.end()]):
                continue
            yield Hit(begin, match.end(), "STREET_ADDRESS", score, rule)


# patterns that end in a number behind a known word: they are read there only
_ANCHORS = {
    _STREET_SUFFIX: (
        *(word.strip(" .") for word in _SUFFIXES if word != "stra"),
        *("strasse", "straße", "strase", "straat", "strass", "straß", "straate"),
    ),
    _STREET_APART: (
        "straße",
        "strasse",
        "str",
        "gasse",
        "allee",
        "platz",
        "weg",
        "damm",
        "ufer",
        "chaussee",
        "promenade",
        "steig",
        "stieg",
    ),
    _COUNTRY_ZIP: (*_LANDS, "cyprus (greek", "cyprus (turkish"),
}
_LASTS = {pattern: frozenset(word[-2:] for word in words) for pattern, words in _ANCHORS.items()}
_BEHIND_SPACE = re.compile(r"[0-9](?<= .)")


# patterns that begin with a known word, or with a number: they are read there only
_AFTER_UNIT = (" ", ".", "#", *"0123456789")
_BEGINNINGS = {
    _UNITS: (
        Heads(
            word + sign
            for word in ["apt", "apartment", "suite", "ste", "unit", "flat", "floor", "fl", "room", "rm", "building", "bldg", "no"]
            for sign in _AFTER_UNIT
        ),
        re.compile(r"[0-9](?<!\w.)(?=[0-9]{0,2}(?i:st|nd|rd|th)[ ])"),
    ),
    _UNITS_ABROAD: (
        Heads(
            word + sign
            for word in (*_ROOMS, "esc", "torre")
            for sign in _AFTER_UNIT
        ),
        re.compile(r"[0-9](?<!\w.)(?=[0-9]?[ºª°.oae èè])"),
    ),
    _BOX: (
        Heads(("p.", "po", "p o", "rr", "rfd", "hc", "rural route ", "star route", "post", "psc ", "unit ", "usns ", "uss ", "uscgc ", "usnv ")),
        None,
    ),
    _STREET_AT: (
        Heads(("am ", "im ", "an de", "auf de", "in de", "zum ", "zur ", "unter den ", "hinter de", "vor de", "bei ", "beim ")),
        None,
    ),
    _POLIGONO: (_ESTATES, None),
}  # fmt: skip


def _begun(
    pattern: re.Pattern[str],
    heads: tuple[Heads, re.Pattern[str] | None],
    text: str,
    low: int,
    high: int,
) -> Iterator[re.Match[str]]:
    """Yield what `pattern` matches where one of its words or numbers begins."""
    words, number = heads
    at = words.places(lowered(text))
    at = at[bisect_left(at, low) : bisect_left(at, high)]
    if number is not None:
        at = sorted({*at, *(m.start() for m in number.finditer(text, low, high))})
    reached = low
    for place in at:
        match = pattern.match(text, place, high) if place >= reached else None
        if match is not None:
            reached = match.end()
            yield match


_BACK, _WORDS_BEFORE = 120, 5  # the longest street in front of its number


def _anchored(
    pattern: re.Pattern[str], words: tuple[str, ...], text: str, low: int, high: int
) -> Iterator[re.Match[str]]:
    """Yield what `pattern` matches around a number behind one of `words`."""
    lower, reached, lasts = lowered(text), low, _LASTS[pattern]
    for number in _BEHIND_SPACE.finditer(text, low, high):
        at = number.start()
        if at < reached:
            continue
        end = at - 1
        while end > low and text[end - 1] in " .)":
            end -= 1
        if lower[end - 2 : end] not in lasts or not lower.endswith(words, low, end):
            continue
        begin = end
        for _ in range(_WORDS_BEFORE):
            begin = max(text.rfind(" ", low, begin), low)
        for match in pattern.finditer(text, max(reached, begin, at - _BACK), min(high, at + 24)):
            reached = match.end()
            yield match


_CITY_MOST = 150  # characters of a town and its state
_ZIP = 10  # of the longest code


def _before_code(text: str, low: int, high: int) -> Iterator[re.Match[str]]:
    """Yield the towns that stand before a state and its code."""
    reached = low
    for code in _TOWN_CODE.finditer(text, low, high):
        if code.start() >= reached:
            begin = max(reached, code.start() - _CITY_MOST)
            for match in _CITY.finditer(text, begin, min(high, code.start() + _ZIP + 1)):
                reached = match.end()
                yield match


_LEADING = 40  # the numbers in front of a street's word
_REACH = 300  # more than a street has behind its word


def _headed(text: str, low: int, high: int) -> Iterator[re.Match[str]]:
    """Yield the streets that begin with a word for one, read around such words alone."""
    reached = low
    heads = _STREET_HEADS.places(lowered(text))
    for place in heads[bisect_left(heads, low) : bisect_left(heads, high)]:
        before = text[place - 1 : place]
        if place < reached or before.isalnum() or before in _NO_START:
            continue
        match = _STREET_BEFORE.search(
            text, max(reached, place - _LEADING), min(high, place + _REACH)
        )
        if match is not None and match.start() <= place < match.end():
            reached = match.end()
            yield match


_NO_START = frozenset("_.$€£#-")

# words of the sentence before a street, no part of its name
_LEAD = re.compile(
    r"(?:\S+[ ]){0,3}?(?:(?:op|in|bei|aan|te|på|at|to|woon|woont|wohne|wohnt|wohnhaft|lebt|bor|asun|auf)[ ]){1,3}(?:der |den |de |het |die )?(?=\S+[ ]|\S+$)"
)
_LAST = re.compile(r"\S+ [0-9]\S*$")


def _without_lead(match: re.Match[str]) -> int:
    """Return where a street begins in a match that a sentence may run into."""
    lead = _LEAD.match(match[0])
    begin = match.start() + (lead.end() if lead is not None else 0)
    if not _named(match.string[begin : match.end()]):
        last = _LAST.search(match[0])
        begin = match.start() + last.start() if last is not None else begin
    return begin


_COMMON = re.compile(
    r"(?i)(?<!\w)(?:the|and|of|in|is|are|was|were|to|for|with|from|this|that|at|on|by|or|not|has|have|had|be|been|it|its|as|an|days?|hours?|minutes?|seconds?|years?|months?|weeks?|times?|items?|files?|tests?|passed|failed|bytes|lines?|ms|kb|mb|gb|rows?|errors?|warnings?|requests?|users?|million|billion|percent|people|pages?|am|pm|of|per|more|than|out|last|next|first|about|into|over|then|when|if|else|return|def|class|import)(?!\w)"
)


_NAMES = re.compile(r"[^\W\d_]+")


def _named(found: str) -> bool:
    """A street has a name: capitalised, without the little words of a sentence."""
    words = _NAMES.findall(found)
    if words[:1] == ["via"] and "".join(words[1:2]).isupper():
        return False  # "via RFC 9110"
    foreign = len(words) <= 3 and not found.isascii()
    return (foreign or any(w[0].isupper() for w in words)) and _COMMON.search(found) is None


_PLAIN_STREET = re.compile(
    rf"(?i)(?<!\w)(?:{_STREET_EN}|{_STREET_WORDS})(?!\w)|(?:str|straße|weg|laan|straat)\.?[ ][0-9]"
)
_FIELD = Index({
    "address": [
        *(p for c in COUNTRIES for p in c.fields.get("STREET_ADDRESS", "").split("|")), "ship to address",
    ]
})  # fmt: skip
_NO_ADDRESS = re.compile(
    r"(?i)(?:ip|mac|mail|e-?mail|memory|web|url|http|bind|listen|host|server|base|start|return|source|remote|contract|wallet|bitcoin|btc|eth|bus|device|from|to|reply|physical|virtual|hardware|network|peer|node|token)[ _.-]?$"
)
_SIGN = re.compile(SIGN, re.IGNORECASE)
_FIELD_VALUE = re.compile(r"[^\n\"'`<>{}\[\];|\t\x1e]{4,120}")


def _in_fields(text: str) -> Iterator[Hit]:
    """An address is the whole of a field that says so: a letter and a digit are in it."""
    for match in _FIELD.find(text):
        sign = _SIGN.match(text, match.end)
        if sign is None or _NO_ADDRESS.search(text[max(0, match.start - 10) : match.start]):
            continue
        value = _FIELD_VALUE.match(text, sign.end())
        if value is None:
            continue
        stop = _BREAK.search(value[0]) if text[sign.end() - 1] not in "\"'`" else None
        found = value[0][: stop.start()] if stop is not None and stop.start() > 5 else value[0]
        if _ADDRESS_LIKE.search(found) is None or _NO_STREET.search(found):
            continue
        if found[0].islower() and found[:4].isascii() and not _PLAIN_STREET.search(found):
            continue
        yield Hit(
            sign.end(),
            sign.end() + len(found.rstrip(" ,.")),
            "STREET_ADDRESS",
            0.5,
            "announced",
            "label address",
        )


_NO_STREET = re.compile(r"[@=()*]|://|^[a-z]\w*(?:\.(?=\w)|[ ][+*/-][ ])")
_ADDRESS_LIKE = re.compile(
    r"^(?=.*[0-9])(?=.*[^\W\d_]{2})(?:[0-9]{1,5}[A-Za-z]?(?:[ ]?bis)?,?[ ]+[^\W\d_]|[^\W\d_][^\d]{2,60}[ ,#º°.]+[0-9]{1,5}(?:[A-Za-z/,. -]|$)|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{3})"
)


def _told(text: str) -> Iterator[re.Match[str]]:
    """Yield what announces an address; read only where one of its words stands."""
    reached = 0
    lower = lowered(text)
    glued = [
        at
        for at in places(lower, "address")
        if not _LETTER.match(lower[at - 1 : at]) or _GLUED.search(text, max(0, at - 10), at)
    ]
    for at in sorted({*_TOLD_HEADS.places(lower), *glued}):
        if at < reached:
            continue
        match = _TOLD.match(text, at)
        if match is not None:
            reached = match.end()
            yield match


_LETTER = re.compile(r"(?i)[a-z]")


_CLOCK = re.compile(r"[^0-9]{1,24} at (?:[01]?[0-9]|2[0-3])[:.]?[0-5][0-9](?![0-9])")


def _announced(text: str) -> Iterator[Hit]:
    """An address behind "lives at" or "address:" goes to the end of its sentence or its lines."""
    following: dict[int, int] = {}  # where the line at a place ends: -1 where it is no address's
    for match in _told(text):
        line = _LINE.match(text, match.end())
        if line is None:
            continue
        stop = _BREAK.search(line[0])
        found = line[0][: stop.start()] if stop is not None else line[0]
        if stop is not None and re.search(r"(?i)(?:apt|st|no|ul|c|u|av|avda|ste)$", found):
            later = _BREAK.search(line[0], stop.end())
            found = line[0][: later.start()] if later is not None else line[0]
        if not re.search(r"(?<![A-Za-z0-9])[0-9]", found[:60]) or (
            not re.search(r"[^\W\d_]{3}", found)
        ):  # fmt: skip
            continue
        if not (re.search(r"(?<!\w)[^\W\d_a-z]", found) or _PLAIN_STREET.search(found)):
            continue
        if _NO_STREET.search(found) or _CLOCK.match(found):
            continue
        end = match.end() + len(found.rstrip(" ,"))
        at_end = stop is None
        while at_end:  # the lines of an address, until one that is none
            if end - match.end() > 180:
                break
            if end not in following:  # announcements in a row read the same lines
                more = _MORE.match(text, end)
                following[end] = -1 if more is None or _OTHER.search(more[0]) else more.end()
            if following[end] < 0:
                break
            end = following[end]
            at_end = not text[end : end + 1] or text[end] in "\n ,"
        yield Hit(match.end(), end, "STREET_ADDRESS", 0.5, "announced", "label address")


_TOWN_LINES = re.compile(
    rf"(?:{_MARGIN}|,?[ ]|,[ ]?)(?:{_UNIT}|(?:[^\W\d_][^\n,:@0-9]{{1,36}}))(?=(?:[ ,]*\n[ >?]*|[ ,]{{1,3}})(?:{_UNIT}|{_COUNTRIES}|[^\W\d_][^\n,:@0-9]{{1,36}}(?:[ ,]*\n[ >?]*|,[ ])(?:{_COUNTRIES})|[A-Z]{{2}}[ ]*\n[ >?]*(?:{_COUNTRIES}))(?!\w))",
    re.IGNORECASE,
)
_CLOSE = re.compile(
    rf"[ ,]*(?:\n[ >?]*|[ ,])(?:{_COUNTRIES})(?:[ ]+[0-9]{{4,6}})?(?!\w)", re.IGNORECASE
)
_NEAR = re.compile(
    r"[ ,]{0,3}(?:\n[ >?]{0,8}){0,2}|[ ,]{0,3}\n?[ >?]{0,8}[^\W\d_][^\n0-9:@]{0,40}[ ,]{0,3}\n?[ >?]{0,8}(?:[^\W\d_][^\n0-9:@]{0,40}[ ,]{0,3}\n?[ >?]{0,8})?"
)

_FAR = re.compile(r"[0-9:@]")  # never between the parts of an address


def _adjoined(text: str, parts: list[Hit]) -> Iterator[Hit]:
    """Join parts that follow each other; two parts are surer than one."""
    i = 0
    while i < len(parts):
        start, end, _, score, rule, why = parts[i]
        kinds = {rule}
        j = i + 1
        while j < len(parts):
            nxt = parts[j]
            if nxt.start > end:
                if (
                    nxt.start - end > 110
                    or nxt.end - start > 280
                    or _FAR.search(text, end, nxt.start)
                    or not _NEAR.fullmatch(text, end, nxt.start)
                ):
                    break
                kinds.add(nxt.rule)
            elif nxt.end > end or nxt.score > score:
                kinds.add(nxt.rule)
            end, score = max(end, nxt.end), max(score, nxt.score)
            rule = nxt.rule if nxt.score == score else rule
            j += 1
        close = _CLOSE.match(text, end) or _TOWN_LINES.match(text, end)
        if close is not None:
            end = close.end()
            more = _CLOSE.match(text, end) or _TOWN_LINES.match(text, end)
            while more is not None and more.end() - start < 280:
                end = more.end()
                more = _CLOSE.match(text, end) or _TOWN_LINES.match(text, end)
            kinds.add("country")
        strong = kinds - {
            "numbered",
            "unit",
            "street, maybe",
            "town behind its code",
            "town before its state",
        }
        if len(kinds) > 1 and (
            strong or kinds >= {"numbered", "unit"} or kinds >= {"street, maybe", "town behind its code"}
        ):  # fmt: skip
            score = max(score, 0.5)
        yield Hit(
            start,
            end,
            "STREET_ADDRESS",
            score,
            rule,
            why or ("parts adjoin" if len(kinds) > 1 else ""),
        )
        i = j
