"""Lithuania."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.ee import personal_code
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="lt", language="lt",
    words={"phone": "telefonas|mobilusis"},
    fields={"PHONE_NUMBER": "telefonas|telefono numeris"},
    said="mano vardas",
    born="gimimo data",
    documents=(
        Document(entity="LT_ID", value=r"[1-9][0-9]{10}", names="asmens kodas|asmens kodo", check=personal_code),
    ),
)  # fmt: skip
