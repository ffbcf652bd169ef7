"""A person's whole name behind a label and a colon, whatever the label says: `Ricorrente: Samanta Locatelli;`. Pure.

A list of roles is never complete. A value that is a given name and a surname and nothing else names
somebody; a title, a song or a product seldom is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import FULL
from stageflow_guard.redaction.recognizers.people.given_names import ALL_GIVEN_NAMES, GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.somebody import is_person

_SIGN = re.compile(r":(?<=[^\W\d_]:)\*{0,2}[ ]{1,4}(?=[^\W\d_a-zß-ÿ])")
_VALUE = re.compile(
    rf"(?P<name>{FULL}(?:,[ ](?P<given>[^\W\d_a-zß-ÿ][^\W\d_]+)(?:[ ][^\W\d_a-zß-ÿ][^\W\d_]*\.?)?)?)(?=[ ]?(?:[,;|·•/)\]\n\r\x1e]|\.(?:[ \n]|$)|[–—-][ ]|[ ]{{2}}|$)|[ ][–—-][ ])"
)
# of one word to three, at the start of a line or behind a border
_LABEL = re.compile(
    r"(?:^|[\n.;,|·•>(–—\x1e-])[ \t*]{0,4}(?:[0-9]{1,2}[.)][ ])?[^\W\d_][\w'’./-]{1,24}(?:[ ][^\W\d_][\w'’./-]{0,24}){0,2}$"
)
# what has the name of somebody who is known
_OF_WORKS = re.compile(
    r"(?i)(?:artist|band|song|track|album|composer|music|lyrics|author|writer|poem|novel|book|film|movie|director|starring|cast|character|hero|actor|actress|player|team|coach|club|scorer|winner|champion|president|pope|saint|example|e\.g|z\.b|ex|title|titel|titre|título|titolo|subject|betreff|objet|asunto|oggetto|onderwerp|assunto|re|topic|thema|featuring|feat|quote|inventor|discovered|named|school|street|chapter|court|case|v|vs|komponist|compositeur|compositor|compositore|künstler|interprète|sänger|tore|goals?|buts?|goles|gol)$"
)
_REACH = 60  # characters of a label


def recognize(text: str) -> Iterator[Hit]:
    """Yield such names, of two words and more, the first a given name."""
    for sign in _SIGN.finditer(text) if ": " in text else ():
        match = _VALUE.match(text, sign.end())
        if match is None:
            continue
        given, known = match["name"].partition(" ")[0], GIVEN_NAMES
        if match["given"]:  # a comma before it is a sign, too
            given, known = match["given"], ALL_GIVEN_NAMES
        if given.lower() not in known:
            continue
        label = _LABEL.search(text, max(0, sign.start() - _REACH), sign.start())
        if label is None or _OF_WORKS.search(label[0]) is not None or not is_person(match["name"]):
            continue
        yield Hit(*match.span("name"), "PERSON", 0.4, "name, behind a label", "given name")
