"""Accounts of a configuration that has their password beside them: `MYSQL_USER=boutique`, `MYSQL_PASSWORD=…`, and keys of YAML. Pure.

An account of a program is one, too: with its password it opens the same door. A generic one is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, only_at
from stageflow_guard.redaction.recognizers.generic.usernames import FILED, NOBODY
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_USER = re.compile(
    r"(?P<key>(?:pg|db)?user(?:[_-]?name)?|login(?:[_-]?name)?|benutzer(?:name)?|nutzer(?:name)?|anwender|anmeldename|gebruiker(?:snaam)?|inlognaam|utilisateur|identifiant|nom[_-]utilisateur|usuario|usuário|utilizador|utente|nome[_-]utente|username)(?P<sign>[ ]?=[ ]?|:[ ]{1,4})(?P<quote>[\"']?)(?P<name>[a-z][\w-]{2,38}(?:\.[\w-]{1,24})?)(?P=quote)(?=\s|$|;)(?![ ](?:or|and|if|else)[ ])"
)
_HEADS = Heads(("user=", "user =", "username", "user_name", "user-name", "pguser", "dbuser", "login=", "login =", "login_name", "benutzer", "nutzer", "anwender", "anmeldename", "gebruiker", "inlognaam", "utilisateur", "identifiant", "nom_util", "nom-util", "usuario", "usuário", "utilizador", "utente", "nome_utente", "nome-utente", "user:", "login:"))  # fmt: skip
_PREFIX = re.compile(r"[a-z0-9_.-]{0,48}$")
_BEGINS = frozenset(("", *" \n\t\r\"'`;"))
_OF_YAML = frozenset(("", *" \n\t"))
_SECRET_KEYS = (
    "pass", "pwd", "pw=", "pw =", "secret=", "secret =", "passwort", "kennwort", "wachtwoord", "mot_de_passe", "motdepasse", "mot-de-passe", "mdp", "contrasena", "contraseña", "clave", "senha", "palavra_passe", "palavra-passe", "pw:",
)  # fmt: skip
_OF_NOBODY = NOBODY | frozenset(["changeme", "ftp", "dbuser", "db_user", "dbadmin", "myapp", "my_app", "someuser", "some_user", "youruser", "your_user", "your-user", "yourname", "xxx", "xxxx", "usr", "password", "secret", "token", "rootuser", "sonar", "keycloak", "wordpress", "nextcloud", "mongo", "cassandra", "scott"])  # fmt: skip
_NEAR = 240  # characters between the two
# an unquoted password behind a spaced sign that is no variable
_LITERAL = re.compile(
    r"[a-z_.-]{0,24}[ ]?=[ ]?[\"']?(?=[^\s\"']{0,24}[0-9#!$%&*@^~?/+-])[^\s\"'(\[]{4}"
)


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield accounts under a key for which the same keys hold a password."""
    lower = lowered(text)
    for at in _HEADS.places(lower):
        match = _USER.match(lower, at)
        if match is None or match["name"] in _OF_NOBODY or FILED.search(match["name"]):
            continue
        start, end = match.span("name")
        prefix = _PREFIX.search(lower, max(0, at - 48), at)
        own = "" if prefix is None else prefix[0]
        own += match["key"][:2] if match["key"][:4] in ("pgus", "dbus") else ""
        begin = at if prefix is None else prefix.start()
        if text[max(0, begin - 1) : begin] not in _BEGINS:
            continue
        sign = match["sign"].strip()
        if sign == ":" and (not own or text[max(0, begin - 1) : begin] not in _OF_YAML):
            continue  # a field of its own: `user: ada` is read with its label
        spaced = sign == "=" and " " in match["sign"] and not match["quote"]
        if _secret_beside(lower, own, begin, end, sign, literal=spaced):
            yield Hit(start, end, "USERNAME", 0.42, "account, configured", "label username")


def _secret_beside(lower: str, own: str, begin: int, end: int, sign: str, *, literal: bool) -> bool:
    """Say whether a key that begins like this one holds a password a little before or behind."""
    for low, high in ((end, end + _NEAR), (max(0, begin - _NEAR), begin)):
        for key in _SECRET_KEYS:
            at = lower.find(own + key, low, high)
            if at >= 0 and lower[max(0, at - 1) : at] in _BEGINS and (
                ("=" if sign == "=" else ":") in lower[at : at + 60].partition("\n")[0]
            ) and (not literal or _LITERAL.match(lower, at + len(own)) is not None):  # fmt: skip
                return True
    return False
