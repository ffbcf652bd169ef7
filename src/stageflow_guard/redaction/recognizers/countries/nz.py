"""New Zealand."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="nz", language="en",
    documents=(
        Document(entity="NZ_IRD", value=r"[0-9]{2,3}-?[0-9]{3}-?[0-9]{3}", names="ird|ird number|ird no"),
        Document(entity="NZ_NHI", value=r"[A-HJ-NP-Z]{3}(?:[0-9]{4}|[0-9]{2}[A-HJ-NP-Z]{2})", names="nhi|nhi number|national health index"),
    ),
)  # fmt: skip
