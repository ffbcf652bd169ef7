"""Addresses of mail that a gap or the end of a line parts: `anna@acme⏎.org`, `anna@@@acme...org`, `anna=40acme.org`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import present
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.text.view import Edit

TLD = r"(?:com|org|net|edu|gov|io|info|biz|dev|app|eu|[a-z]{2})"
_GAP = r"[ \t]{1,8}|\n[ \t]{0,16}(?:[#*>%/;-]{1,2}[ ]{1,3})?|[/,|~]|[ ]\|[ ]|[ ]?\.\.\.[ ]?|\"\s{1,24}\""
# an address whose host a gap parts, read from its sign on, or whose sign a mail wrote as `=40`
_GAP_IN_HOST = re.compile(
    rf"@(?!localhost|host|server|example)[A-Za-z0-9-]{{1,24}}(?P<gap>{_GAP})(?=[A-Za-z0-9-]{{1,40}}(?:\.[A-Za-z0-9-]{{1,40}}){{0,3}}\.{TLD}(?![\w@-]))"
)
_QUOTED_AT = re.compile(
    rf"=40(?<=[\w.+-]{{2}}...)(?=[A-Za-z0-9-]{{2,40}}(?:\.[A-Za-z0-9-]{{2,40}}){{0,3}}\.{TLD}(?![\w@-]))"
)
# or whose name one parts, behind a word for mail: `email me: tammy.bradsh aw@x.example`
_GAP_IN_NAME = re.compile(
    rf"(?i:mail|write to|contact|reach)[^\n@]{{0,16}}?[ :]{{1,2}}[\"']?[A-Za-z]{{1,24}}[._][A-Za-z0-9]{{1,24}}(?P<gap>{_GAP})[A-Za-z0-9._-]{{0,24}}$"
)
# signs that are written several times: `bianca...lee@@@acme---corp...org`
_MANY = re.compile(r"@{2,5}[A-Za-z0-9-]{1,40}(?:[.]{1,5}[A-Za-z0-9-]{1,40}){1,4}(?![\w@])")
_MANY_BEFORE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.{1,5}(?=[A-Za-z0-9])){0,46}$")
_REPEATED = re.compile(r"([.@-])\1+")
_NAME_REACH = 90  # characters before the sign
_FOR_MAIL = ("mail", "write to", "contact", "reach")


def parted_mails(text: str) -> Iterator[Edit]:
    """Yield what parts an address, or a whole one, without what parts it."""
    at = text.find("@")
    lower = lowered(text)
    told = present(lower, _FOR_MAIL)
    while at >= 0:
        low = max(0, at - _NAME_REACH)
        begins = (
            [place for word in _FOR_MAIL if (place := lower.find(word, low, at)) >= 0]
            if told and text[at + 1 : at + 2].isalnum()
            else []
        )
        name = _GAP_IN_NAME.search(text, min(begins), at) if begins else None
        if name is not None:
            yield (*name.span("gap"), "")
        many = _MANY.match(text, at)
        if many is not None:
            low = max(0, at - 48)
            before = _MANY_BEFORE.search(text, low, at)
            start = before.start() if before is not None else at
            plain = _REPEATED.sub(r"\1", text[start : many.end()])
            yield (start, many.end(), plain)
            at = text.find("@", many.end())
            continue
        host = _GAP_IN_HOST.match(text, at)
        if host is not None:
            yield (*host.span("gap"), "")
        at = text.find("@", at + 1)
    yield from _over_lines(text)
    for match in _QUOTED_AT.finditer(text) if "=40" in text else ():
        yield (*match.span(), "@")


# pieces of an address on lines of their own: `anna⏎.lee⏎@acme⏎.org`
_END = r"[ ]?\r?\n[ ]{0,3}"
_SIGN_AT_END = re.compile(r"@[ ]?\r?\n|\n[ ]{0,3}@|\n[ ]{0,3}\.(?=[a-z])|\.[ ]?\r?\n")
_PIECES_BEFORE = re.compile(
    rf"(?<![\w.@-])[A-Za-z0-9][A-Za-z0-9_-]{{0,29}}(?:(?:{_END})?\.(?:{_END})?[A-Za-z0-9_-]{{1,30}}){{0,4}}(?:{_END})?$"
)
_PIECES_BEHIND = re.compile(
    rf"@(?:{_END})?[A-Za-z0-9-]{{1,30}}(?:(?:{_END})?\.(?:{_END})?[A-Za-z0-9-]{{1,30}}){{0,3}}?(?:{_END})?\.(?:{_END})?{TLD}(?![\w@-]|\.\w|[ ]?\r?\n[ ]{{0,3}}\.[a-z]{{2,8}}(?!\w))"
)
_LINE_END = re.compile(r"\s+")
# a line that ends a sentence: a word with a capital, or one behind a small word
_SENTENCE = re.compile(
    r"(?:(?<![\w.])[A-Z][\w-]*|(?<=[a-z] )(?<!is )(?<!at )(?<!to )(?<!me )(?<!il )(?<!ct )[\w-]+)\.[ ]?\r?\n"
)
_LONGEST = 120  # characters on either side of the sign


def _over_lines(text: str) -> Iterator[Edit]:
    """Yield addresses whose pieces stand on lines of their own, as one."""
    if "\n" not in text:
        return
    at, reached = text.find("@"), 0
    while at >= 0:
        behind = _PIECES_BEHIND.match(text, at)
        before = _PIECES_BEFORE.search(text, max(reached, at - _LONGEST), at) if behind else None
        if behind is not None and before is not None:
            start, reached = before.start(), behind.end()
            for end in _SENTENCE.finditer(text, max(0, start - _LONGEST), at):
                start = max(start, end.end())
            if _SIGN_AT_END.search(text, start, reached) is not None:
                yield (start, reached, _LINE_END.sub("", text[start:reached]))
        at = text.find("@", at + 1)
