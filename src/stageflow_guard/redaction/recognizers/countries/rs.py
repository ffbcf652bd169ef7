"""Serbia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="rs", language="sr",
    fields={"SECRET": "lozinka|лозинка", "PHONE_NUMBER": "telefon|телефон"},
    said="zovem se|зовем се",
    born="datum rođenja|датум рођења",
    documents=(
        Document(entity="RS_JMBG", value=r"[0-9]{13}", names="jmbg|јмбг|matični broj|матични број"),
    ),
)  # fmt: skip
