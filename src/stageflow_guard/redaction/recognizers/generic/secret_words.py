"""Secrets that are plain words, behind a label that names nothing else: seed phrases, answers, `my password is liverpool`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, only_at
from stageflow_guard.redaction.recognizers.generic.password_words import NO_PASSWORD
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

# BIP 39: twelve words to twenty-four
_SEED = re.compile(
    r"(?:seed(?:[ _-]?(?:phrase|words?))?|mnemonic(?:[ _-]?phrase)?|(?:secret )?recovery[ _-]phrase|backup[ _-]phrase|wallet[ _-](?:phrase|words)|wiederherstellungsphrase|phrase de récupération|frase (?:semilla|de recuperación|seed|di recupero|de recuperação)|herstelzin)[\"']?(?:(?: is| ist| est| es| è| é)(?::)?[ ]|[ ]?[:=][ ]?)[\"']?\s?(?P<value>(?!the |a |to |not )(?:[a-z]{3,8}[ ,]{1,2}){11,23}[a-z]{3,8})(?![^\W_])"
)
_ANSWER = re.compile(
    r"(?:security answer|secret answer|answer to (?:my|the) security question|memorable (?:word|name|place)|safe ?word|code ?word|codewort|kennwort|sicherheitsantwort|antwort auf die sicherheitsfrage|réponse secrète|réponse de sécurité|respuesta secreta|respuesta de seguridad|palabra de seguridad|risposta segreta|beveiligingsantwoord|resposta secreta|palavra-chave secreta|mother's maiden name|maiden name of (?:my|his|her) mother)(?:(?<!word)(?<!wort)(?: is| ist| est| es| è| é)|[ ]?[:=])[ ][\"']?(?P<value>[^\W\d_][\w'’-]{2,24})(?![\w@])"
)
# whose password it is, before its word; what it is, behind it
_WHOSE = re.compile(
    r"(?<![^\W_])(?:my|our|his|her|their|mein|unser|das wlan-?|mon|notre|mi|nuestra|tu|mia|nostra|mijn|ons|minha|nossa)[ ](?:(?:wifi|wi-fi|wlan|guest|old|new|current|email|laptop|altes|neues|ancien|nouveau|vieja|nueva|vecchia|nuova)[ -])?$"
)
_MINE = re.compile(
    r"(?:password|passphrase|passwort|kennwort|mot de passe|contraseña|wachtwoord|senha)[ ](?:is|was|ist|war|est|était|es|era|è|e['’]|é)[ ][\"'“„«]?(?P<value>[a-zß-ÿ]{4,24})[\"'”“»]?(?=[ ]?[.,;!]|\n|$)"
)
# what is done with a password, and is none
_PARTICIPLE = re.compile(
    r"(?:ed|é|eh|ée|ad[oa]|id[oa]|at[oa]|it[oa]|ut[oa]|iert|ing)$|^(?:ge|ver|be|ab|op)\w+(?:en|t|d|n)$"
)
_WHOSE_MOST = 24  # characters before the word
_FRAMES = (
    (Heads(("seed", "mnemonic", "recovery", "secret recovery", "backup", "wallet", "wiederherstellungsphrase", "phrase de", "frase ", "herstelzin")), _SEED, 0.7),
    (Heads(("security a", "secret a", "answer to", "memorable", "safe", "code", "kennwort", "sicherheitsantwort", "antwort auf", "réponse", "respuesta", "palabra", "risposta", "parola d", "beveiligingsa", "resposta", "palavra", "mother's", "maiden")), _ANSWER, 0.5),
    (Heads(("password", "passphrase", "passwort", "kennwort", "mot de passe", "contraseña", "wachtwoord", "senha")), _MINE, 0.45),
)  # fmt: skip
# what is said of a password, and is none
_ABOUT = frozenset(
    ["required", "wrong", "incorrect", "expired", "invalid", "weak", "strong", "missing", "correct", "empty", "changed", "reset", "stored", "hashed", "encrypted", "saved", "unknown", "secret", "safe", "secure", "public", "private", "null", "none", "optional", "hidden", "visible", "longer", "shorter", "short", "long", "mandatory", "compromised", "leaked", "lost", "forgotten", "stolen", "blocked", "locked", "working", "good", "fine", "okay", "here", "there", "below", "above", "attached", "easy", "hard", "complex", "simple", "case", "same", "different", "that", "this", "gone", "back", "valid", "needed", "set", "unique", "random", "falsch", "richtig", "abgelaufen", "vergessen", "gesperrt", "sicher", "unsicher", "neu", "alt", "ungültig", "korrekt", "nötig", "erforderlich", "geheim", "schwach", "stark", "kurz", "lang", "leer", "weg", "expiré", "oublié", "faux", "bon", "incorrect", "correct", "requis", "obligatoire", "faible", "fort", "court", "vide", "perdu", "bloqué", "secret", "incorrecta", "correcta", "caducada", "olvidada", "errónea", "obligatoria", "necesaria", "débil", "segura", "corta", "larga", "secreta", "nueva", "errata", "scaduta", "sbagliata", "corretta", "obbligatoria", "dimenticata", "debole", "sicura", "corta", "lunga", "segreta", "verlopen", "vergeten", "onjuist", "fout", "juist", "verplicht", "zwak", "sterk", "kort", "veilig", "geheim", "incorreta", "expirada", "esquecida", "obrigatória", "fraca", "forte", "curta", "segura", "case-sensitive", "sensitive", "important", "everything", "nothing", "personal", "confidential", "yours", "mine", "ours"]
)  # fmt: skip


@only_at(*(heads for heads, _, _ in _FRAMES))
def recognize(text: str) -> Iterator[Hit]:
    """Yield such secrets; what is said of a password is none."""
    lower = lowered(text)
    for heads, frame, score in _FRAMES:
        for at in heads.places(lower):
            match = frame.match(lower, at)
            if match is None or match["value"] in _ABOUT or match["value"] in NO_PASSWORD:
                continue
            if frame is _MINE and _PARTICIPLE.search(match["value"]) is not None:
                continue
            if frame is _MINE and _WHOSE.search(lower, max(0, at - _WHOSE_MOST), at) is None:
                continue
            yield Hit(*match.span("value"), "SECRET", score, "words", "label password")
