"""Croatia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def oib(value: str) -> bool:
    """OIB: ISO 7064 MOD 11,10."""
    product = 10
    for char in value[:10]:
        product = ((int(char) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(value[10])


COUNTRY = Country(
    code="hr", language="hr",
    words={"phone": "mobitel|broj telefona"},
    fields={"STREET_ADDRESS": "adresa|prebivalište", "PHONE_NUMBER": "telefon|mobitel", "SECRET": "lozinka|zaporka"},
    said="zovem se|moje ime je",
    born="datum rođenja|rođen|rođena",
    documents=(
        Document(entity="HR_OIB", value=r"[0-9]{11}", names="oib|osobni identifikacijski broj", check=oib),
        Document(entity="HR_JMBG", value=r"[0-9]{13}", names="jmbg"),
    ),
)  # fmt: skip
