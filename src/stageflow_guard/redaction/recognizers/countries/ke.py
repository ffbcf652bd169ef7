"""Kenya."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="ke", language="en",
    documents=(
        Document(entity="KE_ID", value=r"[0-9]{7,9}", names="huduma|huduma namba|kenyan id"),
        Document(entity="KE_PIN", value=r"[AP][0-9]{9}[A-Z]", names="kra pin|kra"),
    ),
)  # fmt: skip
