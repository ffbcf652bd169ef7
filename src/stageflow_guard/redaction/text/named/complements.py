"""A label and what it is about, before the value: `password for the vpn: …`, `name of the patient`. Pure.

Between a label and its sign stands whose or what for it is, in a few words; or words say that the
label has a number. What follows is read as if the label stood right before it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.text.named.block import Named, sure
from stageflow_guard.redaction.values.key_names import last_label


def _words(attribute: str) -> frozenset[str]:
    return frozenset(w for c in COUNTRIES for w in getattr(c, attribute).split("|") if w)


_BEFORE, _BEHIND = 100, 120  # characters beside the sign
_MOST = 4  # words between a label and its sign
_READ = 2 * _MOST + 1  # words of a label, then of what it is about and the word between
_OF, _PEOPLE = _words("of"), _words("people")
_HAS = _words("has")
_IS = "is was ist war lautet est es è é er jest"
_LAST = {phrase.rsplit(" ", 1)[1] for phrase in _HAS}
_COLON = re.compile("[:：=]")
_VERB = re.compile(
    rf" ({'|'.join([*_IS.split(), *sorted(_LAST | {w.title() for w in _LAST})])})[ :]{{1,3}}"
)
_VERBS = Heads(verb.lower() + sign for verb in (*_IS.split(), *_LAST) for sign in (" ", ":"))
_SIGNS = " \t\u00a0\"'*`_)"
_MARKS = frozenset("*_ ")  # of Markdown, behind the sign
# a word of what it is about, in quotes or brackets or bare; a stop behind it ends a sentence
_WORD = re.compile(r"[\"'“„«(\[*]?\w(?:[\w'’&/.@-]{0,30}\w)?[\"'”“»)\]*]?")
# the same in a key: `senha_do_banco`, `mot_de_passe_de_la_base`
_IN_KEY = re.compile(rf"(?i)_(?:{'|'.join(sorted(w for w in _OF if w.isalpha()))})_(?=[^\W\d])")
_KEY = 42  # characters of a key before whose it is
_KEY_BEHIND = re.compile(r"\w{2,40}[\"']?[ \t]{0,4}(?::=|[:=：])(?![=/])[ \t]{0,4}")
_OWN = re.compile(r"(\w+)['’]s$")


def values(text: str) -> Iterator[Named]:
    """Yield what stands behind a label that words part from its sign, or from whose it is."""
    found = [
        *(
            one
            for sign in _COLON.finditer(text)
            if _parts(text, *sign.span())
            for one in _value(text, *sign.span(), "")
        ),
        *(one for part in _IN_KEY.finditer(text) for one in _of_key(text, *part.span())),
        *(one for verb in _verbs(text) for one in _value(text, *verb.span(), verb[1])),
    ]
    found.sort(key=lambda one: one.start)
    for one, following in itertools.pairwise([*found, Named("", len(text), len(text))]):
        if one.start < following.start:  # each character is read behind one label
            yield Named(one.name, one.start, min(one.end, following.start))


def _verbs(text: str) -> Iterator[re.Match[str]]:
    for at in _VERBS.places(lowered(text)):
        verb = _VERB.match(text, at - 1) if at else None
        if verb is not None:
            yield verb


def _parts(text: str, start: int, end: int) -> bool:
    """Say whether a sign parts a label from a value: no path, no comparison, no end of a line."""
    following = text[end : end + 1]
    if text[start] == "=":
        return following == " " and text[start - 1 : start] == " "
    return following not in ("", "\n", "\r", "/", "\\", "=", ":")


def _value(text: str, start: int, behind: int, verb: str) -> Iterator[Named]:
    before = text[max(0, start - _BEFORE) : start].rstrip(_SIGNS)
    words = before[before.rfind("\n") + 1 :].rsplit(None, _READ)
    if len(words) > _READ:
        del words[0]  # what is before the last of them
    name = _numbered(words, verb) if verb.lower() in _LAST else _label(words)
    if name:
        while text[behind : behind + 1] in _MARKS and behind < len(text):
            behind += 1
        end = text.find("\n", behind, behind + _BEHIND)
        yield Named(
            name.strip(_SIGNS), behind, end if end >= 0 else min(len(text), behind + _BEHIND)
        )


def _of_key(text: str, start: int, end: int) -> Iterator[Named]:
    """Yield what a key names by its first words: `[start, end)` parts them from whose it is."""
    behind = _KEY_BEHIND.match(text, end)
    if behind is None:
        return
    begin = start
    while (
        begin > 0 and start - begin < _KEY and (text[begin - 1].isalnum() or text[begin - 1] == "_")
    ):
        begin -= 1
    label = last_label(text[begin:start].replace("_", " "))
    if label and sure(label):
        at = behind.end()
        stop = text.find("\n", at, at + _BEHIND)
        yield Named(label, at, stop if stop >= 0 else min(len(text), at + _BEHIND))


def _numbered(words: list[str], last: str) -> str:
    """Return the label that `words` and `last` say to have a number, or nothing."""
    for size in (1, 2):
        if " ".join([*words[-size:], last]).lower() in _HAS:
            label = last_label(" ".join(words[-size - _MOST : -size]))
            return label if label and sure(label) else ""
    return ""


def _label(words: list[str]) -> str:
    """Return the label that the last of `words` are about, or nothing."""
    if len(words) > 1 and words[-1].lower() == "name":
        own = _OWN.search(words[-2])
        return f"{own[1]} name" if own is not None and own[1].lower() in _PEOPLE else ""
    for at in range(max(1, len(words) - _MOST - 1), len(words) - 1):
        if words[at].lower() in _OF and all(map(_WORD.fullmatch, words[at + 1 :])):
            label = last_label(" ".join(words[max(0, at - _MOST) : at]))
            if label and (sure(label) or any(w.lower() in _PEOPLE for w in words[at + 1 :])):
                return label
    return ""
