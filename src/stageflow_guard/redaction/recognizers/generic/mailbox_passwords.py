"""The password that opens a mailbox that is named: `the box info@… opens with lenaundtom`. Pure.

Behind an address and a verb that opens, wants or logs in, one word is what opens it, whatever its form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import places
from stageflow_guard.redaction.recognizers.generic.password_words import NO_PASSWORD
from stageflow_guard.redaction.recognizers.generic.secret_shapes import TRIMMED, is_made_up
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_VALUE = r"[\"'„“«`]?[ ]?(?P<value>[^\s\"'“”„«»()<>@,;:/=]{5,40})"
_OPENS = re.compile(
    r"[\w.-]{3,80}[\"'>)]?,?[ ](?:(?:it|sie|er|elle|il|lei|se|si|s['’]|ele|ela|die|das|hij|now|still|always|jetzt|noch|immer|toujours|ahora|siempre|ora|sempre|nu|nog|altijd|agora)[ ]?){0,2}"
    r"(?:(?P<with>(?:opens?|unlocks?|works?|goes|logs? in|signs? in|gets? in|is opened|öffnet|öffnen|geht|aufgeht|läuft|funktioniert|entsperrt|meldest du dich|ouvre|fonctionne|marche|se déverrouille|abre|abren|entra|funciona|va|apre|aprono|funziona|entri|opent|gaat|werkt|abrem)(?:[ ](?:up|in|sich|auf|open))?[ ](?:with|using|mit|über|avec|grâce à|con|met|com))"
    rf"|(?:wants?|needs?|takes?|asks for|accepts|will|braucht|verlangt|veut|demande|attend|quiere|pide|necesita|vuole|chiede|richiede|wil|vraagt|quer|pede)(?:[ ](?:the password|das passwort|le mot de passe|la contraseña|la password|het wachtwoord|a senha|a palavra-passe))?)[ ]{_VALUE}",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?<![^\W_])(?:log(?:ged|ging)?[ -]?in|login|sign(?:ing)?[ -]?in|get in|inloggen|ingelogd|log in|aanmelden|anmelden|anmeldung|einloggen|einwählen|melde dich|connecte-toi|connectez-vous|connexion|se connecter|entrer|entra|entrar|inicia sesión|iniciar sesión|accede|acceder|accedi|accedere|accesso|entri|entra|iniciar sessão|entre)(?![^\W_])[^\n.!?@]{0,40}$"
)
_AND = re.compile(
    rf"[\w.-]{{3,80}}[\"'>)]?(?:,?[ ](?:and|und|et|y|e|en|with|mit|avec|con|met|com|plus|mais)|[ ]?[/|+,])[ ]{_VALUE}",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[\"'“”»`]?[ ]?(?:[.,;!?)](?=\s|$)|\s*$|\n|[ ][(–—-])")
_NEAR, _REACH = 90, 180
_WORDS = frozenset(["password", "anderen", "another", "other", "others", "others", "problem", "problems", "please", "nothing", "everyone", "different", "outlook", "thunderbird", "gmail", "apple", "iphone", "android", "google", "microsoft", "webmail", "browser", "confirm", "confirmation", "answer", "reply", "antwort", "bestätigung", "réponse", "respuesta", "risposta", "resposta"])  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield such words; what is said of passwords is none."""
    if "@" not in text:
        return
    lower = lowered(text)
    for sign in places(text, "@"):
        at = sign + 1
        opens = _OPENS.match(text, at, min(len(text), at + _REACH))
        match, said = opens, opens is not None and opens["with"] is not None
        if match is None:
            match = _AND.match(text, at, min(len(text), at + _REACH))
            if match is None or _LOGIN.search(lower, max(0, sign - _NEAR), sign) is None:
                continue
        value = match["value"].rstrip(TRIMMED)
        stop = match.start("value") + len(value)
        low = value.lower()
        if low in NO_PASSWORD or low in _WORDS or len(value) < _LEAST:
            continue
        if is_made_up(value) or (
            _ENDS.match(text, stop) is not None and value.islower() and (said or opens is None)
        ):
            yield Hit(
                match.start("value"), stop, "SECRET", 0.45, "opens a mailbox", "label password"
            )


_LEAST = 5
