"""Tags, marks and line ends that only dress what they stand in: `41<b>11</b>`, `**4111**`, `536-⏎> 90-4399`. Pure, linear."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hidden import BARRIER
from stageflow_guard.redaction.text.parted_mails import TLD
from stageflow_guard.redaction.text.view import Edit, View

_MARKUP = re.compile(
    r"<(?P<hidden>[a-z]{1,10})\s[^<>\n]{0,80}?(?:display: ?none|hidden|font-size: ?0)[^<>\n]{0,40}>[^<>\n]{0,40}</(?P=hidden)>|<!--[^>]{0,200}-->|<!\[CDATA\[|\]\]>|<\?[^>\n]{0,80}\?>|/\*[^*]{0,200}\*/|</?(?![aA][tT]>|[dD][oO][tT]>)[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>\n]{0,120})?/?>"
    r"|\[/?(?i:b|i|u|s|em|code|url|email|quote|color|size|font|sup|sub|center|left|right|mark|highlight|spoiler)(?:=[^\]\n]{0,40})?\]|(?<=[\w@.])(?<!\*[aA][tT])(?<!\*[dD][oO][tT])(?:\*{1,3}(?!(?i:at|dot)\*)|~~|\|\||`{1,3}|__)(?=[\w@.(+-])"
    r"|(?<![\w*])(?:\*{1,3}|~~|`{1,3}|__)(?=[\w(+])|(?<=[\w).-])(?:\*{1,3}|~~|`{1,3}|__)(?![\w*])"
    r"|(?<=[\w@.-])'{2,3}(?=[\w@.-])|\\(?=[-.@_()+*])|\\[,;:!](?=[\w])"
)
_MARKS = re.compile(r"<|''|\]\]>|\[|\*|`|\\|/\*|~~|\|\||__")
# a command of LaTeX or RTF around a part of a value: `\textbf{-34}`, `{\b -34}`
_COMMAND = re.compile(
    r"\\[A-Za-z]{2,12}\*?(?:\[[^\]\n]{0,20}\])?\{(?P<tex>[^{}\n\"\\]{1,80})\}|\{(?:\\[a-z]{1,10}[0-9]{0,3}[ ]?){1,6}(?<=[a-z0-9 ])(?P<rtf>[^{}\n\"\\]{1,80})\}"
)
# a line that goes on: escaped, quoted-printable, or quoted in an answer
_FOLDED = re.compile(r"[=\\]\r?\n(?=[ ]?\S)|(?<=\n)(?:>[ ]?){1,3}[ ]?(?=\S)")
_FOLDS = ("=\n", "=\r", "\\\n", "\\\r")
_BARRED = re.compile(r"\n\|[ ](?=[^|\n]*(?:\n|$))")  # quoted by a bar at the start of each line
# a line that goes on behind the sign of a comment, or indented
_PREFIXED = re.compile(
    r"\n(?:[ \t]{1,12}|[ \t]{0,8}(?:(?://+|#+|\*|--|;+|%+|&|REM|>{1,3}|\||…|•|::|~)[ ]{0,3}){1,2})(?=[0-9@.(+-])"
)
_PREFIX_BEFORE = re.compile(r"(?<=[0-9@._-])(?:[ ]?[\\_&^`…+])?\r?$")  # a line that goes on
# tags that only dress what they stand in: a value may go on behind them, and behind no other tag
_DRESS = re.compile(
    r"</?(?:[biuqs]|em|strong|span|font|a|mark|small|big|sub|sup|code|tt|kbd|samp|var|wbr|abbr|acronym|bdi|bdo|ins|del|strike|nobr|cite|dfn|data|time|center|blink|ruby|rb|rt)\b|<!|<\?|[^<]",
    re.IGNORECASE,
)
_LINE_BREAK = re.compile(r"<br\b", re.IGNORECASE)
# an attribute that may be a value: mailto:, tel:
_TELLS = re.compile(r"=[^=]*(?:@|[0-9][0-9 ()+.-]{5,}[0-9])")


def markup(view: View) -> View:
    """Take away tags, comments, emphasis, escapes and quotes that stand inside a value."""
    text = view.text
    edits: list[Edit] = []
    if "\n>" in text or any(end in text for end in _FOLDS):
        view = view.edited([(*m.span(), "") for m in _FOLDED.finditer(text)], "folding")
        text = view.text
    if "\n| " in text:
        view = view.edited(
            [(m.start() + 1, m.end(), "") for m in _BARRED.finditer(text)], "folding"
        )
        text = view.text
    if "\n" in text and (view.digits or "@" in text):
        view = view.edited(sorted({*_prefixed(text), *_parted_lines(text)}), "folding")
        text = view.text
    if "{" in text and "\\" in text:
        commands = [
            edit
            for m in _COMMAND.finditer(text)
            for name in ("tex", "rtf")
            if m[name] and (not m[name].isdigit() or _touches(text, *m.span()))
            for edit in ((m.start(), m.start(name), ""), (m.end(name), m.end(), ""))
        ]
        view = view.edited(commands, "commands of a typesetter")
        text = view.text
    if "<" in text or "*" in text or "`" in text or "''" in text or "[" in text or "\\" in text or (
        "~~" in text or "__" in text or "||" in text
    ):  # fmt: skip
        edits = [(*m.span(), _drawn(m[0])) for m in _marks(text) if not _TELLS.search(m[0])]
        if view.digits and "><" in text:
            edits = _parted(text, edits)
    return view.edited(edits, "markup")


def _prefixed(text: str) -> Iterator[Edit]:
    """Yield what stands between two lines of one value, as the end of a line."""
    for match in _PREFIXED.finditer(text):
        at = match.start()
        before = _PREFIX_BEFORE.search(text, max(0, at - _PREFIX_MOST), at)
        if before is not None:
            goes_on = text[match.end()] == "." and text[at - 1].isdigit()
            yield (before.start(), match.end(), "" if goes_on else "\n")


def _parted_lines(text: str) -> Iterator[Edit]:
    """Yield what stands between the lines of one address of mail: a margin, the sign of a comment or of a list."""
    reached = 0
    for line in _lines_near_a_mail(text):
        begin = line
        for sign in ("\r", "\\", " "):  # as a line ends, or is said to go on
            begin -= text[begin - 1 : begin] == sign
        match = _NEXT_LINE.match(text, begin) if begin >= reached else None
        if match is None:
            continue
        start, end = match.span()
        reached = end
        before, behind = text[start - 1 : start], text[end : end + 1]
        above = text[max(0, start - _OF_A_MAIL) : start].rpartition("\n")[2].rpartition(" ")[2]
        below = text[end : end + _OF_A_MAIL].partition("\n")[0].partition(" ")[0]
        if before != "@" and "@" not in above and "@" not in below:
            continue
        if behind == "@" and (above.startswith("@") or _HOST_NEXT.match(text, end) is None):
            continue  # a decorator
        if behind in _SIGNS_OF_MAIL and before.isalnum():
            yield (start, end, "")
        elif before in _SIGNS_OF_MAIL and behind.isalnum():
            yield (start, end, "\n")


def _lines_near_a_mail(text: str) -> Iterator[int]:
    """Yield the ends of lines within reach of the sign of an address, in order."""
    at, seen = text.find("@"), 0
    while at >= 0:
        low = max(seen, at - _OF_A_MAIL - _MARGIN_MOST)
        high = min(len(text), at + _OF_A_MAIL + _PREFIX_MOST + 1)
        line = text.find("\n", low, high)
        while line >= 0:
            yield line
            line = text.find("\n", line + 1, high)
        seen = max(seen, high)
        at = text.find("@", at + 1)


_MARGIN_MOST = 40  # characters between two lines
_NEXT_LINE = re.compile(
    r"[ ]?\\?\r?\n(?:[ \t]{1,12}|[ \t]{0,8}(?:(?://+|#+|\*|--|;+|%+|&|REM|>{1,3}|\||…|\+|::|~)[ ]{0,3}|(?:[.-]|[0-9]{1,2}[.)])[ ]{1,3}){1,2}|(?=[.@][A-Za-z0-9]))(?=[A-Za-z0-9@.])"
)
_HOST_NEXT = re.compile(
    rf"@[A-Za-z0-9-]{{1,40}}(?:\.[A-Za-z0-9-]{{1,40}}){{0,3}}\.{TLD}(?![\w@.-]|\()"
)
_SIGNS_OF_MAIL = frozenset("@.")
_OF_A_MAIL = 64  # characters of one part
_PREFIX_MOST = 3  # characters before the end of a line that goes on
# a number in groups, each in tags of its own: the writer parted it there
_TAGGED = re.compile(
    r"[0-9](?<![0-9].)[0-9]{0,3}(?:(?:</?[A-Za-z][^<>\n]{0,80}>){2,4}[0-9]{2,4}){2,4}(?![0-9])"
)
_OF_A_PHONE = range(9, 12)  # digits


def _parted(text: str, edits: list[Edit]) -> list[Edit]:
    """Put a space where a tag begins between the groups of what may be a phone number."""
    starts: set[int] = set()
    for match in _TAGGED.finditer(text):
        gaps = [m.start() for m in _TAG_RUN.finditer(text, *match.span())]
        if len(re.sub(r"<[^>]*>", "", match[0])) in _OF_A_PHONE:
            starts.update(gaps)
    return [(a, b, " " if a in starts and not new else new) for a, b, new in edits]


_TAG_RUN = re.compile(r"(?:<[^>]{1,84}>)+")


def _touches(text: str, start: int, end: int) -> bool:
    """Say whether a value goes on before `start` or behind `end`."""
    around = text[start - 1 : start] + text[end : end + 1]
    return any(c.isalnum() or c in "@-" for c in around)


def _drawn(mark: str) -> str:
    """Return what a reader sees of a mark: nothing, the end of a line, or the border of something else."""
    return "" if _DRESS.match(mark) else "\n" if _LINE_BREAK.match(mark) else BARRIER


def _marks(text: str) -> Iterator[re.Match[str]]:
    """Yield the markup of a text, which begins with one of a few signs."""
    reached = 0
    for sign in _MARKS.finditer(text):
        match = _MARKUP.match(text, sign.start()) if sign.start() >= reached else None
        if match is not None:
            reached = match.end()
            yield match
