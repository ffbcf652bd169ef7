"""Canada."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, Number

COUNTRY = Country(
    code="ca", language="en",
    words={"sin": "sin|social insurance"},
    fields={"CA_SIN": "social insurance number|social insurance|sin number"},
    numbers=(Number(entity="CA_SIN", sizes=(9,), label="sin", check=luhn),),
    documents=(
        Document(entity="CA_SIN", value=r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}", names="social insurance number|social insurance no|sin number|sin no", check=luhn),
        Document(entity="STREET_ADDRESS", value=r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][ -]?[0-9][ABCEGHJ-NPRSTV-Z][0-9]", names="postal code|code postal", bare=0.4),
        Document(entity="CA_HEALTH_CARD", value=r"[0-9]{4}[ -]?[0-9]{3}[ -]?[0-9]{3}(?:[ -]?[A-Z]{2})?", names="health card|health card number|ohip|ohip number"),
    ),
)  # fmt: skip
