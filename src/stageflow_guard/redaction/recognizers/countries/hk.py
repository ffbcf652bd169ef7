"""Hong Kong."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="hk", language="zh",
    documents=(
        Document(entity="HK_ID", value=r"[A-Z]{1,2}[0-9]{6}\(?[0-9A]\)?", names="hkid|香港身份證|身份證號碼|hong kong id"),
    ),
)  # fmt: skip
