"""Accounts as a chat, a shell and a log write them: `<ada_l> hi`, `user @ada_l`, `--user=ada`, `uid=1000(ada)`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_uppercase, digits

from stageflow_guard.redaction.recognizers.anchors import Heads, places, present
from stageflow_guard.redaction.recognizers.generic.usernames import FILED, NOBODY
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import holds

# who writes a line of a chat; a stamp before it, or a sign or a digit in it, tells it from a tag
_NICK = re.compile(
    r"<(?<![^\s\])]<)[@+%~&]?(?P<name>[A-Za-z_][\w|^`{}-]{1,24})>(?=[ ][^<\n]{0,200}(?:\n|$))"
)
_STAMP = re.compile(r"(?:^|\n)\[?(?:[0-9]{1,2}:)?[0-9]{1,2}:[0-9]{2}\]?[ ]$")
_ODD = re.compile(r"[_0-9|^`-]")
# who writes a line of an export, by an account that is made of a name: `lukas.brenner 09:12⏎`
_TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[ ]?[AaPp][Mm])?"
_WRITER = re.compile(
    rf"(?P<name>[a-z][a-z-]{{0,20}}[._][a-z][a-z_-]{{2,24}}[0-9]{{0,3}})(?:[ ]{{1,3}}|[ ][-–—•|][ ]|,[ ])[\[(]?{_TIME}[\])]?:?[ ]?(?:\r?\n|$)"
    rf"|[\[(]?{_TIME}[\])]?(?:[ ][-–—|])?[ ](?P<behind>[a-z][a-z-]{{0,20}}[._][a-z][a-z_-]{{2,24}}[0-9]{{0,3}}):[ ]"
)
# a tag of HTML, and what a help text has a reader fill in
_OF_HELP = re.compile(
    r"(?i)^(?:h[1-6]|div|span|script|style|p|a|b|i|u|em|br|hr|li|ul|ol|td|tr|th|img|pre|code|nav|main|body|head|html|form|input|table|button|label|section|t[0-9])$|[_-](?:name|id|url|key|dir|file|type|token|path|secs|size|count|number|host|port|user|version)$"
)
# a place where people have a handle, or a word for one, before the sign
_HANDLE = re.compile(r"@(?<![\w.@/]@)(?P<name>[A-Za-z0-9](?:[\w.]{1,28})[A-Za-z0-9_])(?![\w@-])")
_PLACES_OF_HANDLES = ("user", "users", "usuario", "usuaria", "utilisateur", "utente", "nutzer", "gebruiker", "usuário", "handle", "username", "dm", "dms", "pm", "ping", "twitter", "instagram", "insta", "ig", "telegram", "tg", "tiktok", "snapchat", "snap", "discord", "mastodon", "threads", "twitch", "skype", "wechat", "bluesky", "venmo", "cashapp")  # fmt: skip
_BEHIND_THEM = ("is", "id", "name", "handle", "user", "account", "me", "es", "est", "ist", "è", "é", "at", "on", "to")  # fmt: skip
_PLACE = re.compile(
    rf"(?<![a-z])(?:{'|'.join(_PLACES_OF_HANDLES)})(?: (?:{'|'.join(_BEHIND_THEM)})){{0,2}}[ ]?[:(]?[ ]?$"
)
# somebody whom a ticket or a mail is shown to
_SHOWN_TO = re.compile(
    r"(?<![\w.])(?:cc|fyi|thx|thanks|ping|assignee|reviewer)[ :]{1,2}@(?!(?:[a-z0-9]{1,16}[._-]){0,2}(?:team|teams|devs?|ops|devops|sre|eng|core|group|owners|maintainers|reviewers|admins?|bot|support|security|backend|frontend|platform|qa|all|here|everyone|channel)(?![a-z0-9]))(?P<name>[a-z][a-z0-9]{1,28}(?:[._-][a-z0-9]{1,28}){0,2})(?![\w@/(-])"
)
_SHOWN = Heads(("cc @", "cc: @", "fyi @", "thx @", "thanks @", "ping @", "assignee @", "assignee: @", "reviewer @", "reviewer: @"))  # fmt: skip
_TO_ALL = frozenset(["media", "param", "extend", "apply", "select", "click", "input", "change", "submit", "channel", "everyone", "here", "all", "team", "support_team", "property", "staticmethod", "import", "include", "mixin", "font", "keyframes", "override", "deprecated", "return", "throws", "see", "since", "noon"])  # fmt: skip
_LAST_WORDS = frozenset((*_PLACES_OF_HANDLES, *_BEHIND_THEM))
# an option of a command; `--user x` may be a switch and what it is for
_OPTION = re.compile(
    r"--(?<![\w-]--)(?:user(?:name)?=|username[ ]|login[= ]|uid=|account=)[\"']?(?P<name>[A-Za-z][\w.-]{2,38})(?=[\"']?(?:[\s;&|)]|$))"
)
# as a daemon writes it: `uid=1000(ada)`, `acct="ada.l"`
_AUDITED = re.compile(
    r"(?<![\w-])(?:uid=[0-9]{1,10}\((?P<id>[a-z][\w.-]{1,31})\)|(?:acct|auid|suser|duser|samaccountname)=[\"'](?P<name>[a-z][\w.-]{2,31})[\"'])",
    re.IGNORECASE,
)
# `Skype: marlene.okafor`, `Discord: kestrel#4821`
_PLACED = re.compile(
    r"(?:skype|snapchat|discord|telegram|instagram|insta|tiktok|wechat(?: id)?|line id|kakaotalk|gamertag|psn|xbox live|threema|mastodon|bluesky|venmo|cashapp)(?: (?:id|name|handle|user|username|nick))?[ ]?[:：][ ]?(?P<name>(?=[\w.#-]{0,30}[._#0-9-])[A-Za-z@][\w.#-]{3,31})(?![\w@/:.])|微信号?[：: ]{1,2}(?P<weixin>[A-Za-z][\w-]{5,19})",
    re.IGNORECASE,
)
_PLACES = ("skype", "snapchat", "discord", "telegram", "insta", "tiktok", "wechat", "微信", "line id", "kakao", "gamertag", "psn", "xbox", "threema", "mastodon", "bluesky", "venmo", "cashapp")  # fmt: skip
# `CORP\\j.harper`: a domain of Windows, in capitals, and an account
_DOMAIN = re.compile(
    r"(?<![\w\\/.:$-])(?!HKEY|HKLM|HKCU|NT |BUILTIN|SYSTEM)[A-Z][A-Z0-9-]{1,14}\\{1,2}(?P<name>(?=[a-z]{0,20}[._0-9])[a-z][a-z0-9._-]{2,24}[a-z0-9])(?![\w\\/.:])"
)
# a domain begins where nothing of one stands before it
_OF_DOMAINS, _DOMAIN_MOST = ascii_uppercase + digits + "-", 16
# `his handle is kestrel48`, `Discord kestrel#4410`, `live:kestrel48`
_NAMED = re.compile(
    r"(?:(?:handle|screen name|gamertag|nick(?:name)?|pseudo|spitzname)(?:(?: is| ist| est| es| è)[ ]@?|[: ]{1,2}@)(?=[a-z][a-z_.]{1,20}[0-9]|[a-z]{2,20}[_.][a-z])|discord:? (?=\w{2,24}#[0-9]{4})|live:)(?P<name>[a-z][\w.]{1,23}\w(?:#[0-9]{4})?)(?![\w@/])",
    re.IGNORECASE,
)
_NAMES = Heads(("handle", "screen name", "gamertag", "nick", "pseudo", "discord ", "discord: ", "live:"))  # fmt: skip
# the folder of a user, by a name or a number in it
_HOME = re.compile(
    r"(?:(?<![\w.)/])/(?:Users|home)/|\\{1,2}Users\\{1,2}|\\{1,2}Documents and Settings\\{1,2})(?P<name>[A-Za-z][\w.-]{2,31})(?=[/\\\"'\s:;,)]|$)"
)
_FOLDERS = ("/Users/", "/home/", "\\Users\\", "and Settings")
# a login that is told with its password
_TOLD = re.compile(
    r"(?<![^\W_])(?:user(?:name)?|login|usuario|utente|benutzer(?:name)?|nutzer(?:name)?|gebruiker(?:snaam)?|identifiant|utilisateur|usuário|utilizador|użytkownik|användare)(?P<tells>[ ](?:is|es|ist|est|è|e['’]|é)|[ ]?[:=])?[ ]{1,2}[\"'`]?(?P<name>[A-Za-z][\w.-]{2,31})[\"'`]?(?(tells)(?:[ ]?[,;/|]|\.|[ ](?:and|y|und|et|e|en|i|och))?|(?:[ ]?[,;/|]|[ ](?:and|y|und|et|e|en|i|och)))[ ](?:(?:the|your|la|tu|das|dein|le|mot|il|het|je|a|o|sua)[ ]){0,2}(?=(?:password|passphrase|pass|pwd|pw|contraseña|clave|passwort|kennwort|pw|senha|palavra-passe|wachtwoord|parola|mot de passe|de passe|mdp|hasło|lösenord)(?![^\W_])(?:[ ](?:is|es|ist|est|è|e['’]|é))?[ ]?[:=]?[ ]{1,2}(?=[^\s]{0,30}[0-9])[^\s]{6})",
    re.IGNORECASE,
)
_AUDITS = ("uid=", "acct=", "suser=", "duser=", "samaccountname=")
_LEAD = 48  # characters before the sign


def recognize(text: str) -> Iterator[Hit]:
    """Yield such accounts; those of no person, as `root` and `admin`, are none."""
    lower = lowered(text)
    if "> " in text and "<" in text:
        yield from _nicks(text)
    if ":" in text and holds(text, _TIMES) and ("." in text or "_" in text):
        yield from _writers(text)
    if "@" in text:
        for handle in _HANDLE.finditer(text):
            before = lower[max(0, handle.start() - _LEAD) : handle.start()]
            last = before.rstrip(" :(").rpartition(" ")[2].lstrip("([\"'")
            if handle["name"].lower() in _TO_ALL or handle["name"][0].isupper():
                continue  # everybody, an annotation
            if last in _LAST_WORDS and _PLACE.search(before) is not None:
                yield from _account(handle, "account, handle")
    for heads, pattern, rule in _BEHIND:
        for at in heads.places(lower):
            match = pattern.match(text, at)
            if match is not None:
                yield from _account(match, rule)
    if "/" in text or "\\" in text:
        yield from _in_paths(text)


def _in_paths(text: str) -> Iterator[Hit]:
    """Yield accounts behind a domain of Windows, and those whose folder of a user is told."""
    for at in places(text, "\\"):
        low = max(0, at - _DOMAIN_MOST)
        domain = _DOMAIN.match(text, low + len(text[low:at].rstrip(_OF_DOMAINS)))
        if domain is not None:
            yield from _account(domain, "account, domain")
    for home in _HOME.finditer(text) if present(text, _FOLDERS) else ():
        if _of_a_person(home["name"].lower()):
            yield from _account(home, "account, folder")


def _nicks(text: str) -> Iterator[Hit]:
    """Yield who writes a line of a chat; what is closed again is a tag."""
    for nick in _NICK.finditer(text):
        name, low, end = nick["name"], max(0, nick.start() - _STAMP_MOST), nick.end()
        begins = text[nick.start() - 1 : nick.start()] in ("", "\n")
        told = (begins and _ODD.search(name) is not None) or (
            _STAMP.search(text, low, nick.start()) is not None
        )
        if told and _OF_HELP.search(name) is None and (
            text.find(f"</{name}>", end, end + _CLOSED_WITHIN) < 0
        ):  # fmt: skip
            yield from _account(nick, "account, chat")


_TIMES = (b"0:00",)  # in the shape of a text


def _writers(text: str) -> Iterator[Hit]:
    """Yield who writes a line that begins with his account and a time: a given name is a part of it, or an initial."""
    for at in (0, *(at + 1 for at in places(text, "\n"))):
        writer = _WRITER.match(text, at)
        if writer is None:
            continue
        group = "name" if writer["name"] else "behind"
        name = writer[group]
        if _of_a_person(name) and name.lower() not in NOBODY:
            yield Hit(*writer.span(group), "USERNAME", 0.42, "account, chat", "label username")


_CLOSED_WITHIN = 240  # characters of what a tag holds
_STAMP_MOST = 12  # characters of a time
# an account by what is before it
_BEHIND = (
    (Heads(("--user", "--login", "--account=", "--uid=")), _OPTION, "account, option"),
    (Heads(("user", "login", "usuario", "utente", "benutzer", "nutzer", "gebruiker", "identifiant", "utilisateur", "usuário", "utilizador", "użytkownik", "användare")), _TOLD, "account, told"),
    (Heads(_PLACES), _PLACED, "account, place"),
    (Heads(_AUDITS), _AUDITED, "account, logged"),
    (_SHOWN, _SHOWN_TO, "account, handle"),
    (_NAMES, _NAMED, "account, handle"),
)  # fmt: skip


def _of_a_person(name: str) -> bool:
    """Say whether the name of a folder is that of a person: a given name is a part of it, or an initial before a dot."""
    return _INITIAL.fullmatch(name) is not None or any(
        len(part) >= _LEAST and part in GIVEN_NAMES for part in _PARTS.split(name)
    )


_INITIAL, _PARTS = re.compile(r"[a-z]\.[a-z]{3,}"), re.compile(r"[._-]|[0-9]+")
_LEAST = 4  # letters of such a given name


def _account(match: re.Match[str], rule: str) -> Iterator[Hit]:
    group = match.lastgroup or "name"
    group = group if group != "tells" else "name"
    name = match[group]
    if name.lower() not in NOBODY and FILED.search(name) is None and not name.startswith("SIG"):
        yield Hit(*match.span(group), "USERNAME", 0.42, rule, "label username")
