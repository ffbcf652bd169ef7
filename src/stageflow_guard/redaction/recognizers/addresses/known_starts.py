"""Addresses that begin in a way of their own, wherever they stand: Brasília's blocks, Mannheim's squares, a part of a house. Pure.

`QNL 14 conj. C casa 8`, `T 4, 11, 68161 Mannheim`, `Gartenhaus links, Lange Str. 4`, `Pje. El Roble 0441, depto. 14`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.addresses.before_a_town import before_a_province
from stageflow_guard.redaction.recognizers.addresses.row_of_pieces import Row, read
from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

# blocks of Brasília, in capitals, and of other towns that have no streets
_BLOCKS = re.compile(
    r"(?:SQ[NS]W?|SH[A-Z]{1,3}|QN[A-Z]|QS[A-Z]?|QE|QI|QL|QR|CL[NS]W?|SCL[NS]|SCR[NS]|HCGN|(?i:quadra|qd|manzana|mz|mza))\.?[ ][0-9A-Za-z]{1,4}(?![^\W_])"
)
_IN_A_BLOCK = re.compile(
    r"(?<![^\W_])(?i:conj|conjunto|cj|bloco|bl|casa|lote|lt|apto|ap|sala|depto|dpto|int)\.?[ ][0-9A-Z]"
)
# parts of a house, boats, boxes, shortened streets
_PARTS = re.compile(
    r"(?:hinterhaus|vorderhaus|gartenhaus|seitenflügel|rückgebäude|quergebäude|seitenhaus|nebengebäude|remise|woonboot|woonark|woonschip|hausboot|houseboat|narrowboat|péniche)(?![^\W\d_])"
    r"|(?:pje|psje|pasaje|v\.le|p\.za|p\.zza|l\.go|ch|chemin|rua|r|av|avenida|travessa|tv|al|alameda|pç|praça|estrada|jr|jirón|urb|c\.p|casilla|apdo|case postale|bât|rés|résidence)\.?[ ](?=[^\W_])"
)
_HEADS = Heads((
    "sqn", "sqs", "sh", "qn", "qs", "qe ", "qi ", "ql ", "qr ", "cln", "cls", "scl", "scr", "hcgn", "quadra ", "qd", "manzana ", "mz", "hinterhaus", "vorderhaus", "gartenhaus", "seitenfl", "rückgeb", "quergeb", "seitenhaus", "nebengeb", "remise", "woonboot", "woonark", "woonschip", "hausboot", "houseboat", "narrowboat", "péniche",
    "pje", "psje", "pasaje ", "v.le ", "p.za ", "p.zza ", "l.go ", "ch. ", "chemin ", "rua ", "r. ", "av. ", "avenida ", "travessa ", "tv. ", "al. ", "alameda ", "pç. ", "praça ", "estrada ", "jr. ", "jirón ", "urb. ", "c.p. ", "casilla ", "apdo", "case postale ", "bât. ", "rés. ", "résidence ",
))  # fmt: skip
_MANNHEIM = Heads(("mannheim",))
_SQUARE = re.compile(
    r"(?<![\w.,-])[A-U][ ]?[1-9][0-9]?,[ ]?[0-9]{1,3}[a-z]?(?:[-/][0-9]{1,3})?,?[ \n]{1,2}(?:D-)?68[0-9]{3}[ ]Mannheim(?![\w-])"
)
_NEAR = 60  # characters from a block to what is inside of it
# what a row needs that no block begins: a code, a room, a state of Brazil
_SHOWN = re.compile(
    rf"[0-9]{{4}}|[A-Z][0-9][A-Z][ ]?[0-9]|{_IN_A_BLOCK.pattern}|[0-9]\.[0-9]{{3}},|[-/–][ ]?[A-Z]{{2}}(?![^\W_])|(?i:block|scala|interno|esc|piso|apt|app|case|bus)(?![^\W\d_])"
)
_LONGEST, _AGAIN = 170, 24  # characters of a row; from a row that is none to the next
_BACK = 34  # characters before the town
# a number of a house that has a point in it, and a state behind the town: of Brazil
_OF_BRAZIL = re.compile(
    r",[ ](?:n[º°.]{1,2}[ ]?)?[0-9]\.[0-9]{3},|[^\W\d_]{3}[ ]?[-/–][ ]?(?:A[CLMP]|BA|CE|DF|ES|GO|M[AGST]|P[ABEIR]|R[JNORS]|S[CEP]|TO)$"
)
_ROOMS = 2  # numbers of an address without its town's code


def recognize(text: str) -> Iterator[Hit]:
    """Yield such addresses."""
    if not numbered(text):
        return
    yield from before_a_province(text)
    lower = lowered(text)
    reached = 0
    for at in _HEADS.places(lower):
        if at < reached or text[at - 1 : at].isalnum():
            continue
        block = _BLOCKS.match(text, at)
        if block is None and _PARTS.match(lower, at) is None:
            continue
        if block is not None and _IN_A_BLOCK.search(text, block.end(), at + _NEAR) is None:
            continue
        if block is None and _SHOWN.search(text, at, at + _LONGEST) is None:
            continue
        row = read(text, at)
        if row.start == at and _is_address(row, block=block is not None):
            reached = row.end
            yield _hit(row.start, row.end)
        else:
            reached = min(row.end, at + _AGAIN)
    for at in _MANNHEIM.places(lower):
        for square in _SQUARE.finditer(text, max(0, at - _BACK), at + len("mannheim") + 1):
            yield _hit(*square.span())


def _is_address(row: Row, *, block: bool) -> bool:
    """Say whether a row has what no list of other things has: a town's code, rooms, a state."""
    if not row.named and not block:
        return False
    if block:
        return row.numbers >= _ROOMS and _IN_A_BLOCK.search(row.text, 3) is not None
    if row.town:
        return row.numbers >= _ROOMS
    return (
        row.known and row.numbers > 0
        and ((row.rooms and row.numbers >= _ROOMS) or _OF_BRAZIL.search(row.text) is not None)
    )  # fmt: skip


def _hit(start: int, end: int) -> Hit:
    return Hit(start, end, "STREET_ADDRESS", 0.45, "known start", "position")
