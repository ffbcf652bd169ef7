"""Egypt."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="eg", language="ar",
    documents=(
        Document(entity="EG_ID", value=r"[23][0-9]{13}", names="الرقم القومي|egyptian id|egyptian national id|national id|national id number"),
        Document(entity="EG_TAX_ID", value=r"[0-9]{3}-?[0-9]{3}-?[0-9]{3}", names="الرقم الضريبي"),
    ),
)  # fmt: skip
