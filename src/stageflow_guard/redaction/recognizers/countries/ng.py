"""Nigeria."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="ng", language="en",
    documents=(
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{10}", names="nuban|acct no|account no"),
        Document(entity="NG_NIN", value=r"[0-9]{11}", names="nin|national identification number|bvn|bank verification number"),
    ),
)  # fmt: skip
