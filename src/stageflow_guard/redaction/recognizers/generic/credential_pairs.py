"""A user and a password side by side: `auth=("u", "p")`, `smtp.login("u", "p")`, `login: u / p`. Pure.

The password has no label of its own: what stands around the pair says what it is. Only what looks
like a password is one, since `login("alice", "next")` passes words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, positions, present
from stageflow_guard.redaction.recognizers.generic import secret_values as values
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import holds

_HEADS = ("auth", "cred", "login", "signin", "sign_in", "zugang", "anmeld", "identifiant", "inloggeg", "acesso", "acceso")  # fmt: skip
_KEY = r"(?:[A-Za-z_]{1,16}[ ]?[=:][ ]?)?"
# auth=("u", "p"), HTTPBasicAuth("u", "p"), credentials: ["u", "p"], client.authenticate(user, "p")
_PASSED = re.compile(
    rf"(?:auth(?:enticate)?|cred(?:ential)?s?|login|signin|sign_in)[\"']?[ ]?[=:]?[ ]?[(\[]\s{{0,20}}{_KEY}"
    rf"(?:[\"'][^\"'\n]{{1,80}}[\"']|[A-Za-z_][\w.]{{0,40}}),\s{{0,20}}{_KEY}(?P<quote>[\"'])((?:(?!(?P=quote))[^\n]){{4,128}})(?P=quote),?\s{{0,20}}[)\]]",
    re.IGNORECASE,
)
# login: u / p, credentials for the box: u:p
_TOLD = re.compile(
    r"(?:log-?in|(?:basic|http)[ ]auth|cred(?:ential)?s?|zugangsdaten|zugang|anmeldedaten|anmeldung|identifiants|inloggegevens|credenciales|credenziali|credenciais|acceso|acesso)"
    r"(?:[ ][\w-]{2,16}){0,3}(?:[ ]?[:=]|[ ](?:is|are|as|with|ist|sind|est|son|sono|são|zijn))[ ]{0,2}[\"'`]?([A-Za-z][\w.+-]{1,40}(?:@[\w.-]{3,60})?)[\"'`]?(?:[ ]?/[ ]?|[ ]?\|[ ]|,[ ]|:)[\"'`]?([^\s\"'`|⟦⟧\x1e]{6,64})",
    re.IGNORECASE,
)


# what opens a connection: a place, a user, a password: `new mysqli("db", "u", "p", "shop")`
_OPENED = re.compile(
    r"(?:mysqli(?:_(?:real_)?connect)?|mysql_p?connect|pdo|getconnection|\.connect|ftp_login|ssh2_auth_password|imap_open|ldap_bind)"
    r"\s{0,2}\(\s{0,20}(?:[\"'][^\"'\n]{0,200}[\"']|[$A-Za-z_][\w.$>-]{0,40}),\s{0,20}(?:[\"'][^\"'\n]{1,80}[\"']|[$A-Za-z_][\w.$>-]{0,40}),\s{0,20}[\"']([^\"'\n]{4,128})[\"']",
    re.IGNORECASE,
)
_OPENING = ("mysqli", "mysql_", "pdo", "getconnection", ".connect", "ftp_login", "ssh2_auth", "imap_open", "ldap_bind")  # fmt: skip
_SIGNS = ('"', "'", ":", "=", "/", "login ")
# .netrc: machine HOST login USER password X; .pgpass: HOST:PORT:DATABASE:USER:X; Oracle: user/X@//host
_NETRC = re.compile(r"login[ \t\n]{1,8}\S{1,80}[ \t\n]{1,8}password[ \t\n]{1,8}([^\s\x1e]{2,128})")
_PORT = re.compile(r":(?:[0-9]{2,5}|\*):")
_PGPASS = re.compile(
    r"(?:[\w.-]{1,80}|\*):(?:[0-9]{2,5}|\*):(?:[\w.-]{1,64}|\*):[\w.-]{1,64}:((?:\\.|[^\s:\\\"'\x1e]){3,128})(?=$|[\s\"'])"
)
_ORACLE = re.compile(
    r"(?<![\w./-])[A-Za-z][\w$#]{0,29}/([^\s/@\"'\x1e]{3,64}(?:@[^\s/@\"'\x1e]{1,40})?)@(?=//?[\w.-]|[\w.-]{1,60}(?::[0-9]{2,5})?[:/][\w.-]|\(DESCRIPTION)"
)
_NETRC_HEADS, _ORACLE_SIGNS = (
    Heads(("login ", "login\t", "login\n")),
    ("@//", "oracle:", "sqlplus", "sqlldr", "expdp", "impdp", "(DESCRIPTION"),
)


# a password that a mail service makes for an application
_IN_FOURS = re.compile(
    r"(?i:pass(?:word|wd)?|pwd|app[ _-]?password|secret)[\"']?[ ]?(?:=>|[:=])[ ]?(?P<quote>[\"'])(?P<value>[a-z]{4}(?: [a-z]{4}){3})(?P=quote)"
)

_FOURS_BESIDE = (b"'aaaa aaaa aaaa aaaa'", b'"aaaa aaaa aaaa aaaa"')


def passwords(text: str) -> Iterator[Hit]:
    """Yield the second of each such pair."""
    if not present(text, _SIGNS):  # a quote around what is passed, a sign behind what is told
        return
    for match in _IN_FOURS.finditer(text) if holds(text, _FOURS_BESIDE) else ():
        yield Hit(*match.span("value"), "SECRET", 0.6, "password in four groups", "label password")
    lower = lowered(text)
    for at in positions(lower, _OPENING) if "(" in text and present(lower, _OPENING) else ():
        opened = _OPENED.match(text, at)
        if opened is not None and values.worth(opened[1], quoted=True, spoken=False) >= 0.5:
            yield Hit(*opened.span(1), "SECRET", 0.6, "passed beside a user")
    yield from _in_files(text, lower)
    if not present(lower, _HEADS):
        return
    for at in positions(lower, _HEADS):
        passed = _PASSED.match(text, at)
        if passed is not None:
            if values.worth(passed[2], quoted=True, spoken=False) >= 0.6:
                yield Hit(*passed.span(2), "SECRET", 0.6, "passed beside a user")
            continue
        told = _TOLD.match(text, at)
        if told is not None:
            password = told[2].rstrip(".,;!?)")
            letters = sum(c.isalpha() for c in password)
            if (
                letters >= 3
                and "/" not in password
                and values.worth(password, quoted=False, spoken=True) >= 0.5
            ):
                yield Hit(
                    told.start(2),
                    told.start(2) + len(password),
                    "SECRET",
                    0.5,
                    "told beside a user",
                )


def _in_files(text: str, lower: str) -> Iterator[Hit]:
    """Yield the passwords of files and addresses that know them by their place alone."""
    for at in _NETRC_HEADS.places(lower):
        match = _NETRC.match(text, at)
        if match is not None and not values.placeholder(match[1]):
            yield Hit(*match.span(1), "SECRET", 0.7, "netrc")
    for port in _PORT.finditer(text):
        host = _HOST.search(text, max(0, port.start() - _LONGEST_HOST), port.start())
        match = None if host is None else _PGPASS.match(text, host.start(1))
        if match is not None and not (values.placeholder(match[1]) or match[1].isdigit()):
            yield Hit(*match.span(1), "SECRET", 0.6, "pgpass")
    for match in _ORACLE.finditer(text) if present(text, _ORACLE_SIGNS) else ():
        if not values.placeholder(match[1]):
            yield Hit(*match.span(1), "SECRET", 0.6, "connection string")


_HOST, _LONGEST_HOST = (
    re.compile(r"(?:^|[\s\"'])([\w.-]{1,80}|\*)$"),
    82,
)  # first in a line of .pgpass
