"""Passwords that a command line carries: `curl -u u:p`, `mysql -pX`, `docker login -p X`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, present
from stageflow_guard.redaction.recognizers.generic import secret_values as values
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_CURL = re.compile(
    r"(?<![\w-])(?:curl|wget|http|httpie)\b(?:[^\n|\\]|\\[^\n]|\\\n){0,300}?\s(?:-u|--user|--proxy-user)[ =]{0,3}(?:[\"']?(?P<user>[^\s:\"'$<]{0,64})[\"']?:[\"']?([^\s\"'<]{3,128})|\"([^\s:\"'$<]{8,128}):\")"
)
# what documentation writes there
_SHOWN = re.compile(
    r"(?i)(?:my)?(?:pass(?:word|wd|code)?|pwd|token|test|secret|key|(.)\1+|\$.*|[<\[{].*)"
)
# clients whose password is an argument: `mysql -pX`, `redis-cli -a X`, `docker login -p X`
_ARGUMENT = re.compile(
    r"(?<![\w-])(?:(?:mysql|mariadb)[a-z-]{0,12}\b[^\n|;]{0,120}?[ ]-p(?![ ])|(?:redis-cli|keydb-cli)\b[^\n|;]{0,120}?[ ]-a[ ]|mongo(?:sh|dump|restore|export|import)?\b[^\n|;]{0,120}?[ ]-p[ ]"
    r"|ConvertTo-SecureString[ ](?:-String[ ])?|net[ ]user[ ][\w.-]{1,40}[ ](?!/)|cmdkey[ ][^\n|;]{0,80}/pass:|sshpass[ ]-p[ ]?|(?:sqlcmd|bcp)\b[^\n|;]{0,120}?[ ]-P[ ]?|ldap[a-z]{3,8}\b[^\n|;]{0,120}?[ ]-w[ ]|(?:docker|podman|helm|oc|az|skopeo|buildah|nerdctl)[ ](?:registry[ ])?login\b[^\n|;]{0,120}?[ ]-p[ ]"
    r"|net[ ]use[ ][^\n|;]{0,60}?\\\\[^\s|;]{1,80}[ ](?:/user:\S{1,60}[ ])?(?!/)|htpasswd[ ](?:-[\w]{1,6}[ ]){1,3}\S{1,80}[ ]\S{1,40}[ ]|ansible-vault[ ]encrypt_string[ ]|gh[ ]secret[ ]set[ ][^\n|;]{1,80}?[ ](?:--body|-b)[ =]|rabbitmqctl[ ](?:add_user|change_password)[ ]\S{1,60}[ ]|(?:useradd|usermod|adduser)\b[^\n|;]{0,80}?[ ](?:-p|--password)[ =]"
    r"|(?:x?freerdp3?|wfreerdp|rdesktop|mstsc)\b[^\n|;]{0,120}?[ ](?:/p:|-p[ ])|mosquitto_(?:pub|sub)\b[^\n|;]{0,120}?[ ]-P[ ]|openssl[ ]enc\b[^\n|;]{0,120}?[ ]-k[ ]|lftp\b[^\n|;]{0,60}?[ ]-u[ ][^\s,]{1,40},|smbclient\b[^\n|;]{0,120}?[ ]-U[ ]?[^\s%]{1,40}%|wget\b[^\n|;]{0,200}?--(?:http-|ftp-|proxy-)?password=|nmcli\b[^\n|;]{0,120}?[ ]password[ ]|wpa_passphrase[ ](?:\"[^\"\n]{1,40}\"|\S{1,40})[ ]|rclone\b[^\n|;]{0,120}?[ ]pass[ =]|pg_dump\b[^\n|;]{0,120}?--password="
    r"|(?:zip|7z|unzip|openssl|gpg)\b[^\n|;]{0,120}?[ ](?:-P[ ]|--passphrase[ ]|-passin[ ]pass:|-passout[ ]pass:|-p(?=[^ ])))(?:'([^'\n]{4,128})'|\"([^\"\n$]{4,128})\"|[\"']?([^\s\"'$|;]{4,128}))"
)
_SNMP = re.compile(r"(?<![\w-])snmp[a-z]{3,10}\b[^\n|;]{0,200}")
_SNMP_PASS = re.compile(r"[ ]-[AX][ ][\"']?([^\s\"'$]{4,64})")
# what a shell says to a program that asks for a password
_PIPED = re.compile(
    r"(?<![\w-])(?:echo|printf)(?:[ ]-[ne]{1,2})?[ ](?:\"([^\"\n$|]{4,128})\"|'([^'\n|]{4,128})'|([^\s\"'$|;`\x1e]{4,128}))[ ]?[|\x1e][ ]?"
    r"(?:sudo[ ](?:-\w+[ ]){0,4}-S\b|(?:sudo[ ])?passwd[ ][^\n|]{0,20}--stdin|(?:sudo[ ])?chpasswd\b|kinit\b|[^\n|]{0,80}[ ]--password-stdin|[^\n|]{0,80}[ ]--passphrase-fd)"
)
# a file that a shell makes of it
_AS_A_FILE = re.compile(
    r"--(?:pass(?:word|phrase|wd)?|pw|secret|token|key)[-_]?(?:file|from-file|fd)?[ =]{1,2}<\((?:echo|printf)(?:[ ]-[neE]{1,3})?[ ](?:\"([^\"\n$|]{4,128})\"|'([^'\n|]{4,128})'|([^\s\"'$|;`()\x1e]{4,128}))[ ]?\)"
)
# a string that a shell gives a program to read
_STRING = re.compile(
    r"(?:sudo[ ](?:-\w+[ ]){0,3}-S|--password-stdin|--passphrase-fd[ ]0|passwd[ ][^\n|]{0,20}--stdin)[ ]?<<<[ ]?(?:\"([^\"\n$|]{4,128})\"|'([^'\n|]{4,128})'|([^\s\"'$|;`()\x1e]{4,128}))"
)
_CLIENTS = Heads((
    "mysql", "mariadb", "redis-cli", "keydb-cli", "mongo", "sshpass", "convertto-sec", "net user ", "cmdkey ", "sqlcmd", "bcp ", "ldap", "login",
    "zip ", "unzip ", "7z ", "openssl", "gpg ", "net use ", "htpasswd ", "ansible-vault", "gh secret ", "rabbitmqctl", "useradd", "usermod", "adduser", "xfreerdp",
    "freerdp", "wfreerdp", "rdesktop", "mosquitto_", "lftp ", "smbclient", "wget ", "nmcli ", "wpa_passphrase", "rclone ", "pg_dump",
))  # fmt: skip
_PIPES = Heads(("echo", "printf"))


_SIGNS = (
    " -",
    "chpasswd",
    "kinit",
    "net us",
    "/p",
    "rabbitmqctl",
    "ansible-vault",
    "wpa_pass",
    "nmcli",
    "rclone",
)  # without any of them nothing is here


# users of programs and of documentation
_NOBODY = frozenset(["user", "username", "usr", "admin", "administrator", "root", "api", "token", "oauth2", "anonymous", "guest", "test", "login", "name", "elastic", "postgres", "myuser", "youruser", "your_username", "apikey", "api_key", "client_id", "deploy", "ci", "bot"])  # fmt: skip
_SHORTEST = 3  # letters of somebody's
_CALLED = (" -u", "--user", "--proxy-user", "snmp")  # other clients, by what they are told


def passwords(text: str) -> Iterator[Hit]:
    """Yield what a known client takes as its password, and the user that it is given to curl for."""
    lower = lowered(text)
    called = (
        "<<<" in text or _PIPES.places(lower) or _CLIENTS.places(lower) or present(text, _CALLED)
    )
    if not called or not present(text, _SIGNS):
        return
    if " -u" in text or "--user" in text or "--proxy-user" in text:
        for match in _CURL.finditer(text):
            group = match.lastindex or 0
            if not values.placeholder(match[group]) and _SHOWN.fullmatch(match[group]) is None:
                yield Hit(*match.span(group), "SECRET", 0.7, "command line")
                if len(match["user"] or "") >= _SHORTEST and match["user"].lower() not in _NOBODY:
                    yield Hit(*match.span("user"), "USERNAME", 0.45, "command line")
    if "snmp" in text:
        yield from _asked(text)
    if _PIPES.places(lower) or "<<<" in text:
        yield from _piped(text)
    for match in _ARGUMENT.finditer(text) if _CLIENTS.places(lower) else ():
        group = match.lastindex or 0
        if not values.placeholder(match[group]) and (
            values.worth(match[group], quoted=True, spoken=False) >= 0.4
            or match[group].count(" ") > 1
        ):
            yield Hit(*match.span(group), "SECRET", 0.7, "command line")


def _asked(text: str) -> Iterator[Hit]:
    """Yield the two passwords of a request of SNMP version 3."""
    for command in _SNMP.finditer(text):
        for match in _SNMP_PASS.finditer(text, *command.span()):
            if _SHOWN.fullmatch(match[1]) is None:
                yield Hit(*match.span(1), "SECRET", 0.7, "command line")


def _piped(text: str) -> Iterator[Hit]:
    """Yield what is sent to a program that asks; a view has a sign of its own for a pipe."""
    for match in (*_PIPED.finditer(text), *_AS_A_FILE.finditer(text), *_STRING.finditer(text)):
        group = match.lastindex or 0
        begin = match.start(group) + match[group].find(":") + 1  # chpasswd reads user:password
        if _SHOWN.fullmatch(text[begin : match.end(group)]) is None:
            yield Hit(begin, match.end(group), "SECRET", 0.7, "command line")
