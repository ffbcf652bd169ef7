"""Argentina."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def cuit(value: str) -> bool:
    """CUIT and CUIL: modulus 11."""
    return (11 - weighted(value[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11 == int(value[10])


COUNTRY = Country(
    code="ar", language="es",
    documents=(
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{22}|[0-9]{8}[ -][0-9]{14}", names="cbu|cvu"),
        Document(entity="AR_CUIT", value=r"[0-9]{2}[ -]?[0-9]{8}[ -]?[0-9]", names="cuit|cuil", check=cuit),
        Document(entity="AR_DNI", value=r"[0-9]{1,2}[.][0-9]{3}[.][0-9]{3}", names="dni"),
    ),
)  # fmt: skip
