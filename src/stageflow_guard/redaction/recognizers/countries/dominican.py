"""Dominican Republic."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="do", language="es",
    documents=(
        Document(entity="DO_CEDULA", value=r"[0-9]{3}-?[0-9]{7}-?[0-9]", check=luhn, names="cédula|cédula de identidad"),
    ),
)  # fmt: skip
