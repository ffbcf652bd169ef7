"""The digits of a lock, a safe or an alarm: `Cadenas de la remise = 7316`, `punch in 7316` beside an alarm. Pure.

A lock that stands on digits needs no other label; what is typed needs something beside it that opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic import secret_labels as labels
from stageflow_guard.redaction.recognizers.generic.secret_shapes import ONE_CODE, is_code
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_LOCKS = (
    "padlock", "combination lock", "combo lock", "bike lock", "key safe", "keysafe", "key box", "lockbox", "lock box", "keypad", "safe", "zahlenschloss", "schloss", "fahrradschloss", "vorhängeschloss", "schlüsseltresor", "schlüsselsafe", "schlüsselkasten", "tresor", "spind", "schließfach",
    "cadenas", "antivol", "boîte à clés", "boîte à clé", "coffre-fort", "coffre", "candado", "caja fuerte", "caja de llaves", "cajetín", "taquilla", "lucchetto", "cassaforte", "cassetta delle chiavi", "cassetta chiavi", "armadietto", "hangslot", "cijferslot", "fietsslot", "kluis", "kluisje", "sleutelkastje", "sleutelkluis", "cadeado", "cofre", "caixa de chaves", "cacifo", "fechadura",
)  # fmt: skip
_LOCK_HEADS = Heads(_LOCKS)
_STANDS = re.compile(
    rf"(?:{'|'.join(sorted(map(re.escape, _LOCKS), key=len, reverse=True))})(?![^\W_])(?:[ ]{labels.OF}(?:[ ][\w'’-]{{1,20}}){{1,6}}?)?"
    rf"(?:[ ]?(?:=|:|->|→)[ ]?|(?:[ ]|(?=['’]s[ ]))(?:(?:['’]s|is|are|ist|est|es|è|é|staat|steht|está|sta|stands|se abre|s['’]ouvre|si apre|opens|öffnet|abre|heeft|hat|has|opent|opent men|geht|lässt sich|gaat open|goes|gaat)[ ])?(?:(?:now|still|jetzt|noch|immer noch|nu|nog|nog steeds|ahora|ora|ancora|agora|ainda|maintenant|toujours|encore|bitte|please)[ ])?(?:set to|set on|set at|auf|mit|réglée? sur|sur|avec|puest[oa] en|en|con|impostat[oa] su|su|op|met|em|no|com|to|on|with|cijfers|the digits|die Zahlen|les chiffres|los números|i numeri|de cijfers|os números|code)[ ]|[ ](?:is|ist|est|es|è|é)[ ])"
    rf"(?:(?:code|código|codice|the code|le code|el|il|o|de|der)[ ])?{labels.OPENING}?(?=[0-9#*])",
    re.IGNORECASE,
)
_TYPED = (
    "punch", "type ", "key in", "enter ", "tap ", "press ", "dial ", "tipp", "gib ", "geben sie", "drück", "eingeben", "tape ", "tapez", "taper", "compose", "composez", "saisis", "entrez", "teclea", "tecleas", "teclee", "marca ", "marcas", "marque", "introduce", "introduzca", "pulsa ", "mete ", "digita", "digiti", "digitare", "premi", "inserisci", "toets", "tik ", "tikt", "druk", "voer ", "digite", "digita", "tecla", "tecle", "marque", "insira", "coloca ", "põe ",
)  # fmt: skip
_TYPES = Heads(_TYPED)
_TYPES_IT = re.compile(
    rf"(?:punch|type|key|enter|tap|press|dial|tippe?n?(?: sie)?|tippst du|gib|geben sie|drücke?n?(?: sie)?|tapez?|tapes|taper|composez?|saisis(?:sez)?|entrez|tecleas?|teclee|marcas?|marque|introduce|introduzca|pulsas?|mete|digitare|digit[aei]|premi|premere|inserisci|toetst?(?: u| je)?|tikt?(?: u| je)?|druk(?: op)?|voer|tecl[ae]|insira|coloca|põe)[ ](?:(?:in|out|the code|den code|le code|el código|la clave|il codice|de code|o código|a senha|code|auf|dann|then|just|einfach|es|das)[ ]){{0,3}}{labels.OPENING}?(?=[0-9#*])"
)
_OPENED = re.compile(rf"(?<![^\W_])(?:{labels.OPENED}|panel|panneau|digicode|interphone|citofono|telefonillo|bedieningspaneel|tastiera|teclado|tastatur|clavier|toetsenpaneel)(?![^\W_])", re.IGNORECASE)  # fmt: skip
_NEAR = 110


def recognize(text: str) -> Iterator[Hit]:
    """Yield such digits."""
    if not numbered(text):
        return
    lower = lowered(text)
    for at in _LOCK_HEADS.places(lower):
        stands = _STANDS.match(text, at)
        if stands is not None:
            yield from _digits(text, stands.end(), "lock")
    for place in ("schloss", "tresor", "safe", "kluis", "kluisje", "slot", "kastje"):
        at = lower.find(place, 1)
        while at > 0:
            if lower[at - 1].isalpha():
                stands = _COMPOUND.match(text, at)
                if stands is not None:
                    yield from _digits(text, stands.end(), "lock")
            at = lower.find(place, at + 1)
    for at in _TYPES.places(lower):
        typed = _TYPES_IT.match(lower, at)
        if typed is None:
            continue
        line = lower[max(0, at - _NEAR) : at].rpartition("\n")[2]
        behind = lower[typed.end() : typed.end() + _NEAR].partition("\n")[0]
        if _OPENED.search(line) or _OPENED.search(behind):
            yield from _digits(text, typed.end(), "typed")


_COMPOUND = re.compile(
    _STANDS.pattern.replace(
        "(?:" + "|".join(sorted(map(re.escape, _LOCKS), key=len, reverse=True)) + ")",
        "(?:schloss|tresor|safe|kluisje|kluis|slot|kastje)",
        1,
    ),
    re.IGNORECASE,
)


# what is told ends, or goes on with what is done then: digits before a noun count something
_BEHIND = re.compile(
    r"[\"'”“»]?(?![ ](?:en|in|em|auf|op|di|de)[ ](?:stock|lager|voorraad|offerta|oferta|rayon|magazzino)(?![^\W_]))[ ]?(?:$|\n|[.,;:!?)(–—-]|(?:and|then|und|dann|danach|et|puis|y|luego|e|poi|en|dan|daarna|depois|within|to|zum|um|pour|para|per|om|on|onto|into|at|in|sur|dans|no|na|sul|sulla|nel|op|am|an|auf|beim|ein|before|when|vor|bevor|avant|antes|prima|voor|dentro|entro|binnen|bij|followed|gefolgt|suivi|seguido|seguito|gevolgd|or|oder|ou|o|of|sonst|sinon|si|anders|altrimenti|senão|quand|cuando|quando|wenn|als|bis|until|hasta|finché|tot|até|after|nach|après|después|dopo|depois|please|bitte|um|now|jetzt|open|eingeben|tippen|drücken|invoeren|intoetsen|with|mit|avec|con|com|met)(?![^\W_]))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def _digits(text: str, at: int, rule: str) -> Iterator[Hit]:
    code = ONE_CODE.match(text, at)
    if code is None or not is_code(code[0]) or _BEHIND.match(text, code.end()) is None:
        return
    if rule == "lock" or _YEAR.fullmatch(code[0]) is None:
        yield Hit(*code.span(), "SECRET", 0.45, f"code of a {rule}", "label code")
