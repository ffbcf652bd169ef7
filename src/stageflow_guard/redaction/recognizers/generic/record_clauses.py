"""Numbers of somebody's records in the clause of a word of their kind: `ich bin Mitglied bei euch (4417 228)`. Pure.

No word for "number" need be there. What is there counts together: a word for a customer, a policy, a
court, a pupil; a form that little else has; how the value stands (alone in brackets, behind a
comma, as an answer, behind `unter`); and that no word for another thing stands between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of
from stageflow_guard.redaction.recognizers.generic.record_clause_words import CAPITALS, WORDS
from stageflow_guard.redaction.recognizers.generic.record_numbers import RULES_BEFORE
from stageflow_guard.redaction.recognizers.generic.records_of_people import (
    OF_ANOTHER_THING,
    is_behind_number,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_SHORT = 4
_BEHIND = (*" ,.:?(/-=\n\"'",)
_HEADS = Heads(
    {form for word in WORDS for form in ([word] if len(word) > _SHORT else [word + sign for sign in _BEHIND])}
)  # fmt: skip
_WORD = re.compile(any_of(WORDS))
# no day, no time, no amount and no year as a further group behind a space
_APART = r"(?![0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}|[0-9]{1,2}[:h][0-9]{2}|[0-9]{1,2}/[0-9]{1,2}(?![0-9])|[0-9]+,[0-9]|(?:19|20)[0-9]{2}(?![\w/-]|[ ][A-Z]{0,2}[ ]?[0-9]{3}))"
_PART = r"[A-Z0-9]{1,24}+(?:[./:-][A-Z0-9]{1,14}+){0,6}"
_VALUE = re.compile(
    rf"(?<![\w./@#€$£+,~*:-])(?:(?P<german>[0-9]{{1,4}}[ ][A-Z][A-Za-z]{{0,3}}[ ][0-9]{{1,6}}/[0-9]{{2,4}}[a-z]?)|(?P<of>[A-Z]{{2,4}}[ ]?[0-9]{{1,5}}[ ]of[ ](?:19|20)[0-9]{{2}})|(?P<small>[a-z]{{1,3}}[0-9]{{6,9}})"
    rf"|(?P<plain>(?:[A-Z]{{1,4}}[ ](?=[0-9])|[A-Z]{{1,2}}[ ](?=[A-Z]{{1,3}}-?[0-9]))?(?=[A-Z./:-]{{0,12}}[0-9]){_PART}(?:[ ]{_APART}(?:[A-Z]{{2}}[ ](?=[0-9]{{6}}(?![0-9])))?(?=[A-Z]{{0,3}}[./-]?[0-9]){_PART}){{0,5}}))(?![\w@%€$£]|[./:-][A-Za-z0-9]|[,'’][0-9]|[ ]?[€$£%°])"
)
_DAY = re.compile(
    r"(?<![\w/.-])(?:[0-9]{1,2}[ -]?(?:JAN|FEB|MAR|APR|MAY|MAI|JUN|JUL|AUG|SEP|OCT|OKT|NOV|DEC|DEZ)[A-Z]{0,6}[ -]?(?:[0-9]{4}|[0-9]{2})|(?:0?[0-9]|[12][0-9]|3[01])[ ./-](?:0?[0-9]|[12][0-9]|3[01])[ ./-](?:(?:19|20)[0-9]{2}|[0-9]{2})|(?:19|20)[0-9]{2}[ ./-]?(?:0?[1-9]|1[0-2])[ ./-]?(?:0[1-9]|[12][0-9]|3[01]|[1-9])|(?:19|20)[0-9]{2}(?:[-/](?:19|20)?[0-9]{2})?|[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?|[0-9]{1,2}/(?:19|20)[0-9]{2})(?![\w/-])"
)
# the same as a part of a value
_DATED = re.compile(
    r"(?<![\w/.-])(?:[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)?[0-9]{2}|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})(?![\w/-])"
)
# a version, an order of a large shop
_NEVER = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,3}){2,5}|[0-9]{3}-[0-9]{7}-[0-9]{7}")
# what is a label itself before a space
_LABEL = re.compile(
    r"(?:ID|SSN|SIN|DOB|DN|FN|MRN|NHC|HC|HAR|CSN|CPF|CNPJ|RG|NIF|NIE|NISS|NSS|PIS|NIS|SS|DNI|CUIL|CUIT|RUT|CURP|RFC|NIR|INE|BSN|DL|PAN|AN|HICN|RM|BP|HR|NPI|IIS|CF|AHV|UID|DOI|DOS|ICD|CPT|NO|NR|PIN|TAN|OTP|PO|TEL|GSM|MOB|REF|ROOM|BED|IN|AT|ON|TO|VIN|IMEI|IEEE|BIN|PCN|GRP|IVA|VAT|TVA|ISO|CEP|CP|CAP|PLZ)[ ]|(?:MRN|SSN|DOB)(?![A-Za-z])"
)
_OF_ELSE = re.compile(
    r"(?<![^\W_])(?:remessa|transporte|recolhimento|pagamento|remisión|factuur|facturen|protocolos?|serial|lead|tax|ip|err?eichen|anrufer|rückruf\w{0,4}|telefon\w{0,9}|code postal|repair|reparatur|termin|rev|pump|release|standard|norm\w?|norma|tan|otp|kassenbon|bon|quittung|receipt|recibo|reçu|ricevuta|bonnetje|sku|asset|vessel|model|chapter|kapitel|chapitre|capítulo|capitolo|hoofdstuk|capacity|salary|price|fee|area|grid|channel|kanal|canal|canale|kanaal)(?![^\W_])"
)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[. ][0-9]{3}){1,3}$")
# a standard, a weakness, a form, a currency, a phone
_NAME = re.compile(
    r"(?:CVE|RFC|ISO|IEC|DIN|EN|UTF|SHA|AES|IMG|ERR|PR|GH|JIRA|HELP|INC|REQ|TKT|SKU|EAN|SN|PO|INV|RE-|RG-|FV|IBAN|[A-Z]{2}[0-9]{2}[ ]?[A-Z0-9]{4}[ ]?[0-9]{4}|EUR|USD|GBP|CHF|BRL|TEL|FAX|PLZ|CP|ICD|DSM|NCT|PMID|PMC|DOI|ISRCTN|EUDRACT|NDC|CPT|LOINC|SNOMED|RXCUI|LOT|UDI|REF|ATC|DBC|COVID|BGB|ZPO|SGB|ECLI|HTTP|KB|USB|GTX|RTX|V[0-9]|Q[1-4]|FY|H[12])(?![A-Za-z])"
)
_LED = re.compile(
    r"(?:[:=#]|(?<![^\W_])(?:n\.?[ºª°o]\.?|n[.º°]|nr\.?|no\.?|num\.?|n[uúù]m(?:[ée]ro|ero)?\.?|nummer|number|id|code|código|codice|r[ée]f\.?|rif\.?|prot(?:ocollo)?\.?|autos|proc\.?|expte\.?|causa|diligencias|sumario|ruolo|dossier|zaak|registro|registo|under|unter|sous|bajo|sotto|onder|sob|als|op|auf|portant|con|is|ist|lautet|steht|est|es|è|é|staat|luidt))[ ]{0,2}[\"'`(]?$"
)
# fills of no weight: since when, in which bed
_SINCE = re.compile(
    r"(?<![^\W_])(?:(?:zimmer|bett|room|bed|chambre|lit|habitación|hab\.|cama|stanza|letto|kamer|quarto|leito|enfermaria)[ ][0-9]{1,4}(?![0-9])|(?:seit|since|depuis|desde|dal|sinds)[ ](?:(?:19|20)[0-9]{2}|['’]?[0-9]{2})(?![0-9]))",
    re.IGNORECASE,
)
# a new sentence, a new row, another label
_CUT = re.compile(r"[.!;][ ]+(?:[^\W\d_a-zß-ÿ][^\W\d_]{3}|(?=[A-Z]{2,4}[ ]))|\n|[|\t]|[0-9][,;][ ]")
_JUDGED = re.compile(
    r"(?<![^\W_])(?:urteil|urt\.|beschl(?:\.|uss)|entscheidung|bgh|bverfg|bsg|bag|bfh|olg|njw|juris|vgl\.|ecli|cassation|cassazione|cass\.|supremo|suprema|hoge raad|arrest|arrêt|acórdão|acordão|sentencia|sentenza|bundesgericht|supreme|conseil d['’]état|constitu\w{4,12}|legge|loi|ley|lei|law|gesetz|verordnung|richtlinie|directive|règlement|regulation|decreto|décret|dekret|gazz\w{0,6}|amtsblatt|boletín oficial|diário oficial)(?![^\W_])"
)
_ALONE = re.compile(r"(?:[ ][\w'’.-]{1,20}){0,4}[ ]?\($")
_REACH, _WORDS = 72, 8  # characters and words from a word to its value
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DIGIT = re.compile(r"[0-9]")
_LEAST = 4  # digits: what has fewer is a count or an age


def recognize(text: str) -> Iterator[Hit]:
    """Yield the nearest such value behind each word of a kind."""
    lower = lowered(text)
    for at in _HEADS.places(lower):
        word = _WORD.match(lower, at)
        if (
            word is None
            or lower[at - 1 : at].isalnum()
            or lower[word.end() : word.end() + 1].isalnum()
        ):
            continue
        if word[0] in CAPITALS and not text[at : word.end()].isupper():
            continue
        if word[0] == "sta" and text[at : word.end()] != "StA":
            continue  # the prosecutor's office
        if _is_of_a_thing(lower, at, word):
            continue
        if _DIGIT.search(text, word.end(), word.end() + _REACH + _LONGEST) is None:
            continue
        sure = is_behind_number(lower, at)
        found = _near(text, lower, word.end(), WORDS[word[0]], sure=sure)
        if found is not None and word[0] in _CLOSE:
            close = found.start() - word.end() <= _BESIDE and "/" in found[0] + "/" * (
                word[0] == "ra"
            )
            found = found if close else None
        if found is not None:
            yield Hit(*found.span(), WORDS[word[0]], 0.36, "record, its clause", "label record")


def _is_of_a_thing(lower: str, at: int, word: re.Match[str]) -> bool:
    """Say whether a word is one of other things, too, and stands so: rules of a house, a state, a place in the sky."""
    if word[0].startswith("polic"):
        return RULES_BEFORE.search(lower, max(0, at - 20), at) is not None
    if word[0] == "az":
        return lower[word.end() : word.end() + 1] not in (".", ":")
    if word[0] == "ra":
        line = lower[max(0, at - _BACK) : word.end() + _BACK]
        return " dec" in line or "coord" in line
    return False


def _near(text: str, lower: str, end: int, kind: str, *, sure: bool) -> re.Match[str] | None:
    """Return the first value behind a word that ends at `end`, if it is one of `kind`."""
    for found in _VALUE.finditer(text, end, end + _REACH + _LONGEST):
        digits = sum(map(str.isdigit, found[0]))
        if digits < _LEAST or _is_since(lower, found) or _YEAR.fullmatch(found[0]) is not None:
            continue
        start = found.start()
        if start > end + _REACH or start == end:
            return None
        between = _SINCE.sub("", lower[end:start])
        if _OF_ELSE.search(between) is not None:
            return None
        if between.count(" ") > _WORDS or OF_ANOTHER_THING.search(between) is not None:
            return None
        told = _SINCE.sub("", text[end:start])
        cut = _CUT.search(told)
        if cut is not None and not told[: cut.start()].rstrip().endswith(("?", ":")):
            return None
        if any(form.match(found[0]) for form in (_NAME, _LABEL)) or _is_else(found[0]):
            return None
        if kind == "CASE_NUMBER" and _JUDGED.search(lower, max(0, end - _BACK), start) is not None:
            return None
        told_so = (sure and digits >= _OWN_DIGITS) or _tells(text, found, between, digits, kind)
        return found if told_so else None
    return None


def _is_else(value: str) -> bool:
    """Say whether a value is a day, has one, is a version or an order."""
    return (
        _DAY.fullmatch(value) is not None
        or _NEVER.fullmatch(value) is not None
        or _DATED.search(value) is not None
    )


def _is_since(lower: str, found: re.Match[str]) -> bool:
    """Say whether a value is the year since which somebody is one."""
    return _SINCE.search(lower, max(0, found.start() - 10), found.end()) is not None


def _tells(text: str, found: re.Match[str], between: str, digits: int, kind: str) -> bool:
    """Say whether the form of a value and how it stands make it one of a record."""
    value = found[0]
    if found["german"] is not None or found["of"] is not None:
        return kind == "CASE_NUMBER"
    lettered = (
        not value.replace("/", "").replace("-", "").replace(".", "").replace(" ", "").isdigit()
    )
    parted = any(sign in value for sign in "/-.")
    counted = _THOUSANDS.match(value) is not None
    alone = _ALONE.fullmatch(between) is not None and text[found.end() : found.end() + 1] == ")"
    if alone:
        return digits >= 5
    if _LED.search(between) is not None:
        return digits >= (_LED_DIGITS if lettered or parted else _LED_DIGITS + 1) and not counted
    if counted:
        return False
    if between.endswith((", ", "? ", "?\n", ":\n", " - ", " – ")):
        return digits >= _OWN_DIGITS and (lettered or parted or digits >= _RUN)
    words = between.count(" ") - 1
    if lettered:
        return digits >= _OWN_DIGITS and words <= _FEW + 1
    if parted and digits >= _RUN and words <= 2 * _FEW:
        return True
    if words == 0:
        return digits >= (_OWN_DIGITS if parted else _RUN)
    return digits >= (_RUN if parted or " " in value else _RUN + 2) and words <= _FEW


_CLOSE = frozenset(("ra", "rg"))  # what is much else, too
_BESIDE = 5
_LED_DIGITS, _OWN_DIGITS, _RUN = 5, 5, 7
_FEW = 2  # words
_LONGEST = 40  # characters of a value
_BACK = 60
