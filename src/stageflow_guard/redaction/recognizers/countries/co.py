"""Colombia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def nit(value: str) -> bool:
    """NIT: weights of primes from the right, modulus 11."""
    primes = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)
    total = weighted(value[-2::-1], primes) % 11
    return value[-1] == "01987654321"[total]


COUNTRY = Country(
    code="co", language="es",
    documents=(
        Document(entity="CO_CEDULA", value=r"[0-9]{6,10}|[0-9]{1,3}(?:\.[0-9]{3}){2,3}", names="cédula|cedula|cédula colombiana|cc no|c.c. no|cédula de ciudadanía|c.c.|cedula no"),
        Document(entity="CO_NIT", value=r"[0-9]{9,10}-?[0-9]|[0-9]{1,3}(?:\.[0-9]{3}){2}-?[0-9]", check=nit, names="nit|n.i.t.|nit persona natural"),
    ),
)  # fmt: skip
