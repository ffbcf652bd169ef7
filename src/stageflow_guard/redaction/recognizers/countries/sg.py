"""Singapore."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
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


_BUSINESS = (10, 4, 9, 3, 8, 2, 7, 1)
_COMPANY = (10, 8, 6, 4, 9, 7, 5, 3, 1)
_ENTITY = (4, 3, 5, 3, 10, 2, 2, 5, 7)
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWX0123456789"


def uen(value: str) -> bool:
    """Unique entity number: of a business, of a company, of any other entity; modulus 11 each."""
    if len(value) == len(_BUSINESS) + 1:
        return "XMKECAWLJDB"[weighted(value[:8], _BUSINESS) % 11] == value[8]
    if value[0].isdigit():
        return "ZKCMDNERGWH"[weighted(value[:9], _COMPANY) % 11] == value[9]
    total = sum(_SIGNS.index(c) * w for c, w in zip(value, _ENTITY, strict=False))
    return _SIGNS[(total - 5) % 11] == value[9]


_KINDS = "CC|CD|CH|CL|CM|CP|CS|CX|DP|FB|FC|FM|FN|GA|GB|GS|HC|HS|LL|LP|MB|MC|MD|MH|MM|MQ|NB|NR|PA|PB|PF|RF|RP|SM|SS|TC|TU|VH|XL"


COUNTRY = Country(
    code="sg", language="en",
    fields={"SG_NRIC": "nric|fin number|nric no|nric number"},
    documents=(
        Document(entity="SG_UEN", value=r"[0-9]{8,9}[A-Z]|[TSR][0-9]{2}[A-Z]{2}[0-9]{4}[A-Z]", names="uen|uen no|unique entity number", check=uen),
        Document(entity="SG_UEN", value=rf"(?:18|19|20)[0-9]{{7}}[CDEGHKMNRWZ]|[TSR][0-9]{{2}}(?:{_KINDS})[0-9]{{4}}[A-HJ-NP-X]", check=uen, bare_valid=0.4),
        Document(entity="SG_NRIC", value=r"[STFGMstfgm][0-9]{7}[A-Za-z]", names="nric|fin|nric no|nric number|fin number", check=nric, bare_valid=0.4),
    ),
)  # fmt: skip
