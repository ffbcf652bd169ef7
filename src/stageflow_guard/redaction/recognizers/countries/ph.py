"""Philippines."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="ph", language="en",
    documents=(
        Document(entity="PH_PHILSYS", value=r"[0-9]{4}-?[0-9]{4}-?[0-9]{4}(?:-?[0-9]{4})?", names="philsys|philid|psn|umid|crn"),
        Document(entity="PH_TIN", value=r"[0-9]{3}-?[0-9]{3}-?[0-9]{3}(?:-?[0-9]{3,5})?", names="bir tin|philippine tin"),
    ),
)  # fmt: skip
