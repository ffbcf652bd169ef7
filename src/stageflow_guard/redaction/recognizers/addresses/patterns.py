"""How the parts of postal addresses are written: streets, houses, units, boxes, towns with their codes. Pure.

A pattern that needs a number begins at one: a digit is found fast, what stands around it is read then.
"""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.phrases import (
    UNSPACED,
    bare,
)

_CAP = r"(?:[^\W\d_a-z][\w'’.-]{0,30})"
STREET_EN = r"street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|way|parkway|pkwy|circle|cir|highway|hwy|trail|trl|crescent|close|grove|row|mews|quay|loop|plaza|alley|bypass|hill|gardens|walk|park|green|view|rise|mount|ridge"
STREET_AFTER = re.compile(
    rf"[0-9](?<![\w.$€£#-].)[0-9]{{0,4}}[A-Za-z]?(?:[ ][0-9]{{1,5}})?[ ](?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?[ ])?(?:(?:[^\W\d_][\w'’.-]{{0,24}}|[0-9]{{1,3}}(?:st|nd|rd|th))[ ]){{1,4}}(?:{STREET_EN})\b\.?(?:[ ](?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\b\.?)?(?:,?[ ]#[ ]?[0-9]{{1,5}}[A-Za-z]?(?![\w-]))?",
    re.IGNORECASE,
)
_HOUSE = r"(?:[/-][0-9]{1,4}|/[A-Za-z](?![^\W_])|[ -]?(?:I{1,3}|IV|V|hs|bis|[A-Za-z])(?![^\W_]|/[oa](?![^\W_])))?"
STREET_WORDS = (
    r"rue|avenue|avenida|av\.|avda\.|boulevard|via|viale|piazza|piazzetta|corso|strada|calle|carrera|paseo|plaza|rua|travessa|ul\.|ulica|aleja|al\.|pl\.|os\.|bulevardul|bd\.|aleea|calea|splaiul|ул\.|улица|просп\.|проспект|пер\.|переулок|бул\.|бульвар|вул\.|вулиця|trg|rúa"
    r"|place|chemin|allée|quai|impasse|rambla|c/|largo|estrada|náměstí|c\.|cesta|utca|u\.|laan van|c\.so|vicolo|lungarno|lungotevere|lungomare|v\.le|plza\.|travesía|praça|alameda|carrer(?: de)?|passeig|pg\.|plaça|avinguda|ronda|camino|ctra\.|gran v[ií]a|pza\.|pje\.|pasaje|privada|cerrada|calzada|callejón|prolongación|rod\.|rodovia"
)
# as a view draws letters of other alphabets
STREET_WORDS += "|" + "|".join(bare(w) for w in STREET_WORDS.split("|") if not w.isascii())
STREET_BEFORE = re.compile(
    rf"(?<![\w.$€£#/-])(?:[0-9]{{1,5}}(?:[ ]?(?:bis|ter|quater)(?![^\W_])|[A-D](?![^\W_]))?[ ,]{{1,2}}){{0,2}}(?:{STREET_WORDS})(?:[ ](?:[^\W\d_][\w'’.-]{{0,24}}|[0-9][\w'’.-]{{0,24}}(?=[ ][^\W\d_]))){{1,5}}(?:(?:[ ,]{{1,2}}|,?[ ]?n[º°o.]{{1,2}}[ ]?)[0-9]{{1,5}}{_HOUSE}|/[0-9]{{1,4}}(?![0-9/])|/[A-Za-z](?![^\W_]))?(?:,[ ][0-9]{{1,2}}[.ºª°oa]{{1,2}}[ ]?[\w.]{{0,5}}(?!\w))?",
    re.IGNORECASE,
)
STREET_SUFFIX = re.compile(
    r"(?<![\w.$€£#-])(?:[0-9]{1,5}[ ]){0,1}(?:[^\W\d_][\w'’.-]{0,24}[ ]){0,3}[^\W\d_][\w'’-]{1,24}(?:stra(?:ss|ß|at)e?|straße|str\.|weg|gasse|platz|allee|ring|ufer|damm|graben|markt|wall|chaussee|steig|stieg|pfad|kamp|winkel|laan|plein|gracht|kade|singel|dijk|vej|gade|stræde|allé|gatan|gata|vägen|väg|gränd|torget|gate|veien|vegen|katu|tie|polku|kuja|utca|út|tér|krt|ulice|gatan|vænget|bakken|skálinn|braut|götu|hlíð)\.?[ ][0-9]{1,5}"
    + _HOUSE
    + r"(?!\w)",
    re.IGNORECASE,
)
# a street's word of its own behind what it is called: `Rosenheimer Straße 143`, `Alte Gasse 4`
STREET_APART = re.compile(
    r"(?<![\w.-])(?!(?:Dies|Jed|Unser|Ein|Kein|Mein|Dein|Sein|Ihr|Euer|Welch|Ander|Jen|Viel|Mehr|Aller)[a-z]{0,3}[ ])"
    r"(?:[^\W\d_a-z][\w-]{1,24}e[rn]|Lange|Kurze|Alte|Neue|Gro(?:ß|ss)e|Kleine|Hohe|Breite|Obere|Untere|Enge|Krumme|Schöne|Wei(?:ß|ss)e|Rote|Grüne|Innere|Äu(?:ß|ss)ere|Mittlere|Hintere|Vordere)"
    r"[ -](?:Stra(?:ß|ss)e|Str\.|Gasse|Allee|Platz|Weg|Damm|Ufer|Chaussee|Promenade|Landstra(?:ß|ss)e|Steig|Stieg)[ ][0-9]{1,4}"
    + _HOUSE
    + r"(?!\w)"
)
NUMBERED = re.compile(
    rf"[0-9](?<![\w.$€£#:/-].)[0-9]{{0,4}}[ ](?:[0-9]{{1,5}}[ ])?(?:[^\W\d_{UNSPACED}][\w'’./-]{{0,24}}[ ]){{1,5}}[0-9]{{1,5}}(?![\w.%:/-])"
)
UNIT = r"(?:(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|building|bldg|no|lot|spc|trlr|dept)\.?[ ]?#?[0-9]{1,5}[A-Za-z]?|[0-9]{1,3}(?:st|nd|rd|th)[ ](?:floor|fl)\b\.?|(?:apt|apartment|suite|ste|unit|flat)\.?[ ][A-Z](?![\w]))"
UNITS = re.compile(rf"(?<![\w])(?:{UNIT})(?![\w])", re.IGNORECASE)
# the same in other languages: before the number, behind it
ROOMS = [
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
FLOORS = ["og", "stock", "étage", "etage", "andar", "piso", "verdieping", "piano"]
_ORDINAL = r"[0-9]{1,2}[ºª°oa]"  # `4º`; a view writes the letter
_BLOCKS = r"(?i:bloco|bloque|escalera|esc\.|scala|bâtiment|bât|bat|torre)[ ][A-Z]"
UNITS_ABROAD = re.compile(
    rf"(?<!\w)(?:(?i:{'|'.join(ROOMS)})\.?[ ]?#?[0-9]{{1,5}}[A-Za-z]?|{_BLOCKS}|{_ORDINAL}(?:[ ,]{{1,2}}{_ORDINAL}|[ ]?[A-D]|(?=,[ ][0-9]{{5}}))"
    rf"|[0-9]{{1,2}}(?:[ºª°.oa]|er|e|[èe]me)?[ ](?i:{'|'.join(FLOORS)})(?:[ ](?:links|rechts|mitte|izda\.?|izq\.?|dcha\.?|dto\.?|esq\.?|gauche|droite|sx|dx)(?!\w))?)(?!\w)"
)
BOX = re.compile(
    r"(?i)(?<![\w])(?:p\.? ?o\.? ?box[ ][0-9]{1,6}|(?:rr|rfd|hc|rural route|star route)[ ]?#?[0-9]{1,4},?[ ]box[ ][0-9]{1,5}[a-z]?|post(?:fach|bus| office box)[ ][0-9]{1,6}(?:[ ][0-9]{2}){0,3}|(?:apartado(?: de correos)?|casella postale|caixa postal|case postale|boîte postale)[ ][0-9]{1,6}(?![0-9]|[.,][0-9])|psc[ ][0-9]{1,5},?[ ]box[ ][0-9]{1,5}|unit[ ][0-9]{1,5},?[ ]box[ ][0-9]{1,5}|us(?:ns|s|cgc|nv)[ ][^\W\d_][\w' .-]{1,30})(?:[ ,]*[\n ][ >?]*(?:apo|fpo|dpo)[ ]a[aep][ ][0-9]{5}(?:-[0-9]{4})?)?"
)
MILITARY = re.compile(r"[AFD](?<![\w].)PO[ ]A[AEP][ ][0-9]{5}(?:-[0-9]{4})?(?!\w)")
MILITARY_CODE = re.compile(r"[0-9]{5}(?<= A[AEP] .{5})")
_STATES = r"A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]"
US_STATE = re.compile(rf"(?<![\w/-])(?:{_STATES})[ ,]{{1,2}}$")
# the code of a town behind its state
TOWN_CODE = re.compile(r"[0-9]{5}(?:(?<=[A-Z]{2}[ ,].{5})|(?<=[A-Z]{2}[ ,]{2}.{5}))")
CITY = re.compile(
    rf"(?<![\w]){_CAP}(?:[ ]{_CAP}){{0,3}},?[ ](?:{_STATES})[ ,]{{1,2}}[0-9]{{5}}(?:-[0-9]{{4}})?(?!\w)"
)
# only worth something beside a street
_TOWN = rf"{_CAP}(?:[ -]{_CAP}){{0,2}}(?:[ ](?:am|an der|ob der|a\.|sur|en|de|del|di|do|da|la|le|aan|den|bij|nad|upon|on)[ ]{_CAP})?"
TOWN_AFTER = re.compile(
    rf"[A-Z0-9](?<![\w.].)(?:(?<=[A-Z])[A-Z]?-[0-9]{{4,5}}|(?<=[0-9])(?:[0-9]{{3,4}}|[0-9]{{3}}[ ]?[A-Z]{{2}}|[0-9]{{3,4}}-[0-9]{{3}}|[0-9]-[0-9]{{3}}|[0-9]{{2}}[ ][0-9]{{2}}))[ ]{{1,2}}{_TOWN}(?:[ ]\([A-Z]{{2}}\))?(?!\w)"
)
BRAZIL = re.compile(
    rf"(?<!\w){_CAP}(?:[ ](?:d[aeo]s?[ ])?{_CAP}){{0,3}}[ ]?[-/,–][ ]?[A-Z]{{2}},?[ ](?:CEP:?[ ])?[0-9]{{5}}-[0-9]{{3}}(?!\w)"
)
# beside a street only: `Curitiba - PR`
BRAZIL_TOWN = re.compile(
    rf"(?<!\w){_CAP}(?:[ ](?:d[aeo]s?[ ])?{_CAP}){{0,3}}[ ]?[-/–][ ]?(?:A[CLMP]|BA|CE|DF|ES|GO|M[AGST]|P[ABEIR]|R[JNORS]|S[CEP]|TO)(?!\w)"
)
# a crossing's number and the house's behind a street that is a number: `Carrera 15 # 88-64`
COLOMBIA = re.compile(
    r"(?i)(?<![\w.-])(?:carrera|cra|kra|kr|calle|cll|cl|diagonal|diag|dg|transversal|transv|tv|avenida|avda?|av|ak|ac)\.?[ ](?:(?:carrera|calle)[ ])?[0-9]{1,3}[ ]?[A-H]{0,2}(?:[ ](?:bis|sur|norte|este|oeste)(?![^\W_])){0,2}[ ]?(?:#|no?\.?[ ]?[º°]?|n[º°])[ ]?[0-9]{1,3}[ ]?[A-H]{0,2}(?:[ ](?:bis|sur|norte|este))?[ ]?-[ ]?[0-9]{1,3}(?!\w)(?:,?[ ](?:apto|apartamento|ap|casa|torre|interior|int|oficina|of|piso|local|bloque)\.?[ ][0-9A-Z]{1,5}(?!\w)){0,3}"
)
COLOMBIA_BESIDE = (b"0-00", b"0 - 00", b"A-00", b"0-0")
# a street whose word is one letter: a name of several words or a comma tell, no year
BRAZIL_STREET = re.compile(
    rf"(?<![\w.])R\.[ ](?:{_CAP}(?:[ ](?:d[aeo]s?[ ])?{_CAP}){{0,4}},[ ]|{_CAP}(?:[ ]{_CAP}){{0,2}}[ ]d[aeo]s?[ ]{_CAP}(?:[ ]{_CAP}){{0,2}},?[ ])(?!(?:19|20)[0-9]{{2}}(?![0-9]))[0-9]{{1,5}}(?![\w/:-])"
)
BRAZIL_STREET_HEADS = Heads(("r. ",))
# beside a street only: `Annecy (74000)`
TOWN_BEFORE = re.compile(rf"(?<!\w)(?![à-ÿ]){_CAP}(?:[ -]{_CAP}){{0,3}}[ ]\([0-9]{{5}}\)(?!\w)")
TOWN_BEFORE_BESIDE = (b" (00000)",)
# a code of six digits, found by its first, and a letter a little before it
PIN_CODE = re.compile(
    r"[1-9](?<=[ ,-].)(?:(?<=[^\W\d_].{2})|(?<=[^\W\d_].{3})|(?<=[^\W\d_].{4}))[0-9]{2}[ ]?[0-9]{3}(?![\w-]|[.,][0-9])"
)
TURKISH_NUMBER = re.compile(r"No[.:]{0,2}[ ]?[0-9]")
TURKISH_WORDS = ("Mah", "Cad", "Sok", "Sk.", "Bulv", "Blv")
ESTATES = Heads(("polígono", "poligono", "urbaniz", "urb. ", "pol. ind", "parque empr", "zona indus", "loc. ", "località", "contrada ", "fraz", "lieu", "zac ", "za ", "zi "))  # fmt: skip
BRAZIL_STATE = re.compile(
    r"[-/–][ ]?(?:A[CLMP]|BA|CE|DF|ES|GO|M[AGST]|P[ABEIR]|R[JNORS]|S[CEP]|TO)(?!\w)"
)
CEP = re.compile(r"-(?<=[0-9]{5}-)[0-9]{3}(?![0-9])")
# Chinese, Japanese and Korean: from the large to the small, a number at the end
EAST = re.compile(
    r"(?:〒?[ ]?[0-9]{3}-[0-9]{4}[ ]?)?[\u4e00-\u9fff]{2,8}(?:省|市|都|道|府|県|縣|自治区)[\u3040-\u30ff\u4e00-\u9fff]{1,24}[ ]?[0-9]{1,5}(?:[ ]?(?:[-－‐丁目番地号號弄室楼层路街单元栋幢座]{1,2}|[a-zA-Z](?![a-zA-Z]))[ ]?[0-9]{0,5}){0,6}(?:[ ]?[\u3040-\u30ff\u4e00-\u9fffA-Z]{2,14}[ ]?[0-9]{1,4}[ ]?(?:号室|号|室|楼|层|階|F)?)?"
    r"|(?:大阪|京都|名古屋|横浜|神戸|福岡|札幌|仙台|広島|さいたま|川崎|千葉|北九州|堺|新潟|浜松|静岡|岡山|熊本|相模原)市[\u4e00-\u9fff]{1,6}区[\u3040-\u30ff\u4e00-\u9fff]{1,12}[0-9]{1,4}(?:[-－‐丁目番地号]{1,2}[0-9]{0,4}){0,4}"
    r"|(?:[\uac00-\ud7a3]{2,7}(?:시|도)|서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주) (?:[\uac00-\ud7a3]{1,6}(?:시|군|구) ){1,2}[\uac00-\ud7a30-9]{1,12}(?:로|길|동|읍|면)[ ]?[0-9]{1,5}(?:-[0-9]{1,4})?(?:번지)?(?:[ ,]{1,2}[0-9A-Z]{1,4}[ ]?(?:동|호|층|동[ ][0-9]{1,4}호)){0,3}(?:[ ]?\([0-9]{5}\))?"
)
# Arabic: a street, a district or a house by its word, and what follows between commas
_AR = r"[\u0621-\u064a]{2,}"
_AR_HEADS = "شارع|طريق|حي|عمارة|بناية|مبنى|برج|فيلا|شقة|منزل|مجمع"
ARABIC = re.compile(
    rf"(?<![\u0621-\u064a])(?:{_AR_HEADS})[ ](?:[0-9]{{1,5}}|{_AR})(?:[ ](?:[0-9]{{1,5}}|{_AR})){{0,4}}(?:[ ]?[،,][ ]?(?:[0-9]{{1,5}}|{_AR})(?:[ ](?:[0-9]{{1,5}}|{_AR})){{0,3}}){{1,5}}"
)
ARABIC_HEADS = tuple(_AR_HEADS.split("|"))
INDIAN = "Nagar|Road|Marg|Street|Colony|Layout|Vihar|Enclave|Lane|Gali|Chowk|Bagh|Puram"
INDIA = re.compile(
    rf"[0-9](?<![\w.$€£#:/-].)[0-9]{{0,3}}[A-Za-z]?,?[ ]{_CAP}(?:[ ]{_CAP}){{0,2}}[ ](?:{INDIAN})(?:,[ ]{_CAP}(?:[ ]{_CAP})?){{1,2}},?[ -]{{1,3}}[1-9][0-9]{{2}}[ ]?[0-9]{{3}}(?![\w])"
)
# German streets that begin with a little word; a town behind them makes them one
STREET_AT = re.compile(
    r"(?<![\w.-])(?:Am|Im|An de[rmn]|Auf de[rmn]|In de[rmn]|Zu[mr]|Unter den|Hinter de[rmn]|Vor de[rmn]|Bei[m]?|Beim)[ ][^\W\d_a-z][\w-]{1,24}(?:[ ][^\W\d_a-z][\w-]{1,24})?[ ][0-9]{1,4}[a-zA-Z]?(?:/[0-9A-Z]{1,4}){0,3}(?![\w.:/])"
)
# an Indian, a Turkish and a rural one by their parts; a code of the town at the end
PARTS_IN = re.compile(
    r"(?<![\w-])(?:(?:Flat|House|H\.?[ ]?No|Plot|Door|Shop|Villa|Block|Tower|Qtr|Room)\.?(?:[ ](?:No\.?[ ]?)?)?#?|#|मकान[ ]नं\.?[ ]|फ्लैट[ ]|प्लॉट[ ])?[A-Z]{0,2}-?[0-9]{1,5}[A-Za-z]?(?:/[0-9A-Z]{1,4})?,[ ]"
    r"(?:[^\W_][^\n,:;@]{1,34},[ ]){0,4}(?:[^\W\d_][^\n,:;@0-9]{1,24})[ ,-]{1,3}[1-9][0-9]{2}[ ]?[0-9]{3}(?![\w-]|[.,][0-9])"
)
TURKISH = re.compile(
    r"(?<!\w)(?:[^\W\d_a-z][\w'’.]{1,24}[ ]){1,3}(?:Mah(?:\.|allesi)?|Cad(?:\.|desi)?|Sok(?:\.|ak|ağı)?|Sk\.|Bulv(?:\.|arı)?|Blv\.)[ ,]{1,2}(?:(?:(?:[^\W\d_a-z][\w'’.]{1,24}[ ]){1,3}|[0-9]{1,4}\.?[ ])(?:Cad(?:\.|desi)?|Sok(?:\.|ak|ağı)?|Sk\.|Bulv\.?)[ ,]{1,2})?(?:(?:[^\W\d_a-z][\w'’.]{1,24}[ ]){1,3}(?:Apt\.?|Apartman[ıi]|Sit\.|Sitesi|Blok|Plaza|İş Merkezi|Han[ıi])[ ,]{1,2})?No[.:]{0,2}[ ]?[0-9]{1,4}[A-Z]?(?:/[0-9A-Z]{1,4})?(?:[ ,]{1,2}(?:Kat|D(?:aire)?|K)[.:]{0,2}[ ]?[0-9]{1,3}){0,2}(?:,?[ ][0-9]{5})?(?:,?[ ][^\W\d_a-z][\w'’]{1,20}(?:[ ]?/[ ]?[^\W\d_a-z][\w'’]{1,20})?)?"
)
POLIGONO = re.compile(
    r"(?i)(?<!\w)(?:pol[ií]gono|urbanizaci[oó]n|urb\.|pol\.[ ]ind\.|parque[ ]empresarial|zona[ ]industriale|loc\.|località|contrada|fraz\.|frazione|lieu[- ]dit|zac|za|zi)[ ][^\W\d_][\w'’. -]{1,40},[ ](?=[^\n]{0,60}[0-9]{5}[ ][^\W\d_])[^\n;:]{0,50}?[0-9]{5}[ ][^\W\d_a-z][\w'’-]{1,24}(?:[ ][^\W\d_a-z][\w'’-]{1,24})?"
)
# a British house: number, street, town, postcode
HOUSE_UK = re.compile(
    rf"(?<![\w.$€£#-])[0-9]{{1,4}}[A-Za-z]?,?[ ]{_CAP}(?:[ ](?:(?:y|yr|na|an|of|the)[ ])?{_CAP}){{0,3}}(?:,[ ]{_CAP}(?:[ ]{_CAP}){{0,2}}){{1,3}},?[ ](?=[A-Z]{{1,2}}[0-9][A-Z0-9]?[ ][0-9][ABD-HJLNP-UW-Z]{{2}}(?![A-Za-z0-9]))"
)
# a Dutch house behind any name of a street, with its code: `Oude Delft 12, 2611 CD Delft`
HOUSE_NL = re.compile(
    rf"(?<![\w.$€£#-]){_CAP}(?:[ ](?:(?:de|der|den|van|het|'t|aan|op)[ ]){{0,2}}{_CAP}){{0,3}}[ ][0-9]{{1,4}}(?:[ -]?(?:bis|hs|[A-Za-z]|[IV]{{1,3}}|[0-9]{{1,3}}))?,?[ ](?=[1-9][0-9]{{3}}(?![ ]?[AP]M)[ ]?[A-Z]{{2}},?[ ]{_CAP})"
)
NL_CODE = re.compile(r"[1-9](?<![\w.].)[0-9]{3}(?![ ]?[AP]M)[ ]?[A-Z]{2},?[ ][A-Z]")
UK = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-PR-UWYZ][A-HK-Y]?[0-9][A-Z0-9]?[ ][0-9][ABD-HJLNP-UW-Z]{2}|GIR 0AA)(?![A-Za-z0-9])"
)
UK_BESIDE = (b" 0AA",)  # in the shape of a text
UK_INWARD = re.compile(r"[0-9](?<= .)[ABD-HJLNP-UW-Z]{2}(?![A-Za-z0-9])")  # its second half
LANDS = (
    r"United States|United Kingdom|USA|UK|Germany|France|Spain|Italy|Portugal|Netherlands|Belgium|Austria|Switzerland|Denmark|Sweden|Norway|Finland"
    r"|Iceland|Ireland|Poland|Hungary|Czech Republic|Czechia|Slovakia|Slovenia|Croatia|Serbia|Greece|Cyprus(?: \(\w+\))?|Romania|Bulgaria|Estonia|Latvia"
    r"|Lithuania|Luxembourg|Russia|Ukraine|Turkey|Canada|Australia|New Zealand|South Africa|Brazil|Uruguay|Argentina|Chile|Mexico|Tunisia|India|Japan"
    r"|Greenland|Malta|Monaco|Andorra|Israel|Singapore|China|Vietnam"
)
COUNTRY_ZIP = re.compile(rf"(?<![\w])(?:{LANDS})[ ]+[0-9]{{4,6}}(?![\w])", re.IGNORECASE)
