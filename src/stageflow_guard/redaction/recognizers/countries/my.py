"""Malaysia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="my", language="ms",
    words={"phone": "telefon"},
    fields={"PHONE_NUMBER": "telefon|no telefon|nombor telefon", "SECRET": "kata laluan"},
    said="nama saya|nama saya ialah",
    born="tarikh lahir",
    documents=(
        Document(entity="MY_NRIC", value=r"[0-9]{6}-?[0-9]{2}-?[0-9]{4}", names="mykad|nric|kad pengenalan|no kad pengenalan|no k/p"),
    ),
)  # fmt: skip
