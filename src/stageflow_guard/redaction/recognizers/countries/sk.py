"""Slovakia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="sk", language="sk",
    words={"phone": "telefón|mobil"},
    fields={"SECRET": "heslo", "PHONE_NUMBER": "telefón|telefónne číslo|mobil"},
    said="volám sa|moje meno je",
    born="dátum narodenia|narodený|narodená",
    documents=(
        Document(entity="SK_BIRTH_NUMBER", value=r"[0-9]{6}/?[0-9]{3,4}", names="rodné číslo|rc"),
        Document(entity="SK_TAX_ID", value=r"(?:SK)?[0-9]{10}", names="dič|ič dph|ic dph"),
        Document(entity="SK_ID_CARD", value=r"[A-Z]{2}[0-9]{6}", names="občiansky preukaz|číslo občianskeho preukazu|číslo op"),
    ),
)  # fmt: skip
