"""Denmark, and the words of Danish."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    patients,
    staff,
    students,
)

COUNTRY = Country(
    code="dk", language="da",
    words={"phone": "telefon|mobil|tlf|mobilnummer", "dob": "født|fødselsdato"},
    fields={
        "USERNAME": "brugernavn|bruger|brugerid|bruger id|login", "PERSON_PART": "fornavn|efternavn|navn", "STREET_ADDRESS": "adresse", "PHONE_NUMBER": "telefon|telefonnummer|tlf|mobil|mobilnummer",
        "SECRET": "adgangskode|kodeord|adgangskoden|kodeordet", "DATE_OF_BIRTH": "fødselsdato|født|fødselsdag", "DK_CPR": "cpr|cpr nr|cpr nummer|personnummer",
    },
    said="jeg hedder|mit navn er|jeg er", titles="Hr|Fru|Frk", greetings="kære|hej", born="født|født den|fødselsdato",
    months="januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december",
    documents=(
        staff("medarbejdernummer|medarbejdernr|lønnummer|ansat nr|medarbejder id"),
        members("kundenummer|kundenr|kunde nr|medlemsnummer|medlemsnr|policenummer|policenr|kunde id"),
        patients("patientnummer|patient nr|journalnummer"),
        students("studienummer|studienr"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{8}", names="kørekort|kørekortnummer|kørekortnr"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{2}[ ]?[0-9]{2}[ ]?[0-9]{3}", names="registreringsnummer|nummerplade|regnr|reg nr"),
        Document(entity="PASSPORT", value=r"[A-Z]{0,3}[0-9]{6,9}", names="pasnummer|pasnr|pas nr"),
        Document(entity="US_BANK_NUMBER", value=r"(?:[0-9]{4}[ -])?[0-9]{6,10}", names="kontonummer|kontonr|konto nr"),
        Document(entity="DK_CPR", value=r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}", names="cpr|cpr nr|cpr nummer|cpr no|cpr number|personnummer"), Document(entity="DK_CVR", value=r"[0-9]{8}", names="cvr|cvr nr|cvr nummer")),
)  # fmt: skip
