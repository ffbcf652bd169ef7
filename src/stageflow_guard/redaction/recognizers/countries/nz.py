"""New Zealand."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def ird(value: str) -> bool:
    """IRD number: two rows of weights, modulus 11; issued from ten million on."""
    digits = value.rjust(9, "0")
    for weights in ((3, 2, 7, 6, 5, 4, 3, 2), (7, 4, 3, 2, 5, 2, 7, 6)):
        last = -weighted(digits[:8], weights) % 11
        if last != 10:
            return last == int(digits[8]) and 10_000_000 < int(digits) < 150_000_000
    return False


COUNTRY = Country(
    code="nz", language="en",
    documents=(
        Document(entity="NZ_IRD", check=ird, value=r"[0-9]{2,3}-?[0-9]{3}-?[0-9]{3}", names="ird|ird number|ird no"),
        Document(entity="NZ_NHI", value=r"[A-HJ-NP-Z]{3}(?:[0-9]{4}|[0-9]{2}[A-HJ-NP-Z]{2})", names="nhi|nhi number|national health index"),
    ),
)  # fmt: skip
