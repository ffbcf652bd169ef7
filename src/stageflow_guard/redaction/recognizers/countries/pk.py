"""Pakistan."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="pk", language="ur",
    fields={"PHONE_NUMBER": "فون نمبر|موبائل نمبر", "SECRET": "پاس ورڈ"},
    said="میرا نام",
    born="تاریخ پیدائش",
    documents=(
        Document(entity="PK_CNIC", value=r"[0-9]{5}-?[0-9]{7}-?[0-9]", names="cnic|nicop|شناختی کارڈ|شناختی کارڈ نمبر"),
    ),
)  # fmt: skip
