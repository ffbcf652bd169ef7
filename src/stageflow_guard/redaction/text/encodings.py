"""Encodings inside a text, read in place: percent, entities, escapes, hex, base64. Pure.

Bounded: each encoded token is at most 8 KiB, at most three layers deep, and what does not decode
to printable text stays as it is.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import string
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from stageflow_guard.redaction.recognizers.phrases import long_words
from stageflow_guard.redaction.recognizers.shapes import (
    at_fours,
    holds_bits,
    holds_pairs,
    in_a_row,
)
from stageflow_guard.redaction.text.view import Edit, View

LAYERS = 3
# `%u0040`, as an old function of browsers writes it
_PERCENT_U = re.compile(r"%u[0-9A-Fa-f]{4}(?:%u[0-9A-Fa-f]{4})*")
# `\\U00000040`, and a style sheet's `\\000040`, several of them
_LONG_ESCAPE = re.compile(
    r"\\(?:U[0-9A-Fa-f]{8}(?:\\U[0-9A-Fa-f]{8})*|00[0-9A-Fa-f]{4}[ ]?(?:\\00[0-9A-Fa-f]{4}[ ]?){2,})"
)
# `\x{36}`, `\o{55}`, `\N{DIGIT SEVEN}`, as other languages write a character
_NAMED_ESCAPE = re.compile(
    r"\\(?:x\{([0-9A-Fa-f]{1,6})\}|o\{([0-7]{1,7})\}|N\{([A-Z][A-Z0-9 -]{1,48})\})"
)
# UTF-7: `697+AC0-34`
_UTF7 = re.compile(r"\+(A[A-Za-z0-9+/]{2}(?:[A-Za-z0-9+/]{3}){0,8})-")
_NIBBLES = re.compile(
    r"(?<![0-9A-Za-z])(?:0b)?[01]{4}_?[01]{4}(?:[ ,]{1,2}(?:0b)?[01]{4}_?[01]{4}){5,200}(?![0-9A-Za-z])"
)
# one number for each character, however it is marked: `$36 $39`, `36h 39h`, `0o66`, `[54][57]`, `36-39`
_LISTED = re.compile(
    r"(?<![0-9A-Za-z])(?P<mark>0[xX]|\\{1,2}x|\\|\$|0o|&#?|#|%|\[|)(?P<code>[01]{7,8}|[0-9A-Fa-f]{2,3})(?P<sign>[hH]?[^0-9A-Za-z\n]{0,3})(?:(?<![0-9A-Fa-f])|(?=[0\\$&#%\[]))"
    r"(?:(?P=mark)(?:[01]{7,8}|[0-9A-Fa-f]{2,3})(?P=sign)){5,200}(?:(?P=mark)(?:[01]{7,8}|[0-9A-Fa-f]{2,3})[hH]?)?(?![0-9A-Za-z])"
)
_LISTED_NEAR = re.compile(
    r"[0-9][0-9A-Fa-f][01]{0,6}(?:(?:[hH]?[^0-9A-Za-z\n]{1,3}(?:0[xo]|x)?|[hH]|0[xo])[0-9A-Fa-f]{2,8}){4}[hH]?[^0-9A-Za-z\n]"
)
_FOURS = re.compile(
    r"[0-9a-f](?<![0-9A-Za-z].)[0-9a-f]{3} (?:[0-9a-f]{4} ){2,59}[0-9a-f]{2,4}(?![0-9A-Za-z])"
)
_CHUNKED = re.compile(
    r"(?<![A-Za-z0-9+/=])(?:[A-Za-z0-9+/]{4} ){2,60}[A-Za-z0-9+/]{2,4}={0,2}(?![A-Za-z0-9+/=])"
)
_SMALL_BASE32 = re.compile(
    r"(?<![A-Za-z0-9=])(?:[a-z2-7]{16,2048}|[0-9A-V]{16,2048})={0,6}(?![A-Za-z0-9=])"
)
_TO_BASE32_HEX = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV"
)
# a style of a terminal, as a program writes it, or its first sign lost
_ANSI = re.compile(
    r"(?:\x1b|\\(?:033|x1[bB]|u001[bB]|e|E))\[[0-9;]{0,12}[mK]|(?<=[\w.@+-])\[[0-9;]{1,8}m(?=[\w.@+-])"
)
_DATA_HEAD = re.compile(r"data:[\w/+.-]{0,40}(?:;[\w=-]{1,20}){0,3};base64,")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")
_PLUS = re.compile(r"\+(?<=[^\W_]\+)[^\W_]")
# a space in a form: `name=Odette+Marchal&city=…`
_FORM = re.compile(
    r"(?<==)[^\W_][\w.%-]*(?:\+[\w.%'-]+){1,12}(?=&[\w.%\[\]-]{1,40}=)|(?:(?<=[?&].=)|(?<=[?&]..=)|(?<=[?&].{3}=)|(?<=[?&].{4}=)|(?<=[?&].{5}=)|(?<=[?&].{6}=)|(?<=[?&].{7}=)|(?<=[?&].{8}=)|(?<=[?&].{9}=)|(?<=[?&].{10}=))[^\W_][\w.%-]*(?:\+[\w.%'-]+){1,12}(?=$|[\s\"'#&])"
)
_QUOTED = re.compile(r"=[0-9A-F]{2}(?:=[0-9A-F]{2}){3,}")
_QUOTED_ANY = re.compile(r"=[0-9A-F]{2}(?:=[0-9A-F]{2})*")
# signs of a value as a mail writes them, in a word of which they part the pieces: `528=2D34=2D9304`
_QUOTED_SIGN = r"=(?:2[0BDEF89]|3A|40|5F)"
_QUOTED_WORD = re.compile(
    rf"(?<![\w=&?])[\w.+-]{{1,64}}(?:{_QUOTED_SIGN}(?:=\r?\n)?[\w.+-]{{0,63}}\w|=\r?\n[\w.+-]{{0,63}}\w){{2,24}}(?![\w=&])"
)
_QUOTED_NEAR = re.compile(r"=(?<=[A-Za-z0-9]=)(?:2[0BDEF89]|3A|40|5F)[A-Za-z0-9=]")
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7};?|#[xX][0-9A-Fa-f]{1,6}(?:;|(?=&))|[A-Za-z][A-Za-z0-9]{1,30};)"
)
_ESCAPE = re.compile(
    r"[\\U](?:(?<=\\)(?:\\{0,3}u\{([0-9A-Fa-f]{1,6})\}|\\{0,3}u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2}))|(?<=U)\+([0-9A-Fa-f]{4,6})(?:[ ,](?=U\+))?)"
)
# a line's end that a string of a program or a log holds: its letter is no part of what follows
_BREAK = re.compile(
    r"\\\\{0,3}[nrt](?:\\{1,4}[nrt]){0,3}(?=[0-9A-Z+(]|[a-z]{2,9}[_-][A-Za-z0-9_-]{12})"
)
_HEX = re.compile(r"[0-9A-Fa-f]{2}(?<![0-9A-Za-z]..)(?:[ :][0-9A-Fa-f]{2}){6,200}(?![0-9A-Za-z])")
_SOLID = re.compile(r"(?<![0-9A-Za-z#])(?:0x)?(?:[0-9A-Fa-f]{2}){7,400}(?![0-9A-Za-z])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{10,8192}={0,2}(?![A-Za-z0-9+/_=-])")
_WRAPPED = re.compile(
    r"(?<![A-Za-z0-9+/_=-])(?:[A-Za-z0-9+/]{16,76}\r?\n){1,100}[A-Za-z0-9+/]{2,76}={0,2}(?![A-Za-z0-9+/_=-])"
)
# one number for each character: 0x34 0x35, or as decimals
_BYTES = re.compile(
    r"(?<![0-9A-Za-z])0x[0-9A-Fa-f]{2}(?:[ ,]{1,2}0x[0-9A-Fa-f]{2}){6,200}(?![0-9A-Za-z])"
)
_CODE = r"(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])"
_CODES = re.compile(
    rf"(?<![0-9.,] )(?<![0-9A-Za-z.,]){_CODE}(?:[ ,]{{1,2}}{_CODE}){{8,200}}(?![0-9A-Za-z.]|[ ,]{{1,2}}[0-9])"
)
_BASE32 = re.compile(r"(?<![A-Za-z0-9=])[A-Z2-7]{16,2048}={0,6}(?![A-Za-z0-9=])")
_ASCII85 = re.compile(r"<~[!-uz\s]{7,2048}~>")
_BINARY = re.compile(r"(?<![0-9])[01]{8}(?:[ ]?[01]{8}){6,200}(?![0-9])")
# what decoding may bring to light has one of these; other text is left alone
_WORTH = re.compile(r"[0-9@.%&+/=]")


def _wrapped(match: re.Match[str]) -> str | None:
    token = re.sub(r"\s", "", match[0])
    if token.isalpha() and (token.islower() or token.istitle()):
        return None
    return _of_base64(token)


def _bytes(match: re.Match[str]) -> str | None:
    return _readable(bytes(int(one, 16) for one in re.findall(r"0x([0-9A-Fa-f]{2})", match[0])))


def _codes_of(match: re.Match[str]) -> str | None:
    text = bytes(map(int, re.findall(r"[0-9]+", match[0]))).decode("ascii")
    return text if _telling(text) else None


def _telling(text: str) -> bool:
    """Say whether half of a text are digits, or it is an address: what else has such codes is none."""
    digits = sum(c.isdigit() or c in "@." for c in text)
    return digits * 2 >= len(text) or "@" in text[1:-3]


def _character(code: int) -> str:
    """Return the character of a code point; nothing for half of a surrogate pair, or beyond Unicode."""
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def _of_base64(token: str) -> str | None:
    try:
        return _readable(base64.b64decode(token + "=" * (-len(token) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _of_base32(token: str) -> str | None:
    """Return the text of a token in the digits 0 to V (RFC 4648, base32hex), without its padding."""
    if len(token) % 8 in _NO_BASE32:
        return None
    bits = 5 * len(token)
    return _readable((int(token, 32) >> bits % 8).to_bytes(bits // 8, "big"))


_NO_BASE32 = frozenset({1, 3, 6})  # characters behind the last group of eight


def _readable(raw: bytes) -> str | None:
    if len(raw) % 2 == 0 and raw:  # two bytes for each character
        if raw[::2].count(0) == len(raw) // 2:
            raw = raw[1::2]
        elif raw[1::2].count(0) == len(raw) // 2:
            raw = raw[::2]
    if raw[:3] in (b"\x00\xfe\xff", b"\xff\xfe\x00"):
        return None
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except UnicodeDecodeError:
        return None
    if (
        len(text) < 5
        or not text.replace("\n", " ").replace("\t", " ").replace("\r", " ").isprintable()
    ):
        return None
    return text if _WORTH.search(text) else None


def _quoted_word(match: re.Match[str]) -> str | None:
    """Return what a mail's word says: at least two of its signs are written by their codes, or one and a line goes on."""
    text = _ONE_QUOTED.sub(lambda m: chr(int(m[1], 16)) if m[1] else "", match[0])
    return text if sum(map(str.isdigit, text)) >= _DIGITS_QUOTED or "@" in text else None


_ONE_QUOTED = re.compile(r"=(?:([0-9A-F]{2})|\r?\n)")
_DIGITS_QUOTED = 7


def _percent(match: re.Match[str]) -> str | None:
    raw = bytes.fromhex(match[0].replace("%", ""))
    text = raw.decode("utf-8", "replace")
    # one character per triple keeps its own place; else each byte stands for itself
    return text if len(text) == len(raw) else raw.decode("latin-1")


def _quoted(match: re.Match[str]) -> str | None:
    raw = bytes.fromhex(match[0].replace("=", ""))
    if match.re is _QUOTED_ANY:
        return raw.decode("utf-8", "replace")
    return _readable(raw)


def _escape(match: re.Match[str]) -> str | None:
    digits = match[1] or match[2] or match[3] or match[5]
    code = int(match[4], 8) if match[4] else int(digits, 16)
    return _character(code)


def _break(match: re.Match[str]) -> str | None:
    return " " if match[0][-1] == "t" else "\n"


def _hex(match: re.Match[str]) -> str | None:
    body = match[0].removeprefix("0x").replace(" ", "").replace(":", "")
    if body.isdigit() and len(body) < 20 and " " not in match[0]:
        return None  # a plain number is one
    return _readable(bytes.fromhex(body)) if len(body) % 2 == 0 else None


def _base64(match: re.Match[str]) -> str | None:
    token = match[0].rstrip("=")
    if (
        token.isdigit()
        or (token.isalpha() and (token.islower() or token.istitle()))
        or (token[:3] == "eyJ" and match.string[match.end() : match.end() + 1] == ".")
    ):
        return None  # a number, a word, a web token: recognizers of their own
    token = token.translate({45: 43, 95: 47})
    if len(token) % 4 == 1:
        return None
    return _of_base64(token)


def _ascii85(match: re.Match[str]) -> str | None:
    try:
        return _readable(base64.a85decode(match[0], adobe=True))
    except ValueError:
        return None


def _base32(match: re.Match[str]) -> str | None:
    return _of_base32(match[0].rstrip("=").translate(_TO_BASE32_HEX))


def _binary(match: re.Match[str]) -> str | None:
    bits = match[0].replace(" ", "")
    return _readable(int(bits, 2).to_bytes(len(bits) // 8, "big"))


def _long_escape(match: re.Match[str]) -> str | None:
    codes = [int(c, 16) for c in re.findall(r"[0-9A-Fa-f]{6,8}", match[0])]
    return "".join(map(_character, codes))


def _named_escape(match: re.Match[str]) -> str | None:
    if match[3]:
        try:
            return unicodedata.lookup(match[3])
        except KeyError:
            return None
    code = int(match[1], 16) if match[1] else int(match[2], 8)
    return _character(code) or None


def _utf7(match: re.Match[str]) -> str | None:
    try:
        text = match[0].encode("ascii").decode("utf-7")
    except UnicodeError:
        return None
    return text if text.isascii() and text.isprintable() else None


_NO_CODE = re.compile(r"0[xXo]|[^0-9A-Fa-f]+")


def _listed(match: re.Match[str]) -> str | None:
    """Return the text of a list of numbers, one for each character, in the first base that gives one."""
    mark, sign = match["mark"], match["sign"]
    if not mark and not sign:
        return None  # digits alone
    codes = [code for code in _NO_CODE.split(match[0]) if code]
    if "x" in mark.lower() or mark in ("$", "%") or sign[:1] in ("h", "H"):
        bases: tuple[int, ...] = (16,)
    elif mark in ("0o", "\\"):
        bases = (8,)
    elif all(len(c) >= 7 for c in codes):
        bases = (2,)
    else:
        bases = (10, 16, 8)
    for base in bases:
        text = _in_base(codes, base)
        if text is not None and len(set(text)) > _FEW and _telling(text):
            return text
    return None


_FEW = 2  # different characters: what repeats itself is no value
# the codes of the characters that are read begin with a digit, whatever their base
_LEAST_CODES, _BETWEEN_CODES = 6, 9  # codes of a list; characters from one digit to the next one's


def _in_base(codes: list[str], base: int) -> str | None:
    try:
        numbers = [int(code, base) for code in codes]
    except ValueError:
        return None
    if not all(32 <= number < 127 for number in numbers):
        return None
    return "".join(map(chr, numbers))


def _fours(match: re.Match[str]) -> str | None:
    body = match[0].replace(" ", "")
    text = _readable(bytes.fromhex(body)) if len(body) % 2 == 0 else None
    return text if text is not None and _telling(text) else None


def _chunked(match: re.Match[str]) -> str | None:
    token = match[0].replace(" ", "")
    if token.isalpha():
        return None
    text = _of_base64(token)
    return text if text is not None and _telling(text) else None


def _small_base32(match: re.Match[str]) -> str | None:
    token = match[0].rstrip("=")
    if token.isalpha() or token.isdigit():
        return None
    text = _of_base32(token.upper().translate(_TO_BASE32_HEX) if token.islower() else token)
    return text if text is not None and _telling(text) else None


def _nibbles(match: re.Match[str]) -> str | None:
    bits = re.sub(r"0b|[^01]", "", match[0])
    return _readable(int(bits, 2).to_bytes(len(bits) // 8, "big"))


def _percent_u(match: re.Match[str]) -> str | None:
    codes = [int(c, 16) for c in re.findall(r"[0-9A-Fa-f]{4}", match[0])]
    return "".join(map(_character, codes))


# RFC 2047: `=?utf-8?Q?bruno=2Ecassar?=`
_ENCODED_WORD = re.compile(
    r"=\?[\w-]{2,24}\?(?:[Qq]\?([^?\s]{1,400})|[Bb]\?([A-Za-z0-9+/]{4,400}={0,2}))\?="
)
_TRIPLET = re.compile(r"((?:=[0-9A-Fa-f]{2})+)")


def _encoded_word(match: re.Match[str]) -> str | None:
    if match[2]:
        try:
            return base64.b64decode(match[2], validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return None
    plain = match[1].replace("_", " ")
    return _TRIPLET.sub(
        lambda m: bytes.fromhex(m[0].replace("=", "")).decode("utf-8", "replace"), plain
    )


Reader = Callable[[re.Match[str]], str | None]
_READERS: tuple[tuple[str, re.Pattern[str], Reader, str], ...] = (
    ("percent", _PERCENT, _percent, "%"),
    ("percent code points", _PERCENT_U, _percent_u, "%u"),
    ("styles of a terminal", _ANSI, lambda _: "", "["),
    ("data", _DATA_HEAD, lambda _: " ", "base64,"),
    ("encoded words", _ENCODED_WORD, _encoded_word, "=?"),
    ("form", _FORM, lambda m: m[0].replace("+", " "), "&"),
    ("entities", _ENTITY, lambda m: html.unescape(m[0]), "&"),
    ("named escapes", _NAMED_ESCAPE, _named_escape, "{"),
    ("UTF-7", _UTF7, _utf7, "+A"),
    ("nibbles", _NIBBLES, _nibbles, "0b"),
    ("long escapes", _LONG_ESCAPE, _long_escape, "\\"),
    ("escapes", _ESCAPE, _escape, "\\"),
    ("line ends", _BREAK, _break, "\\"),
    ("code points", _ESCAPE, _escape, "U+"),
    ("quoted-printable", _QUOTED, _quoted, "="),
    ("quoted-printable words", _QUOTED_WORD, _quoted_word, "="),
    ("binary", _BINARY, _binary, "0"),
    ("hexadecimal bytes", _BYTES, _bytes, "0x"),
    ("base64 lines", _WRAPPED, _wrapped, "\n"),
    ("decimal", _CODES, _codes_of, ""),
    ("codes", _LISTED, _listed, ""),
    ("hexadecimal fours", _FOURS, _fours, ""),
    ("base64 in pieces", _CHUNKED, _chunked, ""),
    ("other base32", _SMALL_BASE32, _small_base32, ""),
    ("ascii85", _ASCII85, _ascii85, "<~"),
    ("hexadecimal", _SOLID, _hex, ""),
    ("hexadecimal pairs", _HEX, _hex, ""),
    ("base64", _BASE64, _base64, ""),
    ("base32", _BASE32, _base32, ""),
)
_LINE_END = re.compile(r"\n(?:(?<=[A-Za-z0-9+/]{16}\n)|(?<=[A-Za-z0-9+/]{16}\r\n))")
_CODES_NEAR = re.compile(
    rf"[ ,](?<=[0-9].)[ ]?{_CODE}[ ,]{{1,2}}{_CODE}[ ,]{{1,2}}{_CODE}[ ,]{{1,2}}{_CODE}[ ,]{{1,2}}{_CODE}[ ,]"
)
_RUN = re.compile(r"[A-Za-z0-9+/_-]{10}")


def _codes(view: View) -> dict[str, list[tuple[int, str]]]:
    """Return the words that have the form of a code, and are no word of a language, with their places."""
    if view.longest < 10:
        return {}
    codes = [
        one
        for one in long_words(view.text)
        if not _NAMES.fullmatch(one[1]) and _RUN.search(one[1]) and not _plain(one[1])
    ]
    return {name: [one for one in codes if form.search(one[1])] for name, form in _FORMS.items()}


def _within(
    pattern: re.Pattern[str], text: str, words: Iterable[tuple[int, str]]
) -> Iterator[re.Match[str]]:
    """Yield what `pattern`, which knows no white space, matches inside of `words`."""
    for at, word in words:
        yield from pattern.finditer(text, at, at + len(word))


def _near(pattern: re.Pattern[str], sign: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield what `pattern` matches where `sign` is found, or a mark's length before it."""
    reached = 0
    for place in sign.finditer(text):
        for at in range(max(reached, place.start() - _MARK), place.start() + 1):
            match = pattern.match(text, at)
            if match is not None:
                reached = match.end()
                yield match
                break


def _at_lines(text: str) -> Iterator[re.Match[str]]:
    """Yield what `_WRAPPED` matches, from the beginning of a line's last word on."""
    reached = 0
    for end in _LINE_END.finditer(text):
        at = end.start() - (text[end.start() - 1] == "\r")
        low = at
        while low > reached and at - low <= _WRAPPED_MOST and text[low - 1] in _OF_BASE64:
            low -= 1
        match = _WRAPPED.match(text, low) if low >= reached else None
        if match is not None:
            reached = match.end()
            yield match


_WRAPPED_MOST = 76  # characters of a line
_OF_BASE64 = frozenset(string.ascii_letters + string.digits + "+/")
_MARK = 4  # characters of the longest mark of a code
_FORMS = {
    "hexadecimal": re.compile(r"[0-9A-Fa-f]{14}"), "base64": re.compile(r"[A-Za-z0-9+/_-]{10}"),
    "base32": re.compile(r"[A-Z2-7]{16}"), "other base32": re.compile(r"[a-z2-7]{16}|[0-9A-V]{16}"),
}  # fmt: skip
_ALONE = (_SOLID, _BASE64, _BASE32, _SMALL_BASE32)  # inside of one word


def _is_alone(pattern: re.Pattern[str]) -> bool:
    """Say whether a code is inside of one word; by identity: to hash a pattern reads all of it."""
    return any(pattern is one for one in _ALONE)


# words and names in a program: a code of ten characters has a digit, more capitals or a sign of its own
_NAMES = re.compile(r"[A-Z]?[a-z_.,:;()\[\]{}'\"=*<>|!?#@-]+")


def _plain(word: str) -> bool:
    """Say whether it is a word of a language, or a short number: no code is written so."""
    bare = word.strip(".,;:!?()\"'")
    if bare.isalpha():
        return bare.islower() or bare.istitle()
    if bare[2:].isdigit() and bare[:2].isalpha():
        return True  # an account's country and its digits
    return len(bare) < 14 and bare.upper() == bare.lower() and bare.isascii()


_LEAST_DECIMAL = 9  # codes of characters, one or two signs between
_CHUNK_NEAR = re.compile(
    r"=(?<=[A-Za-z0-9+/]{4} [A-Za-z0-9+/]{2}=)|=(?<=[A-Za-z0-9+/]{4} [A-Za-z0-9+/]{3}=)"
)
_ANSI_NEAR = re.compile(r"\[[0-9;]{0,12}[mK]")


def _may_stand(
    view: View, pattern: re.Pattern[str], sign: str, *, coded: bool, spaced: bool
) -> bool:
    """Say whether `pattern` can match at all; `coded`: a word has the form, `spaced`: pairs have."""
    text = view.text
    if pattern is _CODES:
        return (
            view.digits
            and in_a_row(text, _LEAST_DECIMAL, 2)
            and _CODES_NEAR.search(text) is not None
        )
    if pattern is _LISTED:
        return view.digits and in_a_row(text, _LEAST_CODES, _BETWEEN_CODES)
    if pattern is _FOURS:
        return view.digits
    if pattern is _QUOTED_WORD:
        return _QUOTED_NEAR.search(text) is not None
    if pattern is _CHUNKED:
        return "=" in text and _CHUNK_NEAR.search(text) is not None
    if pattern is _ANSI:
        return "[" in text and _ANSI_NEAR.search(text) is not None
    if pattern is _NAMED_ESCAPE:
        return "\\" in text and "{" in text
    if pattern is _WRAPPED:
        return coded and _LINE_END.search(text) is not None
    if pattern is _BINARY:
        return view.digits and holds_bits(text)
    if pattern is _HEX:
        return coded or spaced
    if pattern is _FORM:
        return "&" in text and _PLUS.search(text) is not None
    return sign in text if sign else coded


def _found(
    pattern: re.Pattern[str], text: str, words: Iterable[tuple[int, str]]
) -> Iterator[re.Match[str]]:
    """Yield what `pattern` matches in order, `words` being those that may hold it."""
    if _is_alone(pattern):
        return _within(pattern, text, words)
    if pattern is _LISTED:
        return _near(pattern, _LISTED_NEAR, text)
    if pattern is _WRAPPED:
        return _at_lines(text)
    if pattern is _FOURS:
        return at_fours(pattern, text)
    return pattern.finditer(text)


def encodings(view: View) -> View:
    """Read what is encoded, up to three layers; each layer is one linear pass per encoding."""
    for _ in range(LAYERS):
        before = view
        codes, source = _codes(view), view.text
        forms = {name for name, found in codes.items() if found}
        if "base64" in forms:
            forms.add("base64 lines")
        spaced = view.digits and holds_pairs(view.text)
        for name, pattern, read, sign in _READERS:
            text = view.text
            if sign not in text or not _may_stand(
                view, pattern, sign, coded=name in forms, spaced=spaced
            ):
                continue
            if pattern is _QUOTED and "quoted-printable" in text.lower():
                pattern = _QUOTED_ANY  # noqa: PLW2901 - its header says so
            edits: list[Edit] = []
            # a reader before has written another text
            if text is not source and _is_alone(pattern):
                codes, source = _codes(view), text
            for match in _found(pattern, text, codes.get(name, ())):
                fresh = read(match)
                if fresh is not None and fresh != match[0]:
                    edits.append((*match.span(), fresh))
            view = view.edited(edits, name)
        if view is before:
            return view
        view = view.normalised()
    return view
