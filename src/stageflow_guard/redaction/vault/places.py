"""Where in a text an original is put, and how it is written there. Pure; the text comes in pieces.

A place is told what passes and what is written; it answers how an original is written next, or None
where nothing that could be written is safe. What it knows does not depend on where the text is cut.
"""

from __future__ import annotations

import html
import json
import re
from typing import Protocol
from urllib.parse import quote

AHEAD = 96  # characters behind a placeholder that a place looks at
_LAST_END = re.compile(r"[\s\S]*[\s\"'`<>(){}\[\]|]")  # up to what ends a URL in a sentence
_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}://|mailto:|tel:)", re.IGNORECASE)
_KEY = re.compile(r"(?:^|[?&;])[\w.%+~-]{1,64}=[^&=]*$", re.ASCII)
_NEXT_KEY = re.compile(r"[^&\s]{0,30}&[\w.%+~-]{1,48}=", re.ASCII)
_LONGEST = 96  # characters of a word in which a scheme or a key is looked for
_MARKS = re.compile(r"[\"\n]")
_OPENS = re.compile(r"[:\[,{]\s{0,8}$")


class Place(Protocol):
    """A place in a text that comes in pieces."""

    def passed(self, text: str) -> None:
        """Take what stays as it is."""
        ...

    def written(self, value: str, ahead: str) -> str | None:
        """Return `value` as it is written here, before `ahead`; None where it must not be."""
        ...


class Prose:
    """A sentence, in which there may be URLs, forms and quoted strings of JSON."""

    def __init__(self) -> None:
        self._word = ""  # the beginning of the word that goes on
        self._url = False  # it is a URL
        self._keyed = False  # it holds `key=value&`
        self._quoted = False  # inside of a quoted string of JSON
        self._before = ""  # what came just before

    def passed(self, text: str) -> None:
        """Take what stays as it is."""
        self._read_quotes(text)
        end = _LAST_END.match(text)
        tail = text if end is None else text[end.end() :]
        if end is not None:
            self._word, self._url, self._keyed = "", False, False
        if not self._url:
            word = self._word + tail
            self._url = _SCHEME.search(word) is not None
            self._keyed = self._keyed or ("&" in word and "=" in word.partition("&")[0])
            self._word = word[-_LONGEST:]

    def _read_quotes(self, text: str) -> None:
        joined = self._before + text
        offset = len(self._before)
        for mark in _MARKS.finditer(joined, offset):
            at, sign = mark.start(), mark[0]
            if sign == "\n":
                self._quoted = False
            elif not self._quoted:
                self._quoted = _OPENS.search(joined, max(0, at - 12), at) is not None
            elif not self._runs(joined, at):
                self._quoted = False
        self._before = joined[-16:]

    @staticmethod
    def _runs(text: str, at: int) -> bool:
        """Say whether an odd number of backslashes stands before `at`."""
        return (at - len(text[:at].rstrip("\\"))) % 2 == 1

    def in_address(self, ahead: str) -> bool:
        """Say whether a value stands in a URL or a form here."""
        return self._url or (
            _KEY.search(self._word) is not None
            and (self._keyed or _NEXT_KEY.match(ahead) is not None)
        )

    def written(self, value: str, ahead: str) -> str | None:
        """Return `value` encoded in a URL or a form, escaped in a quoted string, else as it is."""
        if self._url:
            kept = "@+" if self._word.lower().rpartition(":")[0].endswith(("mailto", "tel")) else ""
            return quote(value, safe=kept, errors="replace")
        if self.in_address(ahead):
            return quote(value, safe="", errors="replace")
        return json.dumps(value, ensure_ascii=False)[1:-1] if self._quoted else value


_RAW = frozenset(
    "script style template noscript xmp iframe noembed noframes plaintext".split()  # noqa: SIM905
)
_LINKS = frozenset(
    "href src action formaction data poster background cite xlink:href srcset ping manifest".split()  # noqa: SIM905
)
_NO_ATTRIBUTE = frozenset({"style", "srcdoc", "http-equiv", "content"})
_RUNS = re.compile(r"[\x00-\x20]*(?:javascript|data|vbscript)[\x00-\x20]*:", re.IGNORECASE)


class Html:
    """A document of HTML or XML: text, attributes, and all that holds no value."""

    def __init__(self) -> None:
        self._state = "text"
        self._name = ""  # of the tag
        self._attribute = ""
        self._value = ""  # of the attribute so far
        self._seen = ""  # the last characters, for what ends a comment or raw text
        names = (
            "text opened named tag naming spaced equals double single unquoted declared closing"
            " comment raw"
        )
        self._states = {name: getattr(self, f"_{name}") for name in names.split()}

    def passed(self, text: str) -> None:
        """Take what stays as it is, character by character."""
        for char in text:
            self._states[self._state](char)

    # one method per state: each takes a character and may change the state
    def _text(self, char: str) -> None:
        if char == "<":
            self._state, self._name, self._seen = "opened", "", ""

    def _opened(self, char: str) -> None:
        if char.isalpha():
            self._state, self._name = "named", char
        elif char in "!?/":
            self._state, self._seen = ("declared" if char == "!" else "closing"), ""
        elif char != "<":
            self._state = "text"

    def _named(self, char: str) -> None:
        if char == ">":
            self._end_tag()
        elif char.isspace() or char == "/":
            self._state, self._attribute = "tag", ""
        else:
            self._name += char

    def _tag(self, char: str) -> None:
        if char == ">":
            self._end_tag()
        elif not char.isspace() and char != "/":
            self._state, self._attribute = "naming", char

    def _naming(self, char: str) -> None:
        if char == ">":
            self._end_tag()
        elif char == "=":
            self._state, self._value = "equals", ""
        elif char.isspace():
            self._state = "spaced"
        elif char == "/":
            self._state = "tag"
        else:
            self._attribute += char

    def _spaced(self, char: str) -> None:
        if char == "=":
            self._state, self._value = "equals", ""
        elif char == ">":
            self._end_tag()
        elif not char.isspace():
            self._state, self._attribute = "naming", char

    def _equals(self, char: str) -> None:
        if char == '"':
            self._state = "double"
        elif char == "'":
            self._state = "single"
        elif char == ">":
            self._end_tag()
        elif not char.isspace():
            self._state, self._value = "unquoted", char

    def _double(self, char: str) -> None:
        self._within(char, '"')

    def _single(self, char: str) -> None:
        self._within(char, "'")

    def _within(self, char: str, sign: str) -> None:
        if char == sign:
            self._state, self._attribute = "tag", ""
        else:
            self._value += char

    def _unquoted(self, char: str) -> None:
        if char == ">":
            self._end_tag()
        elif char.isspace():
            self._state, self._attribute = "tag", ""
        else:
            self._value += char

    def _declared(self, char: str) -> None:
        self._seen = (self._seen + char)[-2:]
        if self._seen == "--":
            self._state, self._seen = "comment", ""
        elif char == ">":
            self._state = "text"
        elif len(self._seen) == 2:
            self._state = "closing"

    def _closing(self, char: str) -> None:
        if char == ">":
            self._state = "text"

    def _comment(self, char: str) -> None:
        self._seen = (self._seen + char)[-3:]
        if self._seen == "-->":
            self._state = "text"

    def _raw(self, char: str) -> None:
        end = f"</{self._name}"
        self._seen = (self._seen + char.lower())[-len(end) :]
        if self._seen == end:
            self._state = "closing"

    def _end_tag(self) -> None:
        self._name = self._name.lower()
        self._state, self._seen = ("raw" if self._name in _RAW else "text"), ""

    def written(self, value: str, ahead: str) -> str | None:
        """Return `value` escaped for text or an attribute; None in tags, scripts, styles."""
        del ahead
        if self._state == "text":
            return html.escape(value, quote=False)
        if self._state in ("double", "single", "unquoted", "equals"):
            return self._as_attribute(value)
        return html.escape(value).replace("-", "&#45;") if self._state == "comment" else None

    def _as_attribute(self, value: str) -> str | None:
        name = self._attribute.lower()
        if name.startswith("on") or name in _NO_ATTRIBUTE:
            return None
        if name in _LINKS and self._value.strip():
            kept = "@+" if self._value.strip().lower().startswith(("mailto:", "tel:")) else ""
            value = quote(value, safe=kept, errors="replace")
        elif name in _LINKS and _RUNS.match(value):
            return None
        if self._state in ("double", "single"):
            return html.escape(value, quote=True)
        self._state = "unquoted"
        return "".join(c if c.isalnum() and c.isascii() else f"&#{ord(c)};" for c in value)
