"""Slovenia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, members, staff

COUNTRY = Country(
    code="si", language="sl",
    words={"phone": "telefonska"},
    fields={"SECRET": "geslo", "PHONE_NUMBER": "telefon|telefonska številka"},
    said="ime mi je|moje ime je",
    born="datum rojstva|rojen|rojena",
    documents=(
        staff("kadrovska številka|številka zaposlenega"),
        members("številka stranke|številka kupca|članska številka|številka police"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{7,9}", names="vozniško dovoljenje|številka vozniškega dovoljenja"),
        Document(entity="LICENSE_PLATE", value=r"[A-ZČŠŽ]{2}[ -]?[A-Z0-9]{2,3}[ -]?[A-Z0-9]{2,3}", names="registrska številka|registrska tablica|registrska oznaka"),
        Document(entity="PASSPORT", value=r"[A-Z]{2}[0-9]{7}", names="potni list|številka potnega lista"),
        Document(entity="SI_EMSO", value=r"[0-9]{13}", names="emšo|emso|jmbg"),
        Document(entity="SI_TAX_ID", value=r"(?:SI)?[0-9]{8}", names="davčna številka"),
    ),
)  # fmt: skip
