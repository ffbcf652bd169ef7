"""Sweden, and the words of Swedish."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    Number,
    members,
    patients,
    staff,
    students,
)


def personnummer(value: str) -> bool:
    """Personnummer: Luhn over the last ten digits."""
    return luhn(value.replace("+", "")[-10:])


def dated(value: str) -> bool:
    """Say whether a personnummer also begins with a day of the calendar; 60 is added for a coordination number."""
    body = value[-10:]
    return personnummer(value) and 1 <= int(body[2:4]) <= 12 and 1 <= int(body[4:6]) % 60 <= 31


_BORN = re.compile(
    r"(?:1[89][0-9]{2}|20(?:0[0-9]|1[0-2]))(?:0[1-9]|1[0-2])(?:[06][1-9]|[1278][0-9]|[39][01])"
)
_TIME = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9]")


def of_a_birth(value: str) -> bool:
    """Say whether twelve digits are surely one: who is younger has a number as invoices have it.

    What ends in a time of the day may be a moment.
    """
    return (
        _BORN.match(value) is not None and _TIME.fullmatch(value, 8) is None and personnummer(value)
    )


COUNTRY = Country(
    code="se", language="sv",
    words={
        "phone": "mitt nummer|mitt nr|nås på|telefon|mobil|telefonnummer|mobilnummer|ring|nås|kontakt", "card": "kortnummer|kreditkort", "account": "konto|kontonummer|bankkonto",
        "personnummer": "personnummer|personnr|samordningsnummer", "passport": "passnummer", "dob": "född|födelsedatum", "other": "beställning|faktura|sida|pris|belopp|version|ärende",
    },
    fields={
        "PERSON": "pat|patient|beställare|avsändare|hyresgäst|anställd|gäst|resenär|vårdnadshavare|försäkringstagare|sökande|deltagare|närvarande|elev|kontaktperson|anmälare|fullständigt namn|mottagare|kontoinnehavare|kund", "PERSON_PART": "förnamn|efternamn|namn", "STREET_ADDRESS": "adress|gatuadress|postadress|hemadress",
        "PHONE_NUMBER": "telefon|telefonnummer|mobil|mobilnummer|tel nr", "SECRET": "lösenord|losenord|lösenordet|hemlighet|kod ord", "DATE_OF_BIRTH": "födelsedatum|född",
        "SE_PERSONNUMMER": "personnummer|pers nr|personnr|samordningsnummer", "USERNAME": "användarnamn|användare", "PASSPORT": "passnummer|pass nr", "US_BANK_NUMBER": "kontonummer|bankkonto",
    },
    said="jag heter|mitt namn är|jag är|det här är",
    titles="Herr|Fru|Fröken|herr|fru|dr|prof",
    greetings="hej|kära|käre|bästa",
    born="född|född den|födelsedatum|f",
    months="januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
    of="för|till|på|av",
    has="har nummer|har numret|med nummer",
    people="patienten|kunden|medarbetaren|ägaren|föraren",
    people_by_name="patient|kund|medarbetare|ägare|förare|passagerare|hyresgäst|hyresvärd|mottagare|avsändare|vittne|målsägande|mamma|pappa|son|dotter|maka|sambo|bror|syster|mormor|farmor|morfar|farfar|elev|lärare|läkare|sjuksköterska|barnmorska|vårdnadshavare|köpare|säljare|försäkrad|förmånstagare|sökande|ombud|kontaktperson|anhörig|närmast anhörig|användare|användaren|gästen|eleven|hyresgästen|barnet|cyklist|körd av|förd av|underskriven av|bokad av|betald av|resenär|resenären|mottagaren|grannen|chefen|kollegan|kollega|granne",
    numbers=(
        Number(entity="SE_PERSONNUMMER", sizes=(10, 12), label="personnummer", check=dated, shapes=((6, 4), (8, 4)), bare=0.45),
        Number(entity="SE_PERSONNUMMER", sizes=(12,), label="personnummer", check=of_a_birth, shapes=((12,),), bare=0.4),
    ),
    documents=(
        staff("anställningsnummer|anställningsnr|anst nr|anstnr|personalnummer|anställnings id"),
        members("kundnummer|kundnr|kund nr|medlemsnummer|medlemsnr|medlems nr|försäkringsnummer|försäkringsnr|kund id|medlemskort"),
        patients("patientnummer|patient nr|patientnr|journalnummer|journalnr|patient id"),
        students("studentnummer|student id"),
        Document(entity="US_DRIVER_LICENSE", value=r"(?:[0-9]{2})?[0-9]{6}[-+]?[0-9]{4}", names="körkort|körkortsnummer|körkortsnr"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{4}[ -]?[0-9]?[, -]{0,2}[0-9]{2,4}[ .]?[0-9]{2,3}[ .-]?[0-9]{1,4}", names="kontonummer|kontonr|bankkonto"),
        Document(entity="CASE_NUMBER", value=r"[TBÖFMÄ]{1,2}[ ]?[0-9]{1,5}-[0-9]{2}", names="målnummer|mål nr|mål nummer"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="försäkringsnummer|försäkringsnr|medlemsnummer|medlemsnr"),
        Document(entity="SE_PERSONNUMMER", value=r"(?:18|19|20)?[0-9]{6}[-+ ]?[0-9]{4}", names="personnummer|pers nr|personnr|samordningsnummer|pnr|personal identity number|personal identity code|swedish id|swedish personal number", check=personnummer),
        Document(entity="SE_ORGNR", value=r"[0-9]{6}-?[0-9]{4}", names="organisationsnummer|org nr|orgnr|orgnummer|organisation number|organization number|corporate identity number|company identity number|company identity code|swedish company number", check=luhn),
        Document(entity="PASSPORT", value=r"[A-Z]{2}[0-9]{6}|[0-9]{8}", names="passnummer|pass nr|passnr"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{3}[ ]?[0-9]{2}[0-9A-Z]", names="registreringsnummer|regnummer|reg nr"),
    ),
)  # fmt: skip
