"""What a program puts together: pieces in quotes, joined, filled into a form, characters by their number. Pure.

`"536" + "-90-"`, `"%s@%s" % ("ada", "x.example")`, `strings.Join([]string{"ada", "x.example"}, "@")`,
`${'07'}60`, `CHR(64)`: a reader sees the value that the program will have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, places, present
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.text.encodings import encodings
from stageflow_guard.redaction.text.view import Edit, View

# a string that code puts together: "536" + "-90-" + "4399"
_CONCAT = re.compile(
    r"""["'`](?<=[\w.@()+ -].)["']?(?:\s{0,24}(?:\+{1,2}|\.{1,2}|&|\|\||\x1e\x1e|<>|~)\s{0,24}|\s{0,24}|\s{0,3}\)\s{0,24}\.(?:append|concat|add|plus|push_str)\(\s{0,3})["']?["'`](?=[\w.@()+ -])"""
)
_HALF = re.compile(r"(?:[0-9][-.(]|[\w.]@|[0-9][ ])$")
_LITERAL = r"""(?:"[^"\n]{0,80}"|'[^'\n]{0,80}'|`[^`\n]{0,80}`)"""
_ITEM = re.compile(rf"{_LITERAL}|[0-9]{{1,9}}")
_LIST = re.compile(
    rf"[\[({{]\s{{0,3}}(?P<items>(?:{_LITERAL}|[0-9]{{1,9}})(?:\s{{0,3}},\s{{0,24}}(?:{_LITERAL}|[0-9]{{1,9}})){{1,24}})\s{{0,3}},?\s{{0,24}}[\])}}]"
)
# `", ".join(map(str, `, `"".join(`, before the bracket of a list
_JOINED_BY = re.compile(rf"(?P<sign>{_LITERAL})\.join\((?:map\(str,[ ]?|\s{{0,24}})$")
# a function that is given the pieces, and may be given what stands between them first or last
_FUNCTION = re.compile(
    r"(?i)(?<![a-z0-9])(?:paste0?|concat(?:_ws)?|strcat|string\.concat|strings?\.join|string\.join|implode|join)(?P<open>\(?)\s{0,3}(?:(?P<first>\"[^\"\n]{0,6}\"|'[^'\n]{0,6}'),\s{0,3})?(?:new\s)?(?:\[\]string|string\[\]|array|list|vec!?|c)?$"
)
_SIGN_FIRST = re.compile(r"(?i)(?:concat_ws|string\.join|implode)$")
_LAST = re.compile(rf",[ ]?(?:sep[ ]?=[ ]?|collapse[ ]?=[ ]?)?(?P<sign>{_LITERAL})\)")
_JOINS_BEHIND = re.compile(rf"\s{{0,3}}\.(?:join|mkString)\((?P<sign>{_LITERAL})?\)")
# a form and what is filled in: `"{}-{}".format("a", "b")`, `sprintf("%s%s", "a", "b")`
_FORM = re.compile(
    rf"(?P<form>{_LITERAL})(?:\.(?:format|formatted)|[ ]?%[ ]?|,[ ]?)(?P<args>\(?\s{{0,3}}(?:{_LITERAL}|[0-9]{{1,9}})(?:\s{{0,3}},\s{{0,24}}(?:{_LITERAL}|[0-9]{{1,9}})){{0,24}}\s{{0,3}}\)?)"
)
_PLACES = ("%s", "%d", "%v", "%q", "{}", "{0}")
_PLACE = re.compile(r"%[0-9.]*[sdivq]|\{[0-9]{0,2}(?:![rs])?\}")
# a character by its number: `CHR(64)`, `String.fromCharCode(50, 48)`, `chr(0x40)`
_NUMBERED = re.compile(
    r"(?i)(?<![a-z0-9])(?:n?chr|chrw|char|unichr|rune|string\.char|(?:string\.)?from(?:char|codepoint)(?:code)?|\[char\])[ ]?\(?[ ]?(?P<codes>(?:0x[0-9a-f]{2}|[0-9]{2,3})(?:\s{0,2},\s{0,2}(?:0x[0-9a-f]{2}|[0-9]{2,3})){0,200})[ ]?(?:\)|(?![0-9A-Za-z.]))"
)
_CHARACTERS = ("chr", "char", "rune", "codepoint")
# what is between such a word and its number
_NUMBER_BEHIND = re.compile(r"(?:w|code|\])?[ ]?\(?[ ]?[0-9]")
# a literal between the signs of a template: `${'07'}`, f"{'07'}60", `#{"07"}`
_INTERPOLATED = re.compile(r"""[$#]?\{[ ]?(["'])([^"'\n{}]{1,60})\1[ ]?\}""")
_INSIDE = frozenset({"", "@", ".", "-", " ", "/", "_", ":"})
_NAMES = Heads(("join", "paste", "concat", "strcat", "implode", "mkstring"))


def programs(view: View) -> View:
    """Put together what the program would."""
    text = view.text
    if '"' not in text and "'" not in text and "`" not in text and "(" not in text:
        return view
    if "{'" in text or '{"' in text or "{ '" in text:
        view = view.edited(list(_interpolated(text)), "template")
    lower = lowered(view.text)
    if any(
        _NUMBER_BEHIND.match(lower, at + len(word)) is not None
        for word in _CHARACTERS
        for at in places(lower, word)
    ):
        view = view.edited(list(_characters(view.text)), "characters of a program")
    if present(view.text, _PLACES):
        view = view.edited(list(_filled(view.text)), "format")
    if _NAMES.places(lowered(view.text)):
        view = view.edited(list(_joined(view.text)), "joined")
    text = view.text
    if '"' in text or "'" in text or "`" in text:
        found = [(*m.span(), "") for m in _CONCAT.finditer(text) if _between(text, m)]
        joined = view.edited(found, "concatenation")
        if joined is not view:
            return encodings(joined)  # a code in two pieces is read when it is one
    return view


def _between(text: str, match: re.Match[str]) -> bool:
    """A list of values is no concatenation: a comma or nothing between quotes keeps them apart."""
    if match[0] in ("'\"", "\"'"):  # a shell joins what it quotes in two ways
        return True
    if match[0] == "`.`":  # of Markdown: no language joins so
        return False
    if any(sign in match[0] for sign in "+.&|~<\x1e"):
        return True
    if "\n" in match[0]:  # the next row, but where a number stops at its sign
        return _HALF.search(text, max(0, match.start() - 3), match.start()) is not None
    return match[0][1:-1].strip(" ") == "" and match[0][0] != "`" and (
        text[match.start() - 1].isdigit()
        or (" " in match[0] and (text[match.end() : match.end() + 1] in _ADDRESS_SIGNS or text[match.start() - 1] == "@"))
        or (text[match.start() - 1] in "-.@" and text[match.start() - 2 : match.start() - 1] in _BESIDE)
    )  # fmt: skip


_ADDRESS_SIGNS = ("@", ".")
_BESIDE = frozenset("0123456789\"'")


def _interpolated(text: str) -> Iterator[Edit]:
    """Yield literals in a template that touch another piece of it."""
    for match in _INTERPOLATED.finditer(text):
        before, behind = (
            text[match.start() - 1 : match.start()],
            text[match.end() : match.end() + 1],
        )
        if before in _PIECE_SIGNS or behind in _PIECE_SIGNS or behind.isalnum() or before.isalnum():
            yield (*match.span(), match[2])


_PIECE_SIGNS = frozenset("@.${#}-+")


def _characters(text: str) -> Iterator[Edit]:
    for match in _NUMBERED.finditer(text):
        codes = [
            int(c, 16 if c[:2] in ("0x", "0X") else 10)
            for c in re.split(r"\s*,\s*", match["codes"])
        ]
        if all(32 <= code < 127 for code in codes):
            yield (*match.span(), "'" + "".join(map(chr, codes)) + "'")


def _inner(item: str) -> str:
    return item if item.isdigit() else item[1:-1]


def _filled(text: str) -> Iterator[Edit]:
    """Yield forms with what is filled in."""
    for match in _FORM.finditer(text):
        places = _PLACE.findall(match["form"])
        items = [_inner(one) for one in _ITEM.findall(match["args"])]
        if places and len(places) == len(items):
            rest = iter(items)
            made = _PLACE.sub(lambda _, rest=rest: next(rest), _inner(match["form"]))  # type: ignore[misc]
            yield (*match.span(), f'"{made}"')


def _joined(text: str) -> Iterator[Edit]:
    """Yield lists that a function joins, as what it makes of them."""
    for match in _LIST.finditer(text):
        sign = _sign(text, match)
        if sign is not None and sign[0] in _INSIDE:  # other signs part whole values
            items = [_inner(one) for one in _ITEM.findall(match["items"])]
            if len(items) > len(sign[1]) + 1:
                items = items[len(sign[1]) :]
            yield (*match.span("items"), '"' + sign[0].join(items) + '"')


def _sign(text: str, match: re.Match[str]) -> tuple[str, str] | None:
    """Return what a function puts between the pieces of a list, and a mark where that is its first piece.

    None where no function joins them.
    """
    low = max(0, match.start() - 64)
    behind = _JOINS_BEHIND.match(text, match.end())
    if behind is not None:
        return _inner(behind["sign"] or '""'), ""
    by = _JOINED_BY.search(text, low, match.start())
    by = by or _JOINED_BY.search(text, low, match.start() + 1)
    if by is not None:
        return _inner(by["sign"]), ""
    function = _FUNCTION.search(text, low, match.start())
    if function is None:
        return None
    if function["first"]:
        return _inner(function["first"]), ""
    last = _LAST.match(text, match.end())
    if last is not None:
        return _inner(last["sign"]), ""
    items = _ITEM.findall(match["items"])
    if _SIGN_FIRST.search(text, low, match.start()) and items:
        return _inner(items[0]), "x"
    return "", ""
