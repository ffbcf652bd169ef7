"""Accounts that a system turned away, and where they came from: `accès refusé à mlegrand (depuis …)`, `failed login jdoe @ …`. Pure.

A word of denial and the word of a login stand before, the address of a network behind: what is between
them is the account, in any language, whatever its letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, only_at
from stageflow_guard.redaction.recognizers.generic.usernames import FILED, NOBODY
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_HEADS = Heads((
    "failed", "login fail", "logon fail", "denied", "access denied", "rejected", "refused", "blocked", "invalid login", "unsuccessful", "bad password", "wrong password", "authentication", "login", "logon", "sign-in", "signin", "anmeldung", "anmeldefehler", "fehlgeschlagen", "zugriff", "zugang", "abgelehnt", "verweigert", "falsches passwort", "anmeldeversuch", "login-versuch",
    "échec", "echec", "accès refusé", "acces refuse", "connexion", "tentative", "refusé", "authentification", "mot de passe erroné", "acceso denegado", "acceso rechazado", "inicio de sesión", "fallo de", "error de autenticación", "intento", "autenticación", "denegado", "contraseña incorrecta", "accesso negato", "accesso rifiutato", "accesso fallito", "tentativo", "autenticazione", "login fallito", "negato", "password errata",
    "mislukte", "mislukt", "toegang geweigerd", "inlogpoging", "aanmelding", "aanmeldpoging", "geweigerd", "foute login", "falha", "acesso negado", "acesso recusado", "tentativa", "autenticação", "sessão recusada", "login falhado", "login falhou", "negado", "senha incorreta",
))  # fmt: skip
_FAILED = r"fail|denied|reject|refus|block|invalid|unsuccess|bad|wrong|fehl|abgelehnt|verweigert|falsch|ungültig|gesperrt|échec|echec|erron|bloqu|denegad|rechazad|fallo|error|fallid|incorrect|negat|rifiutat|fallit|errat|bloccat|mislukt|geweigerd|geblokkeerd|foute|onjuist|falha|falhad|falhou|negad|recusad|incorret|attempt|versuch|tentativ|intento|poging"
_DENIES = re.compile(rf"(?<![^\W_])(?:{_FAILED})")
# each word once: twice the same one would be tried both ways
_WORDS = r"(?:login|logon|log-in|sign-in|signin|access|authentication|auth|password|attempt|attempts|user|username|account|failed|failure|denied|rejected|refused|blocked|ssh|vpn|rdp|anmeldung|anmeldeversuch|passwort|zugriff|zugang|benutzer|konto|fehlgeschlagen|verweigert|abgelehnt|versuch|échec|echec|authentification|connexion|accès|acces|refusée?|utilisateur|compte|tentative|acceso|denegado|rechazado|inicio|sesión|autenticación|usuario|cuenta|fallo|fallido|intento|accesso|negato|rifiutato|fallito|autenticazione|utente|tentativo|mislukte?|toegang|geweigerd|inlogpoging|aanmelding|aanmeldpoging|gebruiker|inloggen|poging|falha|falhado|falhou|autenticação|acesso|negado|recusado|utilizador|usuário|tentativa|sessão|conta|for|of|by|to|from|für|von|des|durch|als|pour|de|du|d['’]|par|à|l['’]|la|le|el|al|a|para|del|per|di|da|dell['’]|voor|van|door|aan|por|do|em|no|as|is|was|wurde|a été|fue|è stato|werd|foi)"
_NAME = r"[\"'`„“«‹]?[ ]?(?P<name>[A-Za-z][\w.-]{2,31})[\"'`“”»›]?"
_FROM = r"(?:[ ]?[(\[,;–—-]?[ ]?(?:(?:from|at|on|von|vom|aus|depuis|de|desde|da|dal|vanaf|van|via|origin|origen|origine|origem|oorsprong|herkunft|quelle|source|fuente|fonte|bron|src|ip|ip-adresse|adresse ip|host|rhost|client|addr|adresse|dirección|indirizzo|endereço|adres|l['’]adresse|der|the|la|l['’]|o)[ ]?[:=]?[ ]?){1,3}|[ ]?@[ ]?|[ ][(\[][ ]?|[ ]?(?:→|->|<-|←)[ ]?|[ ]/[ ]?)"
_IP = r"(?P<ip>(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-f]{1,4}:[0-9a-f:]{2,38})"
_LINE = re.compile(
    rf"(?P<said>(?:{_WORDS}[ :=\-_]{{0,3}}){{1,7}})(?:[\"'(]?)(?<=[ :='’\"(]){_NAME}{_FROM}(?:[ ]?){_IP}(?![\w.]*[0-9])",
    re.IGNORECASE,
)
_KEYED = re.compile(
    r"(?P<said>[^\n]{0,60}?)(?:(?:benutzer|user|utilisateur|usuario|utente|gebruiker|utilizador|usuário|konto|compte|cuenta|conta|account)[=:][ ]?[\"']?(?P<name>[A-Za-z][\w.-]{2,31})[\"']?[ ,;|]{1,3})(?:quelle|source|src|origine|origen|origem|bron|fuente|fonte|ip|von|from|depuis|desde|da|vanaf|host)[ ]?[=:][ ]?(?P<ip>(?:[0-9]{1,3}\.){3}[0-9]{1,3})(?![\w.]*[0-9])",
    re.IGNORECASE,
)
_REACH = 190
_PART_OF_AN_ADDRESS = re.compile(r"[.:](?:[0-9]{1,3}\.|[0-9a-fA-F]{0,4}:)")
_NO_NAME = frozenset(["unknown", "unbekannt", "inconnu", "desconocido", "sconosciuto", "onbekend", "desconhecido", "host", "client", "server", "port", "ssh", "vpn", "rdp", "ip", "invalid", "ungültig", "remote", "password", "passwort", "the", "der", "from", "connexion", "connection", "verbindung", "conexión", "connessione", "verbinding", "conexão", "service", "request", "anfrage", "web", "api", "sshd", "publickey", "preauth", "externe", "extern", "interne", "local", "router", "gateway", "firewall", "source", "quelle", "address", "adresse"])  # fmt: skip


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such accounts and addresses; what all have, as `root`, is none."""
    lower = lowered(text)
    seen = -1
    for at in _HEADS.places(lower):
        if at < seen or lower[at - 1 : at].isalnum():
            continue
        high = min(len(text), at + _REACH)
        if _PART_OF_AN_ADDRESS.search(text, at, high) is None:
            continue
        for pattern in (_LINE, _KEYED):
            match = pattern.match(text, at, high)
            if match is None or _DENIES.search(lower, at, match.start("name")) is None:
                continue
            seen = match.end()
            name = match["name"].lower().rstrip(".")
            yield Hit(*match.span("ip"), "IP_ADDRESS", 0.4, "turned away from", "label ip")
            if (
                name in NOBODY
                or name in _NO_NAME
                or FILED.search(name)
                or name.replace(".", "").isdigit()
            ):
                break
            end = match.start("name") + len(name)
            yield Hit(
                match.start("name"), end, "USERNAME", 0.4, "account, turned away", "label username"
            )
            break
