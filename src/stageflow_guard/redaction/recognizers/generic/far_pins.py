"""PINs and passphrases whose label stands far before them, behind a remark: `grandma's PIN, I wrote it down: 8 3 0 5`. Pure.

A remark in brackets, a clause or whose it is stands between; a sign or `now` ends it. What a phone is
unlocked with is a number, too. A passphrase of words follows a colon, where it opens or fetches something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of, only_at
from stageflow_guard.redaction.recognizers.generic import secret_labels as labels
from stageflow_guard.redaction.recognizers.generic.password_words import LITTLE, NO_PASSWORD
from stageflow_guard.redaction.recognizers.generic.secret_shapes import (
    ONE_CODE,
    TRIMMED,
    is_code,
    is_made_up,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_PINS = (
    "pin", "pin code", "pin-code", "pincode", "pin-nummer", "tan", "einmal-tan", "mobile tan", "sms-tan", "puk", "passcode", "unlock code", "unlock pattern", "combo", "combination", "geheimzahl", "geheimnummer", "entsperrcode", "entsperrmuster", "kombination", "zahlenkombination", "code pin", "code secret", "code confidentiel", "combinaison", "digicode", "schéma de déverrouillage", "code de déverrouillage", "pin del móvil", "código pin", "patrón de desbloqueo", "combinación", "código de desbloqueo", "codice pin", "codice segreto", "combinazione", "sequenza di sblocco", "codice di sblocco",
    "ontgrendelcode", "ontgrendelpatroon", "cijfercombinatie", "combinatie", "toegangscode", "código de desbloqueio", "padrão de desbloqueio", "combinação", "código secreto", "senha do cartão", "one-time code", "one-time password", "einmalcode", "einmalpasswort", "code à usage unique", "código de un solo uso", "codice monouso", "eenmalige code", "código de uso único",
)  # fmt: skip
_WORDS = (*labels.PASSWORDS, *labels.CODE_WORDS, "passphrase", "pass phrase", "phrase secrète", "frase de paso", "frase d'accesso", "wachtwoordzin", "wachtzin", "frase-passe", "frase passe")  # fmt: skip
_PIN_HEADS = Heads(_PINS)
_WORD_HEADS = Heads(dict.fromkeys(_WORDS))
_PIN = re.compile(rf"{any_of(_PINS)}(?![^\W_]|-[^\W\d_])")
_WORD = re.compile(rf"{any_of(dict.fromkeys(_WORDS))}(?![^\W_]|-[^\W\d_])")
_NOW = r"(?:now|jetzt|nun|maintenant|désormais|ahora|adesso|ora|nu|agora|only the number|nur die zahl|die zahl|the number|juste|seulement le|solo el número|solo il numero|alleen het getal|só o número)"
_FAR = re.compile(
    rf"(?P<remark>[^\n.!?;:=]{{0,60}}?)(?:[ ]?(?::|=|–|—|->|→)[ ]{{1,2}}|\)[ ]?:?[ ]{{1,2}}|,?[ ]{_NOW}[ ](?:(?:is|ist|est|es|è|é)[ ]|(?:it['’]s|c['’]est)[ ])?)(?=[0-9#*])"
)
_CODE = re.compile(rf"(?:[0-9](?:[ ][0-9]){{3,7}}(?![\w%€$-]|[ .,][0-9])|{ONE_CODE.pattern})", re.IGNORECASE)  # fmt: skip
_OF_OTHERS = re.compile(
    r"(?<![^\W_])(?:code de la route|postal|zip|error|fehler|erreur|errore|erro|length|länge|digits|stellen|stellig|chiffres|cifras|cifre|cijfers|tel|phone|telefon|téléphone|teléfono|telefono|telefoon|telefone|call|hotline|kundennummer|order|invoice|rechnung|facture|factura|fattura|factuur|fatura|price|preis|ticket|until|bis|jusqu|hasta|fino|tot|até|year|jahr|drop|board|number \w+ holes|treffer|colou?rs?|farben|couleurs|colores|colori|kleuren|cores|gpio|header|connector|stecker|flight|product|produkt|produit|producto|prodotto)(?![^\W_])"
)
# a passphrase: words in small letters up to the end of the line or of the sentence
_PHRASE = re.compile(
    r"(?P<remark>[^\n.!?;:=]{0,70}?)(?:[ ]?:[ ]{1,2}|[ ]?=[ ]|,?[ ](?:is|ist|lautet|est|es|è|é|luidt)[ ])[\"'„“«]?[ ]?(?P<value>[^\W\d_]{3,16}(?:[ ][^\W\d_]{3,16}){1,6})[\"'“”»]?(?=[ ]?(?:[.!\n]|$))"
)
_OPENS = re.compile(
    r"(?<![^\W_])(?:passphrase|pass phrase|phrase secrète|frase|wachtwoordzin|wachtzin|spaces?|lower ?case|leerzeichen|kleingeschrieben|klein|espaces?|minuscules?|espacios?|minúsculas?|spazi|minuscolo|spaties|kleine letters|espaços|backup|disk|vault|"
    r"kids?|children|child|school|pick(?:ing)?[ -]?up|collect|nursery|kinder|kind|kita|hort|schule|abhol\w*|enfants?|école|crèche|récupérer|chercher|niños|niñas|cole|colegio|guardería|recoger|bimb[oi]|figli|scuola|asilo|ritirare|prendere|kids|kinderen|ophalen|op te halen|crianças|miúdos|escola|creche|buscar|levantar)(?![^\W_])"
)
_ALONE = re.compile(r"[^\s\"'“”„«»(),;]{5,40}")
# a remark in brackets right behind the label: `temporary password (change it): …`
_REMARKED = re.compile(
    r"(?:[ ][^\W\d_]{3,16}){0,3}[ ]?\([^\n()]{2,50}\)[ ]?[:=–-][ ]{0,2}[\"'„“«]?"
)
_REACH, _BACK = 150, 40


@only_at(_PIN_HEADS, _WORD_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such codes and passphrases."""
    lower = lowered(text)
    for at in _PIN_HEADS.places(lower):
        label = None if lower[at - 1 : at].isalnum() else _PIN.match(lower, at)
        far = None if label is None else _FAR.match(lower, label.end(), at + _REACH)
        code = None if far is None else _CODE.match(text, far.end())
        if far is None or code is None or _OF_OTHERS.search(lower, at, far.end()) is not None:
            continue
        if labels.OF_OTHER_CODES.search(lower, max(0, at - _BACK), at) is None:
            yield Hit(*code.span(), "SECRET", 0.42, "told far behind", "label code")
    for at in _WORD_HEADS.places(lower):
        label = None if lower[at - 1 : at].isalnum() else _WORD.match(lower, at)
        if label is None:
            continue
        yield from _worded(text, lower, at, label.end())


def _worded(text: str, lower: str, at: int, end: int) -> Iterator[Hit]:
    remarked = _REMARKED.match(text, end, min(len(text), end + _REACH))
    if remarked is not None:
        value = _ALONE.match(text, remarked.end())
        told = "" if value is None else value[0].rstrip(TRIMMED)
        if is_made_up(told) or (is_code(told) and len(told) > 3):
            yield Hit(
                remarked.end(),
                remarked.end() + len(told),
                "SECRET",
                0.45,
                "told far behind",
                "label password",
            )
            return
    phrase = _PHRASE.match(lower, end, min(len(lower), end + _REACH))
    if phrase is None or _OPENS.search(lower, max(0, at - _BACK), phrase.start("value")) is None:
        return
    words = phrase["value"].split(" ")
    if any(word in LITTLE or word in NO_PASSWORD for word in words):
        return
    if text[slice(*phrase.span("value"))].islower():
        yield Hit(*phrase.span("value"), "SECRET", 0.42, "told far behind", "label password")
