"""Ecuador."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="ec", language="es",
    documents=(
        Document(entity="EC_CEDULA", value=r"[0-2][0-9]{9}", names="cédula|cédula de identidad|cédula de ciudadanía"),
        Document(entity="EC_RUC", value=r"[0-2][0-9]{12}", names="ruc"),
    ),
)  # fmt: skip
