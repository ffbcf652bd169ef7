"""Czechia and Slovakia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


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
        Document(entity="CZ_RC", value=r"[0-9]{2}[0156][0-9][0-3][0-9]/?[0-9]{3,4}", names="rodné číslo|rodne cislo|r.č.|rč|rodného čísla", check=rodne_cislo),
        Document(entity="CZ_TAX_ID", value=r"(?:CZ)?[0-9]{8,10}", names="dič|dic|ičo"),
        Document(entity="CZ_ID_CARD", value=r"[0-9]{9}", names="občanský průkaz|číslo op|občianský preukaz"),
    ),
)  # fmt: skip
