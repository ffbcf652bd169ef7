"""Words for numbers in nine languages, 0 to 99: `null`, `soixante-quatorze`, `veintidós`. Pure."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.phrases import register


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


LANGUAGES = (
    _english(), _german(), _french(), _spanish(), _italian(), _dutch(), _portuguese(), _swedish(), _polish(),
)  # fmt: skip
# what a number in each of them begins with
FIRST = tuple(frozenset(re.split(r"[ -]", word)[0] for word in words) for words in LANGUAGES)
for _words in FIRST:
    register(_words)
