"""Venezuela."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="ve", language="es",
    documents=(
        Document(entity="VE_ID", value=r"[VEJPGvejpg]-?[0-9]{7,8}-?[0-9]?|[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}", names="cédula|cédula de identidad|rif"),
    ),
)  # fmt: skip
