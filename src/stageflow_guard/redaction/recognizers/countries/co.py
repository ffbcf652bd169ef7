"""Colombia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="co", language="es",
    documents=(
        Document(entity="CO_CEDULA", value=r"[0-9]{6,10}|[0-9]{1,3}(?:\.[0-9]{3}){2,3}", names="cédula|cédula de ciudadanía|c.c.|cedula no"),
        Document(entity="CO_NIT", value=r"[0-9]{9,10}-?[0-9]|[0-9]{1,3}(?:\.[0-9]{3}){2}-?[0-9]", names="nit"),
    ),
)  # fmt: skip
