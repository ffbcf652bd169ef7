"""Accounts as a chat, a shell and a log write them: `<ada_l> hi`, `user @ada_l`, `--user=ada`, `uid=1000(ada)`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import present
from stageflow_guard.redaction.recognizers.generic.usernames import NOBODY
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

# who writes a line of a chat; a stamp before it, or a sign or a digit in it, tells it from a tag
_NICK = re.compile(
    r"<(?<![^\s\])]<)[@+%~&]?(?P<name>[A-Za-z_][\w|^`{}-]{1,24})>(?=[ ][^<\n]{0,200}(?:\n|$))"
)
_STAMP = re.compile(r"(?:^|\n)\[?(?:[0-9]{1,2}:)?[0-9]{1,2}:[0-9]{2}\]?[ ]$")
_ODD = re.compile(r"[_0-9|^`-]")
# a place where people have a handle, or a word for one, before the sign
_HANDLE = re.compile(r"@(?<![\w.@/]@)(?P<name>[A-Za-z0-9](?:[\w.]{1,28})[A-Za-z0-9_])(?![\w@-])")
_PLACE = re.compile(
    r"(?<![a-z])(?:user|users|usuario|usuaria|utilisateur|utente|nutzer|gebruiker|usuário|handle|username|screen name|dm|dms|pm|ping|twitter|instagram|insta|ig|telegram|tg|tiktok|snapchat|snap|discord|mastodon|threads|twitch|skype|wechat|bluesky|venmo|cash ?app)(?: (?:is|id|name|handle|user|account|me|es|est|ist|è|é|at|on|to)){0,2}[ ]?[:(]?[ ]?$"
)
# an option of a command; `--user x` may be a switch and what it is for
_OPTION = re.compile(
    r"--(?<![\w-]--)(?:user(?:name)?=|username[ ]|login[= ]|uid=|account=)[\"']?(?P<name>[A-Za-z][\w.-]{2,38})(?=[\"']?(?:[\s;&|)]|$))"
)
# as a daemon writes it: `uid=1000(ada)`, `acct="ada.l"`
_AUDITED = re.compile(
    r"(?<![\w-])(?:uid=[0-9]{1,10}\((?P<id>[a-z][\w.-]{1,31})\)|(?:acct|auid|suser|duser|logname|samaccountname)=[\"'](?P<name>[a-z][\w.-]{2,31})[\"'])",
    re.IGNORECASE,
)
# a login that is told with its password
_TOLD = re.compile(
    r"(?<![^\W_])(?:user(?:name)?|login|usuario|utente|benutzer(?:name)?|nutzer(?:name)?|gebruiker(?:snaam)?|identifiant|utilisateur|usuário|utilizador|użytkownik|användare)(?P<tells>[ ](?:is|es|ist|est|è|é)|[ ]?[:=])?[ ]{1,2}[\"'`]?(?P<name>[A-Za-z][\w.-]{2,31})[\"'`]?(?(tells)(?:[ ]?[,;/|]|\.|[ ](?:and|y|und|et|e|en|i|och))?|(?:[ ]?[,;/|]|[ ](?:and|y|und|et|e|en|i|och)))[ ](?:(?:the|your|la|tu|das|dein|le|mot|il|het|je|a|o|sua)[ ]){0,2}(?=(?:password|passphrase|pass|pwd|pw|contraseña|clave|passwort|kennwort|pw|senha|palavra-passe|wachtwoord|parola|mot de passe|de passe|mdp|hasło|lösenord)(?![^\W_]))",
    re.IGNORECASE,
)
_TOLD_SECRETS = ("pass", "pwd", "pw ", "pw:", "contraseña", "clave", "kennwort", "senha", "wachtwoord", "parola", "mdp", "hasło", "lösenord")  # fmt: skip
_AUDITS = ("uid=", "acct=", "suser=", "duser=", "logname=", "samaccountname=")
_LEAD = 48  # characters before the sign


def recognize(text: str) -> Iterator[Hit]:
    """Yield such accounts; those of no person, as `root` and `admin`, are none."""
    lower = lowered(text)
    if "> " in text and "<" in text:
        for nick in _NICK.finditer(text):
            told = _ODD.search(nick["name"]) or _STAMP.search(
                text, max(0, nick.start() - 12), nick.start()
            )
            if told and f"</{nick['name']}>" not in text:
                yield from _account(nick, "name", "account, chat")
    if "@" in text:
        for handle in _HANDLE.finditer(text):
            if _PLACE.search(lower, max(0, handle.start() - _LEAD), handle.start()) is not None:
                yield from _account(handle, "name", "account, handle")
    if "--user" in text or "--login" in text or "--account=" in text or "--uid=" in text:
        for option in _OPTION.finditer(text):
            yield from _account(option, "name", "account, option")
    if present(lower, _TOLD_SECRETS):
        for told in _TOLD.finditer(text):
            yield from _account(told, "name", "account, told")
    if any(word in lower for word in _AUDITS):
        for audited in _AUDITED.finditer(text):
            yield from _account(audited, "id" if audited["id"] else "name", "account, logged")


def _account(match: re.Match[str], group: str, rule: str) -> Iterator[Hit]:
    if match[group].lower() not in NOBODY:
        yield Hit(*match.span(group), "USERNAME", 0.42, rule, "label username")
