"""Angola."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="ao", language="pt",
    documents=(
        Document(entity="AO_BI", value=r"[0-9]{9}[A-Z]{2}[0-9]{3}", names="bi|b.i.|bi nº|bi angolano|bilhete de identidade|bilhete de identidade angolano|número do bilhete", bare=0.5),
    ),
)  # fmt: skip
