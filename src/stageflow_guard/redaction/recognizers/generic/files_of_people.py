"""The number of a file about somebody who is named on its line: `Pat. De Graaf, dossiernr 659317`. Pure.

A file may be about a permit or a shipment. Behind a patient, a client or a party it is that person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic import told_people
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_FILE = re.compile(
    r"(?P<file>dossier(?:nummer|nr)?|akten?(?:nummer|nr)?|patientenakte|expediente|cartella(?: clinica)?|fascicolo|processo(?: clínico)?|procedimiento|procedimento|procedura|juicio|causa|affaire|minute|autos|zaak|rechtssache|verfahren|journal(?:nummer|nr)?|kartoteka|chart|file|spis)(?P<no>\.?[ -]?(?:n[.°º]{1,2}o?|n[uú]m(?:[ée]ro|ero)?\.?|nr\.?|no\.?|number|nummer))?(?![^\W_])[ ]?[:#]?[ ]{0,2}"
)
_HEADS = Heads(("dossier", "akte", "patientenakte", "expediente", "cartella", "fascicolo", "processo", "procedimiento", "procedimento", "procedura", "juicio", "causa", "affaire", "minute", "autos", "zaak", "rechtssache", "verfahren", "journal", "kartoteka", "chart", "file", "spis"))  # fmt: skip
_NUMBER = re.compile(r"[A-Z]{0,3}-?[0-9]{4,9}(?![\w/-]|[.,][0-9]|[ ](?:€|EUR|pages?|Seiten|MB|kB))")
_COURT = re.compile(
    r"[0-9]{1,6}/[0-9]{2}(?:[0-9]{2})?\.[0-9][A-Z0-9]{4,6}(?:-[A-Z0-9]{1,3})?|[0-9]{1,5}/[0-9]{4}(?![\w/-])"
)
# what a machine and an office have, too
_OF_MANY = frozenset(
    (
        "processo",
        "journal",
        "chart",
        "file",
        "spis",
        "procedimiento",
        "procedimento",
        "procedura",
        "juicio",
        "causa",
        "affaire",
        "minute",
        "autos",
        "zaak",
        "rechtssache",
        "verfahren",
    )
)
# who is treated: a note's own words
_TREATED = re.compile(
    r"(?i)(?<![^\W_])(?:pat|pt|pte|pcte|patient|patientin|patiënte?|paciente|paziente|patiente?|pacjent|pacjentka|utente|geb|né|née|nacid[oa]|nat[oa] il|hospitalisée?|ingresad[oa]|ricoverat[oa]|opgenomen|aufgenommen|entlassen|internad[oa])(?![^\W_])"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}$")
_WIDTH = 100


def recognize(text: str) -> Iterator[Hit]:
    """Yield such numbers: a record's where somebody is treated, a case's where parties are told."""
    if not numbered(text):
        return
    lower = lowered(text)
    for at in _HEADS.places(lower):
        match = _FILE.match(lower, at)
        if match is None:
            continue
        begin = text.rfind("\n", max(0, at - _WIDTH), at) + 1 or max(0, at - _WIDTH)
        stop = text.find("\n", match.end(), match.end() + _WIDTH)
        line = (
            text[begin:at] + "\n" + text[match.end() : stop if stop >= 0 else match.end() + _WIDTH]
        )
        court = _COURT.match(text, match.end())
        if court is not None:
            if told_people.told(line):
                yield Hit(*court.span(), "CASE_NUMBER", 0.5, "file of somebody", "label case")
            continue
        number = _NUMBER.match(text, match.end())
        if match["no"] is None and match["file"] in _OF_MANY:
            continue
        if number is None or _YEAR.match(number[0]) is not None or _TREATED.search(line) is None:
            continue
        yield Hit(*number.span(), "MEDICAL_RECORD_NUMBER", 0.65, "file of somebody", "label record")
