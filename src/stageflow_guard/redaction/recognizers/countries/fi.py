"""Finland, and the words of Finnish."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    patients,
    staff,
    students,
)


def hetu(value: str) -> bool:
    """Henkilötunnus: the last character is the nine digits modulo 31."""
    digits = "".join(c for c in value[:-1] if c.isdigit())
    if len(value) == 11 and value[6].isdigit() is False:
        digits = value[:6] + value[7:10]
    return (
        len(digits) == 9
        and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == value[-1].upper()
    )


COUNTRY = Country(
    code="fi", language="fi",
    words={"phone": "puhelin|puhelinnumero|puh|matkapuhelin|gsm", "dob": "syntynyt|syntymäaika"},
    fields={
        "PERSON_PART": "etunimi|sukunimi|nimi", "STREET_ADDRESS": "osoite|katuosoite|kotiosoite", "PHONE_NUMBER": "puhelin|puhelinnumero|puh|matkapuhelin",
        "SECRET": "salasana", "DATE_OF_BIRTH": "syntymäaika|syntynyt", "FI_HETU": "henkilötunnus|hetu|sotu",
    },
    said="nimeni on|minun nimeni on|olen", titles="Herra|Rouva|Neiti", greetings="hei|hyvä", born="syntynyt|syntymäaika",
    documents=(
        staff("henkilöstönumero|työntekijänumero|henkilönumero"),
        members("asiakasnumero|asiakasnro|asiakas nro|jäsennumero|jäsennro|vakuutusnumero"),
        patients("potilasnumero|potilas nro"),
        students("opiskelijanumero|opiskelijanro"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{6}[-+A][0-9]{3}[0-9A-Z]", names="ajokortti|ajokortin numero|ajokorttinumero"),
        Document(entity="LICENSE_PLATE", value=r"[A-ZÅÄÖ]{2,3}-?[0-9]{1,3}", names="rekisterinumero|rekisteritunnus|rek nro"),
        Document(entity="PASSPORT", value=r"[A-Z]{2}[0-9]{7}", names="passi|passin numero|passinumero"),
        Document(entity="FI_HETU", value=r"[0-9]{6}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y]", names="henkilötunnus|hetu|sotu|personbeteckning|personal identity code", check=None, bare=0.36),),
)  # fmt: skip
