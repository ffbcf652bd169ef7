"""Peru."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="pe", language="es",
    documents=(
        Document(entity="PE_DNI", value=r"[0-9]{8}(?:-?[0-9A-Z])?", names="dni|cui"),
        Document(entity="PE_RUC", value=r"[12][0-9]{10}", names="ruc"),
    ),
)  # fmt: skip
