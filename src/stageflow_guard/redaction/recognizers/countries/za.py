"""South Africa."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="za", language="en",
    fields={"ZA_ID": "sa id|sa id number|rsa id"},
    documents=(Document(entity="ZA_ID", value=r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ ]?[0-9]{4}[ ]?[01][0-9]{2}", names="sa id|sa id number|south african id|rsa id|rsa id number|id number|identity number", check=luhn),),
)  # fmt: skip
