"""Whether a text without `---` is a document of YAML, told by its first two lines. Pure.

A form, a letter's head and a transcript for people (`Name: Ada`) look like a mapping, too. What
machines write shows in the keys: small or with an underscore, two of them, or one that holds what
is indented below it. A text is decided by its beginning, so that a stream is decided the same.
"""

from __future__ import annotations

import re

MOST = 2_000  # characters after which a text that is still undecided is prose

_KEY = r"(?:[A-Za-z_][\w.-]{0,60}|\"[^\"\n]{1,60}\"|'[^'\n]{1,60}')"
_FIRST = re.compile(rf"(?P<dash>- {{1,3}})?(?P<key>{_KEY}):(?P<rest>[ \t].*|)\r?$")
_FLAT = re.compile(rf"(?P<key>{_KEY}):(?:[ \t].*|)\r?$")
_BELOW = re.compile(rf"[ ]+(?:- {{1,3}})?{_KEY}:(?:[ \t]|\r?$)")
_ITEM = re.compile(r"[ ]*-[ ]")
_HOLDS = re.compile(r"[ \t]*(?:#.*|[&!][\w./:!-]+[ \t]*)?$")
_BLOCK = re.compile(r"(?:[ \t]+[&!][\w./:!-]+)?[ \t]+[|>][+-]?[0-9]?[+-]?[ \t]*(?:#.*)?$")
# the beginning of a line that may become a key's
_SO_FAR = re.compile(
    r"(?:-[ ]{0,3})?(?:[A-Za-z_][\w.-]{0,60}|\"[^\"\n]{0,60}\"?|'[^'\n]{0,60}'?)?(?::.*)?\r?$"
)
_MODELS = frozenset({"assistant", "ai", "bot"})
_SPEAKERS = _MODELS | {"user", "human", "system"}


def _of_machines(key: str) -> bool:
    """Say whether a key is as programs write theirs: small, quoted or with an underscore."""
    return key[0] in "\"'_" or key[0].islower() or (key.isupper() and "_" in key)


def mapping(text: str, *, final: bool) -> bool | None:
    """Say whether `text` begins as a mapping or a list of them; None where more has to be seen."""
    lines = text[:MOST].split("\n")
    ended = final and len(text) <= MOST
    first: re.Match[str] | None = None
    for place, line in enumerate(lines):
        whole = ended or place + 1 < len(lines)
        if line.startswith("#") or not line.strip():
            continue
        if first is None:
            if not whole:
                return None if len(text) <= MOST and _SO_FAR.match(line) else False
            first = _FIRST.match(line)
            if first is None:
                return False
        elif whole:
            return _goes_on(first, line)
    return False if ended or len(text) > MOST else None


def _goes_on(first: re.Match[str], line: str) -> bool:
    if first["dash"] is not None:
        return _of_machines(first["key"]) and line[:2] == "  " and _BELOW.match(line) is not None
    rest, told = first["rest"], _of_machines(first["key"])
    if _HOLDS.match(rest):
        if _BELOW.match(line) is not None:
            return True
        if told and _ITEM.match(line):
            return True
    if told and _BLOCK.match(rest):
        return line[:1] == " "
    second = _FLAT.match(line)
    if second is None or _spoken(first["key"], second["key"]):
        return False
    return told and _of_machines(second["key"])


def _spoken(one: str, other: str) -> bool:
    """Say whether two keys are the sides of a conversation with a model, as programs name them."""
    return {one, other} <= _SPEAKERS and not _MODELS.isdisjoint((one, other))
