"""Accounts that a command line is given: `docker login -u ada`, `psql -U ada`, `ssh -l ada`. Pure.

What an option means is the client's: `-u` is a file for one, a remote for another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, only_at
from stageflow_guard.redaction.recognizers.generic.usernames import FILED, NOBODY
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_WITHIN = r"[^\n|;&]{0,160}?[ ]"
_NAME = r"[\"']?(?P<name>[A-Za-z][\w.-]{1,38}\w)(?=[\"']?(?:[\s;|&)`]|$))"
_LOGIN = re.compile(
    rf"(?:docker|podman|nerdctl|helm|oc|az|skopeo|buildah|crane|oras|npm|gh|cf|ibmcloud)[ ](?:registry[ ]|auth[ ])?login\b{_WITHIN}(?:-u|--username)[ =]{_NAME}"
)
_SMALL = re.compile(
    rf"(?:mysql|mariadb|mongo(?:sh|dump|restore|export|import)?|mysqldump|mysqladmin|twine|cqlsh|curl|rdesktop|x?freerdp3?|mosquitto_(?:pub|sub)|impacket-\w{{2,20}}|crackmapexec|nxc|netexec|evil-winrm|ansible(?:-playbook)?|flyway|influx|kcadm\.sh|jira|svnadmin)\b{_WITHIN}(?:-u[ ]?|--user(?:name)?[ =]|/u:){_NAME}"
)
_CAPITAL = re.compile(
    rf"(?:psql|pg_dump|pg_dumpall|pg_restore|createdb|dropdb|createuser|pgbench|vacuumdb|smbclient|rpcclient|smbmap|sqlcmd|bcp|ipmitool|redis-cli)\b{_WITHIN}(?:-U[ ]?|--username[ =]){_NAME}"
)
_SHELL = re.compile(rf"(?:ssh|slogin|rlogin|telnet|sftp)\b{_WITHIN}-l[ ]{_NAME}")
_WINDOWS = re.compile(rf"(?:net[ ]use|runas|cmdkey|psexec|mstsc|winrs|schtasks)\b{_WITHIN}/(?:user|u|ru):(?:[\w-]{{1,24}}\\{{1,2}})?{_NAME}", re.IGNORECASE)  # fmt: skip
# another user's shell, a file's owner, a host's address behind the account
_SWITCHED = re.compile(r"(?:su[ ](?:-[ ]|-l[ ]|--login[ ])?|sudo[ ]-(?:i?u|iu)[ ]|chown[ ](?:-R[ ])?|usermod[ ]\S{1,24}[ ]\S{1,24}[ ]|passwd[ ]|chage[ ]-l[ ])(?P<name>[a-z][a-z0-9._-]{1,30}[a-z0-9])(?=:|\s|;|$|&|\|)")  # fmt: skip
_AT_A_HOST = re.compile(r"(?:ssh|scp|sftp|rsync)\b[^\n|;&@]{0,80}?[ ](?P<name>[a-z][a-z0-9._-]{1,30}[a-z0-9])@(?=[0-9]{1,3}\.[0-9]{1,3}\.)")  # fmt: skip
_CLIENTS = (
    (Heads(("docker login", "docker registry login", "podman login", "nerdctl login", "helm registry", "oc login", "az login", "skopeo login", "buildah login", "crane auth", "oras login", "npm login", "cf login", "ibmcloud login")), _LOGIN),
    (Heads(("mysql", "mariadb", "mongo", "twine ", "cqlsh", "curl ", "rdesktop", "freerdp", "xfreerdp", "mosquitto_", "impacket-", "crackmapexec", "nxc ", "netexec", "evil-winrm", "ansible", "flyway", "influx", "kcadm.sh")), _SMALL),
    (Heads(("psql ", "pg_", "createdb", "dropdb", "createuser", "pgbench", "vacuumdb", "smbclient", "rpcclient", "smbmap", "sqlcmd", "bcp ", "ipmitool")), _CAPITAL),
    (Heads(("ssh ", "slogin ", "rlogin ", "telnet ", "sftp ")), _SHELL),
    (Heads(("su -", "sudo -", "chown ", "usermod ", "chage ")), _SWITCHED),
    (Heads(("ssh ", "scp ", "sftp ", "rsync ")), _AT_A_HOST),
    (Heads(("net use", "runas", "cmdkey", "psexec", "winrs", "schtasks")), _WINDOWS),
)  # fmt: skip
# accounts of programs, of registries and of documentation
_OF_PROGRAMS = NOBODY | frozenset(["aws", "oauth2accesstoken", "_json_key", "token", "api", "elastic", "apikey", "api_key", "client_id", "ci", "bot", "robot", "ops", "devops", "sre", "your", "youruser", "your_user", "some_user", "dbuser", "db_user", "usr", "cloud", "rootuser", "mongo", "cassandra", "sonar", "nexus", "pguser", "remote_user", "remoteuser", "__token__", "changeme", "host", "hostname", "target", "backend"])  # fmt: skip


@only_at(*(heads for heads, _ in _CLIENTS))
def recognize(text: str) -> Iterator[Hit]:
    """Yield the accounts that known clients are told."""
    lower = lowered(text)
    for heads, pattern in _CLIENTS:
        for at in heads.places(lower):
            match = pattern.match(text, at)
            if (
                match is not None
                and match["name"].lower() not in _OF_PROGRAMS
                and FILED.search(match["name"]) is None
                and not match["name"].isupper()  # what the reader fills in
            ):
                yield Hit(*match.span("name"), "USERNAME", 0.42, "account, option", "command line")
