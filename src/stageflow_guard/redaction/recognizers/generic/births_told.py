"""Dates of birth a few words behind what tells of a birth, or before it: `née à terme à Vitré le 1er sept. 2015`. Pure.

Between the word and the day stand a place, how the birth went, a weight, or which paper says so. An
event of another kind ends the reading: `geboren in Ulm, aufgenommen am 3.4.2024` tells no birth's day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.births import born
from stageflow_guard.redaction.recognizers.generic.dates import (
    ANY_DATE,
    LETTERED_DATE,
    beginnings,
    begins_a_day,
    plausible,
)
from stageflow_guard.redaction.recognizers.generic.rows import heads_a_column
from stageflow_guard.redaction.recognizers.generic.said_births import is_number, said
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import Index, lowered, numbered

# what else says that somebody was born
_TOLD = Index({"told": (
    "birth", "date birth", "born again", "saw the light of day", "came into the world", "entered the world", "dob on file", "b. date",
    "geburt", "geburtsdat", "geb.dat", "geb.datum", "geburtsd", "gebürtig", "zur welt gekommen", "auf die welt gekommen", "das licht der welt",
    "nés", "nées", "nés le", "nées le", "naquirent", "naiss", "dt naiss", "date naissance", "date de naiss", "né(e)", "naquit", "venu au monde", "venue au monde", "vu le jour", "a vu le jour",
    "fecha nacimiento", "f. de nac", "f nac", "fec. nac", "fecha de nac", "nacimiento", "nació", "nacieron", "nacimos", "nacidos", "nacidas", "nací", "nacida", "vino al mundo", "vio la luz", "natural de",
    "nati", "nati il", "nascita", "data nascita", "d. nascita", "nacque", "venuto al mondo", "venuta al mondo", "venuto alla luce", "venuta alla luce", "è nata", "è nato", "sono nato", "sono nata",
    "geboorte", "geb.datum", "geboortedat", "geb.dat", "ter wereld gekomen", "op de wereld gekomen",
    "data nasc", "dt. nasc", "d. nasc", "data de nasc", "veio ao mundo", "nasceu", "nasceram", "nascido", "nascida", "nascidos", "nascidas", "natural da",
)})  # fmt: skip
_SIGN = re.compile(
    r"(?:/(?:in|[aeo])(?![^\W_])|\([eao]\))?\.?(?:['’]s)?[\"'`\])]{0,2}\s?(?:\([^()\n]{1,24}\)\s?)?(?:(?:is|was|ist|war|lautet|est|es|era|è|e['’]|é|eh)(?=[ :]))?\s?[:=–-]{0,2}\s{0,2}[\"'`(]?"
)
_ON = re.compile(
    r"(?:(?:on the|on|am|den|dem|le|un|uno|il dì|el día|el|il giorno|il|lo|addì|addi|lì|li|op|de|em|no dia|aos|a|à|the|it['’]s|c['’]est|das ist)[ ]){0,2}",
    re.IGNORECASE,
)
_LITTLE = beginnings(_ON.pattern) | {"a ", "à ", "c'", "c’"}
_WORD = re.compile(
    r"(?:(?P<word>[^\W\d_][\w'’-]{0,23})(?P<dot>\.?)|\([^()\n]{1,28}\)|[0-9]{1,2}[:.h][0-9]{2}(?:[ ]?(?:uhr|uur|h|am|pm))?(?![0-9:./-])|[0-9]{1,4}(?:[.,][0-9]{1,3})?[ ]?(?:kg|gr?|lbs?|oz|cm|ssw|sem|sa|wks?|weeks|wochen|woche|semaines|semanas|settimane|weken|uur|uhr|h)\.?(?![^\W_]))(?P<comma>[,;]?):?(?:[ ]{1,2}|(?<=,))",
    re.IGNORECASE,
)
_IN = frozenset(("in", "at", "near", "by", "zu", "bei", "im", "à", "a", "ad", "en", "au", "aux", "em", "na", "no", "te", "nel", "nella", "alla", "con", "with", "mit", "avec", "met", "com", "of", "de", "del", "della", "di", "do", "da", "du", "des", "der", "van", "the", "la", "le", "les", "am", "aan", "op", "beim", "auf", "an", "bij", "un", "anno", "día", "dia", "dì", "jour", "giorno", "dag", "tag", "data", "um", "om", "às", "alle", "el", "los", "las", "lo", "l", "d", "het", "den", "per", "par", "por", "via", "as", "als", "comme", "como", "come"))  # fmt: skip
# how a birth went, and where
_WENT = frozenset(("avant", "before", "vor", "antes", "prima", "voor", "comune", "municipio", "stadt", "gemeente", "commune", "ville", "ciudad", "município", "cidade", "freguesia", "provincia", "province", "kreis", "landkreis", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sonntag", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "prematurely", "premature", "preterm", "term", "full", "full-term", "healthy", "alive", "early", "late", "home", "hospital", "clinic", "abroad", "overseas", "here", "there", "vaginally", "section", "c-section", "cesarean", "caesarean", "twin", "twins", "weeks", "week", "taxi", "car", "ambulance", "farm", "village", "town", "ship", "train", "plane", "auto", "dorf", "rettungswagen", "voiture", "coche", "ambulancia", "pueblo", "macchina", "ambulanza", "paese", "dorp", "carro", "ambulância", "aldeia",
    "frühgeboren", "zu", "früh", "termingerecht", "gesund", "spontan", "zuhause", "hause", "klinik", "krankenhaus", "kaiserschnitt", "hier", "dort", "ebenda", "zwilling", "woche",
    "terme", "prématurée", "prématuré", "prématurément", "césarienne", "voie", "basse", "maternité", "clinique", "hôpital", "domicile", "ici", "jumeau", "jumelle", "semaines",
    "término", "termino", "prematuro", "prematura", "cesárea", "parto", "natural", "vaginal", "casa", "clínica", "hospital", "sano", "sana", "gemelo", "gemela", "semanas",
    "termine", "pretermine", "prematuramente", "cesareo", "taglio", "spontaneo", "ospedale", "clinica", "sano", "gemello", "gemella", "settimane",
    "voldragen", "prematuur", "vroeggeboren", "gezond", "thuis", "ziekenhuis", "keizersnede", "kliniek", "aldaar", "tweeling", "weken",
    "termo", "pré-termo", "cesariana", "parto", "normal", "saudável", "maternidade", "gémeo", "gémea", "gêmeo", "gêmea"))  # fmt: skip
# which paper says so, or that none does
_PAPERS = frozenset(("according", "per", "laut", "lt", "gemäß", "gemäss", "selon", "d'après", "según", "segun", "secondo", "volgens", "segundo", "conforme", "acc"))  # fmt: skip
# the name of a day, not an event: behind it more words may stand before the day
_LABELS = re.compile(
    r"date|dob|d\.o\.b|bday|birthday|birth ?d|datum|dat|gebdat|tag$|naiss|nacim|fecha|nascita|nasciment|nasc$|nac$|data|ddn|d\.n|geboorte|geburt"
)
# another event, another paper, another value: what follows is its day
_ENDS = frozenset(("and", "or", "but", "und", "oder", "aber", "et", "ou", "mais", "y", "o", "pero", "e", "ed", "ma", "en", "of", "maar", "mas", "since", "seit", "depuis", "desde", "dal", "sinds", "until", "bis", "jusqu", "hasta", "fino", "tot", "até", "valid", "expires", "expiry", "issued", "gültig", "ausgestellt", "valable", "délivrée", "délivré", "expire", "válido", "válida", "expedido", "expedida", "caduca", "vence", "valido", "valida", "scade", "rilasciata", "rilasciato", "geldig", "afgegeven", "emitido", "emitida", "validade", "died", "deceased", "gestorben", "verstorben", "décédé", "décédée", "mort", "morte", "fallecido", "fallecida", "murió", "morto", "morta", "deceduto", "deceduta", "overleden", "falecido", "falecida", "faleceu", "married", "verheiratet", "marié", "mariée", "casado", "casada", "sposato", "sposata", "getrouwd", "admitted", "aufgenommen", "aufnahme", "admis", "admise", "ingresado", "ingresada", "ricoverato", "ricoverata", "opgenomen", "internado", "internada", "appointment", "termin", "rendez-vous", "cita", "appuntamento", "afspraak", "consulta", "seen", "visit", "updated", "changed", "corrected", "entered", "checked", "requested", "geändert", "erfasst", "geprüft", "modifiée", "modifié", "saisie", "modificada", "modificata", "gewijzigd", "alterada", "form", "certificate", "urkunde", "acte", "acta", "atto", "akte", "certidão", "rate", "control", "plan", "weight", "gewicht", "party", "feier", "fête", "fiesta", "festa", "feest", "ago", "due", "expected", "planned", "scheduled", "geplant", "geplante", "voraussichtlich", "errechnet", "prévue", "prévus", "previstos", "gepland", "uitgerekend", "planeado", "planeada", "dpa", "dpp", "et", "errechneter", "prévu", "prevista", "previsto", "verwacht", "baptised", "getauft", "baptisé", "bautizado", "battezzato", "gedoopt", "batizado"))  # fmt: skip
_MOST = 9  # words between
# papers: nothing behind their names is a birth's day
_PAPER_BEHIND = re.compile(
    r"[- ]?(?:certificate|urkunde|sgewicht|splan|sort|sname|surkunde|akte|aktenummer|plaats|gewicht|bewijs|rate|control|weight|place|country|name)"
)


def recognize(text: str) -> Iterator[Hit]:
    """Yield such dates."""
    lower = lowered(text)
    seen = set[int]()
    for match in chain(born(text), _TOLD.find(text)):
        if match.end in seen or _PAPER_BEHIND.match(lower, match.end):
            continue
        seen.add(match.end)
        start, end = _behind(text, lower, match.start, match.end)
        if not end:
            start, end = _before(text, lower, match.start)
        if end and not heads_a_column(text, match.end, start):
            yield Hit(start, end, "DATE_OF_BIRTH", 0.6, "date of birth, told", "label dob")
    yield from _of_kin(text, lower)


def _day(text: str, lower: str, at: int) -> int:
    """Return where the day ends that begins at `at`: in digits, with a month's letters or said; 0 for none."""
    if begins_a_day(lower, at):
        for pattern in (LETTERED_DATE, ANY_DATE, _CUT_SHORT):
            date = pattern.match(text, at)
            if date is not None and plausible(date[0]) and _HAS_A_DAY.search(date[0]):
                return date.end()
    return said(lower, at)[1]


def _with_its_article(lower: str, begin: int, start: int) -> int:
    """Return where a day begins: one that is said begins with its article, which is a word of it."""
    article = None if lower[start : start + 1].isdigit() else _ARTICLE.search(lower, begin, start)
    return start if article is None else article.start()


_CUT_SHORT = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1['’][0-9]{2}(?![0-9])")  # `3-5-'44`
_ARTICLE = re.compile(r"(?<![^\W_])(?:il|le|el|the|lo|o|der|den)[ ]$")
_HAS_A_DAY = re.compile(r"^[0-9]{1,4}[^0-9]|[^0-9][0-9]{1,2}[^0-9]|^[0-9]{6,8}$")


def _behind(text: str, lower: str, begin: int, at: int) -> tuple[int, int]:
    """Return the day a few words behind a birth's word; its end is 0 for none."""
    sign = _SIGN.match(text, at)
    place = at if sign is None else sign.end()
    if place == at:
        return 0, 0
    label = _LABELS.search(lower, begin, at) is not None
    linked = False  # behind a preposition stands a place
    for words in range(_MOST + 1):
        little = _ON.match(text, place) if lower[place : place + 2] in _LITTLE else None
        for start in {place, place if little is None else little.end()}:
            end = _day(text, lower, start)
            if end:
                return (_with_its_article(lower, place, start) if words else start), end
        step = _WORD.match(text, place)
        if step is None:
            break
        word = (step["word"] or "").lower()
        if "'" in word or "’" in word:
            word = _ELIDED.sub("", word)
        if word and not _goes_on(word, step, label=label, linked=linked):
            break
        if step["comma"] and not _PHRASE.match(lower, step.end(), step.end() + 24):
            break
        linked = not word or word in _IN or (linked and step["word"][:1].isupper())
        label = label or word in _PAPERS
        place = step.end()
    return 0, 0


_ELIDED = re.compile(r"^(?:l|d|all|dell|nell)['’]")
# what goes on behind a comma: the day itself, or which paper says it
_PHRASE = re.compile(
    rf"(?:(?:on|am|den|le|el|il|lo|addì|addi|lì|li|op|em|aos|a|no dia|the|it['’]s|das ist|c['’]est|{'|'.join(sorted(_PAPERS))})[ .]|[0-9])"
)


def _goes_on(word: str, step: re.Match[str], *, label: bool, linked: bool) -> bool:
    """Say whether a word may stand between a birth's word and its day."""
    if word in _IN or word in _WENT or word in _PAPERS or is_number(word):
        return True
    if word in _ENDS or (step["dot"] and len(word) > 4):
        return False
    return label or (step["word"][:1].isupper() and (linked or not step["comma"]))


# `am 3. Mai 1932 in Hof geboren`, `op zeven november 1934 te Gent geboren`, `le 3 mai 1932 naquit`
_OPENS = re.compile(
    r"[ ](?=[^\W_])(?:(?<=(?<![^\W_])(?:am|op|le|el|il|em|on)[ ])|(?<=(?<![^\W_])(?:den|aos)[ ])|(?<=(?<![^\W_])a[ ]))"
)
_BETWEEN = re.compile(r"[ ](?:(?!und |en |et |y |e |and )[^\W\d_][\w'’-]{0,23}[ ]){0,4}$")
_AHEAD = 90  # characters before the word


def _before(text: str, lower: str, at: int) -> tuple[int, int]:
    """Return the day before a birth's word in the same clause; its end is 0 for none."""
    if not _VERBS.match(lower, at):
        return 0, 0
    low = max(0, at - _AHEAD)
    for opening in reversed(list(_OPENS.finditer(lower, low, at))):
        end = _day(text, lower, opening.end())
        if end and end < at and _BETWEEN.fullmatch(text, end, at):
            return opening.end(), end
    return 0, 0


_VERBS = re.compile(r"geboren|naquit|nacque|nació|naci[oó]|nasceu|was born|born|zur welt|auf die welt|ter wereld|est née?")  # fmt: skip

# `Onze moeder is van 3 mei 1934`, `je suis du 3 mai 1964`
_MOTHER = r"mother|father|mum|mom|dad|wife|husband|sister|brother|son|daughter|mutter|vater|frau|mann|sohn|tochter|schwester|bruder|oma|opa|mère|père|maman|papa|femme|mari|fils|fille|sœur|soeur|frère|madre|padre|mamá|mujer|marido|esposa|esposo|hijo|hija|hermano|hermana|abuelo|abuela|mamma|papà|moglie|marito|figlio|figlia|fratello|sorella|nonno|nonna|moeder|vader|vrouw|zoon|dochter|zus|broer|mama|ma|pa|mãe|pai|filho|filha|irmão|irmã|avó|avô|partner|compagne|compagnon|compañero|compagna|vriendin|vriend|patient|patiënte?|patiente?|paciente|paziente"
_KIN = re.compile(
    rf"(?:(?:{_MOTHER})(?:[ ][^\W\d_]{{2,16}})?[ ](?:is|ist|est|es|è|e['’]|é)|ik ben|ben zelf|je suis|moi je suis|soy|yo soy|sono|io sono|sou|eu sou|ich bin)[ ](?:ook[ ]|zelf[ ]|aussi[ ]|anche[ ]|auch[ ])?(?:van|du|del|dell['’]|de|vom|do)[ ]?(?:den[ ]|le[ ]|el[ ]|dia[ ])?"
)
_KINDRED = Heads((*_MOTHER.split("|"), "ik ben", "ben zelf", "je suis", "moi je", "soy", "yo soy", "sono", "io sono", "sou ", "eu sou", "ich bin"))  # fmt: skip
_LONG_AGO = re.compile(r"(?<![0-9])(?:19[0-9]{2}|20[01][0-9])(?![0-9])|^[^0-9]+$|(?<![0-9])[2-9][0-9]$")  # fmt: skip


def _of_kin(text: str, lower: str) -> Iterator[Hit]:
    for at in _KINDRED.places(lower):
        told = _KIN.match(lower, at)
        end = 0 if told is None else _day(text, lower, told.end())
        if told is not None and end and _LONG_AGO.search(text[told.end() : end]):
            yield Hit(told.end(), end, "DATE_OF_BIRTH", 0.5, "date of birth, told", "label dob")


# `weibl., *30.11.05`, `°12/03/1950` as Belgians write it, `* 3. Mai 1978`
_STAR = re.compile(r"[*°](?<=[,;(/ ].)[ ]?(?=[0-9])")
_STARRED = re.compile(
    r"(?:0?[1-9]|[12][0-9]|3[01])(?P<sign>[./-])[ ]?(?:0?[1-9]|1[0-2])(?P=sign)[ ]?(?:(?:19|20)[0-9]{2}|[0-9]{2})(?![\w]|[./:-][0-9])"
)
_BEHIND_SOMEBODY = re.compile(r"(?:[^\W\d_][.)]?[,;/]?[ ]?\(?|^\()$")


def starred(text: str) -> Iterator[Hit]:
    """Yield days behind the star of genealogists, behind a word and a sign, and behind `b.`."""
    if not numbered(text):
        return
    for short in _BORN_SHORT.finditer(text) if "b. " in text else ():
        date = LETTERED_DATE.match(text, short.end()) or _STARRED.match(text, short.end())
        if date is not None:
            yield Hit(*date.span(), "DATE_OF_BIRTH", 0.5, "date of birth, told", "label dob")
    for star in _STAR.finditer(text) if "*" in text or "°" in text else ():
        if _BEHIND_SOMEBODY.search(text, max(0, star.start() - 6), star.start()) is None:
            continue
        before = text[max(0, star.start() - 2) : star.start()].strip()
        date = LETTERED_DATE.match(text, star.end()) or (
            _STARRED.match(text, star.end()) if before[-1:] in _MARKS else None
        )
        if date is not None:
            yield Hit(*date.span(), "DATE_OF_BIRTH", 0.5, "date of birth, starred", "label dob")


_BORN_SHORT = re.compile(r"(?:(?<=[,;(][ ])|(?<=[(\n])|^)b\.[ ](?=[0-9])")
_MARKS = frozenset(",;(/")
