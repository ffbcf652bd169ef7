"""Czechia and Slovakia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    patients,
    staff,
    students,
)


def rodne_cislo(value: str) -> bool:
    """Rodné číslo: ten digits are a multiple of 11; nine, until 1953, have no check digit."""
    if len(value) == 9:
        return True
    body, check = int(value[:9]) % 11 % 10, int(value[9])
    return body == check


COUNTRY = Country(
    code="cz", language="cs",
    words={"phone": "telefon|mobil|telefonní číslo|tel číslo|telefónne číslo", "dob": "narození|narozen|narodený"},
    fields={
        "PERSON": "příjemce|odesílatel|pacient|pacientka|zákazník|nájemce|matka|otec|jméno a příjmení|celé jméno|meno a priezvisko", "PERSON_PART": "jméno|příjmení|meno|priezvisko", "SECRET": "heslo", "DATE_OF_BIRTH": "datum narození|dátum narodenia", "STREET_ADDRESS": "adresa|bydliště|ulice|ulica",
        "PHONE_NUMBER": "telefon|mobil|telefonní číslo|telefón",
    },
    said="jmenuji se|jmenuju se|volám sa|moje jméno je", titles="pan|paní|Pan|Paní|Ing|MUDr|JUDr|Mgr", born="narozen|narozena|datum narození|nar",
    documents=(
        staff("osobní číslo|číslo zaměstnance|zaměstnanecké číslo"),
        members("zákaznické číslo|číslo zákazníka|klientské číslo|číslo klienta|členské číslo|číslo pojistky|číslo pojistné smlouvy"),
        patients("číslo pacienta|číslo chorobopisu|číslo karty pacienta"),
        students("číslo studenta|studentské číslo"),
        Document(entity="US_DRIVER_LICENSE", value=r"[A-Z]{2}[ ]?[0-9]{6}", names="řidičský průkaz|řidičského průkazu|číslo řidičského průkazu"),
        Document(entity="LICENSE_PLATE", value=r"[0-9][A-Z][0-9A-Z][ -]?[0-9]{4}", names="spz|registrační značka|státní poznávací značka"),
        Document(entity="PASSPORT", value=r"[0-9]{8}", names="cestovní pas|číslo pasu|cestovního pasu"),
        Document(entity="US_BANK_NUMBER", value=r"(?:[0-9]{2,6}-)?[0-9]{2,10}/[0-9]{4}", names="číslo účtu|účtu|na účet|účet"),
        Document(entity="CZ_RC", value=r"[0-9]{2}[0156][0-9][0-3][0-9]/?[0-9]{3,4}", names="rodné číslo|rodne cislo|r.č.|rč|rodného čísla", check=rodne_cislo),
        Document(entity="CZ_TAX_ID", value=r"(?:CZ)?[0-9]{8,10}", names="dič|dic|ičo"),
        Document(entity="CZ_ID_CARD", value=r"[0-9]{9}", names="občanský průkaz|číslo op|občianský preukaz"),
    ),
)  # fmt: skip
