"""Values of cookies in the headers of HTTP (RFC 6265): a session is known by its look, not by its name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, only_at
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_HEADS = Heads(("cookie:", "set-cookie:", "cookie2:"))
_PAIR = re.compile(r"[ ;:](?P<name>[A-Za-z0-9_.\[\]-]{1,64})=\"?(?P<value>[^\s;,\"]{8,4096})")
# what a header says of a cookie, and what is counted or chosen
_OF_NOBODY = re.compile(
    r"(?i)^(?:path|domain|expires|max-age|samesite|version|comment|priority|lang|language|locale|theme|tz|timezone|currency|consent|cookie_?consent|country|region|utm_.*)$"
)
_DIGIT, _LETTER = re.compile(r"[0-9]"), re.compile(r"[A-Za-z]")
_BEFORE = frozenset(("", "\n", "\r", '"', "'", "H"))
# what a template fills in, a day, a size of a screen, a path
_FILLED_IN = re.compile(
    r"[$/]|\{\{|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}|[0-9]+x[0-9]+$|[0-9]+[a-z]+$"
)
_LINE = 8_192  # characters of a header


@only_at(_HEADS)
def values(text: str) -> Iterator[Hit]:
    """Yield the values of letters and digits; a language, a path or a day is none."""
    reached = 0
    for at in _HEADS.places(lowered(text)):
        before = text[max(0, at - 4) : at].rstrip(" \t<>*")[-1:]
        if at < reached or (at and before not in _BEFORE):
            continue  # one header names several; a sentence about cookies is none
        end = text.find("\n", at, at + _LINE)
        end = min(len(text), at + _LINE) if end < 0 else end
        reached = end
        for pair in _PAIR.finditer(text, at, end):
            value = pair["value"]
            if _FILLED_IN.match(value) is not None:
                continue
            told = _DIGIT.search(value) is not None and _LETTER.search(value) is not None
            if told and _OF_NOBODY.match(pair["name"]) is None:
                yield Hit(*pair.span("value"), "SECRET", 0.5, "cookie", "header")
