"""Where a secret's value ends, by the syntax around it, and whether it is one at all. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

MOST = 8_192  # characters without white space; with it, what a stream sees ahead
SPACED = 200
SUFFIXES = ("_id", "_ty", "_na", "_fi", "_pa", "_ur", "_le", "_ex", "_ha", "_re", "_po", "_va", "_fo", "_ch", "_pr", "_co", "_su", "-le", "-fi", "-pr", "len", "nam")  # fmt: skip


class Value(NamedTuple):
    """A value's place, whether it stands in quotes, and whether a sentence tells it."""

    start: int
    end: int
    quoted: bool
    spoken: bool


_SUFFIX = r"(?:[_-]?(?:[0-9]{1,3}|enc|value|val|str|text|plain|old|new|current|prod|production|dev|test|staging|live|base|key|user|usuario|utilisateur|benutzer|gebruiker|utente|admin|root|app|db|bd|bdd|database|datenbank|databank|banco|banque|server|servidor|serveur|mail|email|smtp|ftp|wifi|wlan|vpn|ssh|ldap|web|konto|cuenta|service|svc|system|backup|guest|local|master|cliente|kunde|client|customer))?"
# a sign of assignment; a declared type may stand before it
_SIGN = re.compile(
    rf"{_SUFFIX}(?:\[\]|(?:\\?[\"'`\])}}]){{0,2}})[ \t]{{0,4}}(?:(?::[ \t]{{0,2}}|As[ ])?(?:string|str|String|&str|&'static str|char \*|const|text|varchar)(?:\[\])?[ \t]{{0,3}})?"
    rf"(?:\?=|:{{1,3}}=|\.=|\|\|=?(?=[ ]?[\"'])|\+=|===?|=>|->|<-|<<<|by[ ]lazy[ ]\{{|[:=：])[ \t\n]{{0,4}}(?:(?:bearer|basic|is|new String\(|String\(|String::from\(|b|n|r|f|u|@)(?=[ \"'`])[ ]?)?"
    # a default: env or "…", os.environ.get("X", "…")
    r"(?:[\w.$]{1,32}(?:\([^()\n]{0,40}\))?[ ]?(?:or|\|\||\?\?)[ ]?(?=[\"'`])|[\w.:]{1,32}\([\"'][\w.-]{1,40}[\"'],[ ]?(?=[\"'`]))?",
    re.IGNORECASE,
)
# put("TOKEN", "…"), <add key="TOKEN" value="…">, <string name="token">…<, name: TOKEN⏎value: …
_CALL = re.compile(rf"{_SUFFIX}[\"'`](?:[ ]?,[ ]{{0,3}}|[ ]value=)(?=[\"'`])", re.IGNORECASE)
# setPassword("…"), .withSecret("…")
_SETTER = re.compile(r"[A-Za-z0-9_]{0,16}\([ ]?(?=[\"'`])")
_SETS = re.compile(r"(?:set|with|use|put|add)_?$", re.IGNORECASE)
_ARGUMENT = re.compile(r"(?:[(\[=,]|^|\n)[ ]?[\"'`][\w.-]*$")
_NAMED_TAG = re.compile(r"[\"'](?:[ ][^<>\n]{0,60})?>(?=[^<>\s])")
_PLIST = re.compile(
    r"[\w.-]{0,24}</(?:key|name)>\s{0,40}<(?:string|data|value)>\s{0,40}(?=[^<\s])"
)  # of a property list
_PAIR = re.compile(r"[\"']?[ ]?\n[ ]{0,12}(?:-[ ])?[\"']?value[\"']?[ ]?:[ ]{0,3}", re.IGNORECASE)
# variable "db_password" { default = "…" }, {"name": "DB_PASSWORD", "value": "…"}
_DECLARED = re.compile(
    r"(?:[\"'][ ]\{[^{}\"']{0,120}(?<=[ \n\t{])default[ ]{0,4}=[ ]{0,4}|[\"']?[ ]?,\s{0,8}[\"']?value[\"']?[ ]?:[ ]{0,3})(?=[\"'])"
)
# name="password", an empty line, and the value: a part of a form
_PART = re.compile(r"[\"'](?:\r?\n[\w-]{1,30}:[^\n]{0,80})?\r?\n\r?\n(?=\S)")
_PART_NAME = re.compile(r"form-data;[ ]?name=[\"'][\w.\[\]-]*$")
_OPTION = re.compile(r"(?:--[\w.-]*|ENV[ ][\w.-]*|set[ ][\w.-]*|[ ]-p[ ]?)$")
_DASH = re.compile(rf"{_SUFFIX}[ ]{{1,2}}[-–][ ]{{1,2}}(?=[\"'`])", re.IGNORECASE)
_IN_TAG = re.compile(r"[A-Za-z][\w.:-]{0,22}")
_TAG = re.compile(r"(?:[\w.:-]{0,24})(?:[ ][^<>\n]{0,80})?>[ ]?")
_BY = re.compile(r"[ ]{1,2}(?=[\"'])")
# name,VALUE, in a row of its own; a statement of a configuration: password "…";
_ROW = re.compile(r"(?:^|\n)[\w.-]{0,40}$")
_CELL = re.compile(rf"{_SUFFIX},(?=[^\s,;\"']{{16,}}(?:,|\s|$))", re.IGNORECASE)
_STATED = re.compile(
    rf"{_SUFFIX}[ \t]{{1,4}}(?=([\"'])[^\"'\n]{{4,200}}\1[ ]?(?:[;\n]|$))", re.IGNORECASE
)
# a block of YAML: | or >, and what is indented below
_BLOCK = re.compile(r"[|>][-+]?[0-9]?[ \t]*\n(?=([ \t]+)\S)")
_SAYS = re.compile(
    rf"{_SUFFIX}[\"'`)]?(?:[ ](?:for|of|to|von|für|pour|para|per|voor)[ ][\w.-]{{2,24}}(?:[ ][\w.-]{{2,24}})?)?[ ](?:is|was|are|ist|war|lautet|est|es|è|e['’]|é|eh|jest|är|er|c['’]est|now|set to|to|:)(?:[ ]?[:：])?[ ]{{1,2}}(?:now[ ])?",
    re.IGNORECASE,
)
_TOUCH = re.compile(r"[ ]?(?:は|是|为|為|：|:|는|은|है)?[ ]{0,2}[「『“（]?(?=[!-~])")
_ADJACENT = re.compile(
    r"(?:[ ](?:for|of|to|do|da|de|del|du|von|für|van|voor|per|pour)[ ](?:(?:the|my|our|der|den|das|la|le|el|il|de|het)[ ])?[^\W\d_][\w.-]{1,15})?[ ]{1,2}(?=[^\s]*[0-9])"
)
# quotes of Perl and Ruby; of a shell, with escapes; of a batch file, around name and value
_DELIMITED = re.compile(
    r"(?:q{1,2}|%[qQ])(?:\{((?:[^{}\n]|\{[^{}\n]{0,40}\}){3,80})\}|\(([^\n()]{3,80})\))(?=[;,\s)]|$)"
)
_HEREDOC = re.compile(r"<<[<~-]?[ ]?[\"']?(\w{2,12})[\"']?\n[ \t]*([^\n]{4,200})\n[ \t]*\1")
_GUILLEMETS = re.compile(r"[»«„“‚‘]([^»«„“”‘\n]{3,80})[«»“”’]")
_SET_QUOTED = re.compile(r"(?i)(?:^|[\s&(])set[ ]\"$")
_OPEN = re.compile(r"\$'|\\[\"'`]|[\"']{3}(?![\"'])|[\"'`]")
_QUERY = re.compile(r"[?&][\w.-]{0,40}$")
_BARE = re.compile(r"[^\s\"'`⟦⟧\x1e」』”）】。、]{1,8192}")
_STOPS = re.compile(
    r"[;,](?=\s|$|[\"']|[\w.-]{1,40}\s?[=:])|[)\]}>]+(?=[\s;,.]|$)|[<>(){}]|&(?=[\w.-]{1,40}=)|,(?=[^\s,;]{0,40}(?:,|$))|\\[nrt](?![\w+/=])"
)


# what may stand between name and value, and what has to stand before the name
_BETWEEN: tuple[tuple[re.Pattern[str], re.Pattern[str] | None], ...] = (
    (_SIGN, None), (_CALL, _ARGUMENT), (_DASH, None), (_PAIR, None), (_DECLARED, None), (_PART, _PART_NAME),
)  # fmt: skip


def after(text: str, name: int, at: int, *, spoken: bool) -> Value | None:
    """Return the value behind the name `[name, at)` of a secret."""
    if text[name - 1 : name] == "<" or (
        "<" in text[max(0, name - 24) : name]
        and _IN_TAG.fullmatch(text[max(0, name - 24) : name].rpartition("<")[2])
    ):
        return _element(text, _TAG.match(text, at))
    listed = _PLIST.match(text, at)
    if listed is not None:
        return _element(text, listed)
    if text[at : at + 1] in ("'", '"'):
        element = _element(text, _NAMED_TAG.match(text, at))
        if element is not None:
            return element
    setter = _SETTER.match(text, at)
    if setter is not None and _SETS.search(text, max(0, name - 5), name):
        return _value(text, name, setter.end())
    for pattern, before in _BETWEEN:
        match = pattern.match(text, at)
        if match is None or (
            before is not None and before.search(text, max(0, name - 44), name) is None
        ):
            continue
        found = _value(text, name, match.end())
        if found is not None and "==" in match[0] and not found.quoted:
            return None  # a comparison with what is no literal
        return found
    if text[name:at] == "PASSWORD" and text[at : at + 2] in ("('", '("'):  # a function of SQL
        return _value(text, name, at + 1)
    if text[name:at].lower() == "identified by":
        match = _BY.match(text, at)
        return None if match is None else _value(text, name, match.end())
    return _stated(text, name, at) or _told(text, name, at, spoken=spoken)


def _stated(text: str, name: int, at: int) -> Value | None:
    """Return the value of a row or a statement that has no sign between name and value."""
    if text[at : at + 1] not in (" ", "\t", "_", "-", ",") and not text[at : at + 1].isdigit():
        return None
    cell = _CELL.match(text, at)
    if cell is not None and _ROW.search(text, max(0, name - 44), name) is not None:
        return _unlike_prose(text, name, cell.end())
    stated = _STATED.match(text, at)
    return None if stated is None else _value(text, name, stated.end())


def _told(text: str, name: int, at: int, *, spoken: bool) -> Value | None:
    """Return the value that a sentence tells."""
    if not spoken and _OPTION.search(text, max(0, name - 24), name) is None:
        told = _SAYS.match(text, at)  # a word that prose uses, too: only what is no word of it
        return None if told is None else _unlike_prose(text, name, told.end())
    says = _SAYS.match(text, at)
    if says is None and text[at - 1] > "\u05ff":
        says = _TOUCH.match(text, at)
    if says is None:
        says = _ADJACENT.match(text, at)
    if says is None:
        return None
    found = _value(text, name, says.end())
    return None if found is None else found._replace(spoken=True)


def _unlike_prose(text: str, name: int, at: int) -> Value | None:
    found = _value(text, name, at)
    if found is None or found.end - found.start < 10:
        return None
    value = text[found.start : found.end]
    digits = sum(c.isdigit() for c in value)
    letters = sum(c.isalpha() for c in value)
    if digits < 3 or letters < 3 or "/" in value or value.startswith("0x"):
        return None
    return found._replace(spoken=True)


_UNDER = re.compile(r"[\"']?:[ \t]*\n(?=[ \t]*[-\w\"'])")
_OPENING = re.compile(r"(?:^|\n)([ \t]*(?:-[ ]+)?)[\"']?[\w.-]{0,40}$")
_LINE = re.compile(
    r"([ \t]*)((?:-[ ]+)*)(?:([\"']?)([\w.-]{1,40})\3:(?:[ ]+|(?=\n|$)))?([^\n]{0,200})(?:\n|$)"
)
_UNDER_MOST = 200  # characters: what a stream sees on both sides


_WITHIN = re.compile(r"\"[ \t]{0,4}:\s{0,4}(?=[\[{])")
_TOKEN = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"(\s{0,4}:)?|[\[\]{}]")


def within(text: str, at: int) -> Iterator[Value]:
    """Yield the values that stand in the object or the list of JSON behind a name."""
    opened = _WITHIN.match(text, at)
    if opened is None:
        return
    depth, skipped, told = 0, 0, True  # `skipped`: the depth of what only says something
    for match in _TOKEN.finditer(text, opened.end(), at + _UNDER_MOST):
        sign = match[0]
        if sign in ("[", "{"):
            depth += 1
            skipped = skipped or (0 if told else depth)
        elif sign in ("]", "}"):
            depth -= 1
            skipped = 0 if depth < skipped else skipped
            told = True
            if depth <= 0:
                return
        elif match[2] is not None:
            told = not about(match[1])
        elif told and not skipped and match[1]:
            yield Value(*match.span(1), quoted=True, spoken=False)


def under(text: str, name: int, at: int) -> Iterator[Value]:
    """Yield the values that stand below the name of a secret in YAML, deeper than it."""
    opened = _UNDER.match(text, at)
    before = opened and _OPENING.search(text, max(0, name - 64), name)
    if opened is None or before is None:
        return
    depth, line, skipped = len(before[1]), opened.end(), -1
    while line < len(text) and line - at < _UNDER_MOST:
        match = _LINE.match(text, line)
        if match is None or match.end() == line:
            return
        column = len(match[1]) + len(match[2])
        if match[0].strip() and not (
            len(match[1]) > depth or (match[2] and len(match[1]) == depth)
        ):
            return
        line = match.end()
        if 0 <= skipped < column:
            continue
        skipped = column if match[4] is not None and about(match[4]) else -1
        value = match[5].rstrip()
        start = match.start(5)
        if skipped < 0 and value[:1] in ("'", '"') and value[-1:] == value[:1] and len(value) > 2:
            start, value = start + 1, value[1:-1]
        elif skipped >= 0 or any(c in value for c in " #"):
            continue
        if value:
            yield Value(start, start + len(value), quoted=True, spoken=False)


_QUOTED_KEY = re.compile(r"\"([\w.-]{1,48})\"[ \t]{0,4}:\s{0,4}\"")


def in_json(text: str, name: int, value: Value) -> bool:
    """Say whether `value` stands in JSON under a password's name: then it is one, however short."""
    key = _QUOTED_KEY.search(text, max(0, name - 40), value.start)
    inner = text[value.start : value.end]
    return (
        key is not None and key.end() == value.start and is_password(key[1])
        and len(inner) > 1 and not (inner.isalpha() and inner.istitle()) and _PLACEHOLDER.match(inner) is None and " " not in inner
    )  # fmt: skip


def short(value: str) -> bool:
    """Say whether a value is short, no word, and none of the signs that stand for a value."""
    return (
        2 <= len(value) < 8 and not value.isalpha() and _PLACEHOLDER.match(value) is None
        and any(map(str.isalnum, value)) and " " not in value
    )  # fmt: skip


def _element(text: str, tag: re.Match[str] | None) -> Value | None:
    """Return what stands in an element of XML, without the white space around it."""
    if tag is None:
        return None
    end = text.find("<", tag.end(), tag.end() + 512)
    inner = text[tag.end() : end]
    if end < 0 or not inner.strip() or "\n" in inner.strip():
        return None
    start = tag.end() + len(inner) - len(inner.lstrip())
    return Value(start, start + len(inner.strip()), quoted=True, spoken=False)


def _braced(text: str, at: int) -> Value | None:
    """Return what ODBC writes in braces; a closing brace inside is doubled."""
    end = at + 1
    while end < len(text) and end - at < SPACED and text[end] != "\n":
        if text[end] == "}":
            if text[end + 1 : end + 2] != "}":
                break
            end += 1
        end += 1
    if text[end : end + 2] == "};" or (
        text[end : end + 1] == "}" and not text[end + 1 : end + 2].strip("\"' \n")
    ):
        return Value(at, end + 1, quoted=True, spoken=False)
    return None


def _block(text: str, opened: re.Match[str]) -> Value | None:
    """Return what is indented below a key of YAML: its first line, and more while a stream sees it."""
    indent = opened[1]
    start, end = opened.end() + len(indent), 0
    at = start
    while True:
        stop = text.find("\n", at, at + MOST)
        stop = (at + MOST if at + MOST < len(text) else len(text)) if stop < 0 else stop
        if end and stop - start > SPACED:
            break
        end = stop
        if not text.startswith(indent, end + 1):
            break
        at = end + 1 + len(indent)
    end = start + len(text[start:end].rstrip())
    value = text[start:end]
    if end - start > SPACED and any(map(str.isspace, value)):
        return None
    return Value(start, end, quoted=True, spoken=False) if end > start else None


def _in_other_quotes(text: str, name: int, at: int) -> Value | None:
    """Return what stands in a block of YAML, in quotes of Perl or Ruby, in a heredoc, in the quotes of a whole `set`."""
    block = _BLOCK.match(text, at) if text[at : at + 1] in ("|", ">") else None
    if block is not None:
        return _block(text, block)
    for pattern in (_HEREDOC, _DELIMITED, _GUILLEMETS):
        match = pattern.match(text, at)
        if match is not None:
            group = match.lastindex or 0
            return Value(*match.span(group), quoted=True, spoken=False)
    if text[name - 1 : name] == '"' and text[at - 1 : at] == "=" and (
        _SET_QUOTED.search(text, max(0, name - 8), name)
    ):  # fmt: skip
        stop = text.find('"', at, at + SPACED)
        if stop > at and "\n" not in text[at:stop]:
            return Value(at, stop, quoted=True, spoken=False)
    return None


def _value(text: str, name: int, at: int) -> Value | None:
    other = _in_other_quotes(text, name, at)
    if other is not None:
        return other
    opened = _OPEN.match(text, at)
    if opened is not None:
        end = _closed(text, opened.end(), opened[0])
        if end > opened.end():
            end = _with_what_touches(text, end, opened[0])
            return Value(opened.end(), end, quoted=True, spoken=False)
        if end == opened.end():
            return None
        at = opened.end()
    if text[at - 1 : at + 1] == "={":
        braced = _braced(text, at)
        if braced is not None:
            return braced
    bare = _BARE.match(text, at)
    if bare is None:
        return None
    end = bare.end()
    if _QUERY.search(text, max(0, name - 42), name):
        cut = re.search(r"[&#]", bare[0])
        end = at + cut.start() if cut is not None else end
    stop = _STOPS.search(text, at, end)
    if stop is not None and not _made_up(text, at, end, stop.start()):
        end = stop.start()
    elif stop is not None:
        stop = None
        end -= len(text[at:end]) - len(text[at:end].rstrip(")]}>"))
    end -= len(text[at:end]) - len(text[at:end].rstrip(".!?:;,"))
    if end < bare.end() and text[end] in "([" and stop is not None and stop[0][0] in "([":
        return None  # a call
    return Value(at, end, quoted=False, spoken=False) if end > at else None


_TOUCHING = re.compile(r"(?:\"\"|''|\"'|'\")(?![\"'])")
_PIECES = 6  # of one value


def _with_what_touches(text: str, end: int, quote: str) -> int:
    """Return where a value ends that a shell puts together: `"Otter""Creek"'!2026'`."""
    for _ in range(_PIECES if quote in ("'", '"') else 0):
        if _TOUCHING.match(text, end) is None:
            break
        closed = text.find(text[end + 1], end + 2, end + 2 + _TOUCHING_MOST)
        if closed < 0 or "\n" in text[end:closed]:
            break
        end = closed
    return end


_TOUCHING_MOST = 80  # characters of a piece
_CALLED = re.compile(r"[\w.:]*[(\[{<]")
_ODD = re.compile(r"[^\w.,:;()\[\]{}<>/-]")


def _made_up(text: str, at: int, end: int, stop: int) -> bool:
    """Say whether brackets are characters of a password: it is no call, and signs are mixed in."""
    if crossed(text[at:end]):
        return True
    word = text[at:end].rstrip(")]}>,;.")
    if stop - at >= len(word) or text[stop] not in "()<>[]{}" or _CALLED.match(word):
        return False
    kinds = sum((
        any(c.isdigit() for c in word), any(c.islower() for c in word), any(c.isupper() for c in word),
        _ODD.search(word) is not None,
    ))  # fmt: skip
    return kinds >= 3 and len(word) <= 64 and (
        text[stop] in ")>]}" or _ODD.search(word) is not None
    ) and word.count("(") + word.count(")") <= 2  # fmt: skip


_PAIRS = {")": "(", "]": "[", "}": "{"}
_SIGNS = re.compile(r"[^\w\s.,:;'\"/-]")


def crossed(value: str) -> bool:
    """Say whether brackets close what was not opened, among many other signs: code closes its own."""
    if len(value) > 128 or len(set(_SIGNS.findall(value))) < 6:
        return False
    opened: list[str] = []
    for char in value:
        if char in "([{":
            opened.append(char)
        elif char in _PAIRS and (not opened or opened.pop() != _PAIRS[char]):
            return True
    return False


_TRIPLE, _REOPENED = 3, "'\\''"


def _closed(text: str, at: int, quote: str) -> int:
    """Return where the quote that was opened before `at` closes; 0 where it does not."""
    sign, escaped = quote[-1], quote[0] == "\\"
    if len(quote) == _TRIPLE:
        stop = text.find(quote, at, at + SPACED)
        inner = text[at:stop]
        return stop if stop > 0 and ("\n" not in inner or " " not in inner) else 0
    end, spaced = at, False
    while end < len(text):
        char = text[end]
        if char == "\n" or (spaced and end - at > SPACED) or end - at > MOST:
            return 0
        if escaped and text.startswith(quote, end):
            return end
        if char == "\\" and not escaped:
            end += 2
            continue
        if char == "'" and text.startswith(_REOPENED, end):
            end += len(_REOPENED)  # an apostrophe, as a shell writes it
            continue
        if char == sign:
            if (
                not escaped
                and text[end + 1 : end + 2] == sign
                and text[end + 2 : end + 3].isalnum()
            ):
                end += 2  # doubled, as SQL does
                continue
            return end
        spaced = spaced or char == " "
        end += 1
    return 0


_PLACEHOLDER = re.compile(
    r"(?i)^(?:[*.xX_•#?-]+|(?-i:\$(?:[a-z_]+[0-9]{0,2}(?:_[a-z0-9]+)*|[A-Z_][A-Z0-9_]*|[a-z]+(?:[A-Z][a-z]+)+|[0-9@*#?$!]))$|\$[{(\[].*|\$\w+[.:/].*|%\w+%|%\(\w+\)s|<.*>|\{\{.*|\{.*\}|\[.*\]|.*\.\.\.|none|null|nil|true|false|undefined|required|optional|string|str|int|bool|bytes|self|this|env|os|example.*"
    r"|change.?(?:me|it)|redacted|masked|hidden|(?:your|my|the|some|any|insert|enter|put|add|replace|set|use|get|dummy|fake|sample|test|placeholder|foo|bar|todo|fixme)(?:[-_ .]?(?:api|app|aws|db|user|admin|access|auth|super|very|own|new|real|secret|private|public|client|server|service|password|passwd|pass|pwd|token|key|value|here|with|your|my|me|it|string|name|id|url|code|pin|foo|bar|baz|test|case|data|text)|[-_ ][a-z]+)*[-_ ]?[0-9]{0,4}|todo|tbd|n/a|yes|no|on|off|empty|invalid|expired"
    r"|missing|valid|correct|incorrect|wrong|rejected|unknown|not|the|a|an|to|for|in|is|was|has|been|must|should|cannot|will|password|passwort|secret|token|enc\[.*|vault:.*|ref\+.*|op://.*|arn:.*|file:.*|https?:.*)$"
)
_REPEATED = re.compile(
    r"(?i)x{6,}|\*{4,}|0{12,}|\.{3,}|<[a-z_ -]+>|_here\b|example|placeholder|changeme|your[-_]"
)
_CODE = re.compile(
    r"[A-Za-z_]\.[A-Za-z_]+(?:$|[\[(])|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|->|::|^[A-Z][A-Z0-9_]*$|^[a-z]+(?:_[a-z]+)*$|^(?:\.{0,2}|~)/|^\.\w+$|^[A-Z][a-z]+(?:[A-Z][a-z]+)*$|^\w+\[|^[a-z]+[0-9]{0,2}(?:_[a-z]+[0-9]{0,2})+$|^\w+\($|^[@&](?![A-Za-z_]*[0-9]+[A-Za-z])\w+$|^--|\w\|\w+(?:\||$)|\|\||^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*[-:]v?[0-9]+(?:\.[0-9]+){1,3}$"
)
_DIGIT = re.compile(r"[0-9]")
_KEY = re.compile(r"[A-Za-z0-9+/=_~.-]{20,512}")
_TURN = re.compile(r"[A-Za-z][0-9]|[0-9][A-Za-z]")
_NAME_LIKE = re.compile(
    r"^[A-Za-z]?[a-z]+(?:[A-Z][a-z]+)*$|^[A-Z]{0,4}[a-z]{2,}(?:[A-Z]{1,5}[a-z]{2,})+$"
)
_TYPE_LIKE = re.compile(r"^_?(?:[A-Z]+[a-z]+|[A-Z][A-Za-z]*[a-z][0-9]?(?:[A-Z][a-z]{2,})+)$")
# a part that code fills in, a class of characters, a path of modules, a role of a document
_TEMPLATE = re.compile(
    r"\{[A-Za-z_][\w.]*(?:[(\[][^{}]{0,60})?(?:\.\w+)*(?:![rsa])?(?::[^{}]{0,8})?\}|^\[[^\]]+\][+*]|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){1,8}:[A-Za-z_]\w*$|^(?:data|class|func|meth|ref|attr|mod|doc):`"
)


# names that say something about a value and are none of its parts: a schema's, an administration's
_ABOUT = frozenset({
    "type", "kind", "format", "min", "minimum", "max", "maximum", "len", "length", "size", "count", "limit", "policy", "rule", "rules",
    "required", "optional", "enabled", "disabled", "nullable", "readonly", "writeonly", "expires", "expiry", "expiration", "created",
    "updated", "modified", "rotated", "rotation", "at", "in", "on", "id", "ids", "name", "names", "namespace", "version", "url", "uri", "path",
    "file", "provider", "source", "algorithm", "scheme", "schema", "method", "label", "description", "desc", "title", "help", "hint",
    "message", "pattern", "regex", "regexp", "placeholder", "status", "state", "order", "index", "ref", "of", "from", "shape", "documentation",
    "docs", "doc", "comment", "comments", "note", "notes", "deprecated", "location", "header", "field", "fields", "column", "env", "var",
    "variable", "prompt", "class", "component", "input", "validator", "validators", "visible", "hidden", "sensitive", "secure", "encoding",
    "charset", "strength", "score", "attempts", "tries", "retries", "timeout", "ttl", "age", "days", "hours", "minutes", "seconds", "level",
    "priority",
})  # fmt: skip
_WORDS = re.compile(r"[^\W_A-Z]+|[A-Z]+(?![^\W_A-Z])|[A-Z][^\W_A-Z]*")


def words_of(name: str) -> list[str]:
    """Return the words of a name in any spelling of code, in lower case."""
    return [word.lower() for word in _WORDS.findall(name)]


_PASSWORDS = frozenset({
    "password", "passwd", "pwd", "passphrase", "passwort", "kennwort", "wachtwoord", "contraseña", "contrasena",
    "senha", "hasło", "haslo", "lösenord", "losenord", "adgangskode", "passord", "salasana",
    "passwords", "passphrases", "passwörter", "contraseñas", "senhas", "wachtwoorden",
})  # fmt: skip
_VERBS = frozenset({
    "show", "hide", "reset", "forgot", "forget", "change", "require", "requires", "required", "has", "is", "needs", "allow", "enable",
    "disable", "toggle", "no", "without", "use", "uses", "with", "update", "set", "get", "check", "verify", "validate", "invalid", "wrong",
    "incorrect", "missing", "weak", "strong", "ask", "enter", "remember", "save", "store", "on", "via", "by",
})  # fmt: skip


def is_password(name: str) -> bool:
    """Say whether a name is a password's: `smtp_password`, `newPassword`, but not `show_password`."""
    words = words_of(name)
    return bool(words) and words[-1] in _PASSWORDS and words[0] not in _VERBS


def about(name: str) -> bool:
    """Say whether a name says something about the value around it."""
    return not _ABOUT.isdisjoint(words_of(name))


_END_OF_KEY, _FEWEST = 16, 3  # characters at the end, different ones among them
_FILLER = re.compile(r"(?i)x{6,}|\*{4,}|0{12,}")


def filler(key: str) -> bool:
    """Say whether a key's form is filled with a few characters over and over."""
    return _FILLER.search(key) is not None or len(set(key[-_END_OF_KEY:])) < _FEWEST


def placeholder(value: str) -> bool:
    """Say whether `value` only keeps a place free, or says where the secret is."""
    return _PLACEHOLDER.match(value) is not None or _REPEATED.search(value) is not None


def random_key(value: str) -> bool:
    """Say whether letters and digits change places as in what a machine drew; no UUID is."""
    return (
        _KEY.fullmatch(value) is not None
        and len(_TURN.findall(value)) * 8 >= len(value)
        and not (len(value) == 36 and value.count("-") == 4)
    )


def mixed(value: str) -> bool:
    """Say whether capitals and small letters change places as in no name."""
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(value))
    return changes * 3 >= len(value)


# names of ways to keep or check one, and amounts: `SHA256`, `8-stellig`, `12chars`
_NO_VALUE = re.compile(
    r"(?i)^(?:(?:base|sha|md|utf|aes|rsa|oauth|argon|pbkdf|hs|rs|es|x|iso|rfc|cve|http|tls|ssl|v|ed|p)-?[0-9]{1,5}(?:[-_/.][a-z0-9.]{0,16})?|(?:bcrypt|scrypt|argon|ldap|saml|totp|hotp|ascii|[2m]fa)[-_a-z0-9]{0,12}|[0-9]{1,4}(?:[-–][0-9]{1,4})?[-]?(?:[^\W\d_]{1,14}|%)?|[0-9]{1,2}[:h.][0-9]{2}(?:[ap]m|uhr|h)?|[0-9]{1,4}(?:[./-][0-9]{1,4}){2})$"
)


def says_about(value: str) -> bool:
    """Say whether `value` names a way to keep or to check a password, or says how long it is."""
    return _NO_VALUE.match(value) is not None


_TELLS = 400  # characters of a value that tell what it is


def worth(value: str, *, quoted: bool, spoken: bool) -> float:
    """Return how sure it is that `value` is a secret; 0 for what is none."""
    value = value[:_TELLS]  # many names in one long word are no reason to read all of it for each
    if placeholder(value) or len(value) < 4:
        return 0.0
    if _TEMPLATE.search(value):
        return 0.65 if crossed(value) else 0.0
    digits = _DIGIT.search(value) is not None
    kinds = (value.upper() != value) + (value.lower() != value) + digits + (not value.isalnum())
    if spoken:
        if says_about(value):
            return 0.0
        return (
            0.6
            if digits and (len(value) >= 6) and kinds >= 2
            else 0.5
            if kinds >= 3 and len(value) >= 8
            else 0.0
        )
    if len(value) < 6:
        return 0.4 if quoted and kinds >= 3 else 0.0
    if not quoted and not (value.isalpha() and len(value) >= 16 and mixed(value)) and (
        _CODE.search(value) or _TYPE_LIKE.match(value)
    ):  # fmt: skip
        return 0.2
    if value.isdigit():
        return 0.4 if quoted else 0.2 if len(value) < 8 else 0.3
    if " " in value and kinds < 3:
        return 0.3
    if value.isalpha() and len(value) >= 16 and mixed(value):
        return 0.5
    if _NAME_LIKE.match(value) or (
        quoted and re.fullmatch(r"[a-z]+(?:[_ .-][a-z]+)*|[A-Z]+(?:_[A-Z]+)*", value)
    ):
        return 0.3
    if kinds >= 3 or (digits and kinds >= 2):
        return 0.65
    return 0.4 if quoted and kinds >= 2 else 0.3
