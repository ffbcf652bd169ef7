"""The steps from what a text shows to what it says: markup, spacing, spelling. Pure, linear."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from itertools import pairwise

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import Heads, places, present
from stageflow_guard.redaction.recognizers.generic.accounts import is_account
from stageflow_guard.redaction.recognizers.generic.payment_cards import is_card
from stageflow_guard.redaction.recognizers.hidden import BARRIER
from stageflow_guard.redaction.recognizers.phrases import lowered, register, vocabulary
from stageflow_guard.redaction.recognizers.shapes import at_numbers, holds, numbers_in
from stageflow_guard.redaction.text.parted_mails import parted_mails
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
_TLD = r"(?:com|org|net|edu|gov|io|info|biz|dev|app|eu|[a-z]{2})"
_HOST_NEXT = re.compile(
    rf"@[A-Za-z0-9-]{{1,40}}(?:\.[A-Za-z0-9-]{{1,40}}){{0,3}}\.{_TLD}(?![\w@.-]|\()"
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


# single characters with a separator after each: "4 1 1 1   2 2 2 2", "a.d.a.@.b", "6-9-7"
_SPACED = re.compile(
    r"(?<![^\s(\[{<\"':=])[\w@+(](?:[ \t\n]{1,6}[\w@.+()/:_-]){6,}(?![^\s)\]}>.,;!?\"'])"
)
_SINGLE = re.compile(r"[ \t\n](?:[\w@.+()/:_-][ \t\n]{1,6}){5}")  # five in a row
# one separator after every character: "4|1|1|1", "6_9_7", "a*d*a"
_STEPPED = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z0-9@(+]([^\w\s]|_)(?!\1\1)(?:[^\n]\1){5,48}[A-Za-z0-9)](?![A-Za-z0-9])"
)
_STEP = re.compile(r"([^A-Za-z0-9\s])(?=[^\n]\1[^\n]\1[^\n]\1)")
_GAPS = re.compile(r"[ \t\n]+")
# the same few signs between all characters: `[6][9][7]`, `'6', '9'`, `6 - 9 - 7`
_DECKED = re.compile(
    r"[A-Za-z0-9+](?<![A-Za-z0-9].)([^A-Za-z0-9\n]{2,5})[A-Za-z0-9@.()_ -](?:\1[A-Za-z0-9@.()_ -]){5,60}(?![A-Za-z0-9])"
)
# a sign after each digit, not always the same one: `4*0·6;2*4`
_MIXED = re.compile(r"(?<![0-9A-Za-z.])[0-9](?:[^\w\n][0-9]){8,24}(?![0-9A-Za-z])")
_MIXED_NEAR = re.compile(r"[^\w\n][0-9][^\w\n][0-9][^\w\n][0-9][^\w\n][0-9][^\w\n]")
# letters and digits as `a`, all else as `.`: a few signs between single characters are found fast
_CLASSES = bytes(97 if chr(b).isalnum() and b < 128 else 10 if b == 10 else 46 for b in range(256))
_DECKS = tuple(b"a" + (b"." * size + b"a") * 2 + b"." for size in range(2, 6))
_LEAST_KINDS = 4  # of digits: `0, 0, 1, 0` is a list
# pieces of one size: `bi an ca .l ee @a cm`
_CHUNK = re.compile(r"@(?:(?<=[ _/|:-]@)|(?<=[ _/|:-].@)|(?<=[ _/|:-]..@))[^\s@]{0,2}[ _/|-]")
_CHUNKS = tuple(
    re.compile(
        rf"(?<![^\s:])(?:[^\s|]{{{size}}}([ _/|-])(?:[^\s|]{{{size}}}\1){{3,20}}[^\s|]{{1,{size}}})(?![^\s.,;!?])"
    )
    for size in (2, 3)
)


def _alone(text: str) -> bool:
    """Say whether five signs of a value may stand alone in a row, white space between them."""
    return b"a a a a a" in b" ".join(text.encode("ascii", "replace").translate(_ALONE).split())


_ALONE = bytes(
    32 if chr(b) in " \t\n" else 97 if chr(b).isalnum() or chr(b) in "@.+()/:_-?" else 46
    for b in range(256)
)  # fmt: skip


def spacing(view: View) -> View:
    """Close up what was spaced out, character by character; a wide gap becomes one space."""
    text = view.text
    edits: list[Edit] = []
    spaced = view.single_letters >= 6 and _alone(text) and _SINGLE.search(text) is not None
    for match in _SPACED.finditer(text) if spaced else ():
        base = match.start()
        if match[0][1::2].isspace() and not match[0][::2].isspace():  # one gap after each
            edits.append((*match.span(), match[0][::2]))
            continue
        gaps = [(gap.start(), gap.end()) for gap in _GAPS.finditer(match[0])]
        least = min(end - start for start, end in gaps)  # between characters; wider is a space
        edits += [
            (base + start, base + end, "" if end - start == least else " ") for start, end in gaps
        ]
    view = view.edited(edits, "spacing")
    if "@" in view.text and _CHUNK.search(view.text) is not None:
        for chunks in _CHUNKS:
            closed = [
                (*m.span(), m[0].replace(m[1], ""))
                for m in chunks.finditer(view.text)
                if "@" in m[0] and m[0].count(".") + m[0].count("@") < m[0].count(m[1])
            ]
            view = view.edited(closed, "chunks")
    edits = []
    for match in _STEPPED.finditer(view.text) if _STEP.search(view.text) else ():
        sign, found = match[1], match[0]
        if sum(c.isalnum() for c in found[::2]) >= 6:
            edits += [
                (match.start() + i, match.start() + i + 1, "")
                for i in range(1, len(found), 2) if found[i] == sign
            ]  # fmt: skip
    return view.edited(edits, "separators")


def decks(view: View) -> View:
    """Take away the same few signs between all characters."""
    return view.edited(list(_decked(view.text)), "separators")


def _decked(text: str) -> Iterator[Edit]:
    """Yield runs of single characters with the same few signs between them, without those."""
    signs = text.encode("utf-8", "surrogatepass").translate(_CLASSES)
    decked = b"..a.." in signs and any(deck in signs for deck in _DECKS)
    if not decked and b".a.a.a.a." not in signs:
        return
    if _MIXED_NEAR.search(text) is not None:
        for match in _MIXED.finditer(text):
            if len(set(match[0][::2])) >= _LEAST_KINDS and len(set(match[0][1::2])) > 1:
                yield (*match.span(), match[0][::2])
        return
    for match in _DECKED.finditer(text):
        plain = match[0][:: len(match[1]) + 1]
        digits = [c for c in plain if c.isdigit()]
        ordered = digits in (sorted(digits), sorted(digits, reverse=True))
        counted = ordered and len(set(digits)) == len(digits)
        telling = len(set(digits)) >= _LEAST_KINDS or len(digits) < len(plain)
        if "@" in plain or (telling and not counted):
            yield (*match.span(), plain)


_DIGITS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
    "dash": "-", "hyphen": "-", "minus": "-", "dot": ".", "point": ".", "period": ".",
    "space": " ", "plus": "+", "slash": "/",
}  # fmt: skip
_WORD = "|".join(sorted(_DIGITS, key=len, reverse=True))
_GLUE = r"(?:[ \t]{1,3}|[ ]?[-,.][ ]?|\n|[ ]?, [.-], |[)\]}>\"'][ -.,]{0,2}[(\[{<\"'])"
_SPELLED = re.compile(
    rf"(?<![A-Za-z])(?:{_WORD}|[A-Z0-9](?![A-Za-z0-9])|[(+])(?:{_GLUE}(?:(?:double|triple) )?(?:{_WORD}|[A-Z0-9](?![A-Za-z0-9])|[()@.+-])(?![A-Za-z])){{5,}}",
    re.IGNORECASE,
)
_PIECE = re.compile(rf"(?:(double|triple) )?({_WORD}|[A-Za-z0-9]|[()@+])", re.IGNORECASE)
_NUMBERS = frozenset(
    {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
)
register(_NUMBERS)
_TEN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spelling(view: View) -> View:
    """Turn spelled-out digits into digits: "five three six dash nine zero"."""
    text = view.text
    if len(_NUMBERS & vocabulary(text)) < 2:
        return view
    edits: list[Edit] = []
    for match in _spelled(text, lowered(text)):
        pieces = [
            _DIGITS.get(p[2].lower(), p[2])
            * {"double": 2, "triple": 3}.get((p[1] or "").lower(), 1)
            for p in _PIECE.finditer(match[0])
        ]
        pieces = _with_dots(match[0], pieces)
        if ")(" in match[0]:  # each word in brackets
            pieces = [piece for piece in pieces if piece not in _BRACKETS]
        spoken = {p[2].lower() for p in _PIECE.finditer(match[0])} & _NUMBERS
        size = sum(map(str.isdigit, "".join(pieces)))
        if _GOES_ON.match(text, match.end()) or _WENT_ON.search(
            text, max(0, match.start() - _BESIDE_SPELLED), match.start()
        ):
            continue  # groups of digits are among the words
        if sum(p.isdigit() for p in pieces) >= 5 and len(spoken) >= 2:
            told = (
                " (phone)" if size in _OF_A_CALL and "." not in pieces else ""
            )  # nobody dictates a count
            edits.append((*match.span(), "".join(pieces) + told))
    return view.edited(edits, "spelling")


# a group of digits right beside words for digits, and another word beside that one; an account's first group
_BESIDE_SPELLED = 24
_NUMBER_WORD = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_GOES_ON = re.compile(
    rf"[ ]?[-./]?[ ]?[0-9]{{2,4}}[ ]?[-./]?[ ]?(?:{_NUMBER_WORD})(?![A-Za-z])", re.IGNORECASE
)
_WENT_ON = re.compile(
    rf"(?:(?:{_NUMBER_WORD})[ ]?[-./]?[ ]?[0-9]{{2,4}}|(?<![A-Za-z0-9])[A-Z]{{2}}[0-9]{{1,2}})[ ]?[-./]?[ ]?$",
    re.IGNORECASE,
)
_OF_A_CALL = (10, 11)  # digits
_BRACKETS = frozenset("()")


def _with_dots(said: str, pieces: list[str]) -> list[str]:
    """Put back the dots of an address that stand as signs among the words of its numbers."""
    dots = [m.start() for m in _LONE_DOT.finditer(said)]
    if len(dots) != _DOTS_OF_A_QUAD or any("." in piece for piece in pieces):
        return pieces
    out: list[str] = []
    places = [p.start() for p in _PIECE.finditer(said)]
    for place, piece in zip(places, pieces, strict=True):
        while dots and dots[0] < place:
            out.append(".")
            dots.pop(0)
        out.append(piece)
    return out


_LONE_DOT = re.compile(r"(?<=[ ,-])\.(?=[ ,-])|(?<=[A-Za-z0-9])\.(?=[A-Za-z0-9])")
_DOTS_OF_A_QUAD = 3
_BETWEEN_WORDS, _MARGIN = 120, 400  # between two number words of one number, and around them
_PIECES = 40  # characters that two more words of a number need at most


def _spells(between: str) -> bool:
    """Say whether what is between two words of one number are words of it, too."""
    return _SPELLING.issuperset(_LETTERS.findall(between))


_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SPELLING = frozenset({*_DIGITS, "double", "triple"})


def _spelled(text: str, lower: str) -> Iterator[re.Match[str]]:
    """Yield what may be a number in words: two different whole words for digits near each other."""
    told = [
        (at, word)
        for word in _TEN
        for at in places(lower, word)
        if not text[at - 1 : at].isalpha() and not text[at + len(word) : at + len(word) + 1].isalpha()
    ]  # fmt: skip
    told.sort()
    reached, high = 0, -1
    for (first, one), (second, other) in pairwise(told):
        if one == other or second - first > _BETWEEN_WORDS or first < reached:
            continue
        if first <= high - _MARGIN or not _spells(lower[first + len(one) : second]):
            continue  # it is read already, or a sentence parts them
        low, high = max(reached, first - _MARGIN), second + _MARGIN
        for match in _SPELLED.finditer(text, low, min(len(text), high)):
            whole = _SPELLED.match(text, match.start()) if match.end() > high - _PIECES else None
            found = whole or match  # a number is not cut where the look ends
            reached = found.end()
            yield found


# any signs, on both sides of a sign or a word of an address
_S = r"(?:[^\w\s@.]|[_\x1e])"
_AT_WORDS = (
    "at|arroba|arobase?|arobas|chiocciola|klammeraffe|apenstaartje|małpa|malpa|snabel-a|ät|собака"
)
_DOT_WORDS = "dot|punkt|point|punto|ponto|punt|kropka|nokta|точка"
_AT = rf"(?:[ ]{{1,3}}at[ -]sign[ ]{{1,3}}|[ ]?{_S}{{1,3}}@{_S}{{1,3}}[ ]?_?|[ ]{{1,3}}(?:{_AT_WORDS}|at sign)[ ]{{1,3}}|[ ]{{0,3}}[\[({{<]{{1,2}}[ ]?(?:{_AT_WORDS}|a|ä|@)[ ]?[\])}}>]{{1,2}}[ ]{{0,3}}|[ ]{{1,2}}@[ ]{{0,2}}|@[ ]{{1,2}}|[ ]?{_S}{{1,3}}(?:{_AT_WORDS}){_S}{{1,3}}[ ]?|&at;|@)"
_DOT = rf"(?:[ ]?{_S}{{1,3}}\.{_S}{{1,3}}[ ]?|[ ]{{1,3}}(?:{_DOT_WORDS}|period|full stop)[ ]{{1,3}}|[ ]{{0,3}}[\[({{<]{{1,2}}[ ]?(?:{_DOT_WORDS}|\.)[ ]?[\])}}>]{{1,2}}[ ]{{0,3}}|[ ]{{1,2}}\.[ ]{{0,2}}|[ ]?{_S}{{1,3}}(?:{_DOT_WORDS}){_S}{{1,3}}[ ]?|\.)"
_BAR = (
    r"[ ]{1,2}(?:underscore|unterstrich|tiret bas|gui[oó]n bajo|trattino basso|underline)[ ]{1,2}"
)
_DASH = r"[ ]{1,2}(?:dash|hyphen|minus|tiret|trait d['’]union|trattino|gui[oó]n(?: medio)?|traço|h[íi]fen|bindestrich|minus|strich|streepje|koppelteken|liggend streepje|bindestreck|myślnik)[ ]{1,2}"
_LABEL = r"[A-Za-z0-9][A-Za-z0-9_+-]{0,40}"
_MAIL_WORDS = re.compile(
    rf"(?<![^\W_])(?<!\.){_LABEL}(?:(?:{_DOT}|{_BAR}|{_DASH}){_LABEL}){{0,4}}{_AT}{_LABEL}(?:(?:{_DOT}|{_DASH})[A-Za-z0-9][A-Za-z0-9-]{{0,40}}){{0,4}}{_DOT}(?:com|org|net|edu|gov|mil|int|io|info|biz|name|mail|email|dev|app|online|site|shop|store|cloud|tech|wales|scot|london|berlin|paris|nyc|wien|amsterdam|koeln|hamburg|bayern|swiss|cat|eus|gal|club|live|life|world|zone|studio|design|digital|agency|media|news|blog|page|link|team|work|pro|xyz|health|bank|example|test|[a-z]{{2}})(?![^\W_])",
    re.IGNORECASE,
)
_AT_ONLY = re.compile(_AT, re.IGNORECASE)
_BAR_ONLY = re.compile(_BAR, re.IGNORECASE)
_DOT_ONLY = re.compile(_DOT, re.IGNORECASE)
_DASH_ONLY = re.compile(_DASH, re.IGNORECASE)
_QUAD = re.compile(
    r"[0-9](?<![\w.].)[0-9]{0,2}(?:(?:[ ]{1,3}dot[ ]{1,3}|[ ]?[\[({](?:dot|\.)[\])}][ ]?|[ ]{1,2}\.[ ]{0,2}|\.[ ]{1,2}|\.|[ ]?·[ ]?)[0-9]{1,3}){3}(?![\w])",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[^0-9]+")


def words(view: View) -> View:
    """Write "at" and "dot" as signs, where they make an address."""
    text = view.text
    edits: list[Edit] = []
    lower = lowered(text)
    elsewhere = _is_elsewhere(lower)
    if elsewhere or _AROUND.search(text) or _is_signed(lower) or _DOTS.places(lower):
        anchors = _ANCHOR_ELSEWHERE.finditer(text) if elsewhere else _anchors(text, lower)
        for match in _windows(text, anchors):
            plain = _DASH_ONLY.sub("-", _BAR_ONLY.sub("_", match[0]))
            plain = _AT_ONLY.sub("@", _DOT_ONLY.sub(".", plain), count=1)
            if plain != match[0] and not _prose(match[0]):
                edits.append((*match.span(), plain))
    elif " at " in lower:
        edits += _written_to(text, lower)
    if view.digits:
        edits += _quads(text)
    if "DOT" in text:
        edits += [
            (*m.span(), m[0].replace("DOT", ".").replace("AT", "@", 1))
            for m in _FUSED_MAIL.finditer(text)
        ]
    if "@" in text or "=40" in text:
        edits += parted_mails(text)
    edits.sort()
    return view.edited(edits, "words")


# `biancaDOTleeATacmeDOTorg`
_FUSED_MAIL = re.compile(
    r"(?<![A-Za-z0-9])[a-z0-9_-]{1,40}(?:DOT[a-z0-9_-]{1,40}){0,3}AT[a-z0-9-]{1,40}(?:DOT[a-z0-9-]{2,40}){1,3}(?![A-Za-z0-9])"
)


# "at" in other languages, where it is no word of a sentence
_ELSEWHERE = Heads(("arroba", "arobas", "chiocciola", "klammeraffe", "apenstaartje", "małpa", "snabel-a", "coбaka", "собака"))  # fmt: skip
_WITH_UMLAUT = (" ät ", "(ät)", "[ät]", "(ä)")
_ATS = Heads(("at",))
_OTHER_DOTS = Heads(("dot",))
_OPENING, _PAIRED = frozenset("([{<"), frozenset("_-")
_MIRRORED = {"“": "”", "„": "“", "«": "»", "»": "«", "‹": "›", "‘": "’"}
_SIGNED_AT = re.compile(r"@(?:(?<=[^\w\s@.]@)|(?<=[_\x1e]@))(?:[^\w\s@.]|[_\x1e])")


def _is_elsewhere(lower: str) -> bool:
    """Say whether an "at" may be written as in other languages, or between signs that are no brackets."""
    return (
        bool(_ELSEWHERE.places(lower)) or "(a)" in lower or "[a]" in lower
        or ("ä" in lower and present(lower, _WITH_UMLAUT))
        or any(_between_signs(lower, at, 2) for at in _ATS.places(lower))
        or any(_between_signs(lower, at, 3) for at in _OTHER_DOTS.places(lower))
        or ("@" in lower and _SIGNED_AT.search(lower) is not None)
    )  # fmt: skip


def _is_signed(lower: str) -> bool:
    """Say whether an "at" stands in brackets, or between two signs."""
    return any(
        lower[at - 1 : at] in _OPENING or (lower[at - 1 : at] in _PAIRED and lower[at + 2 : at + 3] == lower[at - 1 : at])
        or lower.startswith((" at sign ", " at-sign "), at - 1)
        for at in _ATS.places(lower)
    )  # fmt: skip


def _between_signs(lower: str, at: int, size: int) -> bool:
    """Say whether the same sign is on both sides of the word of `size` letters at `at`, or two quotes are."""
    before = lower[at - 1 : at]
    if not before or before in "_." or before.isalnum() or (before.isspace() and before != BARRIER):
        return False
    if before in "\"'" and lower[at + size + 1 : at + size + 2] in (":", ",", "]", ")", "}"):
        return False  # a key, an item
    return lower[at + size : at + size + 1] in (before, _MIRRORED.get(before, before))


# a sign beside the sign of an address
_AROUND = re.compile(
    r"@(?:[ ]|(?=[\w-]{1,40}[ ]{1,2}\.[ ]{0,2}[a-z])|(?<=[ (\[{<|*~=\x1e]@)|(?<=-@)-|(?<=_@)_)"
)
_DOTS = Heads(f"dot{sign}" for sign in " )]}>_-")
# what may part the numbers of such an address: a sign, or in the shape of a text
_PARTING = ("[", "(", "{", "·", "dot ")
_PARTED = (b"0 .", b"0  .", b"0. 0", b"0.  0")


def _quads(text: str) -> Iterator[Edit]:
    parted = holds(text, _PARTED) or present(lowered(text), _PARTING)
    for match in at_numbers(_QUAD, text) if parted else ():
        plain = _BETWEEN.sub(".", match[0])
        if plain != match[0] and not _is_list(text, match, plain):
            yield (*match.span(), plain)
    for match in (
        _SCATTERED.finditer(text)
        if _SCATTER.search(text) is not None and labels.any_of("ip", text)
        else ()
    ):
        plain = re.sub(r"\.{2,}", ".", re.sub(r"[^0-9.]+", "", match[0]))
        if plain != match[0] and _is_quad(plain) and labels.before(text, match.start()) == "ip":
            yield (*match.span(), plain)


def _is_list(text: str, match: re.Match[str], plain: str) -> bool:
    """Say whether low numbers between bullets are sizes or counts: nothing says that they are an address."""
    return (
        " " in match[0]
        and max(map(int, plain.split("."))) < _LOW
        and labels.before(text, match.start()) != "ip"
    )


_LOW = 64
_SCATTER = re.compile(r"[0-9.](?:[ \t\n_/|,~-]|\.{2})[0-9 .\t\n_/|,~-]")
_SCATTERED = re.compile(r"[0-9](?<![\w.].)(?:[ \t\n_/|,~-]{0,4}[0-9.]){6,24}(?![\w.])")


def _is_quad(text: str) -> bool:
    parts = text.split(".")
    return len(parts) in (4, 5) and all(
        p.isdigit() and len(p) <= 3 and int(p) <= 255 for p in parts
    )


# where such an address may be: around its sign, or its words; the second where other signs are at all
_ANCHOR = re.compile(
    r"[ \[({<_@|*~=-](?:(?<!@)(?:(?:at|@)[ \])}>_|*~=-]|dot[ \])}>_-])|(?:(?<=\w )|(?<=\w  ))@|(?<=\w@)[ ]{1,2}(?=\w)|(?<=@)(?<=\w@)(?=[\w-]{1,40}[ ]{1,2}\.[ ]{0,2}[a-z]))",
    re.IGNORECASE,
)
_ANCHOR_ELSEWHERE = re.compile(
    rf"[\W_](?:(?<!@)(?:{_AT_WORDS}|coбaka|dot|@)[\W_]|(?<=[\[({{<])[aä][\])}}>]|(?<= )@|(?<=@)[ ])",
    re.IGNORECASE,
)


def _anchors(text: str, lower: str) -> Iterator[re.Match[str]]:
    """Yield what `_ANCHOR` matches, as `finditer` would: it is tried only around its words and its sign."""
    near = {at - 1 for at in (*_ATS.places(lower), *_OTHER_DOTS.places(lower)) if at}
    for at in places(text, "@"):
        near.update((max(0, at - 1), at, at + 1))
    reached = 0
    for at in sorted(near):
        match = _ANCHOR.match(text, at) if at >= reached else None
        if match is not None:
            reached = match.end()
            yield match


def _windows(text: str, anchors: Iterable[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Match around "at" and "dot" only: a text without them costs one scan."""
    reached = 0
    for anchor in anchors:
        if anchor.start() < reached:
            continue
        begin = max(reached, anchor.start() - 120)
        match = _MAIL_WORDS.search(text, begin, min(len(text), anchor.end() + 200))
        # a window without a match holds none that starts in it: go on behind it
        reached = anchor.end() + 80 if match is None else match.end()
        if match is not None:
            yield match


# "write to jo at harborview.net": a verb of writing, then a name alone
_TOLD_MAIL = re.compile(
    r"(?<![a-z])(?:e-?mails?|mail|write|reach|contact)(?: (?:is|me|us|her|him|them|to|address)){0,3}:? {1,2}(?=[\w.+-]{1,40}$)"
    r"|(?<![a-z])(?:send|forward|mail|cc|reply)[a-z]{0,3} (?:[^\s.:;]{1,12} ){0,4}to (?=[\w.+-]{1,40}$)"
    r"|(?<![^\W_])(?:scriv(?:i|imi|ici|ete|etemi|ere)|schreib(?:en|t|e)?|escr[ií]b(?:e|eme|enos|ir|an|a)|escrev[ae](?:-me|-nos)?|[ée]cri(?:s|vez|re)(?:-moi|-nous)?|schrijf|mailen?|skriv|napisz) (?:mir |uns |me |mij |ons )?(?:a|an|à|naar|para|til|till|do) (?=[\w.+-]{1,40}$)"
)
# or what is said of it behind: `ruth at cobblewick.net is the best way`
_MAIL_TOLD = re.compile(
    r" at (?:[\w-]{1,40}\.){1,4}[a-z]{2,8},? (?:is (?:the best way|best|my (?:e-?mail|address|work mail)|(?:his|her|their) (?:e-?mail|address))|reaches (?:me|us|him|her|them)|gets (?:me|me fastest)|works (?:best|for me))(?![a-z])"
)
_NAME_BEFORE = re.compile(r"(?:^|[\s(:,])(?=[\w.+-]{2,40}$)")
# a name with a dot in it, which is no file's: `ask i.dragan at lumina-print.ro`
_DOTTED_NAME = re.compile(
    r"(?:^|[\s(:,])(?=[a-z]{1,20}[._][a-z]{2,24}$)(?![\w.]*\.(?:html?|py|js|ts|json|ya?ml|md|txt|go|rs|rb|php|css|sh|sql|csv|xml|toml|cfg|ini|log|pdf|docx?|zip|jar|exe|io|com|org|net)$)"
)
_HOST = re.compile(r" at [\w-]{1,40}\.[a-z]")


def _written_to(text: str, lower: str) -> Iterator[Edit]:
    for host in _HOST.finditer(lower):
        told = _TOLD_MAIL.search(lower, max(0, host.start() - 90), host.start())
        told = told or _DOTTED_NAME.search(lower, max(0, host.start() - 50), host.start())
        if told is None and _MAIL_TOLD.match(lower, host.start()):
            told = _NAME_BEFORE.search(lower, max(0, host.start() - 42), host.start())
        match = _MAIL_WORDS.match(text, told.end()) if told is not None else None
        if match is not None:
            yield (*match.span(), _AT_ONLY.sub("@", match[0], count=1))


def _prose(match: str) -> bool:
    """ "look at example.com" is a sentence: one plain "at" and no "dot" is no disguise, nor are words about both."""
    lower = match.lower()
    if _ABOUT_BOTH.search(lower) is not None:
        return True
    return " at " in lower and " at sign " not in lower and "dot" not in lower and not re.search(r"[\[({<]", lower) and (
        " . " not in lower
    )  # fmt: skip


_ABOUT_BOTH = re.compile(r"[\W_]at[\W_]+(?:and|or|und|oder|et|ou|y|o|e|en|of)[\W_]+dot[\W_]")


# letters in place of digits: a run that is mostly digits and holds O, o, I, l, | or S
_LEET = str.maketrans({"O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "l": "1", "i": "1", "|": "1",
                       "!": "1", "З": "3", "з": "3", "Ӡ": "3", "б": "6", "Ч": "4", "G": "6", "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2", "g": "9", "q": "9"})  # fmt: skip
_RUN = re.compile(
    r"(?<![A-Za-z0-9_/+=])[(+]{0,2}[A-Z]{0,2}[0-9OoIlSBG|!ZzЗзӠбЧ](?:[0-9OoIlSsBG|!ZzЗзӠбЧ]|[ .,/()-]{1,2}(?=[0-9OoIlSBG|!Z(ЗзӠбЧ])){5,45}(?![A-Za-z0-9_/+=])"
)
_TOUCHING = re.compile(
    r"[0-9](?:(?<=[OoIlSsBG|!ZzЗзӠбЧ].)|(?=[OoIlSsBG|!ZzЗзӠбЧ])|(?<=[OoIlSsBG|!ZzЗзӠбЧ][ .-].))"
)
_ALIKE, _OF_GAPS = frozenset("OoIlSsBG|!ZzЗзӠбЧ"), frozenset(" .-")
# what such a run is made of
_SIGNS_OF_RUNS = frozenset("(+)0123456789OoIlSsBG|!ZzЗзӠбЧ .,/-" + string.ascii_uppercase)
_OF_RUNS = re.compile("[" + re.escape("".join(sorted(_SIGNS_OF_RUNS))) + "]*")
_BIRTH = re.compile(r"[(+]{0,2}DOB[ .,/()-]{1,2}")
_NAMED = re.compile(r"(?=[A-Za-z]{0,8}[AC-HJ-NP-RT-Yacdefghjkmnpqrtuvwxyz])[A-Za-z]{2,9}[ ]")
_NO_DIGITS = re.compile(r"ISO|(?<![A-Za-z0-9])0o[0-7]")  # a standard's name, an octal number
_OF_STORAGE = re.compile(r"[0-9]GB?(?![^\W_])")  # `128G 256G`
_LOOKALIKE = re.compile(r"[OoIlSsBG|!ZzЗзӠбЧ]")


def _is_card(body: str) -> bool:
    """Say whether these digits and letters, read as digits, are a card's: a network's, and the check holds."""
    digits = "".join(filter(str.isdigit, body.translate(_LEET)))
    return len(digits) in _CARD_SIZES and is_card(digits)


def _is_account(text: str, start: int, end: int) -> bool:
    """Say whether what is read as digits is an IBAN as it is written, its country's letters before it or not."""
    return any(is_account(text[max(0, start - size) : end]) for size in range(3))


_CARD_SIZES = (15, 16)
_FEWEST = 2  # digits among look-alikes that a label announces


def _in_a_table(text: str, at: int) -> bool:
    """Say whether the line above or below has a `|`, too: it parts cells, and is no 1."""
    begin, end = text.rfind("\n", 0, at), text.find("\n", at)
    above = text[max(0, text.rfind("\n", 0, max(0, begin))) : max(0, begin)]
    below = text[end + 1 : end + 201].partition("\n")[0] if end >= 0 else ""
    return "|" in above[-200:] or "|" in below


def _runs_touched(text: str) -> Iterator[re.Match[str]]:
    """Yield the runs of digits and look-alikes in each stretch of their signs where the two touch."""
    reached = 0
    for at, end in numbers_in(text):
        if at < reached or not _touched(text, at, end):
            continue
        low, stretch = at, _OF_RUNS.match(text, at)
        while low > reached and text[low - 1] in _SIGNS_OF_RUNS:
            low -= 1
        reached = at if stretch is None else stretch.end()
        yield from _RUN.finditer(text, low, reached + 1)  # what is behind ends a run or does not


def _touched(text: str, start: int, end: int) -> bool:
    """Say whether a look-alike stands beside a number, or before a gap before it."""
    return (
        text[start - 1 : start] in _ALIKE
        or text[end : end + 1] in _ALIKE
        or (text[start - 1 : start] in _OF_GAPS and text[start - 2 : start - 1] in _ALIKE)
    )


def look_alikes(view: View) -> View:
    """Write letters that stand in for digits as digits."""
    text = view.text
    if not view.digits:
        return view
    edits: list[Edit] = []
    for match in _runs_touched(text):
        found = match[0]
        if _LOOKALIKE.search(found) is None or (
            "|" in found and (" | " in found or _in_a_table(text, match.start()))
        ):
            continue
        start = 2 if found[:2].isalpha() and found[:2].isupper() else 0
        birth = _BIRTH.match(found)
        start = birth.end() if birth is not None else start  # "DOB" is no "008"
        named = _NAMED.match(found)
        start = named.end() if named is not None else start  # nor "NPI" before its number
        body = found[start:]
        letters = len(_LOOKALIKE.findall(body))
        if len(_OF_STORAGE.findall(body)) > 1 and not _is_card(body):
            continue
        if not letters or _NO_DIGITS.search(body) or _is_account(text, *match.span()):
            continue
        digits = sum(map(str.isdigit, body))
        told = _FEWEST < digits <= letters and (
            labels.before(text, match.start() + start) in ("ssn", "card", "phone")
        )
        if (told or (digits >= 4 and digits > letters) or _is_card(body)) and _TOUCHING.search(
            body
        ):
            edits.append((match.start() + start, match.end(), body.translate(_LEET)))
    return view.edited(edits, "look-alikes")
