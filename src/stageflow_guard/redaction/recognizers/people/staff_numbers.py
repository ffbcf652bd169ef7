"""The number of an employee or an officer beside the name: `Employee: Mattias Grönlund ID E1044627`, `Ofc Delgado #2284`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.somebody import is_somebody
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_NAME = r"[^\W\d_a-zß-ÿ][\w'’.-]{0,24}(?:[ ][^\W\d_a-zß-ÿ][\w'’.-]{0,24}){0,3}"
_STAFF = r"employee|emp|staff(?: member)?|worker|associate|mitarbeiter(?:in)?|salariée?|empleado|empleada|trabajador|trabajadora|dipendente|medewerker|funcionário|funcionária|colaborador|colaboradora"
_OF_STAFF = re.compile(
    rf"(?i:{_STAFF})(?P<sign>[ ]?:)?[ ]{{1,2}}(?P<name>{_NAME}?),?[ ]?[(\[]?(?i:id|no\.?|nr\.?|n[°º]|#|number|nummer|matricule|legajo|matricola|emp(?:loyee)? id)[ :#]{{0,3}}(?P<number>(?!MRN|DOB|SSN|NPI)[A-Z]{{0,3}}-?[0-9]{{3,10}})(?![\w/-])"
)
_OFFICERS = re.compile(
    rf"(?i:(?:ofc|officer|deputy|sgt|sergeant|constable|insp|inspector)\.?|(?:dep|det|cpl|lt)\.)[ ](?P<name>{_NAME})(?:[ ]?[,(]?[ ]?(?i:badge[ ]?(?:no\.?[ ]?|#)?|star[ ]?#?|shield[ ]?#?|id[ ]?#?|collar(?: no\.?)?[ ]?)|[ ]?[,(]?[ ]?#)[ ]?(?P<number>[A-Z]{{0,2}}-?[0-9]{{3,7}})(?![\w/-])"
)
_HEADS = Heads((
    "employee", "emp:", "emp ", "staff", "worker", "associate", "mitarbeiter", "salarié", "empleado", "empleada", "trabajador", "dipendente", "medewerker", "funcionári", "colaborador", "ofc", "officer", "dep.", "deputy", "det.", "sgt", "sergeant", "constable", "cpl.", "lt.", "insp",
))  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield such numbers."""
    if not numbered(text):
        return
    for at in _HEADS.places(lowered(text)):
        found = _OF_STAFF.match(text, at) or _OFFICERS.match(text, at)
        if found is not None and _is_told(found):
            yield Hit(*found.span("number"), "EMPLOYEE_ID", 0.55, "staff number", "label employee")
            yield Hit(*found.span("name"), "PERSON", 0.45, "name, staff", "label employee")


def _is_told(found: re.Match[str]) -> bool:
    """Say whether the words before the number are somebody: a car park, a handbook, a pull request have numbers, too."""
    name = found["name"]
    if not is_somebody(name) or any(map(_OF_THINGS.__contains__, name.lower().split(" "))):
        return False
    return (
        bool(found.groupdict().get("sign"))
        or found.re is _OFFICERS
        or name.partition(" ")[0].lower() in GIVEN_NAMES
    )


_OF_THINGS = frozenset(["park", "pool", "handbook", "portal", "manual", "car", "room", "entrance", "training", "helmet", "errors", "comics", "fix", "clauses", "bump", "table", "report", "records", "benefits", "discount", "parking", "lounge", "canteen", "survey", "event", "meeting"])  # fmt: skip
