"""Australia and New Zealand."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, Number


def tfn(digits: str) -> bool:
    """Tax file number."""
    return weighted(digits, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def medicare(value: str) -> bool:
    """Medicare card: weights 1, 3, 7, 9."""
    return weighted(value[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(value[8])


COUNTRY = Country(
    code="au", language="en",
    words={"tfn": "tfn|tax file"},
    fields={"AU_TFN": "tfn|tax file number"},
    numbers=(Number(entity="AU_TFN", sizes=(9,), label="tfn", check=tfn),),
    documents=(
        Document(entity="AU_TFN", value=r"[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", names="tfn|tax file number", check=tfn),
        Document(entity="AU_MEDICARE", value=r"[2-6][0-9]{3}[ ]?[0-9]{5}[ ]?[0-9](?:[ /-]?[0-9])?", names="medicare|medicare number|medicare card|medicare no", check=medicare),
        Document(entity="AU_ABN", value=r"[0-9]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", names="abn|australian business number"),
        Document(entity="NZ_IRD", value=r"[0-9]{2,3}-?[0-9]{3}-?[0-9]{3}", names="ird|ird number|ird no"),
    ),
)  # fmt: skip
