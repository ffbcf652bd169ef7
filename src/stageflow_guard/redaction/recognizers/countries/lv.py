"""Latvia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="lv", language="lv",
    words={"phone": "tālrunis|mobilais"},
    fields={"PHONE_NUMBER": "tālrunis|telefons"},
    said="mani sauc",
    born="dzimšanas datums",
    documents=(
        Document(entity="LV_ID", value=r"[0-9]{6}-?[0-9]{5}", names="personas kods|personas koda"),
    ),
)  # fmt: skip
