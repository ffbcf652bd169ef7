"""Slovakia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, members, staff

COUNTRY = Country(
    code="sk", language="sk",
    words={"phone": "telefón|mobil"},
    fields={"SECRET": "heslo", "PHONE_NUMBER": "telefón|telefónne číslo|mobil"},
    said="volám sa|moje meno je",
    born="dátum narodenia|narodený|narodená",
    documents=(
        staff("osobné číslo|číslo zamestnanca"),
        members("zákaznícke číslo|číslo klienta|číslo zákazníka|členské číslo|číslo poistky"),
        Document(entity="US_DRIVER_LICENSE", value=r"[A-Z]{1,2}[ ]?[0-9]{6,7}", names="vodičský preukaz|číslo vodičského preukazu"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{2}[ -]?[0-9]{3}[ -]?[A-Z]{2}", names="evidenčné číslo vozidla|ečv|spz"),
        Document(entity="PASSPORT", value=r"[A-Z]{2}[0-9]{7}", names="cestovný pas|číslo pasu"),
        Document(entity="US_BANK_NUMBER", value=r"(?:[0-9]{2,6}-)?[0-9]{2,10}/[0-9]{4}", names="číslo účtu|účtu"),
        Document(entity="SK_BIRTH_NUMBER", value=r"[0-9]{6}/?[0-9]{3,4}", names="rodné číslo|rc"),
        Document(entity="SK_TAX_ID", value=r"(?:SK)?[0-9]{10}", names="dič|ič dph|ic dph"),
        Document(entity="SK_ID_CARD", value=r"[A-Z]{2}[0-9]{6}", names="občiansky preukaz|číslo občianskeho preukazu|číslo op"),
    ),
)  # fmt: skip
