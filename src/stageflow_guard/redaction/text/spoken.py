"""Numbers as they are said: `null eins sieben eins`, `zéro six, soixante-quatorze`, `five five five 0143`. Pure.

In nine languages, words for 0 to 99 and for the signs between them; digits may stand among the
words. A number has seven digits and more, and all of its words are of one language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import any_of, places
from stageflow_guard.redaction.recognizers.generic.accounts import LENGTHS
from stageflow_guard.redaction.recognizers.generic.quads import is_quad
from stageflow_guard.redaction.recognizers.phrases import long_words, lowered, register, vocabulary
from stageflow_guard.redaction.text.view import Edit, View


def _numbered(words: str, first: int = 0) -> dict[str, str]:
    """Return words for numbers that follow each other; two words for one stand with a `/` between."""
    found: dict[str, str] = {}
    for number, forms in enumerate(words.split(), first):
        found |= {form.replace("_", " "): str(number) for form in forms.split("/")}
    return found


def _composed(tens: dict[str, str], units: dict[str, str], *joints: str) -> dict[str, str]:
    """Return the numbers of a ten and a unit, said in this order."""
    return {
        ten + joint + unit: str(int(at) + int(number))
        for ten, at in tens.items()
        for unit, number in units.items()
        if 0 < int(number) < 10
        for joint in joints
    }


def _tens(words: str) -> dict[str, str]:
    return {
        form: f"{at}0" for at, forms in enumerate(words.split(), 2) for form in forms.split("/")
    }


def _english() -> dict[str, str]:
    units = _numbered("zero/oh/nought one two three four five six seven eight nine/niner")
    teens = _numbered(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 10
    )
    tens = _tens("twenty thirty forty/fourty fifty sixty seventy eighty ninety")
    hundreds = {f"{unit} hundred": f"{number}00" for unit, number in units.items()}
    return units | teens | tens | hundreds | _composed(tens, units, "-", " ")


def _german() -> dict[str, str]:
    units = _numbered("null eins/ein/eine zwei/zwo drei vier fünf/fuenf sechs sieben acht neun")
    teens = _numbered(
        "zehn elf zwölf/zwoelf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn", 10
    )
    tens = _tens(
        "zwanzig dreißig/dreissig vierzig fünfzig/fuenfzig sechzig siebzig achtzig neunzig"
    )
    behind = {f"{unit}und{ten}": str(int(at) + int(number)) for ten, at in tens.items() for unit, number in units.items() if int(number)}  # fmt: skip
    return units | teens | tens | behind


def _french() -> dict[str, str]:
    units = _numbered("zéro/zero un/une deux trois quatre cinq six sept huit neuf")
    teens = _numbered("dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf", 10)
    teens |= {word.replace("-", " "): number for word, number in teens.items()}
    tens = _tens("vingt trente quarante cinquante soixante")
    found = (
        units
        | teens
        | tens
        | {"septante": "70", "octante": "80", "huitante": "80", "nonante": "90"}
    )
    found |= _composed(
        tens | {"septante": "70", "huitante": "80", "nonante": "90"},
        units,
        "-",
        " ",
        " et ",
        "-et-",
    )
    for base, at in (
        ("soixante", 60),
        ("quatre-vingt", 80),
        ("quatre vingt", 80),
        ("quatre-vingts", 80),
        ("quatre vingts", 80),
    ):
        found |= {
            base + joint + word: str(at + int(number))
            for word, number in teens.items()
            for joint in ("-", " ", " et ", "-et-")
        }
        if at == 80:
            found |= {base: "80"} | {
                base + joint + word: str(at + int(number))
                for word, number in units.items()
                if int(number)
                for joint in ("-", " ")
            }
    return found  # fmt: skip


def _spanish() -> dict[str, str]:
    units = _numbered("cero uno/un/una dos tres cuatro cinco seis siete ocho nueve")
    teens = _numbered(
        "diez once doce trece catorce quince dieciséis/dieciseis diecisiete dieciocho diecinueve",
        10,
    )
    twenties = _numbered(
        "veinte veintiuno/veintiún veintidós/veintidos veintitrés/veintitres veinticuatro veinticinco veintiséis/veintiseis veintisiete veintiocho veintinueve",
        20,
    )
    tens = {
        word: f"{at}0"
        for at, word in enumerate(
            ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"], 3
        )
    }
    return units | teens | twenties | tens | _composed(tens, units, " y ")  # fmt: skip


def _italian() -> dict[str, str]:
    units = _numbered("zero uno/un due tre/tré quattro cinque sei sette otto nove")
    teens = _numbered(
        "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
        10,
    )
    tens = _tens("venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
    cut = {f"{ten[:-1]}{unit}": str(int(at) + int(number)) for ten, at in tens.items() for unit, number in units.items() if unit in ("uno", "otto")}  # fmt: skip
    return units | teens | tens | _composed(tens, units, "") | cut


def _dutch() -> dict[str, str]:
    units = _numbered("nul een/één/eén twee drie vier vijf zes zeven acht negen")
    teens = _numbered(
        "tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien", 10
    )
    tens = _tens("twintig dertig veertig vijftig zestig zeventig tachtig negentig")
    behind = {unit + joint + ten: str(int(at) + int(number)) for ten, at in tens.items() for unit, number in units.items() if int(number) for joint in ("en", "ën", " en ")}  # fmt: skip
    return units | teens | tens | behind


def _portuguese() -> dict[str, str]:
    units = _numbered("zero um/uma dois/duas três/tres quatro cinco seis/meia sete oito nove")
    teens = _numbered(
        "dez onze doze treze catorze/quatorze quinze dezasseis/dezesseis dezassete/dezessete dezoito dezanove/dezenove",
        10,
    )
    tens = _tens("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
    return units | teens | tens | _composed(tens, units, " e ")


def _swedish() -> dict[str, str]:
    units = _numbered(
        "noll/nolla ett/en/etta två/tvåa tre/trea fyra fem/femma sex/sexa sju/sjua åtta nio/nia"
    )
    teens = _numbered("tio elva tolv tretton fjorton femton sexton sjutton arton nitton", 10)
    tens = _tens("tjugo trettio fyrtio femtio sextio sjuttio åttio nittio")
    return units | teens | tens | _composed(tens, units, "")


def _polish() -> dict[str, str]:
    units = _numbered(
        "zero jeden dwa trzy cztery pięć/piec sześć/szesc siedem osiem dziewięć/dziewiec"
    )
    teens = _numbered(
        "dziesięć jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście",
        10,
    )
    tens = _tens(
        "dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt"
    )
    return units | teens | tens | _composed(tens, units, " ")


_LANGUAGES = (
    _english(), _german(), _french(), _spanish(), _italian(), _dutch(), _portuguese(), _swedish(), _polish(),
)  # fmt: skip
_SIGNS = {
    "plus": "+", "dash": "-", "hyphen": "-", "dot": ".", "point": ".", "strich": "-", "bindestrich": "-", "punkt": ".", "tiret": "-", "más": "+", "guion": "-", "guión": "-",
    "punto": ".", "più": "+", "trattino": "-", "punt": ".", "streepje": "-", "mais": "+", "traço": "-", "ponto": ".", "hífen": "-", "plus-tecken": "+", "kropka": ".", "myślnik": "-",
}  # fmt: skip
_TWICE = {
    "double": 2,
    "triple": 3,
    "doppel": 2,
    "doble": 2,
    "doppio": 2,
    "dubbel": 2,
    "duplo": 2,
    "podwójne": 2,
}
_WRITTEN = frozenset("+.")
_FIRST = tuple(frozenset(re.split(r"[ -]", word)[0] for word in words) for words in _LANGUAGES)
for _words in _FIRST:
    register(_words)
_DIGITS, _SPOKEN, _KINDS, _LONGEST = 7, 4, 3, 20
_FUSED_LEAST = 20  # characters of the shortest number in one word


@lru_cache(maxsize=len(_LANGUAGES))
def _pattern(language: int) -> re.Pattern[str]:
    """Return what matches a number in words of a language; compiled when one is met."""
    item = rf"(?:[(][ ]?)?(?:(?:(?:{'|'.join(_TWICE)})[ -])?(?:{any_of(_LANGUAGES[language])}|{any_of(_SIGNS)})(?![^\W\d_])|[0-9]{{1,4}}(?![0-9]))(?:[ ]?[)])?"
    return re.compile(
        rf"(?<![^\W_])(?:[a-z][ ]?[a-z][ ])?\+?{item}(?:(?:[ ]?[,./–-][ ]?|[ ]?\.{{3}}[ ]?|[ \t]{{1,3}}|,?[ ]?\n[ ]?){item}){{3,}}(?![^\W\d_])"
    )


# digits of Chinese and Japanese, as they are read one by one
_HAN_WRITTEN = {
    "〇零0": "0", "一壹幺": "1", "二贰貳两": "2", "三叁參": "3", "四肆": "4", "五伍": "5", "六陆陸": "6", "七柒": "7", "八捌": "8", "九玖": "9",
}  # fmt: skip
_HAN_DIGITS = {ord(char): digit for chars, digit in _HAN_WRITTEN.items() for char in chars}
_HAN = "[" + "".join(_HAN_WRITTEN) + "]"
_HAN_RUN = re.compile(rf"{_HAN}(?:[ ().-]{{0,2}}{_HAN}){{6,24}}")


def _fused(text: str, lower: str) -> Iterator[Edit]:
    """Yield digits whose words touch each other: `sixnineseven`."""
    for match in _long_words(text, lower):
        if _SOME_FUSED.search(match[0].replace("-", "")) is None:
            continue
        for language in range(len(_LANGUAGES)):
            digits = _whole(match[0], language)
            if digits:
                yield (*match.span(), digits)
                break


def _long_words(text: str, lower: str) -> Iterator[re.Match[str]]:
    """Yield the words that may be a number in one word."""
    for at, word in long_words(text):
        if len(word) > _FUSED_LEAST:
            yield from _LONG_WORD.finditer(lower, at, at + len(word))


_LONG_WORD = re.compile(r"(?<![a-zß-ž-])[a-zß-ž-]{21,160}(?![a-zß-ž-])")


def _whole(word: str, language: int) -> str:
    """Return the digits that a word is made of in a language; nothing where it holds another word."""
    units, pattern, one = _units(language)
    bare = word.replace("-", "")
    country = "" if pattern.fullmatch(bare) else bare[:2]  # of an account: `DEfivezero`
    if country and pattern.fullmatch(bare, 2) is None:
        return ""
    return country.upper() + "".join(units[p] for p in one.findall(bare, len(country)))


@lru_cache(maxsize=len(_LANGUAGES))
def _units(language: int) -> tuple[dict[str, str], re.Pattern[str], re.Pattern[str]]:
    """Return a language's words for digits, what matches several of them, and one."""
    units = {w: n for w, n in _LANGUAGES[language].items() if len(n) == 1 and " " not in w}
    one = any_of(units)
    return units, re.compile(rf"(?:{one}){{{_DIGITS},}}"), re.compile(one)


# two words for digits that touch each other
_SOME_FUSED = re.compile(
    rf"(?:{any_of({w for words in _LANGUAGES for w, n in words.items() if len(n) == 1 and len(w) > 2 and ' ' not in w})}){{4}}"
)


def spoken(view: View) -> View:
    """Write numbers in words as digits: seven and more, of one language, most of them said."""
    if not view.text.isascii() and _HAN_RUN.search(view.text) is not None:
        han = [(*m.span(), m[0].translate(_HAN_DIGITS)) for m in _HAN_RUN.finditer(view.text)]
        view = view.edited(han, "spoken")
    if view.longest > _FUSED_LEAST:
        view = view.edited(list(_fused(view.text, lowered(view.text))), "spoken")
    heard = vocabulary(view.text)
    edits: list[Edit] = []
    for language, words in enumerate(_FIRST):
        known = heard & words
        if len(known) >= _KINDS:
            edits += _said(lowered(view.text), language, known)
        if known and view.digits:
            edits += _partly_said(view.text, language, known)
    if not edits:
        return view
    edits.sort(key=lambda edit: (edit[0], -edit[1]))
    return view.edited(edits, "spoken")


def _numbers(lower: str, language: int, heard: frozenset[str]) -> Iterator[re.Match[str]]:
    """Yield what may be a number, read only where some of its words stand near each other."""
    at = sorted(place for word in heard for place in places(lower, word))
    reached = 0
    for first, fourth in zip(at, at[_SPOKEN - 1 :], strict=False):
        if fourth - first > _NEAR or fourth < reached:
            continue
        for match in _pattern(language).finditer(
            lower, max(reached, first - _NEAR), fourth + _REACH
        ):
            reached = match.end()
            yield match
        reached = max(reached, fourth)


_NEAR, _REACH = 80, 320  # characters between four words of one number, and of the longest


def _said(lower: str, language: int, heard: frozenset[str]) -> Iterator[Edit]:
    """Yield digits in place of the numbers that are said with words that are `heard` of a language."""
    known = _LANGUAGES[language]
    for match in _numbers(lower, language, heard):
        groups, count = list[str](), 0
        kinds: set[str] = set()
        for group in match[0].split(","):
            groups.append("")
            for piece, number in _pieces(group, known):
                groups[-1] += number
                if number.isdigit() and not piece.isdigit():
                    count += 1
                    kinds.add(piece)
        told = list(filter(None, groups))
        one_by_one = len(told) >= _DIGITS and max(map(len, told)) == 1
        digits = ("" if one_by_one else " ").join(told)
        size = sum(map(str.isdigit, digits))
        country = _COUNTRY.match(match[0])
        code = (country[1] + country[2]).upper() if country is not None else ""
        if code in LENGTHS and size > _LEAST_ACCOUNT:
            digits = code + digits.replace(" ", "")
        if _DIGITS <= size <= _LONGEST and count >= _SPOKEN and len(kinds) >= _KINDS:
            yield (*match.span(), _announced(digits, size))


def _partly_said(text: str, language: int, heard: frozenset[str]) -> Iterator[Edit]:
    """Yield a number of which a few digits are said: `529-seven-five-1057`, `NL13 RABO 0221 2481 eight eight`."""
    lower = lowered(text)
    reached = 0
    for at in sorted(at for word in heard for at in _beside_digits(lower, word)):
        if at < reached:
            continue
        for match in _partly(language).finditer(lower, max(reached, at - _NEAR), at + _NEAR):
            reached = match.end()
            said = _one(language).findall(match[0])
            if len(said) < _FEW or _counts(match[0]):
                continue
            plain = _JOINT_OF_SAID.sub("", _one(language).sub(_written(language), match[0]))
            plain = plain.replace("\x1f", "")
            if is_quad(plain.split(" ")) and labels.before(text, match.start()) == "ip":
                plain = plain.replace(" ", ".")
            if _FEWEST <= sum(map(str.isdigit, plain)) <= _MOST:
                yield (*match.span(), plain.upper())


def _beside_digits(lower: str, word: str) -> Iterator[int]:
    """Yield where a whole word stands whose neighbour is a digit."""
    for at in places(lower, word):
        end = at + len(word)
        if lower[at - 1 : at].isalpha() or lower[end : end + 1].isalpha():
            continue
        if lower[max(0, at - 3) : at].rstrip(" -.,/([")[-1:].isdigit() or (
            lower[end : end + 3].lstrip(" -.,/)]")[:1].isdigit()
        ):  # fmt: skip
            yield at


@lru_cache(maxsize=len(_LANGUAGES))
def _one(language: int) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_]){any_of(_LANGUAGES[language])}(?![^\W\d_])")


@lru_cache(maxsize=len(_LANGUAGES))
def _partly(language: int) -> re.Pattern[str]:
    """Return what matches groups of digits and words for digits next to each other, an account's letters among them."""
    item = rf"(?:{any_of(_LANGUAGES[language])}(?![^\W\d_])|[a-z]{{2}}[0-9]{{2}}(?![^\W_])|[a-z]{{4}}(?=[ ][0-9])|[0-9]{{1,8}}(?![^\W_]))"
    return re.compile(
        rf"(?<![^\W_]){item}(?:[ ]?[-./][ ]?|[ ]){item}(?:(?:[ ]?[-./][ ]?|[ ]){item}){{1,14}}(?![^\W_])"
    )


def _written(language: int) -> Callable[[re.Match[str]], str]:
    """Return what writes a word as its digits, between marks."""
    known = _LANGUAGES[language]
    return lambda match: f"\x1f{known[match[0]]}\x1f"


def _counts(said: str) -> bool:
    """Say whether digits are few beside what is said."""
    return sum(map(str.isdigit, said)) < _FEW_DIGITS


_JOINT_OF_SAID = re.compile("(?<=[0-9])\x1f[ -]\x1f(?=[0-9])")  # between two words
_FEW, _FEW_DIGITS, _FEWEST, _MOST = 2, 4, 8, 34
_LEAST_ACCOUNT = 11  # digits of the shortest IBAN
_COUNTRY = re.compile(r"([a-z])[ ]?([a-z])[ ]")  # of an account, before its digits


def _announced(digits: str, size: int) -> str:
    """Return digits that are said, with what they are where nothing says something else: nobody dictates a count."""
    if size not in _OF_A_PHONE or "." in digits:
        return digits
    return f"{digits} (phone)"


_OF_A_PHONE = range(9, 13)  # digits


def _pieces(said: str, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each piece of a number that is said, the longest there, and what it writes."""
    words = re.findall(r"[^\W\d_]+|[0-9]+|[+.-]|[ ]", said)
    at = times = 0
    while at < len(words):
        for end in range(min(len(words), at + 7), at, -1):
            piece = "".join(words[at:end])
            number = known.get(piece) or _SIGNS.get(piece) or (piece if piece.isdigit() or piece in _WRITTEN else "")  # fmt: skip
            if number:
                yield piece, number * max(times, 1)
                times = 0
                break
        else:
            end = at + 1
            times = _TWICE.get(words[at], times)
        at = end
