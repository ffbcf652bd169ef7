"""Where in a document of HTML or XML an original is put, and how it is written there. Pure.

A value is text or an attribute's value, escaped. In tags, scripts, styles and handlers it is not
written at all. The text comes in pieces.
"""

from __future__ import annotations

import copy
import html
import re
from urllib.parse import quote

from stageflow_guard.redaction.vault.places import NAMED, decoded

_RAW = frozenset(
    "script style template noscript xmp iframe noembed noframes plaintext".split()  # noqa: SIM905
)
_LINKS = frozenset(
    "href src action formaction data poster background cite xlink:href srcset ping manifest".split()  # noqa: SIM905
)
_NO_ATTRIBUTE = frozenset({"style", "srcdoc", "http-equiv", "content"})
_VALUES = frozenset({"text", "double", "single", "unquoted", "comment", "cdata"})
_TAG = re.compile(r"</?[A-Za-z][\w:-]*(?:\s[^<>]*)?/?>|</[A-Za-z]{1,10}$")
# what would end or open something where it stands as it is
_NOT_IN = {
    "text": re.compile(r"<"),
    "double": re.compile(r"[\"<]"),
    "single": re.compile(r"['<]"),
    "unquoted": re.compile(r"[\s\"'<>=`/]"),
    "comment": re.compile(r"--|[<>]|^-|-$"),
    "cdata": re.compile(r"[\]<>]"),
}
_OPEN_REFERENCE = re.compile(r"&#?\w*$")
_PATH = re.compile(r"[/?#]")
_KEYED = re.compile(r"[?&;][\w.%+~-]{1,64}=[^&=]*$")
_STRUCTURE = re.compile(rf"{NAMED.pattern}|&amp;|[/?#&=](?!#|\w+;)")
_ENDS_LINK = re.compile(r"[\s/?#&=;\\<>\"'`]")
_ENDS_MAIL = re.compile(r"[\s/?#&=;:\\<>\"'`]")
_RUNS = re.compile(r"[\x00-\x20]*(?:javascript|data|vbscript)[\x00-\x20]*:", re.IGNORECASE)


class Html:
    """A document of HTML or XML: text, attributes, and all that holds no value."""

    def __init__(self) -> None:
        self._state = "text"
        self._name = ""  # of the tag
        self._attribute = ""
        self._value = ""  # of the attribute so far
        self._seen = ""  # the last characters, for what ends a comment or raw text

    @property
    def is_plain(self) -> bool:
        """Say no: all is escaped."""
        return False

    def passed(self, text: str) -> None:
        """Take what stays as it is, character by character."""
        at = 0
        while at < len(text):
            if self._state == "text":  # most of a document
                at = text.find("<", at)
                if at < 0:
                    return
            self._take(text[at])
            at += 1

    def _take(self, char: str) -> None:
        self._STATES[self._state](self, char)

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
        self._seen += char
        if self._seen == "--":
            self._state, self._seen = "comment", ""
        elif self._seen == "[CDATA[":
            self._state, self._seen = "cdata", ""
        elif char == ">":
            self._state = "text"
        elif not ("--".startswith(self._seen) or "[CDATA[".startswith(self._seen)):
            self._state = "closing"

    def _closing(self, char: str) -> None:
        if char == ">":
            self._state = "text"

    def _comment(self, char: str) -> None:
        self._seen = (self._seen + char)[-3:]
        if self._seen == "-->":
            self._state = "text"

    def _cdata(self, char: str) -> None:
        self._seen = (self._seen + char)[-3:]
        if self._seen == "]]>":
            self._state = "text"

    def _raw(self, char: str) -> None:
        end = f"</{self._name}"
        self._seen = (self._seen + char.lower())[-len(end) :]
        if self._seen == end:
            self._state = "closing"

    def _end_tag(self) -> None:
        self._name = self._name.lower()
        self._state, self._seen = ("raw" if self._name in _RAW else "text"), ""

    _STATES = {  # noqa: RUF012 - a table of this class's own methods
        "text": _text, "opened": _opened, "named": _named, "tag": _tag, "naming": _naming,
        "spaced": _spaced, "equals": _equals, "double": _double, "single": _single,
        "unquoted": _unquoted, "declared": _declared, "closing": _closing, "comment": _comment,
        "cdata": _cdata, "raw": _raw,
    }  # fmt: skip

    def written(self, value: str, ahead: str) -> str | None:
        """Return `value` escaped for text or an attribute; None in tags, scripts, styles."""
        del ahead
        if self._state == "cdata":  # nothing is escaped in it
            return None if _NOT_IN["cdata"].search(value) else value
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

    def read(self, raw: str, ahead: str) -> str | None:
        """Return what `raw` is once references, and in a link percent signs, are read."""
        state = "unquoted" if self._state == "equals" else self._state
        if state not in _VALUES or _NOT_IN[state].search(raw) is not None:
            return None
        if state in ("comment", "cdata"):
            return raw
        if _OPEN_REFERENCE.search(raw) and (ahead[:1].isalnum() or ahead[:1] in ("#", ";")):
            return None
        value = html.unescape(raw)
        if state == "text":
            return value
        name = self._attribute.lower()
        if name.startswith("on") or name in _NO_ATTRIBUTE:
            return None
        if name not in _LINKS:
            return value
        return self._in_link(value)

    def _in_link(self, value: str) -> str | None:
        before = self._value.strip().lower()
        if not before:
            return None if _RUNS.match(value) else value
        if _RUNS.match(before):
            return None
        mail = before.startswith(("mailto:", "tel:"))
        if (_ENDS_MAIL if mail or "@" not in before else _ENDS_LINK).search(value) is not None:
            return None
        host = "//" in before and _PATH.search(before.partition("//")[2]) is None
        if host and ("@" in value or ":" in value):
            return None
        return decoded(value, blanks=not mail and _KEYED.search(before) is not None)

    def where(self, ahead: str) -> str:
        """Return what kind of place this is."""
        del ahead
        inside = self._attribute.lower() in _LINKS and self._state != "text"
        link = "link" if self._value.strip() else "url"
        return f"html {self._state} {link if inside else ''}"

    def _parts_of_link(self, raw: str) -> list[tuple[int, int]]:
        """Return what lies between the slashes and the keys of a link that has begun."""
        inside = self._state != "text" and self._attribute.lower() in _LINKS
        if not inside or not self._value.strip():
            return [(0, len(raw))]
        out, at = [], 0
        for match in _STRUCTURE.finditer(raw):
            if match.start() > at:
                out.append((at, match.start()))
            at = match.end()
        return [*out, *([(at, len(raw))] if at < len(raw) else [])]

    def parts(self, raw: str) -> list[tuple[int, int]]:
        """Return the runs of text and of attributes' values in `raw`, without the tags between."""
        if self._state in ("text", "double", "single") and not any(c in raw for c in "<>\"'"):
            return self._parts_of_link(raw)
        tags = [match.span() for match in _TAG.finditer(raw)]
        inside = copy.copy(self)
        out: list[tuple[int, int]] = []
        open_at: int | None = None
        for at, char in enumerate(raw):
            before = inside._state
            inside._take(char)
            held = (before in _VALUES or before == "equals") and (
                inside._state == before or (before, inside._state) == ("equals", "unquoted")
            )
            if not held and char.isalnum():  # part of no tag: nothing found is left uncovered
                held = not any(low <= at < high for low, high in tags)
            if held and open_at is None:
                open_at = at
            elif not held and open_at is not None:
                out.append((open_at, at))
                open_at = None
        if open_at is not None:
            out.append((open_at, len(raw)))
        told = [(a, b) for a, b in out if any(c.isalnum() for c in raw[a:b])]
        return told if told or tags else [(0, len(raw))]
