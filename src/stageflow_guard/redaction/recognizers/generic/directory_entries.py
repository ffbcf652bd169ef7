"""Accounts and people as a directory writes them: `uid=ada,ou=people,dc=example`, `(sAMAccountName=ada)`. Pure.

RFC 4514 and RFC 4515: what an attribute is called says what its value is; the unit that an entry is in
says whether it is a person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, present
from stageflow_guard.redaction.recognizers.generic.usernames import NOBODY
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_NAME = r"(?P<name>[A-Za-z][\w.-]{1,38}\w)"
# an entry's own attribute before those of the tree, or a filter of a search
_ENTRY = re.compile(rf"uid=[ ]?{_NAME}(?:[ ]?[,+](?P<rest>[ ]?(?:ou|cn|dc|o|l|c)=[^\n]{{0,120}})|\))", re.IGNORECASE)  # fmt: skip
_ACCOUNT = re.compile(
    rf"(?:samaccountname|memberuid|msds-principalname)(?:=|:{{1,2}}[ ])[ ]?{_NAME}(?=\)|[\s,;]|$)",
    re.IGNORECASE,
)
_UID_LINE = re.compile(rf"uid:[ ]{_NAME}(?=[ \r]{{0,4}}(?:\n|$))", re.IGNORECASE)
_OF_AN_ENTRY = ("\ndn:", "uidnumber:", "homedirectory:", "objectclass:", "gidnumber:", "givenname:")
_COMMON_NAME = re.compile(
    r"cn=(?P<name>(?:[^,=\n\\+\"(){}]|\\,){2,60}),[ ]?(?:ou=[^,=\n]{1,40},[ ]?){0,3}(?:ou|cn)=(?P<unit>[^,=\n]{2,30})(?=[,\s\"')]|$)",
    re.IGNORECASE,
)
_UNITS = frozenset(["people", "users", "user", "staff", "employees", "members", "students", "teachers", "accounts", "personen", "benutzer", "nutzer", "mitarbeiter", "personal", "lehrer", "schüler", "utilisateurs", "employés", "employes", "personnel", "personnes", "usuarios", "empleados", "personas", "utenti", "dipendenti", "personale", "persone", "gebruikers", "medewerkers", "personeel", "mensen", "utilizadores", "usuários", "funcionários", "funcionarios", "pessoas", "colaboradores", "pracownicy", "użytkownicy", "användare", "anställda", "brugere", "medarbejdere", "käyttäjät", "uživatelé", "zaměstnanci", "kullanıcılar"])  # fmt: skip
_ATTRIBUTES = Heads(("uid=", "uid:", "samaccountname", "memberuid", "msds-principalname"))
_NAMES = Heads(("cn=",))
# entries of programs and groups
_NO_PERSON = re.compile(
    r"(?i)(?<![^\W_])(?:admin\w{0,10}|users?|guests?|computers?|controllers?|publishers?|groups?|owners?|operators?|services?|svc|krbtgt|dns\w{0,8}|servers?|readers?|system\w?|backup|test|bind|proxy|ldap|domain|schema|enterprise|replicator|monitoring|scanner|printer|accounts?|team|all|everyone)(?![^\W_])"
)
_OF_PROGRAMS = re.compile(
    r"(?i)(?:ou|cn)=[ ]?(?:services?|service accounts|system|sysaccounts|robots?|applications?|apps|groups|hosts|machines|computers|servers|dienste|dienstkonten|systeme)(?=[,\s\"')]|$)"
)


def accounts(text: str) -> Iterator[Hit]:
    """Yield accounts of entries."""
    lower = lowered(text)
    for at in _ATTRIBUTES.places(lower):
        match = _ENTRY.match(text, at) or _ACCOUNT.match(text, at)
        if match is None and lower.startswith("uid:", at) and present(lower, _OF_AN_ENTRY):
            match = _UID_LINE.match(text, at)
        if match is None or match["name"].lower() in NOBODY or _NO_PERSON.search(match["name"]):
            continue
        if _OF_PROGRAMS.search(match.groupdict().get("rest") or "") is None:
            yield Hit(*match.span("name"), "USERNAME", 0.45, "account, directory", "label username")
    for named in _in_people(text):
        if " " not in named["name"] and named["name"][0].isalpha() and named["name"].islower():
            yield Hit(*named.span("name"), "USERNAME", 0.45, "account, directory", "label username")


def people(text: str) -> Iterator[Hit]:
    """Yield the names of entries in a unit of people."""
    for named in _in_people(text):
        words = named["name"].replace("\\,", " ").split()
        if words and (words[0][0].isupper() or len(words) > 1):
            yield Hit(*named.span("name"), "PERSON", 0.5, "name, directory", "label person")


def _in_people(text: str) -> Iterator[re.Match[str]]:
    """Yield the common names of entries in a unit of people that are of no program and no group."""
    for at in _NAMES.places(lowered(text)):
        match = _COMMON_NAME.match(text, at)
        if match is not None and match["unit"].strip().lower() in _UNITS and (
            _NO_PERSON.search(match["name"]) is None and match["name"].lower() not in NOBODY
        ):  # fmt: skip
            yield match
