"""Numbers under which one person is kept: customers, policies, cases, staff, students, patients. Pure.

The word for such a number (see `record_words`) and a value in reach of it make a find together. Right
behind the word, with a sign or a verb, any value counts. Behind a few more words it needs a form
that little else has, and no word for another thing may stand between: `Kundennummer für Bestellung 4711`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of
from stageflow_guard.redaction.recognizers.generic.asked import asked
from stageflow_guard.redaction.recognizers.generic.record_context import of_whom
from stageflow_guard.redaction.recognizers.generic.record_numbers import (
    RULES_BEFORE,
    Number,
    number_at,
)
from stageflow_guard.redaction.recognizers.generic.record_words import (
    BEGINNINGS,
    CAPITALS,
    WORDS,
    Way,
)
from stageflow_guard.redaction.recognizers.generic.rows import heads_a_column
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_OWN, _THING, _NEEDS, _FILE, _CARD = Way  # a name of the module is read faster than one of an Enum
_HEADS = Heads(BEGINNINGS)
_WORD = re.compile(any_of(WORDS))
_NUMBER = r"(?:n[uú]mber|num|nummer|nbr|nro|nr|no(?![ ](?:one|longer|more|matter|idea|need|way|problem|later|such|reply|response|show|other|access|data|record|account|calls?|issues?|sé|es|está|è|ha|tem|foi)(?![^\W_]))|n\.?[º°]|n\.?0(?=[ ])|n[uúù]m(?:[ée]ro|ero)?|id|kennung|(?<=[ _-])code|ref(?:erence|erenz)?)"
# a word for "number" behind: `customer's no`, `Kd.-Nr.`, `cust_id`, `sócio n.º`
_NUMBER_BEHIND = re.compile(
    rf"(?:(?:s|n|en|es)?(?:['’]s)?\.?[ _-]?{_NUMBER}(?![^\W\d_])\.?[º°]?|[ ]?#|[ ]n\.(?=[ ]?[0-9A-Z]))"
)
# or before: `n° de client`, `número de mi póliza`, `nummer op mijn bonuskaart`
_LINK = r"(?:de la|de l['’]|de los|de|du|del|della|dello|dell['’]|di|do|da|dos|das|des|d['’]|of|on|van|op|der|auf|von|sur|su|en|em)"
_NUMBER_BEFORE = re.compile(
    rf"(?<![^\W_])(?:(?:n\.?[ ]?[º°]\.?|n\.?0|n[.º°]|n\.?[ºª]|num\.|n[uúù]m(?:[ée]ro|ero)?\.?|c[oó]digo|c[oó]dice|c[oó]d\.?|r[eé]f(?:[ée]rence|erencia|er[êe]ncia)?\.?|rif(?:erimento)?\.?|code|identifiant|identificador|estremi)[ ]?(?:{_LINK}[ ]?)?"
    rf"|(?:no\.?|nr\.?|nro\.?|num\.?|id\.?|number|nummer|r[eé]f(?:[ée]rence|erencia|er[êe]ncia)?\.?|clave)[ ]{_LINK}[ ]?)"
    r"(?:(?:mi|su|ma|mon|sa|son|votre|notre|mia|mio|sua|suo|minha|meu|mijn|m['’]n|your|my|the|our|meiner|meinem|la|le|el|il|lo|o|a|het|de|der|dem|tarjeta|carte|carta|cartão|tessera|kaart|karte)[ ])?$"
)
# what such a word begins with
_NUMBERISH = re.compile(
    r"[ceinr](?<![^\W_].)(?:(?<=c)[loó]|(?<=e)s|(?<=i)d|(?<=n)[ .0ªº°oruùú]|(?<=r)[eéi])"
)


def is_behind_number(lower: str, at: int) -> bool:
    """Say whether a word for "number" stands before the word at `at`."""
    low = max(0, at - _NUMBER_IN)
    return (
        _NUMBERISH.search(lower, low, at) is not None
        and _NUMBER_BEFORE.search(lower, low, at) is not None
    )


_NUMBER_IN = 34  # characters
_SIGN = re.compile(
    rf"(?:['’]s)?[\"'`\])}}]{{0,2}}\.?[ ]?(?:\([^()\n]{{1,30}}\)[ ]?)?(?P<said>(?:(?:is|was|are|ist|war|lautet|est|es|era|è|e['’]|é|eh)[ ])?(?:{_NUMBER}(?![^\W\d_])\.?[º°]?[ ]?|n\.[ ]?)?[:=#–>-]{{0,2}})\s{{0,2}}[\"'`#(]?"
)
# the end of words that lead to a value: `… nr is`, `… a lu`, `… por wasap:`
_LEADS = re.compile(
    r"(?:[:=#]|(?<![^\W_])(?:n\.?[º°o]\.?|n[.º°]|nr\.?|no\.?|num\.?|n[uúù]m(?:[ée]ro|ero)?\.?|nummer|number|r[ée]f\.?|rif\.?|prot(?:ocollo)?\.?|under|unter|sous|bajo|sotto|onder|sob|is|was|reads?|says?|shows?|ist|war|lautet|steht|stand|heißt|lit|lu|dit|indique|affiche|est|était|es|era|dice|pone|sale|pone|figura|è|e['’]|era|dice|riporta|leggo|staat|zegt|stond|luidt|é|eh|diz|aparece|consta|said|gave))[ ]{0,2}[\"'`(]?$",
    re.IGNORECASE,
)
# other things that have numbers
OF_ANOTHER_THING = re.compile(
    r"(?<![^\W_])(?:order|bestell|auftrag|commande|pedido|ordine|encomenda|invoice|rechnung|factur|fattur|fatura|ticket|parcel|paket|pakket|pakje|colis|pacco|paquete|env[ií]o|sendung|zending|spedizion|tracking|article|artikel|articolo|art[íi]culo|artigo|item|part(?![^\W_])|parts?[ ]n|lots?(?![^\W_])|los[ ](?:nr|nummer)|charge|serie|série|serial|modell?|version|versi[oóã]n?|versão|room|zimmer|raum|salle|sala|aula|stanza|kamer|zaal|route|bus(?![^\W_])|lini[ae]|ligne|l[íi]nea|linha|train|zug(?![^\W_])|flight|flug|vol(?![^\W_])|vuelo|volo|voo|vlucht|gate|phone|tel(?![^\W_])|tel[eé]|mobil|mobiel|m[óo]vil|cell(?![^\W_])|cellul|handy|gsm|natel|fax|call(?:s|ed)?(?![^\W_])|ring(?![^\W_])|ruf|appel|llam|chiam|bel(?![^\W_])|liga|ligue|price|preis|prix|precio|prezzo|preço|prijs|amount|betrag|montant|import[eo]|valor|bedrag|total|summe|euros?(?![^\W_])|seite|page|p[áa]gina|§|law|gesetz|ley|legge|iban|(?:bic|swift)(?![^\W_])|konto|account|compte|cuenta|conto|conta(?![^\W_])|rekening|passport|reisepass|passeport|pasaporte|passaporto|paspoort|plz|(?:zip|cep|cap)(?![^\W_])|postcode|isbn|ean(?![^\W_])|https?|www|port(?![^\W_])|error|fehler|erreur|errore|erro(?![^\W_])|taille|talla|taglia|maat|größe|größe|since|seit|depuis|desde|sinds|réception|réunion|assemblée|conseil|version|build|release|commit|mark(?![^\W_])|points?|punkte|puntos|punti|pontos|punten|motor\w{0,2}|inverter|engine|machine|macchina|máquina|veicolo|vehículo|véhicule|vehicle|contatore|compteur|contador|zähler\w{0,6}|meter|apparat\w{0,3}|gerät\w{0,2}|device|dispositivo|caldaia|caldera|chaudière|produ[ck]t\w{0,3}|prodotto|producto|produit|server|servidor|table|tabelle|tabla|tabella|tabel|kennzeichen|plate|matrícula|kenteken|targa|plaque|(?:dni|nif|nie|cpf|bsn|ssn)(?![^\W_])|steuer|codice fiscale|s[ée]cu|sécurité|seguridad social|social security|social|nir|rib(?![^\W_])|passcode|password|pass?wor[td]|passwort|kennwort|contraseña|senha|pin(?![^\W_])|geb(?![^\W_])|geboren|born|dob|née?(?![^\W_])|nat[oa]|nacid[oa]|nasc)"
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
    lower = lowered(text)
    reached = 0
    for at in _HEADS.places(lower):
        if at < reached:
            continue
        word = _WORD.match(lower, at)
        if word is None or lower[at - 1 : at].isalpha():
            continue
        if word[0].startswith("polic") and RULES_BEFORE.search(lower, max(0, at - 20), at):
            continue
        label = _told(text, lower, at, word.end(), WORDS[word[0]])
        if label is None:
            continue
        reached = label.end
        number = _value(text, lower, label)
        if number is None:
            number = _before(text, lower, at) if label.sure else None
        elif number.start == label.end and text[label.end - 1].isalnum():
            continue
        if number is None or heads_a_column(text, label.end, number.start):
            continue
        kind = of_whom(text, at, label.end, label.kind) if label.way is _FILE else label.kind
        if kind:
            yield Hit(number.start, number.end, kind, 0.5, "record of somebody", "label record")


class _Label(NamedTuple):
    """Whose number a word tells, how, whether a word for "number" is beside it, and where the label ends."""

    kind: str
    way: Way
    sure: bool
    end: int


def _told(text: str, lower: str, at: int, end: int, kinds: list[tuple[str, Way]]) -> _Label | None:
    """Return the label that a word is; none where a part of another word, or a word that alone tells nothing."""
    if text[at:end].lower() in CAPITALS and not text[at:end].isupper():
        return None
    behind = _NUMBER_BEHIND.match(lower, end)
    sure = behind is not None
    if not sure:
        if lower[end : end + 1].isalpha() and not (text[end].isupper() and text[end - 1].islower()):
            return None
        sure = is_behind_number(lower, at)
    stop = end if behind is None else behind.end()
    for kind, way in kinds:
        if way is _OWN or (sure and way is _NEEDS):
            return _Label(kind, way, sure=True, end=stop)
    for kind, way in kinds:
        if way is _THING or way is _FILE:
            return _Label(kind, way, sure, stop)
    later = _NUMBER_LATER.match(lower, end) if any(w is _CARD for _, w in kinds) else None
    if later is not None and OF_ANOTHER_THING.search(later[0]) is None:
        return _Label(kinds[0][0], _THING, sure=True, end=later.end())
    for kind, way in kinds:
        if way is _CARD and not sure:
            return _Label(kind, way, sure, stop)
    return None


# `contrat habitation n° 44172280A`
_NUMBER_LATER = re.compile(
    r"(?:[ ][^\W\d_][\w'’&-]{1,15}){1,3}[ ](?:n\.?[º°]|nr|no|num|número|numéro|numero|nummer|number)(?![^\W\d_])\.?[º°]?(?=[ ]?:?[ ]?(?:[0-9]{5}|[0-9]{2,4}[ .-][0-9]{2,4}|[A-Z]{1,4}[ -]?[0-9]{4}))",
    re.IGNORECASE,
)
# `tarjeta Mi Club 4417 2280 1122`: capitals, and nothing else
_BRAND = re.compile(
    r"(?:[ ](?:de |du |di |da |do |del |van |d['’])?(?:[^\W\d_a-zß-ÿ][\w&'’.-]{0,15}|luz|gas|gaz|agua|água|water|strom|electricidad|électricité|elettricità|eletricidade|energi[ae]|internet|fibr[ae]|box|mobile|móvil|móvel|habitation|auto|hogar|casa|moto|vida|vie|vita|santé|salud|salute|saúde|zorg|wohnung|hausrat|haftpflicht|inboedel|reis|viaje|voyage|viaggio)){1,3}[ ]?:?[ ]?$"
)
_NO_BRAND = re.compile(
    r"(?<![^\W_])(?:cidad[ãa]o|cidadã|citoyen|ciudadan[oa]|identi\w{2,6}|id|cr[ée]di\w{1,3}|credito|d[ée]bi\w{1,3}|visa|master ?card|maestro|amex|american|girocard|ec|bancaire|bleue|bank\w{0,3}|sim|esim|nfc|sd|vitale|verde|green|visit\w{0,3}|residen\w{2,3}|s[ée]jour|soggiorno|grafi\w{1,3}|rtx|gtx|prepaid)(?![^\W_])"
)
_OF_A_CARD = 7  # digits at least


def _value(text: str, lower: str, label: _Label) -> Number | None:
    """Return the value that a label leads to."""
    at, sure = label.end, label.sure
    digit = _DIGIT.search(text, at, at + _REACH + _PREFIX)
    if digit is None:
        return None
    first = _first(text, at, digit.start())
    sign = _SIGN.match(text, at)
    begin = at if sign is None else sign.end()
    if not first <= begin <= digit.start():
        begin = -1
    plain = first + 1 + text[first : digit.start()].rfind(" ")  # a word before it is one between
    starts = [begin] if begin >= 0 else [plain, digit.start()]
    if label.way is _CARD and not any(_is_named(text, lower, at, start) for start in starts):
        return None
    for start in dict.fromkeys(starts):
        number = number_at(text, start)
        if number is None or text[start - 1 : start] in _NEVER_BEFORE:
            continue
        if label.way is _CARD:
            named = number.digits >= _OF_A_CARD and _is_named(text, lower, at, start)
            return number if named and _apart(number, text) else None
        if start == begin and sign is not None and begin > at:
            told = bool(sign["said"].strip())
            spoken = sure or (label.way is _FILE and label.kind != "CASE_NUMBER")
            return number if _enough(number, sure=spoken, led=told) else None
        between = lower[at:start]
        if _is_in_reach(text, lower, at, start):
            led = _LEADS.search(between) is not None
            if (led or sure or _is_long(number, between)) and _is_telling(
                number, sure=sure, led=led
            ):
                return number
        return None
    return None


def _first(text: str, at: int, digit: int) -> int:
    """Return where a value begins whose first digit is at `digit`: letters and signs may touch it."""
    before = text[digit - 1]
    apart = before == " " and not text[digit - 2 : digit - 1].isupper()
    if digit == at or apart or not (before.isalpha() or before in _TOUCH):
        return digit
    touching = _TOUCHING.search(text, max(at, digit - _PREFIX), digit)
    return digit if touching is None else touching.start()


_TOUCH = frozenset(" ./:–-\n")


def _is_named(text: str, lower: str, at: int, start: int) -> bool:
    """Say whether capitals between a card and a value tell whose card it is."""
    return (
        _BRAND.fullmatch(text, at, start) is not None and _NO_BRAND.search(lower, at, start) is None
    )


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
    if led:
        return number.digits >= (5 if sure else 6) or (
            number.digits >= 4 and (number.lettered or number.parted)
        )
    return number.digits >= 6 or (number.digits >= 4 and number.lettered)


_OF_AN_AMOUNT = re.compile(
    r"(?<![^\W_])(?:por|for|para|für|um|über|pour|per|over|voor|di|de|of|von|van|about|con|mit|with|avec|com|met|su|sur|sobre)[ ]$"
)


def _is_long(number: Number, between: str) -> bool:
    """Say whether a number that nothing leads to is longer than what is counted, one word or two behind its label."""
    if _OF_AN_AMOUNT.search(between) is not None:
        return False
    words = between.count(" ") - 1
    return (words <= 1 and number.digits >= 7) or (words <= 2 and number.digits >= 9)


def _apart(number: Number, text: str) -> bool:
    """Say whether a card's number is no day in one run."""
    value = text[number.start : number.end]
    return number.digits > 8 or not value.startswith(("19", "20"))


def _is_in_reach(text: str, lower: str, at: int, start: int) -> bool:
    """Say whether what is between a label and a value is words of one thought, none for another thing."""
    between = lower[at:start]
    if (
        len(between) > _REACH
        or between.count(" ") > _WORDS
        or OF_ANOTHER_THING.search(between) is not None
    ):
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
