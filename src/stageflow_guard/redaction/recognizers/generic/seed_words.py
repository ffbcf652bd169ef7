"""The words of a wallet, behind what they are called: `my recovery words, in order: …`, `die zwölf Wörter sind …`. Pure.

Twelve to twenty-four words follow each other, in small letters, numbered or parted by commas: no
sentence does so without one of the little words of its language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of, only_at
from stageflow_guard.redaction.recognizers.generic.password_words import LITTLE
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_LABELS = (
    "recovery words", "recovery phrase", "recovery seed", "recovery key", "recovery sheet", "seed words", "seed phrase", "seed", "backup words", "backup phrase", "backup seed", "wallet words", "wallet phrase", "wallet backup", "secret phrase", "secret words", "mnemonic", "mnemonic words", "mnemonic phrase", "restore words", "twelve words", "12 words", "24 words", "twenty-four words", "twelve-word phrase", "12-word phrase", "24-word phrase",
    "wiederherstellungswörter", "wiederherstellungsphrase", "wiederherstellungssatz", "wörter zur wiederherstellung", "sicherungswörter", "sicherungsphrase", "seed-wörter", "seed-phrase", "seedphrase", "seedwörter", "merkwörter", "mnemonik", "zwölf wörter", "12 wörter", "24 wörter", "vierundzwanzig wörter", "geheimen wörter", "geheime phrase", "wallet-wörter", "backup-wörter",
    "mots de récupération", "phrase de récupération", "phrase de sauvegarde", "mots de sauvegarde", "phrase secrète", "mots secrets", "phrase mnémonique", "mots mnémoniques", "phrase de restauration", "mots de restauration", "douze mots", "12 mots", "24 mots", "vingt-quatre mots", "phrase seed", "graine", "mots du portefeuille", "mots du wallet",
    "palabras de recuperación", "frase de recuperación", "frase semilla", "palabras semilla", "semilla", "frase secreta", "palabras secretas", "frase mnemotécnica", "palabras de respaldo", "frase de respaldo", "doce palabras", "12 palabras", "24 palabras", "veinticuatro palabras", "palabras de la cartera", "palabras del monedero",
    "parole di recupero", "frase di recupero", "parole di ripristino", "frase di ripristino", "parole segrete", "frase segreta", "frase mnemonica", "parole di backup", "parole del seed", "seme", "dodici parole", "12 parole", "24 parole", "ventiquattro parole", "parole del portafoglio", "parole del wallet", "parole chiave di recupero",
    "herstelwoorden", "herstelzin", "herstelfrase", "herstelzinnen", "seedwoorden", "seed-woorden", "back-upwoorden", "backupwoorden", "geheime woorden", "geheime zin", "twaalf woorden", "12 woorden", "24 woorden", "vierentwintig woorden", "woorden van de wallet", "mnemonische zin",
    "palavras de recuperação", "frase de recuperação", "palavras-semente", "palavras semente", "frase semente", "frase-semente", "palavras secretas", "frase mnemónica", "frase mnemônica", "palavras de segurança", "palavras de backup", "doze palavras", "12 palavras", "24 palavras", "vinte e quatro palavras", "palavras da carteira",
)  # fmt: skip
_HEADS = Heads(_LABELS)
_LABEL = re.compile(rf"{any_of(_LABELS)}(?![^\W_])")
_WORD = r"(?:[0-9]{1,2}[.):]?[ ]{0,2})?[^\W\d_]{2,12}"
_VALUE = re.compile(
    rf"[^\n.!?:=]{{0,60}}?(?:[ ]?[:=–—→][ ]?|[ ](?:is|are|sind|ist|lauten|lautet|son|es|sont|est|sono|è|zijn|is|são|é|luiden)[ ]:?[ ]?|[ ]?\n)\s{{0,4}}[\"'„“«(]?[ ]?(?P<words>{_WORD}(?:(?:[ ,;/|-]{{1,3}}{_WORD}){{11,23}}|(?:[ ]?\n[ ]?{_WORD}){{11,23}}))(?![^\W_])"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_REACH = 420


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such words; a sentence behind the label is none."""
    lower = lowered(text)
    seen = -1
    for at in _HEADS.places(lower):
        label = _LABEL.match(lower, at)
        if label is None or at < seen:
            continue
        value = _VALUE.match(lower, label.end(), min(len(lower), at + _REACH))
        if value is None:
            continue
        words = _LETTERS.findall(value["words"])
        if any(word in LITTLE or word in _OF_SENTENCES for word in words):
            continue
        seen = value.end()
        yield Hit(*value.span("words"), "SECRET", 0.6, "seed words", "label seed")


_OF_SENTENCES = frozenset(["the", "and", "you", "your", "with", "that", "this", "for", "are", "der", "die", "das", "und", "mit", "sie", "ist", "les", "des", "vous", "dans", "est", "une", "los", "las", "una", "que", "para", "con", "gli", "che", "per", "sono", "het", "een", "van", "zijn", "os", "as", "uma", "com", "não", "de", "la", "le", "el", "il", "of", "to", "in", "is"])  # fmt: skip
