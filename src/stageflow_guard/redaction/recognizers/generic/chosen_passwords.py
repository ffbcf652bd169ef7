"""A word that somebody chose as a password: letters behind `password:`, at a clause's end. Pure.

Nothing in the word tells it from prose. So the place has to: the label is a password's and no other
secret's, a sign touches it, no sign of code is on the line, nothing but a next label follows the
word, and it is none of the words that say something about a password.
"""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.generic.password_words import (
    ANY,
    CHOSEN,
    LITTLE,
    NO_PASSWORD,
)
from stageflow_guard.redaction.recognizers.generic.secret_values import Value

_BEFORE = 80
_SIGN = re.compile(r"[ ]?:[ ]{1,3}|[ ]?：[ ]?|=(?=\S)")
_WORD = re.compile(r"[^\W\d_A-Z]{2,32}(?![\w-])")
_CAPITALISED = re.compile(
    r"[^\W\d_][^\W\d_A-Z]{1,31}(?![\w-])"
)  # as the label is: no name of a type
# a clause ends, or the next label begins: `hunter`, `hunter.`, `hunter, user: ann`, `hunter dbname=x`
_END = re.compile(
    r"[ ]{0,3}(?:$|\n|[.!?;](?=\s|$)|(?:[,;/|]|[ ]-)?[ ]{1,2}[^\W\d_][\w -]{1,24}(?:[ ]?:[ ]|=)|[ ](?:for|on|für|bei|pour|para|per|voor)[ ])"
)
_PHRASE = re.compile(
    r"[^\W\d_A-Z]{3,16}(?:[ ][^\W\d_A-Z]{3,16}){3,9}(?=[ ]{0,3}(?:$|\n|\.(?:\s|$)))"
)
# `robin&wren`, `Correct-Horse-Battery`: no word of a language, and no name in code
_JOINED = re.compile(
    r"[^\W\d_][^\W\d_A-Z]{1,15}(?:[-+&!*^~%][^\W\d_][^\W\d_A-Z]{1,15}){1,7}(?![\w-])"
)
_JOINTS = re.compile(r"[-+&!*^~%]")
_OF_CODE = re.compile(
    r"[(){}\[\]<>;`$@#\\\"']|[ ]=|=[ =>]|//|--|->|\bdef\b|\bvar\b|\blet\b|\bconst\b|[a-z]:[a-z]"
)
_LAST_WORD = re.compile(r"([^\W\d_]+)[ ](?:[\w-]+[ ])?$")


def chosen(text: str, name: str, start: int, end: int) -> Value | None:
    """Return the word behind the label `[start, end)` that `name` says is a password's."""
    if name not in CHOSEN:
        return None
    sign = _SIGN.match(text, end)
    if sign is None:
        return None
    value = _candidate(text, start, sign.end())
    if value is None:
        return None
    line = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    if _OF_CODE.search(line) is not None:
        return None
    before = _LAST_WORD.search(line)
    if before is not None and not ANY.isdisjoint(line.lower().split()[-2:]):
        return None
    return value


def _candidate(text: str, start: int, at: int) -> Value | None:
    """Return the word or the phrase at `at` that somebody can have chosen; its label begins at `start`."""
    joined = _JOINED.match(text, at)
    if joined is not None and _END.match(text, joined.end()) is not None:
        parts = _JOINTS.split(joined[0].lower())
        told = sum(map(NO_PASSWORD.__contains__, parts)) <= (len(parts) >= 4)
        return Value(*joined.span(), quoted=False, spoken=False) if told else None
    capital = text[start].isupper() and not (
        text[start - 1 : start].isalnum() or text[start - 1 : start] == "_"
    )
    word = (_CAPITALISED if capital else _WORD).match(text, at)
    if word is None:
        return None
    if _END.match(text, word.end()) is not None:
        told = word[0].lower() not in NO_PASSWORD
        return Value(*word.span(), quoted=False, spoken=False) if told else None
    phrase = _PHRASE.match(text, at)
    words = () if phrase is None else phrase[0].split(" ")
    if (
        phrase is None
        or not LITTLE.isdisjoint(words)
        or sum(map(NO_PASSWORD.__contains__, words)) > 1
    ):
        return None
    return Value(*phrase.span(), quoted=False, spoken=False)


_WORDS = re.compile(r"[^\W\d_A-Z]{1,16}(?:[ ][^\W\d_A-Z]{1,16}){1,6}")
_SHORT = frozenset(["pass", "clave", "parola", "palavra passe", "pw"])
_LEAST = 3  # letters of a word that tells something


def passphrase(name: str, sign: str, value: str) -> bool:
    """Say whether words in quotes were chosen: code assigns them to a password, and none of them speaks of one.

    `sign`: what stands between the name and the value.
    """
    if (
        not (name in CHOSEN or name in _SHORT)
        or "=" not in sign
        or ":" in sign
        or _WORDS.fullmatch(value) is None
    ):
        return False
    words = [word for word in value.split(" ") if len(word) >= _LEAST]
    return len(words) > 1 and words[0] not in LITTLE and (NO_PASSWORD - LITTLE).isdisjoint(words)
