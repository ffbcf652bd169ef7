"""Norway, and the words of Norwegian."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    Number,
    members,
    patients,
    staff,
    students,
)


def fodselsnummer(value: str) -> bool:
    """Fødselsnummer: two check digits, modulus 11."""
    first = weighted(value[:10], (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
    return first and weighted(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def dated(value: str) -> bool:
    """Say whether a fødselsnummer also begins with a day; 4 is added to it for who has no number yet."""
    return 1 <= int(value[:2]) % 40 <= 31 and 1 <= int(value[2:4]) <= 12 and fodselsnummer(value)


COUNTRY = Country(
    code="no", language="no",
    words={"phone": "telefon|mobil|tlf|mobilnummer", "dob": "født|fødselsdato"},
    fields={
        "PERSON_PART": "fornavn|etternavn|navn", "STREET_ADDRESS": "adresse", "PHONE_NUMBER": "telefon|telefonnummer|tlf|mobil|mobilnummer",
        "SECRET": "passord|passordet", "DATE_OF_BIRTH": "fødselsdato|født", "NO_FNR": "fødselsnummer|personnummer|fnr",
    },
    said="jeg heter|mitt navn er|jeg er", titles="Herr|Fru|Hr", greetings="kjære|hei", born="født|født den|fødselsdato",
    months="januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember",
    numbers=(Number(entity="NO_FNR", sizes=(11,), label="fnr", check=dated, shapes=((11,), (6, 5)), bare=0.4),),
    documents=(
        staff("ansattnummer|ansattnr|ansatt nr|ansatt id"),
        members("kundenummer|kundenr|kunde nr|medlemsnummer|medlemsnr|polisenummer|forsikringsnummer|kunde id"),
        patients("pasientnummer|pasient nr|pasient id|journalnummer"),
        students("studentnummer|kandidatnummer"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{2}[ ]?[0-9]{2}[ ]?[0-9]{6}[ ]?[0-9]", names="førerkort|førerkortnummer|førerkortnr"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{2}[ ]?[0-9]{4,5}", names="registreringsnummer|regnr|skiltnummer|bilskilt|kjennemerke"),
        Document(entity="PASSPORT", value=r"[A-Z]{0,3}[0-9]{6,8}", names="passnummer|passnr|pass nr|pass nummer"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{4}[ .]?[0-9]{2}[ .]?[0-9]{5}", names="kontonummer|kontonr|konto nr"),
        Document(entity="NO_FNR", value=r"[0-9]{6}[ ]?[0-9]{5}", names="fødselsnummer|fnr|personnummer|d nummer", check=fodselsnummer), Document(entity="NO_ORGNR", value=r"[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", names="organisasjonsnummer|orgnr|org nr")),
)  # fmt: skip
