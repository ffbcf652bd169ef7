"""Singapore."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def nric(value: str) -> bool:
    """NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2; an offset by the first letter."""
    value = value.upper()
    total = sum(int(d) * w for d, w in zip(value[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(value[0], 0)
    table = {
        "S": "JZIHGFEDCBA",
        "T": "JZIHGFEDCBA",
        "F": "XWUTRQPNMLK",
        "G": "XWUTRQPNMLK",
        "M": "KLJNPQRTUWX",
    }
    return table[value[0]][total % 11 if value[0] != "M" else 10 - total % 11] == value[8]


COUNTRY = Country(
    code="sg", language="en",
    fields={"SG_NRIC": "nric|fin number|nric no|nric number"},
    documents=(
        Document(entity="SG_UEN", value=r"[0-9]{8,9}[A-Z]|[TSR][0-9]{2}[A-Z]{2}[0-9]{4}[A-Z]", names="uen|uen no|unique entity number"),Document(entity="SG_NRIC", value=r"[STFGMstfgm][0-9]{7}[A-Za-z]", names="nric|fin|nric no|nric number|fin number", check=nric, bare_valid=0.4),),
)  # fmt: skip
