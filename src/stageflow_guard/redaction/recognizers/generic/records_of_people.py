"""Numbers under which one person is kept: customers, policies, cases, staff, students, patients. Pure.

The word for such a number (see `record_words`) and a value in reach of it make a find together. Right
behind the word, with a sign or a verb, any value counts. Behind a few more words it needs a form
that little else has, and no word for another thing may stand between: `Kundennummer für Bestellung 4711`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of
from stageflow_guard.redaction.recognizers.generic.asked import asked
from stageflow_guard.redaction.recognizers.generic.record_context import of_whom
from stageflow_guard.redaction.recognizers.generic.record_numbers import Number, number_at
from stageflow_guard.redaction.recognizers.generic.record_words import (
    BEGINNINGS,
    CAPITALS,
    WORDS,
    Way,
)
from stageflow_guard.redaction.recognizers.generic.rows import heads_a_column
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_HEADS = Heads(BEGINNINGS)
_WORD = re.compile(any_of(WORDS))
_NUMBER = r"(?:n[uú]mber|num|nummer|nbr|nro|nr|no|n\.?[º°]|n\.?0(?=[ ])|n[uúù]m(?:[ée]ro|ero)?|id|kennung|(?<=[ _-])code|ref(?:erence|erenz)?)"
# a word for "number" behind: `customer's no`, `Kd.-Nr.`, `cust_id`, `sócio n.º`
_NUMBER_BEHIND = re.compile(
    rf"(?:(?:s|n|en|es)?(?:['’]s)?\.?[ _-]?{_NUMBER}(?![^\W\d_])\.?[º°]?|[ ]?#|[ ]n\.(?=[ ]?[0-9A-Z]))"
)
# or before: `n° de client`, `número de mi póliza`, `nummer op mijn bonuskaart`
_LINK = r"(?:de la|de l['’]|de los|de|du|del|della|dello|dell['’]|di|do|da|dos|das|des|d['’]|of|on|van|op|der|auf|von|sur|su|en|em)"
_NUMBER_BEFORE = re.compile(
    rf"(?<![^\W_])(?:(?:n\.?[ ]?[º°]\.?|n\.?0|n[.º°]|n\.?[ºª]|num\.|n[uúù]m(?:[ée]ro|ero)?\.?|c[oó]digo|c[oó]dice|cod\.?|code|identifiant|identificador|estremi)[ ]?(?:{_LINK}[ ]?)?"
    rf"|(?:no\.?|nr\.?|nro\.?|num\.?|id\.?|number|nummer|r[eé]f(?:[ée]rence|erencia|er[êe]ncia)?\.?|clave)[ ]{_LINK}[ ]?)"
    r"(?:(?:mi|su|ma|mon|sa|son|votre|notre|mia|mio|sua|suo|minha|meu|mijn|m['’]n|your|my|the|our|meiner|meinem|la|le|el|il|lo|o|a|het|de|der|dem|tarjeta|carte|carta|cartão|tessera|kaart|karte)[ ])?$"
)
_SIGN = re.compile(
    rf"(?:['’]s)?[\"'`\])}}]{{0,2}}\.?[ ]?(?:\([^()\n]{{1,30}}\)[ ]?)?(?P<said>(?:(?:is|was|are|ist|war|lautet|est|es|era|è|e['’]|é|eh)[ ])?(?:{_NUMBER}(?![^\W\d_])\.?[º°]?[ ]?|n\.[ ]?)?[:=#–>-]{{0,2}})\s{{0,2}}[\"'`#(]?"
)
# the end of words that lead to a value: `… nr is`, `… a lu`, `… por wasap:`
_LEADS = re.compile(
    r"(?:[:=#]|(?<![^\W_])(?:n\.?[º°o]\.?|n[.º°]|nr\.?|no\.?|num\.?|n[uúù]m(?:[ée]ro|ero)?\.?|nummer|number|r[ée]f\.?|rif\.?|is|was|reads?|says?|shows?|ist|war|lautet|steht|stand|heißt|lit|lu|dit|indique|affiche|est|était|es|era|dice|pone|sale|pone|figura|è|e['’]|era|dice|riporta|leggo|staat|zegt|stond|luidt|é|eh|diz|aparece|consta|said|gave))[ ]{0,2}[\"'`(]?$",
    re.IGNORECASE,
)
# other things that have numbers
_ELSE = re.compile(
    r"(?<![^\W_])(?:order|bestell|auftrag|commande|pedido|ordine|encomenda|invoice|rechnung|factur|fattur|fatura|ticket|parcel|paket|pakket|pakje|colis|pacco|paquete|env[ií]o|sendung|zending|spedizion|tracking|article|artikel|articolo|art[íi]culo|artigo|item|part(?![^\W_])|parts?[ ]n|lots?(?![^\W_])|los(?![^\W_])|charge|serie|série|serial|modell?|version|versi[oóã]n?|versão|room|zimmer|raum|salle|sala|aula|stanza|kamer|zaal|route|bus(?![^\W_])|lini[ae]|ligne|l[íi]nea|linha|train|zug(?![^\W_])|flight|flug|vol(?![^\W_])|vuelo|volo|voo|vlucht|gate|phone|tel(?![^\W_])|tel[eé]|mobil|mobiel|m[óo]vil|cell(?![^\W_])|cellul|handy|gsm|natel|fax|call(?:s|ed)?(?![^\W_])|ring(?![^\W_])|ruf|appel|llam|chiam|bel(?![^\W_])|liga|ligue|price|preis|prix|precio|prezzo|preço|prijs|amount|betrag|montant|import[eo]|valor|bedrag|total|summe|euros?(?![^\W_])|seite|page|p[áa]gina|§|law|gesetz|ley|legge|iban|(?:bic|swift)(?![^\W_])|konto|account|compte|cuenta|conto|conta(?![^\W_])|rekening|passport|reisepass|passeport|pasaporte|passaporto|paspoort|plz|(?:zip|cep|cap)(?![^\W_])|postcode|isbn|ean(?![^\W_])|https?|www|port(?![^\W_])|error|fehler|erreur|errore|erro(?![^\W_])|taille|talla|taglia|maat|größe|größe|since|seit|depuis|desde|sinds|réception|réunion|assemblée|conseil|version|build|release|commit|mark(?![^\W_])|points?|punkte|puntos|punti|pontos|punten|kennzeichen|plate|matrícula|kenteken|targa|plaque|(?:dni|nif|nie|cpf|bsn|ssn)(?![^\W_])|steuer|codice fiscale|s[ée]cu|sécurité|seguridad social|social security|social|nir|rib(?![^\W_])|passcode|password|pass?wor[td]|passwort|kennwort|contraseña|senha|pin(?![^\W_])|geb(?![^\W_])|geboren|born|dob|née?(?![^\W_])|nat[oa]|nacid[oa]|nasc)"
)
_SENTENCE = re.compile(r"[.!;][ ]+[^\W\d_a-zß-ÿ]|\n|[|\t]")
_REACH, _WORDS = 84, 11  # characters and words from a label to its value
_DIGIT = re.compile(r"[0-9]")
_TOUCHING = re.compile(
    r"(?:(?<![\w])[A-Z]{1,3}[ ])?(?:[A-Za-z]{1,5}|[A-Z]{1,12})?(?:[./:-]?[A-Z]{1,5})?[./:–-]?$"
)
_PREFIX = 20


def recognize(text: str) -> Iterator[Hit]:
    """Yield such numbers behind their words."""
    if not numbered(text):
        return
    lower = lowered(text)
    reached = 0
    for at in _HEADS.places(lower):
        if at < reached:
            continue
        word = _WORD.match(lower, at)
        if word is None or lower[at - 1 : at].isalpha():
            continue
        told = _told(text, lower, at, word.end(), WORDS[word[0]])
        if told is None or not told[0]:
            continue
        kind, sure, end = told
        reached = end
        number = _value(text, lower, end, sure=sure)
        if number is None:
            number = _before(text, lower, at) if sure else None
        elif number.start == end and text[end - 1].isalnum():
            continue
        if number is not None and not heads_a_column(text, end, number.start):
            yield Hit(number.start, number.end, kind, 0.5, "record of somebody", "label record")


def _told(
    text: str, lower: str, at: int, end: int, kinds: list[tuple[str, Way]]
) -> tuple[str, bool, int] | None:
    """Return whose number a word tells, whether it is surely one, and where its label ends."""
    if text[at:end].lower() in CAPITALS and not text[at:end].isupper():
        return None
    behind = _NUMBER_BEHIND.match(lower, end)
    sure = behind is not None
    if not sure:
        if lower[end : end + 1].isalpha() and not (text[end].isupper() and text[end - 1].islower()):
            return None
        sure = _NUMBER_BEFORE.search(lower, max(0, at - 34), at) is not None
    stop = end if behind is None else behind.end()
    for kind, way in kinds:
        if way is Way.OWN or (sure and way is Way.NEEDS):
            return kind, True, stop
    for kind, way in kinds:
        if way is Way.THING:
            return kind, sure, stop
        if way is Way.FILE:
            return of_whom(text, at, stop, kind), sure, stop
    return None


def _value(text: str, lower: str, at: int, *, sure: bool) -> Number | None:
    """Return the value that a label which ends at `at` leads to."""
    digit = _DIGIT.search(text, at, at + _REACH + _PREFIX)
    if digit is None:
        return None
    low = max(at, digit.start() - _PREFIX)
    touching = _TOUCHING.search(text, low, digit.start())
    first = digit.start() if touching is None else touching.start()
    sign = _SIGN.match(text, at)
    begin = at if sign is None else sign.end()
    starts = [begin] if first <= begin <= digit.start() else [first, digit.start()]
    for start in dict.fromkeys(starts):
        number = number_at(text, start)
        if number is None or text[start - 1 : start] in _NEVER_BEFORE:
            continue
        if start == begin and sign is not None and begin > at:
            told = bool(sign["said"].strip())
            return number if _enough(number, sure=sure, led=told) else None
        between = lower[at:start]
        if _is_in_reach(text, lower, at, start):
            led = _LEADS.search(between) is not None
            if (led or sure) and _is_telling(number, sure=sure, led=led):
                return number
        return None
    return None


_NEVER_BEFORE = frozenset(("+", "€", "$", "£", "@", "%", "_", "\\"))


def _enough(number: Number, *, sure: bool, led: bool) -> bool:
    """Say whether a value right behind its label is one."""
    if sure:
        return number.digits >= 4 or (number.digits >= 3 and (number.lettered or led))
    if led:
        return number.digits >= 4
    return number.digits >= 6 or (number.digits >= 4 and (number.lettered or number.parted))


def _is_telling(number: Number, *, sure: bool, led: bool) -> bool:
    """Say whether a value that words part from its label has a form that little else has."""
    if led and sure:
        return number.digits >= 5 or (number.digits >= 4 and number.lettered)
    return number.digits >= 6 or (number.digits >= 4 and number.lettered)


def _is_in_reach(text: str, lower: str, at: int, start: int) -> bool:
    """Say whether what is between a label and a value is words of one thought, none for another thing."""
    between = lower[at:start]
    if len(between) > _REACH or between.count(" ") > _WORDS or _ELSE.search(between) is not None:
        return False
    cut = _SENTENCE.search(text, at, start)
    return cut is None or 0 < asked(text, at) <= start


# `4417 is my membership number`, `0044172 (Kundennr.)`, `n. 4417/22 R.G.N.R.`
_LED_BACK = re.compile(
    r"(?:[ ](?:is|ist|est|es|è|e['’]|é|was|war)[ ](?:(?:my|the|his|her|our|your|mein\w{0,2}|die|das|mon|ma|le|la|mi|el|il|mio|mia|mijn|het|de|o|a|meu|minha|sein\w{0,2}|ihr\w{0,2}|son|sa|su|zijn|haar|seu|sua|number|numéro|número|numero|nummer|of|van|de|di|do|da)[ ]){1,4}|[ ]\()$"
)
_COUNTED = re.compile(r"[0-9]{1,6}/(?:19|20)?[0-9]{2}[ ]$")
_BACK = 30  # characters


def _before(text: str, lower: str, at: int) -> Number | None:
    """Return the value before a label that begins at `at`."""
    low = max(0, at - _BACK)
    led = _LED_BACK.search(lower, low, at)
    counted = _COUNTED.search(text, max(0, at - _COUNT), at) if led is None else None
    if led is None and (counted is None or not lower.startswith("r.g", at)):
        return None
    stop = led.start() if led is not None else at - 1
    begin = max(0, stop - _PREFIX)
    for place in _WORD_START.finditer(text, begin, stop):
        number = number_at(text[:stop], place.start())
        if number is not None and number.end == stop and number.digits >= 4:
            return number
    return None


_COUNT = 13  # characters of a case and its year
_WORD_START = re.compile(r"(?<![\w./-])[A-Za-z0-9]")
