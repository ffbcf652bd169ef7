"""Estonia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

_FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)
_SECOND = (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)


def personal_code(value: str) -> bool:
    """The Baltic personal code: modulus 11 with two sets of weights."""
    check = weighted(value[:10], _FIRST) % 11
    if check == 10:
        check = weighted(value[:10], _SECOND) % 11 % 10
    return check == int(value[10])


COUNTRY = Country(
    code="ee", language="et",
    words={"phone": "telefoninumber|mobiil"},
    fields={"PERSON": "nimi", "PHONE_NUMBER": "telefon|telefoni number"},
    said="minu nimi on",
    born="sündinud|sünniaeg",
    documents=(
        Document(entity="EE_ID", value=r"[1-8][0-9]{10}", names="isikukood|isikukoodi|estonian id", check=personal_code),
    ),
)  # fmt: skip
