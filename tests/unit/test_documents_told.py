"""Documents, files and plates whose label stands a little apart."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def found(text, entity):
    """Return what of `text` is found to be of a type."""
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == entity]


SOCIAL = (
    ("La trabajadora Oksana Bondarenko, con NIE Y2567097N y NAF 28 10277193 80, causa alta el 02/03/2026.", ["28 10277193 80"]),
    ("NUSS: 08/1234567/47", ["08/1234567/47"]),
    ("N.A.F. 281027719380", ["281027719380"]),
    ("NAF nº 28/10277193/80", ["28/10277193/80"]),
    ("número de afiliación a la Seguridad Social 28 10277193 80", ["28 10277193 80"]),
    ("nº de la SS: 281027719380", ["281027719380"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), SOCIAL)
def test_a_spanish_affiliation_number_is_found(text, values):
    """NAF, NUSS, with their signs."""
    assert found(text, "ES_NSS") == values


PASSPORTS = (
    ("Reserva a nombre de Amparo Llorens Gisbert, pasaporte español PAB152949, vuelo IB3166", ["PAB152949"]),
    ("passeport français 14AB12345", ["14AB12345"]),
    ("passeport français n° 14AB12345", ["14AB12345"]),
    ("passaporto italiano YA1234567", ["YA1234567"]),
    ("passaporto italiano n. YA1234567", ["YA1234567"]),
    ("deutscher Reisepass Nr. C01X00T47", ["C01X00T47"]),
    ("Nederlands paspoort NXK3920L1", ["NXK3920L1"]),
    ("passaporte português CA123456", ["CA123456"]),
    ("passaporte brasileiro nº FX123456", ["FX123456"]),
    ("British passport 512345678", ["512345678"]),
    ("passaporto rumeno 052345678", ["052345678"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), PASSPORTS)
def test_a_nationality_may_stand_between_a_label_and_its_number(text, values):
    """In the seven languages, a word for "number" behind it or none."""
    assert found(text, "PASSPORT") == values


FILES = (
    ("Pat. mw. De Graaf, geb. 14-2-1961, dossiernr 659317: hoest > 3 wkn, X-thorax aangevraagd.", ["659317"]),
    ("patiënt J. Bakker dossiernummer 483920", ["483920"]),
    ("Mme Roche, dossier n° 483920, hospitalisée", ["483920"]),
    ("Patientin Frau Brandl, Akte 483920", ["483920"]),
    ("Paciente: Ana Ruiz, expediente 483920", ["483920"]),
    ("paziente Rossi Maria, cartella 483920", ["483920"]),
    ("patientdossier 483920", ["483920"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), FILES)
def test_a_file_of_somebody_who_is_treated_is_a_record(text, values):
    """A number of a file, on the line of a patient."""
    assert found(text, "MEDICAL_RECORD_NUMBER") == values


HARMLESS_FILES = (
    "dossiernr 659317 van de vergunning is gesloten",
    "O processo n.º 427/26.9T8LSB corre na comarca; a taxa de justiça é de 306,00 €.",
    "dossier n° 483920 clos",
    "ビルド番号は20260302.17です。",
    "build 20260302.17 ok",
    "ビルド 20260302.1",
    "构建号 20260302.17",
    "빌드 번호는 20260302.17입니다",
    "file 12345 of 20000, patient data export",
    "le patient: file d'attente 12345",
    "file: 20260302",
    "processo 12345 do paciente eliminado pelo kernel",
    "pt: processo 4821 terminou com código 1",
    "The patient file system has 12345 inodes",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_FILES)
def test_a_file_of_somebody_who_is_treated_is_a_record_elsewhere_not(text):
    """A file of a permit, of a court or of a program is none."""
    assert found(text, "MEDICAL_RECORD_NUMBER") == []


BUILDS = (
    "dossiernr 659317 van de vergunning is gesloten",
    "O processo n.º 427/26.9T8LSB corre na comarca; a taxa de justiça é de 306,00 €.",
    "dossier n° 483920 clos",
    "ビルド番号は20260302.17です。",
    "build 20260302.17 ok",
    "ビルド 20260302.1",
    "构建号 20260302.17",
    "빌드 번호는 20260302.17입니다",
)  # fmt: skip


@pytest.mark.parametrize("text", BUILDS)
def test_a_build_is_no_telephone(text):
    """The number of a build is no telephone."""
    assert found(text, "PHONE_NUMBER") == []


PLATES = (
    ("Bilen heter KRX 41T i parkeringsappen.", ["KRX 41T"]),
    ("my car is FN14 UZB", ["FN14 UZB"]),
    ("mein Auto ist M-XK 4471", ["M-XK 4471"]),
    ("Mein Auto hat das Kennzeichen M-XK 4471", ["M-XK 4471"]),
    ("ma voiture est GK-482-TZ", ["GK-482-TZ"]),
    ("mi coche es el 4821 KLM", ["4821 KLM"]),
    ("la mia auto è GK482TZ", ["GK482TZ"]),
    ("la mia macchina è targata GK 482 TZ", ["GK 482 TZ"]),
    ("mijn auto is GK-482-T", ["GK-482-T"]),
    ("o meu carro é 48-GK-21", ["48-GK-21"]),
    ("o carro é o AA-48-GK cinzento", ["AA-48-GK"]),
    ("her car is LC70 XWE, blue fiesta", ["LC70 XWE"]),
    ("bilen är ABC 123", ["ABC 123"]),
    ("samochód to WA 4821K", ["WA 4821K"]),
    ("Min bil har regnummer KRX 41T", ["KRX 41T"]),
    ("bilen er AB 12345 og står i garasjen", ["AB 12345"]),
    ("Bilen med MLB 482 står fel", ["MLB 482"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), PLATES)
def test_a_plate_said_of_a_car_is_found(text, values):
    """Behind a word for a car."""
    assert found(text, "LICENSE_PLATE") == values


HARMLESS_PLATES = (
    "my car is a BMW 320",
    "mein Auto ist ein A4 2019",
    "bilen är VW 2019",
    "car is E 350",
    "Bilen heter KITT",
    "bilen är VW 2019",
    "Bilen kostar SEK 250000",
    "min bil är en BMW 320",
    "bilen har ISO 9001 certifikat",
    "bilen kører E 350 AMG",
    "mein Auto ist ein VW 2019 Golf",
    "bilen gick 230 000 mil, EUR 4500",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_PLATES)
def test_a_plate_said_of_a_car_is_found_elsewhere_not(text):
    """A make with its model, a norm, an amount have that form, too."""
    assert found(text, "LICENSE_PLATE") == []


def test_a_nationality_without_a_number_behind_it_is_left():
    """A year, a price, a word behind it are no number of a document."""
    for text in (
        "pasaporte español en 2024",
        "a British passport costs 90",
        "passeport français exigé",
        "passaporto italiano valido 10 anni",
    ):
        assert found(text, "PASSPORT") == []


def test_a_case_number_counts_where_a_party_is_told():
    """`processo n.º` alone is one of many that a court has."""
    assert found("Autor: Rui Matos, processo n.º 427/26.9T8LSB", "CASE_NUMBER") == ["427/26.9T8LSB"]
    assert found("O processo n.º 427/26.9T8LSB corre na comarca.", "CASE_NUMBER") == []
