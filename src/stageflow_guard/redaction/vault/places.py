"""Where in a text an original is put, and how it is written there. Pure; the text comes in pieces.

A place is told what passes and what is written; it answers how an original is written next, or None
where nothing that could be written is safe. What it knows does not depend on where the text is cut.
"""

from __future__ import annotations

import copy
import re
from typing import Protocol
from urllib.parse import quote, unquote

from stageflow_guard.redaction.vault.json_text import escaped, unescaped
from stageflow_guard.redaction.vault.original import Original

AHEAD = 96  # characters behind a placeholder that a place looks at
_LAST_END = re.compile(r"[\s\S]*[\s\"'`<>(){}\[\]|]")  # up to what ends a URL in a sentence
_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}://|mailto:|tel:)", re.IGNORECASE)
_KEY = re.compile(r"(?:^|[?&;])[\w.%+~-]{1,64}=[^&=]*$", re.ASCII)
_NEXT_KEY = re.compile(r"[^&\s]{0,30}&[\w.%+~-]{1,48}=", re.ASCII)
_LONGEST = 96  # characters of a word in which a scheme or a key is looked for
_MARKS = re.compile(r"[\"\n]")
_OPENS = re.compile(r"[:\[,{]\s{0,8}$")
_OPENS_IN_JSON = re.compile(r"(?:\"\s{0,4}:|[\[,{])\s{0,4}$")
# what ends a part of a URL: of its host, of its path, of a value behind a key
_ENDS_HOST = re.compile(r"[\s/?#&=@:\[\]\\<>\"'`]")
_ENDS_PART = re.compile(r"[\s/?#&=;\\<>\"'`]")
NAMED = re.compile(r"&(?:amp;)?[A-Za-z_][A-Za-z_.-]{0,40}\d{0,2}=")  # the next key of a form
_HOST = re.compile(r"@[\w.-]+(?::\d{1,5})?\Z")
_PATH = re.compile(r"[/?#]")
_ENDS_VALUE = re.compile(r"[\s#&;\\<>\"'`]")


class Place(Protocol):
    """A place in a text that comes in pieces."""

    @property
    def is_plain(self) -> bool:
        """Say whether any value stands here as it is."""
        ...

    def passed(self, text: str) -> None:
        """Take what stays as it is."""
        ...

    def written(self, value: str, ahead: str) -> str | None:
        """Return `value` as it is written here, before `ahead`; None where it must not be."""
        ...

    def read(self, raw: str, ahead: str) -> str | None:
        """Return the value that `raw` is here, before `ahead`; None where it is not just one."""
        ...

    def where(self, ahead: str) -> str:
        """Return what kind of place this is, for what is written in one way there."""
        ...

    def parts(self, raw: str) -> list[tuple[int, int]]:
        """Return what of `raw` are values: what is between them holds the text together."""
        ...


def spelled(place: Place, original: Original, ahead: str) -> str | None:
    """Return `original` as it is written in `place`: as it was found, where that reads the same."""
    for where, writing in original.writings:
        if where == place.where(ahead) and place.read(writing, ahead) == original.value:
            return writing
    return place.written(original.value, ahead)


class Prose:
    """A sentence, in which there may be URLs, forms and quoted strings of JSON."""

    def __init__(self) -> None:
        self._word = ""  # the beginning of the word that goes on
        self._url = False  # it is a URL
        self._keyed = False  # it holds `key=value&`
        self._quoted = False  # inside of a quoted string of JSON
        self._strict = False  # it stands where JSON has one
        self._host = False  # the host of a URL goes on
        self._tail = ""  # the end of the word
        self._before = ""  # what came just before

    @property
    def is_plain(self) -> bool:
        """Say whether this is no URL, no form and no quoted string."""
        return not (self._url or self._quoted or "=" in self._word)

    def passed(self, text: str) -> None:
        """Take what stays as it is."""
        self._read_quotes(text)
        end = _LAST_END.match(text)
        tail = text if end is None else text[end.end() :]
        if end is not None:
            self._word, self._url, self._keyed, self._tail = "", False, False, ""
        rest = tail
        if not self._url:
            word = self._word + tail
            scheme = _SCHEME.search(word)
            if scheme is not None:
                self._url, self._host = True, scheme[0].endswith("/")
                rest = word[scheme.end() :]
            self._keyed = self._keyed or ("&" in word and "=" in word.partition("&")[0])
            self._word = word[-_LONGEST:]
        self._host = self._host and _PATH.search(rest) is None
        self._tail = (self._tail + tail)[-_LONGEST:]

    def _read_quotes(self, text: str) -> None:
        joined = self._before + text
        offset = len(self._before)
        for mark in _MARKS.finditer(joined, offset):
            at, sign = mark.start(), mark[0]
            if sign == "\n":
                self._quoted = False
            elif not self._quoted:
                self._quoted = _OPENS.search(joined, max(0, at - 12), at) is not None
                strict = _OPENS_IN_JSON.search(joined, max(0, at - 12), at)
                self._strict = strict is not None
            elif not self._runs(joined, at):
                self._quoted = False
        self._before = joined[-16:]

    @staticmethod
    def _runs(text: str, at: int) -> bool:
        """Say whether an odd number of backslashes stands before `at`."""
        begin = at
        while begin > 0 and text[begin - 1] == "\\":
            begin -= 1
        return (at - begin) % 2 == 1

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
        return escaped(value) if self._quoted else value

    def _ends(self) -> re.Pattern[str]:
        """Return what ends a value in the URL or form that goes on."""
        if self._host:
            return _ENDS_HOST
        return _ENDS_VALUE if self._behind_key() else _ENDS_PART

    def _behind_key(self) -> bool:
        return not self._url or _KEY.search(self._tail) is not None

    def read(self, raw: str, ahead: str) -> str | None:
        """Return what `raw` is once a URL, a form or a quoted string is read."""
        if self.in_address(ahead):
            if self._ends().search(raw) is not None:
                return None
            return decoded(raw, blanks=self._behind_key())
        if not self._quoted:
            return raw
        value = unescaped(raw)
        if value is not None or self._strict:
            return value
        # backslashes as they are, in what is no JSON: a path of Windows
        return raw if '"' not in raw and not raw.endswith("\\") else None

    def where(self, ahead: str) -> str:
        """Return what kind of place this is."""
        if self.in_address(ahead):
            return "host" if self._host else "key" if self._behind_key() else "url"
        return "" if not self._quoted else "json" if self._strict else "quoted"

    def parts(self, raw: str) -> list[tuple[int, int]]:
        """Return what lies between the slashes and the keys of a URL; else all of it."""
        if not self.in_address(raw) or self._ends().search(raw) is None:
            return [(0, len(raw))]
        if self._url and self._host and "@" in raw:  # a password, and maybe the host behind it
            host = _HOST.search(raw)
            if host is None:
                return [(0, len(raw))]
            return [(0, host.start()), (host.start() + 1, len(raw))]
        inside, out, at = copy.copy(self), [], 0
        while at < len(raw):
            end = inside._ends().search(raw, at)
            stop = len(raw) if end is None else end.start()
            if stop > at:
                out.append((at, stop))
            key = NAMED.match(raw, stop)
            behind = stop + 1 if key is None else key.end()
            inside.passed(raw[at:behind])
            at = behind
            if not inside.in_address(raw[at:]):  # the rest stands in the sentence
                if at < len(raw):
                    out.append((at, len(raw)))
                break
        return out


def decoded(raw: str, *, blanks: bool) -> str | None:
    """Return a part of a URL as its reader has it; with `blanks`, a plus may be a blank.

    It is one between two words, as forms write it: not before a number, and not in an address.
    """
    if blanks and "@" not in raw and "%40" not in raw:
        raw = raw[:1] + raw[1:].replace("+", " ")
    try:
        return unquote(raw, errors="strict")
    except UnicodeDecodeError:
        return None
