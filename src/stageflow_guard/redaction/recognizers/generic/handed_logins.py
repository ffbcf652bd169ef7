"""A login that is handed over: `use Spring2025! to log in`, `dolphin9 is the password`, `page.fill('#password', '…')`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, present
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

# letters and a digit or a sign: no word of a language
_SHAPE = r"(?=[^\s\"'`]{0,38}[0-9!#$%&*?^~])(?=[^\s\"'`]{0,38}[A-Za-z])"
_BODY = r"[^\s\"'`,;:]{5,38}(?:[^\s\"'`,;:.!?)]|!)"
_A, _B = rf"{_SHAPE}(?P<a>{_BODY})", rf"{_SHAPE}(?P<b>{_BODY})"
_WORDS = r"(?:password|passwort|passcode|pass|pwd|pw|mot de passe|mdp|contraseña|clave|senha|wachtwoord|parola|passwd)"
# one of these stands in what is said for sure, and what is said
_SAID = (
    # to log in with it
    ((" to ",), (
        re.compile(rf"(?:use|try)[ ]{_A}[ ]to[ ](?:log ?in|sign ?in|get in|unlock)"),
    )),
    (("in with ", "in using "), (
        re.compile(rf"(?:log(?:ged)? ?in|sign ?in|logging in)[ ](?:with|using)[ ]{_A}(?=[ ,.]|$|\n)"),
    )),
    ((" mit ", " avec ", " con ", " com ", " met "), (
        re.compile(rf"(?:logg? dich mit|melde dich mit|einloggen mit|connecte[sz]?-(?:toi|vous) avec|entra con|accedi con|inicia sesión con|entre com|entra com|log in met|inloggen met)[ ]{_A}(?=[ ,.]|$|\n)"),
    )),
    # before what it is
    ((" is ", " ist ", " est ", " es ", " è ", " é "), (
        re.compile(rf"(?<![^\s(\"']){_A}[ ](?:is|ist|est|es|è|e['’]|é)[ ](?:the|my|our|your|das|mein|le|mon|la|mi|il|a|o|het|mijn)[ ]{_WORDS}(?![^\W_])"),
    )),
    # from the old to the new
    ((" from ", " von ", " de ", " da ", " van "), (
        re.compile(rf"{_WORDS}[ ](?:from|von|de|da|van)[ ]{_A}[ ](?:to|auf|à|a|naar|para)[ ]{_B}(?=[ ,.]|$|\n)"),
    )),
    ((" was ", " war ", " était ", " era ", " is "), (
        re.compile(rf"(?:old|alte[sn]?|ancien|antigu[oa]|vecchi[ao]|oude|antig[oa])[ ]{_WORDS}[ ](?:was|war|était|era|is)[ ]{_A},?[ ](?:and[ ])?(?:the )?new(?: one)?[ ]is[ ]{_B}"),
    )),
    (("cambié", "cambiado", "mudei", "alterei", "cambiato", "changé", "ik heb"), (
        re.compile(rf"(?:cambié|he cambiado|mudei|alterei|ho cambiato|j'ai changé|ik heb)[ ](?:la|a|el|le|il|het|mi|minha)[ ]{_WORDS}[ ](?:a|para|in|en|naar|por)[ ]{_A}(?=[ ,.]|$|\n)"),
    )),
    # beside its user
    ((" p",), (
        re.compile(rf"(?:user|u|login|usr)[: ]{{1,2}}[\w.@-]{{2,40}}[ ]?[,/;]?[ ](?:pass|p|pw|pwd)[: ]{{1,2}}{_A}(?=[ ,.]|$|\n)"),
    )),
    (("what",), (
        re.compile(rf"(?:what(?:'|’)?s the|what is the)[ ]{_WORDS}[ ]?\?\s{{1,3}}{_A}(?=[ ,.]|$|\n)"),
    )),
    (("requirepass", "masterauth", "wifi:", "wlan:"), (
        re.compile(rf"(?:requirepass|masterauth|wifi:|wlan:)[ ]{_A}(?=[ ,.]|$|\n)"),
    )),
)  # fmt: skip
_TEXT = r"(?P<a>[^\"'\n]{4,64})"
# a page's field and what is typed into it; a sign that stands in it
_TYPED = (
    (re.compile(rf"[\"'][#.\[\w=-]{{0,24}}(?:password|passwd|pwd)\]?[\"'],[ ]?[\"']{_TEXT}[\"']"), ","),
    (re.compile(rf"(?:password|passwd|pwd)\]?[\"']\)\.(?:send_?keys|fill|type|set_?value|val|press_sequentially)\([\"']{_TEXT}[\"']", re.IGNORECASE), ")."),
    (re.compile(rf"set_?password\((?:[\w.]{{1,40}}\()?[\"']{_TEXT}[\"']", re.IGNORECASE), "password("),
)  # fmt: skip
_HEADS = Heads((
    "password", "passwort", "passcode", "pass", "pwd", "pw", "mot de passe", "mdp", "contraseña", "clave", "senha", "wachtwoord", "parola", "log in", "login", "logged", "logging", "log dich", "logg dich", "log met", "sign in", "signin", "einloggen", "melde dich", "connecte", "entra con", "accedi con", "inicia ses", "entre com", "entra com", "inloggen", "requirepass", "masterauth", "wifi:", "wlan:",
))  # fmt: skip
_REACH = 72
_TELLING = re.compile(r"[0-9!#$%&*?^~]")  # one of these every value has
_NONE = re.compile(r"(?i)https?:|www\.|@|^<|\$\{|\{\{|^\*+$|^your|^my_|example")


def logins(text: str) -> Iterator[Hit]:
    """Yield passwords that a sentence or a script hands over; each has letters and a digit or a sign."""
    lower = lowered(text)
    reached = 0
    for at in _HEADS.places(lower):
        if at < reached:
            continue
        low, high = max(0, at - _REACH), at + _REACH
        if _TELLING.search(lower, low, high) is None:
            continue
        window = lower[low:high]
        for told, said in _SAID:
            if not present(window, told):
                continue
            for match in filter(None, (one.search(lower, low, high) for one in said)):
                reached = match.end()
                for group in match.re.groupindex:
                    if _NONE.search(match[group]) is None:
                        yield Hit(*match.span(group), "SECRET", 0.45, "told", "label password")
    if "(" in text and ("assword" in lower or "pwd" in lower):
        for pattern, sign in _TYPED:
            for match in pattern.finditer(text) if sign in lower else ():
                if _NONE.search(match["a"]) is None and any(c.isalpha() for c in match["a"]):
                    yield Hit(*match.span("a"), "SECRET", 0.45, "typed", "label password")
