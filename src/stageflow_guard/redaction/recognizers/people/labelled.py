"""A person's whole name behind a label and a colon, whatever the label says: `Ricorrente: Samanta Locatelli;`. Pure.

A list of roles is never complete. A value that is a given name and a surname and nothing else names
somebody; a title, a song or a product seldom is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import FULL, trimmed
from stageflow_guard.redaction.recognizers.people.given_names import ALL_GIVEN_NAMES, GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.somebody import is_person
from stageflow_guard.redaction.recognizers.people.words import NEXT_FIELDS

_SIGN = re.compile(r":(?<=[^\W\d_]:)\*{0,2}[ ]{1,4}(?=[^\W\d_a-zß-ÿ])")
_ENDS = r"(?=[ ]?(?:[,;|·•/)\]\n\r\x1e]|\.(?:[ \n]|$)|[–—-][ ]|[ ]{2}|$)|[ ][–—-][ ])"
_VALUE = re.compile(rf"(?P<name>{FULL}){_ENDS}")
# the surname first: a comma before a given name is a sign, too
_TURNED = re.compile(
    rf"(?P<name>(?P<surname>{FULL}),[ ](?P<given>[^\W\d_a-zß-ÿ][^\W\d_]+)(?:[ ][^\W\d_a-zß-ÿ][^\W\d_]*\.?)?){_ENDS}"
)
# of one word to three, at the start of a line or behind a border
_LABEL = re.compile(
    r"(?:^|[\n.;,|·•>(–—\x1e-])[ \t*]{0,4}(?:[0-9]{1,2}[.)][ ])?[^\W\d_][\w'’./-]{0,24}(?:[ ][^\W\d_][\w'’./-]{0,24}){0,2}$"
)
# what has the name of somebody who is known
_OF_WORKS = re.compile(
    r"(?i)(?:artist|band|song|track|album|composer|music|lyrics|author|writer|poem|novel|book|film|movie|director|starring|cast|character|hero|actor|actress|player|team|coach|club|scorer|winner|champion|president|pope|saint|example|e\.g|z\.b|ex|title|titel|titre|título|titolo|subject|betreff|objet|asunto|oggetto|onderwerp|assunto|re|topic|thema|featuring|feat|quote|inventor|discovered|named|school|street|chapter|court|case|v|vs|komponist|compositeur|compositor|compositore|künstler|interprète|sänger|tore|goals?|buts?|goles|gol|brand|marke|marca|marque|merk|hersteller|supplier|regie|drehbuch|musik|musique|música|musica|designer|founder|ceo|kanzler|kanzlerin|präsident|président|presidente|minister|stück|oper|serie|stadion|teatro|station|haltestelle|arrêt|city|location|ort|straße|strasse|calle|rua|rue|via|schule|école|colegio|liceo|aula|sala|salle|color|colour|farbe|couleur|cocktail|drink|wine|wein|vin|parfum|duft|guitar|gitarre|piano|drums|bass|vocals|gesang|telescope|mission|ship|schiff|model|modell|sorte|variety|name of the (?:game|band|ship))$"
)
# a line that is a name alone: below a label, one of a list, or the last one
_LINE = re.compile(
    rf"(?:[-*•·–—][ ]?|[0-9]{{1,2}}[.)][ ])?(?P<name>{FULL})(?:[ ]?[(|,][^\n]{{0,60}})?[ ]*(?=\n|$)"
)
_BULLETS = frozenset("-*•·–—0123456789")
_LISTED = 2  # such lines, one below the other
_REACH = 60  # characters of a label


def recognize(text: str) -> Iterator[Hit]:
    """Yield such names, of two words and more, the first a given name."""
    for sign in _SIGN.finditer(text) if ": " in text else ():
        match = _of_somebody(text, sign.end())
        if match is None:
            continue
        label = _LABEL.search(text, max(0, sign.start() - _REACH), sign.start())
        if label is None or _OF_WORKS.search(label[0]) is not None or not is_person(match["name"]):
            continue
        name = match.span("name")
        if any(map(NEXT_FIELDS.__contains__, match["name"].lower().split(" "))):
            name = trimmed(text, *name) or name
        yield Hit(*name, "PERSON", 0.4, "name, behind a label", "given name")


def _of_somebody(text: str, at: int) -> re.Match[str] | None:
    """Return the whole name at `at`, the given name first or behind a comma."""
    match = _VALUE.match(text, at)
    if match is not None and match["name"].partition(" ")[0].lower() in GIVEN_NAMES:
        return match
    turned = _TURNED.match(text, at)
    if turned is None or turned["given"].lower() not in ALL_GIVEN_NAMES:
        return None
    return None if turned["surname"].partition(" ")[0].lower() in ALL_GIVEN_NAMES else turned


_WHOLE = re.compile(FULL)


def is_name(value: str) -> bool:
    """Say whether a whole value is a person's name, whatever it is called: a given name and a surname."""
    return len(value) <= _REACH and _WHOLE.fullmatch(value) is not None and _is_whole(value)


def listed(text: str) -> Iterator[Hit]:
    """Yield the names that are lines of their own: two and more below each other, or the last line of a letter."""
    if "\n" not in text:
        return
    run: list[re.Match[str]] = []
    at = 0
    while at <= len(text):
        begins = text[at : at + 1]
        match = _LINE.match(text, at) if begins.isupper() or begins in _BULLETS else None
        if match is not None and _is_whole(match["name"]):
            run.append(match)
        else:
            if len(run) >= _LISTED:
                yield from _of_lines(text, run)
            run = []
        end = text.find("\n", at)
        if end < 0:
            break
        at = end + 1
    if len(run) >= _LISTED:
        yield from _of_lines(text, run)
    elif run and _ends_a_letter(text, run[0]):
        yield _of_line(run[0])


_OF_KNOWN = re.compile(
    r"(?i)(?:authors?|maintainers?|contributors?|credits|films?|movies?|brands?|marken|sorten|artists?|bands?|books?|songs?|players?|drivers?|top [0-9]+|ranking|standings|results|spieler|fahrer|ergebnis\w*)[ :*#_-]*$"
)


def _of_lines(text: str, run: list[re.Match[str]]) -> Iterator[Hit]:
    """Yield the names of such a list: not of one word's kinds, nor of people who are known."""
    firsts = {match["name"].partition(" ")[0] for match in run}
    head = text[: run[0].start()].rstrip().rpartition("\n")[2]
    if len(firsts) > 1 and not run[0][0].startswith("1.") and _OF_KNOWN.search(head) is None:
        yield from map(_of_line, run)


def _ends_a_letter(text: str, line: re.Match[str]) -> bool:
    """Say whether a line is the last one of a text, an empty one above it, and nothing beside the name."""
    above = text[: line.start()]
    return (
        above.endswith("\n\n")
        and above.rstrip()[-1:] in (".", "!", "?", ",")
        and line[0].rstrip().endswith(line["name"])
    )


def _is_whole(name: str) -> bool:
    """Say whether a line is a given name and a surname of somebody."""
    return name.partition(" ")[0].lower() in GIVEN_NAMES and is_person(name)


def _of_line(match: re.Match[str]) -> Hit:
    return Hit(*match.span("name"), "PERSON", 0.4, "name, a line of its own", "position")
