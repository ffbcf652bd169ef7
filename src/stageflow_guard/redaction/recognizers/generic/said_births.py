"""Dates of birth that are said in words: `Geburtsdatum: dritter Mai neunzehnhundertachtzig`. Pure.

Behind what announces a birth, or in the answer to a question for one, stand three words for numbers and
months and more; whose language they are is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.generic.asked import asked
from stageflow_guard.redaction.recognizers.generic.births import born
from stageflow_guard.redaction.recognizers.generic.dates import NAMES_OF_MONTHS, beginnings
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_PLAIN = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand oh zero "
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth "
    "un une deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts trente quarante cinquante soixante septante huitante nonante cent cents mil mille premier première "
    "uno una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintiún veintidós veintidos veintitrés veintitres veinticuatro veinticinco veintiséis veintiseis veintisiete veintiocho veintinueve treinta cuarenta cincuenta sesenta setenta ochenta noventa novecientos primero primer "
    "um uma dois duas três quatro sete oito nove dez onze doze treze catorze quinze dezasseis dezesseis dezassete dezessete dezoito dezanove dezenove vinte trinta quarenta cinquenta sessenta oitenta novecentos primeiro primo"
)
_SINGLE = frozenset(_PLAIN.split())
# one word for several numbers, in German, Italian and Dutch
_COMPOUND = re.compile(
    r"(?:neunzehnhundert|zweitausend)?(?:und)?(?:(?:ein|zwei|zwo|drei|vier|fünf|fuenf|sechs|sieben|acht|neun)und)?(?:zwanzig|drei(?:ß|ss)ig|vierzig|fünfzig|fuenfzig|sechzig|siebzig|achtzig|neunzig|zehn|elf|zwölf|zwoelf|dreizehn|vierzehn|fünfzehn|fuenfzehn|sechzehn|siebzehn|achtzehn|neunzehn|eins?|zwei|zwo|drei|vier|fünf|fuenf|sechs|sieben|acht|neun|erst|dritt|siebt)?(?:s?te[rns]?|e[rns]?)?"
    r"|(?:millenovecento?|duemila)?e?(?:(?:vent|trent|quarant|cinquant|sessant|settant|ottant|novant)[iao]?)?(?:uno?|due|tr[eé]|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|tredici|quattordici|quindici|sedici|diciassette|diciotto|diciannove)?"
    r"|(?:negentienhonderd|tweeduizend)?(?:en)?(?:(?:een|twee|drie|vier|vijf|zes|zeven|acht|negen)(?:ën|en))?(?:twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig|tien|elf|twaalf|dertien|veertien|vijftien|zestien|zeventien|achttien|negentien|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|eerst|derd)?(?:s?ten?|d?en?)?"
)
_COMPOUNDS = beginnings(_COMPOUND.pattern) | {"st"}
# what the first word of a day begins with; any that begins with an `e` may be one
_BEGINNINGS = (
    _COMPOUNDS
    | beginnings(_PLAIN)
    | beginnings(" ".join(NAMES_OF_MONTHS))
    | {"th", "l'", "l’", "l ", "l-", "l,"}
)
_JOINTS = frozenset(
    [
        "of",
        "the",
        "and",
        "de",
        "del",
        "di",
        "du",
        "le",
        "el",
        "il",
        "l",
        "y",
        "e",
        "et",
        "en",
        "der",
        "den",
        "am",
        "van",
        "do",
        "da",
        "lo",
        *(
            "dias",
            "dia",
            "días",
            "día",
            "mês",
            "mes",
            "mese",
            "mois",
            "day",
            "jour",
            "giorno",
            "giorni",
            "anno",
            "año",
            "ano",
            "an",
        ),
    ]
)
_OF_NUMBERS = frozenset(("and", "und", "y", "e", "et", "en"))
_NO_NUMBERS = frozenset("e en den ten sten n d der es er een te de und ente ste".split())  # noqa: SIM905 - a list of words
_WORD = re.compile(r"[^\W\d_]{1,40}")
_APART = re.compile(r"[ -]|,[ ]|['’]")
_FILL = re.compile(
    r"['’]?s?[\"'`]?\s?(?:\([^()\n]{1,20}\)\s?)?(?:is|was|ist|war|lautet|est|es|è|e['’]|é)?\s?[:=–?-]{0,2}\s{0,2}(?:[-–—]\s)?"
    r"(?:(?:on|am|le|el|il|op|em|den|no dia|dia|the|der|o|it['’]s|das ist|c['’]est|es|è|e['’]|é|eh|dat is|het is)\s){0,3}",
    re.IGNORECASE,
)
_LEAST, _MOST = 3, 14  # words of a date without those between; with them
_SKIPPED = 6  # words before the date in an answer


def recognize(text: str) -> Iterator[Hit]:
    """Yield such dates behind what announces them."""
    lower = lowered(text)
    for match in born(text):
        fill = _FILL.match(text, match.end)
        found = said(lower, match.end if fill is None else fill.end())
        if not found[1]:
            found = _answered(text, lower, match.end)
        if found[1]:
            yield Hit(*found, "DATE_OF_BIRTH", 0.6, "date of birth, said", "label dob")


def _answered(text: str, lower: str, at: int) -> tuple[int, int]:
    """Return the date in the answer to a question for one; its end is 0 for none."""
    start = asked(text, at)
    for _ in range(_SKIPPED if start else 0):
        found = said(lower, start)
        if found[1]:
            return found
        word = _WORD.match(lower, start)
        if word is None:
            break
        start = word.end()
        while lower[start : start + 1] in (" ", ",", ".", "'", "’"):
            start += 1
    return 0, 0


def said(lower: str, at: int) -> tuple[int, int]:
    """Return the words of a date from `at` on: a month among them, or numbers alone; its end is 0 for none."""
    beginning = lower[at : at + 2]
    if not (beginning in _BEGINNINGS or beginning[:1] == "e" or not beginning.isascii()):
        return 0, 0
    end, numbers, months, place, apart_only = 0, 0, 0, at, True
    for _ in range(_MOST):
        word = _WORD.match(lower, place)
        if word is None:
            break
        if word[0] in _JOINTS and (numbers or months or word[0] in ("the", "l")):
            apart_only = apart_only and (word[0] in _OF_NUMBERS or not numbers)
        elif word[0] in NAMES_OF_MONTHS:
            months, end = months + 1, word.end()
        elif is_number(word[0]):
            numbers, end = numbers + 1, word.end()
        else:
            break
        apart = _APART.match(lower, word.end())
        if apart is None:
            break
        place = apart.end()
    year = _YEAR.match(lower, end) if months and numbers else None
    if year is not None:
        numbers, end = numbers + 1, year.end()
    # a day and a year beside a month, or all three as numbers
    if numbers + months < _LEAST or months > 1 or not (months or apart_only):
        return 0, 0
    return at, end


# `third of May, 1987`: the year alone in digits
_YEAR = re.compile(
    r"\.?,?[ ](?:(?:of|de|del|di|do|dell['’])[ ]?)?(?:['’][0-9]{2}|(?<=del[ ])[0-9]{2}|(?<=de[ ])[0-9]{2}|(?<=do[ ])[0-9]{2}|(?:19|20)[0-9]{2})(?![\w]|[.,:/-][0-9])"
)


def is_number(word: str) -> bool:
    """Say whether a word in small letters is a number of some language."""
    return word in _SINGLE or (
        (word[:2] in _COMPOUNDS or word[0] == "e")
        and word not in _NO_NUMBERS
        and _COMPOUND.fullmatch(word) is not None
    )
