"""Iceland."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="is", language="is",
    words={"phone": "sími|farsími|símanúmer"},
    fields={"SECRET": "lykilorð", "PHONE_NUMBER": "sími|símanúmer|farsími"},
    said="ég heiti|nafn mitt er",
    born="fæddur|fædd|fæðingardagur",
    documents=(
        Document(entity="IS_KENNITALA", value=r"[0-9]{6}-?[0-9]{4}", names="kennitala|kennitölu|kt"),
    ),
)  # fmt: skip
