"""Whether the word before a number says that it is a part's or a draw's: `Ersatzteil 8200 768 927`, `Lotto: 05 11 23 34 47`. Pure.

Such numbers are grouped as telephone numbers are. One that a word for a call announces is one for all that.
"""

from __future__ import annotations

import itertools
import re

_NO = r"(?:[ -]?(?:number|num|nummer|nr|no|n[.º°]{1,2}|n[uúù]m(?:[ée]ro|ero)?|code|#)\.?)?"
_PART = rf"(?:spare|spares|spare part|part|oem|oe|sku|ersatzteil|ersatz|teile|teil|bauteil|artikel|onderdeel|onderdeelnummer|reserveonderdeel|pi[èe]ces?(?: d[ée]tach[ée]es?)?|rechange|(?:ref|r[ée]f|réf[ée]rence)\.?[ ](?:pi[èe]ce|oem|constructeur)|pieza|repuesto|recambio|ricambio|pezzo(?: di ricambio)?|codice ricambio|peças?|componente|filtro?|filter|filtre){_NO}"
_REFERENCE = rf"(?:r[ée]f[ée]rence|referencia|refer[êe]ncia|riferimento|referentie|referenz|reference|r[ée]f|rif|ref){_NO}"
_LEAD = r"[ ]?[:.#]{0,2}[ ]{0,2}(?:[A-Z0-9]{1,3}[ -])?"
_BEHIND_A_PART = re.compile(rf"(?<![^\W_])(?i:{_PART}){_LEAD}$")
_BEHIND_A_REFERENCE = re.compile(rf"(?<![^\W_])(?i:{_REFERENCE}){_LEAD}$")
# the number of the part that takes its place: `vervangen door 8200 768 913`
_INSTEAD = re.compile(
    rf"(?<![^\W_])(?i:{_PART}|{_REFERENCE}){_LEAD}[A-Z0-9](?:[ .-]?[A-Z0-9]){{5,16}}[,;]?[ ][^\n0-9]{{0,44}}?(?i:ersetzt|ersatz|verwenden|nehmen|neu|durch|vervang\w{{1,4}}|door|replac\w{{1,4}}|supersed\w{{1,4}}|use|now|by|remplac\w{{1,4}}|par|utilis\w{{1,4}}|sustitu\w{{1,6}}|por|sostitu\w{{1,6}}|da|con|substitu\w{{1,6}}|pela|pelo|usar)[^\n0-9]{{0,24}}?(?:[A-Z0-9]{{1,3}}[ ])?$"
)
_DRAW = re.compile(
    r"(?<![^\W_])(?:lotto\w{0,12}|loto\w{0,8}|dezenas|sorteo|sorteio|sortead[oa]s?|sortit?[ei]?|concurso|combinaci[oó]n|combina[çc][ãa]o|combinazione|tirage|num[ée]ros? gagnants|boules|ziehung\w{0,4}|gewinnzahlen|superzahl|estrazion[ei]|numeri vincenti|estratti|trekking\w{0,8}|winning numbers|draw|jackpot|euro ?millions|euromilh[õo]es|eurojackpot|keno|bonoloto|mega-?sena|quina|powerball|primitiva|superenalotto)(?![^\W_])[^\n0-9]{0,34}(?:[0-9]{1,5}[:,.]?[ ][^\n0-9]{0,24})?$",
    re.IGNORECASE,
)
_PAIRS = re.compile(r"[0-9]{2}(?:[ ,.-]{1,2}[0-9]{2}){3,7}")
_BACK = 100  # characters
_PAIR = re.compile(r"[0-9]{2}")


def names_a_thing(text: str, start: int, end: int) -> bool:
    """Say whether what stands before `[start, end)` makes it the number of a part or of a draw."""
    before = text[max(0, start - _BACK) : start]
    if not before or before[-1] == "+":
        return False
    if _BEHIND_A_PART.search(before) or _INSTEAD.search(before):
        return True
    if text[start] != "0" and _BEHIND_A_REFERENCE.search(before):
        return True
    pairs = _PAIRS.match(text, start)
    if pairs is None or pairs.end() < end or _DRAW.search(before) is None:
        return False
    drawn = list(map(int, _PAIR.findall(pairs[0])))
    return all(a < b for a, b in itertools.pairwise(drawn))
