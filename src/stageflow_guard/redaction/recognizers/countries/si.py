"""Slovenia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="si", language="sl",
    words={"phone": "telefonska"},
    fields={"SECRET": "geslo", "PHONE_NUMBER": "telefon|telefonska številka"},
    said="ime mi je|moje ime je",
    born="datum rojstva|rojen|rojena",
    documents=(
        Document(entity="SI_EMSO", value=r"[0-9]{13}", names="emšo|emso|jmbg"),
        Document(entity="SI_TAX_ID", value=r"(?:SI)?[0-9]{8}", names="davčna številka"),
    ),
)  # fmt: skip
