"""Dates of birth in mixed writings: `geboren wurde sie am fünften Mai 1987`, `n. 5/XI/1944, letto 3`, `born Boxing Day 1961`. Pure.

The day is said and the year in digits, the month is a Roman number, or the day is a feast; what tells of a
birth stands in the same clause, and its verb or its person may stand between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.dates import (
    ANY_DATE,
    LETTERED_DATE,
    beginnings,
    plausible,
)
from stageflow_guard.redaction.recognizers.generic.said_births import said
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

# what tells of a birth, cut short or whole, and what says the day of one in a form
_TOLD = (
    r"(?:date[ ]of[ ]birth|dates?[ ]naissance|birth[ ]?da(?:te|y)|b[ '’-]?day|bdate|brith|birht|borned|d\.?o\.?b|born|d/?birth|birthed"
    r"|geboren|gebohren|gebooren|gboren|geborn|geborene?r?|gebo|gebd|geb|gebtag|gebdat|geburtstag|geburtsdatum|geb[.-]{1,2}tag|jahrgang|jg|zur[ ]welt[ ]gekommen|auf[ ]die[ ]welt[ ]gekommen"
    r"|née?s?|n[ée]e?\(?e?\)?[ ]le|naissance|naiss|ddn|date[ ]de[ ]naiss(?:ance)?|naquit|vu[ ]le[ ]jour|venue?[ ]au[ ]monde|anniversaire|anniv"
    r"|nacid[oa]s?|naci[óo]|nací|nacimiento|nac|f\.?[ ]?nac|f\.?n|fecha[ ](?:de[ ])?nac(?:imiento)?|cumplea[ñn]os|cumple"
    r"|nat[oaie]|nascita|nasc|nacque|data[ ](?:di[ ])?nascita|d\.?[ ]?nasc(?:ita)?|classe(?:[ ]e[ ]giorno)?|compleanno|giorno[ ]di[ ]nascita"
    r"|geboorte(?:datum|dag)?|gebdatum|geb[.-]{1,2}dat(?:um)?|verjaardag|ter[ ]wereld[ ]gekomen"
    r"|nascid[oa]s?|nasceu|nasci|nascimento|data[ ](?:de[ ])?nasc(?:imento)?|d\.?n|dn|anivers[áa]rio|natural[ ]de)"
)
_BORN = re.compile(rf"{_TOLD}(?![^\W\d_])\.?(?:[-/](?:dd|dt|dat|datum|am|date)\.?)?")
_HEADS = Heads((
    "date", "birth", "b-day", "b day", "bday", "b'day", "b’day", "bdate", "brith", "birht", "gboren", "d.o.b", "dob", "d.o.b", "born", "d/b", "dbirth", "geb", "jahrgang", "jg", "zur welt", "auf die welt", "né", "nai", "ne ", "ddn", "naq", "vu le", "venu", "anniv", "nac", "f.", "f nac", "fnac", "fn", "fecha", "cumple", "nat", "nasc", "data", "d.n", "dn", "d. n", "d nasc", "classe", "compleanno", "giorno di", "verjaar", "ter wereld", "anivers", "natural de",
))  # fmt: skip
_SIGN = re.compile(r"['’]?s?[\"'`)\]]{0,2}[ ]?[:=?–-]{0,2}[ \n]{0,3}(?:[-–—][ ])?[\"'`(]?")
# what stands between: a verb, a person, where it was, a heading of the day
_STEP_WORDS = (
    "dd dat datum dt am an aan la na no de di del dil nel durante during zur zum on the le il el em op den der dem a à al o un una dia día giorno jour dag tag lo addì nel nella in im zu bei en te aos ai no at y e "
    "wurde wurden war bin ist sind ich er sie es wir unser unsere mein meine sohn tochter kind mutter vater frau mann herr patient patientin dann auch selbst vermutlich wohl laut pass ausweis "
    "was were is been has i he she we they my his her our son daughter mum mom dad wife husband mother father patient client per passport as given stated "
    "est était fut ai suis je il elle nous mon ma son sa notre fils fille mère père mari femme c'est c’est c'était c’était selon d'après d’après "
    "fue soy fui yo él ella mi su hijo hija madre padre según es era consta "
    "è e' e’ sono stato stata io lui lei mio mia figlio figlia secondo risulta "
    "ben werd is zijn ik hij zij mijn zoon dochter moeder vader volgens "
    "é foi sou eu ele ela meu minha filho filha mãe pai segundo consta "
)
_STEPS = frozenset(_STEP_WORDS.split())
_STEP = re.compile(r"(?P<word>[^\W\d_][\w'’-]{0,20}),?[: ]{1,2}")
_MOST = 6  # words between
_FEASTS = (
    r"(?:x-?mas|christmas|boxing|new[ ]year['’]?s?|st\.?[ ](?:patrick|valentine|george|andrew|david|stephen|nicholas)['’]?s|valentine['’]?s|hallowe['’]?en|independence|leap|easter|whit|all[ ](?:saints|souls)['’]?|midsummer['’]?s?|good|palm|pancake|ash|guy[ ]fawkes|bonfire|thanksgiving|labor|labour|canada|australia|anzac|ve|vj|st\.?[ ]john['’]s|diwali|holi)(?:[ ](?:day|eve|night|sunday|monday|friday|wednesday|morning))?(?:[ ](?:day|eve))?"
    r"|heilig(?:er[ ]?)?(?:abend|abends)|(?:ersten|zweiten|1\.|2\.)?[ ]?weihnachts(?:tag|feiertag)|weihnachten|silvester(?:nacht|abend)?|neujahr(?:stag|smorgen)?|nikolaus(?:tag)?|dreikönig(?:e|stag)?|heilige[ ]drei[ ]könige|oster(?:sonntag|montag|n)|karfreitag|pfingst(?:sonntag|montag|en)|rosenmontag|aschermittwoch|allerheiligen|martinstag|valentinstag|maifeiertag|stephanstag|stefanitag"
    r"|(?:veille[ ]de[ ]|jour[ ]de[ ]|nuit[ ]de[ ])?no[ëe]l|(?:jour|nuit)[ ](?:de[ ])?l['’]an|réveillon|saint[- ]sylvestre|toussaint|pâques|(?:lundi|dimanche)[ ]de[ ](?:pâques|pentecôte)|épiphanie|(?:jour[ ]des[ ])?rois|saint[- ](?:valentin|jean|nicolas|étienne|joseph|patrick)|mardi[ ]gras|14[ ]juillet|assomption|armistice|chandeleur"
    r"|noche[ ]?buena|navidad|noche[ ]?vieja|año[ ]nuevo|(?:día[ ]de[ ])?reyes|(?:día[ ]de[ ])?(?:muertos|todos[ ]los[ ]santos|los[ ]inocentes|la[ ]madre|san[ ]\w{3,10})|san[ ]juan|san[ ]valentín|viernes[ ]santo|domingo[ ]de[ ](?:ramos|resurrección)|la[ ]candelaria"
    r"|(?:vigilia|giorno|notte)[ ]di[ ]natale|natale|capodanno|(?:notte[ ]di[ ])?san[ ](?:silvestro|valentino|giuseppe|giovanni)|santo[ ]stefano|epifania|befana|ferragosto|pasqua|pasquetta|ognissanti|immacolata|santa[ ]lucia|martedì[ ]grasso"
    r"|kerst(?:avond|mis|nacht|dag)?|(?:eerste|tweede|1e|2e)[ ]kerstdag|oudjaar(?:savond|sdag)?|oud[ ]en[ ]nieuw|nieuwjaar(?:sdag)?|sinterklaas(?:avond)?|driekoningen|koninginnedag|koningsdag|pasen|paaszondag|paasmaandag|pinkster(?:en|zondag|maandag)|goede[ ]vrijdag|allerheiligen|sint[- ]maarten|bevrijdingsdag"
    r"|(?:véspera|dia|noite|ceia)[ ]de[ ]natal|natal|(?:véspera[ ]de[ ]|dia[ ]de[ ])?ano[ ]novo|réveillon|passagem[ ]de[ ]ano|(?:dia[ ]de[ ])?reis|(?:dia[ ]de[ ]|véspera[ ]de[ ])?(?:s[ãa]o|santo)[ ](?:jo[ãa]o|pedro|antónio|antônio|valentim|martinho|silvestre|josé)|páscoa|domingo[ ]de[ ](?:ramos|páscoa)|sexta-feira[ ]santa|todos[ ]os[ ]santos|consoada|carnaval"
)
_BY = r"(?:(?:the[ ])?(?:day|night|eve|morning|week)[ ](?:after|before|of)[ ]|(?:am[ ])?(?:tag|abend|nacht)[ ](?:nach|vor|zu)[ ]|(?:lendemain|veille|nuit|soir|jour)[ ](?:de[ ]|du[ ]|d['’])|día[ ](?:después[ ]de|antes[ ]de|siguiente[ ]a)[ ]|(?:víspera|noche|día)[ ]de[ ]|giorno[ ](?:dopo|prima[ ]di)[ ]|(?:vigilia|notte)[ ]d[ie]l?[ ]|dag[ ](?:na|voor)[ ]|(?:dia[ ](?:depois|antes|seguinte)|véspera|noite)[ ](?:a[o]?|de|do|da)[ ])?"
_FEAST = re.compile(
    rf"{_BY}(?:{_FEASTS}),?[ ](?:(?:of|in|im|en|de|del|di|do|du|dell['’]|anno|año|ano|van|the|year|jahr|jaar)[ ]){{0,2}}(?P<year>['’]?[0-9]{{2}}|(?:19|20)[0-9]{{2}})(?![\w]|[.,:/-][0-9])"
)
# the first letters of all words of feasts: what begins otherwise is none
_BEGINNINGS = beginnings(_BY + _FEASTS, 3).union(
    ("x-m", "xma", "ve ", "ve,", "vj ", "vj,", "st ", "st.", "noe", "sao", "am ", "la ")
)
# `the 4th of the 11th '63`, `el 4 del 11 del 63`
_SPOKEN = re.compile(
    r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|er|e|º|\.)?[ ](?:of[ ]the|of|du|del|dello|van[ ]de|van|do|des)[ ](?:0?[1-9]|1[0-2])(?:st|nd|rd|th|e|º|\.)?,?[ ](?:(?:of|de|del|van|do|dell['’])[ ]?)?(?:(?:19|20)[0-9]{2}|['’]?[0-9]{2})(?![\w]|[.,:/-][0-9])"
)
# beside a patient `n.` is born
_OF_A_PATIENT = re.compile(
    r"(?<![^\W_])(?:n|nt|nat|nac|né|nasc)\.[ ]{1,2}(?P<place>(?:a|in|en|em|à)[ ][^\W\d_][\w'’-]{1,20}(?:[ ][^\W\d_][\w'’-]{1,20}){0,2}(?:[ ]\([a-z]{2}\))?,?[ ](?:(?:il|el|em|le)[ ])?)?(?P<date>(?:0?[1-9]|[12][0-9]|3[01])(?P<sign>[/.-])(?:0?[1-9]|1[0-2]|[ivx]{1,4})(?P=sign)(?:19[0-9]{2}|20[01][0-9]|['’]?[0-9]{2}))(?![\w]|[./-][0-9])"
)
_PATIENT = re.compile(
    r"(?<![^\W_])(?:paz(?:iente)?|pz|letto|reparto|ricover\w{2,6}|degente|patient[es]?|pat|bett|station|lit|chambre|service|hospitalis\w{2,5}|paciente|pcte|cama|habitación|planta|utente|leito|enfermaria|ward|bed|sig\.?(?:ra)?|assistit[oa]|residente|resident|bewoner|signor[ae]?|cartella|dossier|historia|nhc|matricola)(?![^\W_])"
)
_ENS = Heads(("n. ", "nt. ", "nat. ", "nac. ", "né. ", "nasc. "))
_NEAR = 80  # characters before


def recognize(text: str) -> Iterator[Hit]:
    """Yield such dates."""
    if not numbered(text):
        return
    lower = lowered(text)
    reached = 0
    for at in _HEADS.places(lower):
        told = _BORN.match(lower, at)
        if told is None or at < reached:
            continue
        start, end = _behind(text, lower, told.end())
        if end:
            reached = end
            yield Hit(start, end, "DATE_OF_BIRTH", 0.6, "date of birth, worded", "label dob")
    for at in _ENS.places(lower):
        short = _OF_A_PATIENT.match(lower, at)
        if short is not None and (
            short["place"] or _PATIENT.search(lower, max(0, at - _NEAR), at) is not None
        ):
            yield Hit(
                *short.span("date"), "DATE_OF_BIRTH", 0.5, "date of birth, worded", "label dob"
            )


def _behind(text: str, lower: str, at: int) -> tuple[int, int]:
    """Return the day a few steps behind what tells of a birth; its end is 0 for none."""
    sign = _SIGN.match(text, at)
    place = at if sign is None else sign.end()
    if place == at:
        return 0, 0
    linked = False  # behind a preposition stands a place
    for _ in range(_MOST + 1):
        end = _day(text, lower, place)
        if end:
            article = _ARTICLE.search(lower, at, place) if text[place].isalpha() else None
            return (place if article is None else article.start()), end
        step = _STEP.match(text, place)
        if step is None:
            return 0, 0
        word = step["word"]
        small = word.lower()
        if small not in _STEPS and not (len(word) > 1 and _CAPITAL.match(word)):
            return 0, 0
        if "," in step[0] and word[:1].isupper() and not linked:
            return 0, 0  # a name, and another event: `geb. Weber, am 3.4.2024 entlassen`
        linked = small in _PLACED or (linked and word[:1].isupper())
        place = step.end()
    return 0, 0


_CAPITAL = re.compile(r"[^a-zß-ÿ]")
_PLACED = frozenset(["in", "im", "zu", "bei", "a", "à", "en", "te", "em", "nel", "nella", "at", "la", "na", "no", "al"])  # fmt: skip
_ARTICLE = re.compile(r"(?<![^\W_])(?:il|le|el|the|lo|o)[ ]$")


def _day(text: str, lower: str, at: int) -> int:
    """Return where the day ends that begins at `at`; 0 for none."""
    feast = _FEAST.match(lower, at) if _may_be_a_feast(lower[at : at + 3]) else None
    if feast is not None:
        return feast.end()
    if lower[at : at + 1].isdigit():
        for pattern in (LETTERED_DATE, ANY_DATE):
            date = pattern.match(text, at)
            if date is not None and plausible(date[0]) and _WITH_A_DAY.match(date[0]):
                return date.end()
        spoken = _SPOKEN.match(lower, at)
        return 0 if spoken is None else spoken.end()
    return said(lower, at)[1]


def _may_be_a_feast(beginning: str) -> bool:
    return beginning in _BEGINNINGS or not beginning.isascii() or beginning[:1] in _NO_LETTERS


_NO_LETTERS = frozenset(" 0123456789")  # `14 juillet`
_WITH_A_DAY = re.compile(r"[0-9]{1,4}[^0-9]")
