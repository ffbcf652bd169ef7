"""Passwords at the beginning of a sentence that says behind them what they are: `Otter!29 is what opens the rota`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of, only_at
from stageflow_guard.redaction.recognizers.generic import secret_labels as labels
from stageflow_guard.redaction.recognizers.generic.secret_shapes import TRIMMED, is_made_up
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

# the verb that follows the value
_VERBS = (
    "is what", "is the", "is my", "is our", "is your", "is still", "is now", "was the", "that's the", "that's my", "that is the", "this is the", "gets you", "lets you", "will get you", "will let you", "opens", "unlocks", "works for", "goes for", "works on",
    "ist das", "ist mein", "ist dein", "ist unser", "ist der", "ist die", "ist jetzt", "ist noch", "war das", "lautet das", "heißt das", "das ist das", "das ist mein", "so heißt", "so lautet", "damit kommst", "damit komme", "damit geht", "damit öffnest", "brauchst du", "bringt dich", "gilt für", "gehört zu", "nimmst du",
    "c'est le", "c'est mon", "c'est notre", "c’est le", "est le", "est mon", "voilà le", "voici le", "c'est celui", "est celui", "voilà celui", "ouvre", "c'est pour", "te permet", "c'était le",
    "es la", "es el", "es mi", "es nuestra", "esa es", "esta es", "ésa es", "ésta es", "era la", "sigue siendo", "abre", "es lo que", "te deja", "sirve para", "es para",
    "è la", "è il", "è quella", "è quello", "è ancora", "era la", "questa è", "ecco la", "apre", "è per", "serve per", "ti fa", "sarebbe la", "è sempre",
    "is het", "is mijn", "is ons", "is jouw", "dat is", "dit is", "is nog", "was het", "is wat", "daarmee kom", "hoort bij", "brengt je",
    "é a", "é o", "é minha", "essa é", "esta é", "eis a", "continua a", "ainda é", "é para", "serve para", "deixa-te", "é o que",
)  # fmt: skip
_HEADS = Heads(_VERBS)
_VERB = re.compile(rf"{any_of(_VERBS)}(?![^\W_])")
_VALUE = re.compile(
    r"(?:^|[\n.!?>•*-][ ]{0,2}|[\"“„«][ ]?)[\"'“„«`]?(?P<value>[^\s\"'“”„«»`(),;<>/\\=:]{6,40})[\"'”“»`]?[ ]?[,:;–—-]?[ ]{1,2}(?:(?:that|this|das|so|ça|eso|esa|esta|questa|ecco|dat|dit|essa|isso|yes|ja|oui|sí|sim|sì)[ ,]{1,2})?$"
)
_PASSWORD = re.compile(
    rf"(?<![^\W_])(?:\w{{0,16}}(?:passwort|kennwort|wachtwoord)|{any_of(word for word in labels.PASSWORDS if len(word) > 1)}|password['’]?s?|login|log you in|logs? you in|lets you in(?:to)?|let you in(?:to)?|gets you in(?:to)?|get you in(?:to)?|kommst du rein|komme ich rein|reinlässt|öffnest du|zugang|code d['’]accès|quella d(?:el|ella|ello|i)|quello d(?:el|ella|i)|celui d[eu']|la d(?:el|e)|die v(?:om|on der)|das v(?:om|on der)|that of|the one for|dat van|die van|a d[ao]|kom je binnen|kom je erin|entrer|entrar|entri|entrare|te connecter)(?![^\W_])"
)
_ABOUT = re.compile(
    r"(?<![^\W_])(?:version|model|error|setting|option|default|parameter|field|variable|name|user(?:name)?|policy|hash|function|column|file|not|nicht|pas|no|non|niet|não|versión|versione|versie|versão|modell?|modèle|modelo|modello|feld|champ|campo|veld|type|length|minimum|example|beispiel|exemple|ejemplo|esempio|voorbeeld|exemplo|weak|schwach|faible|débil|debole|zwak|fraca|too|zu)(?![^\W_])"
)
_REACH, _BACK = 60, 56


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such passwords; a name of a field or of a model is none."""
    lower = lowered(text)
    for at in _HEADS.places(lower):
        verb = _VERB.match(lower, at)
        before = None if verb is None else _VALUE.search(text, max(0, at - _BACK), at)
        if verb is None or before is None:
            continue
        value = before["value"].rstrip(TRIMMED)
        stop = re.search(r"[.!?;,\n]", lower[at : at + _REACH])
        high = at + (_REACH if stop is None else stop.start())
        label = _PASSWORD.search(lower, at, min(len(text), high))
        if label is None or _ABOUT.search(lower, at, min(len(text), high)) is not None:
            continue
        if is_made_up(value) and "@" not in value and not value.isupper():
            start = before.start("value")
            yield Hit(start, start + len(value), "SECRET", 0.45, "value first", "label password")
