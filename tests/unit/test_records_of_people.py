"""The number under which one person is kept is found behind its word in seven languages; other things' numbers are not."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor("strict")
KINDS = frozenset({"MEMBER_ID", "CASE_NUMBER", "EMPLOYEE_ID", "STUDENT_ID", "MEDICAL_RECORD_NUMBER"})  # fmt: skip


def records(text: str) -> list[str]:
    """Return what of `text` is found to be a number of a record."""
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity in KINDS]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Customer no: 4417 2280", "4417 2280"),
        ("level=warn client_id=C-004417 msg=declined", "C-004417"),
        ('{"memberNo":"M-448172"}', "M-448172"),
        ("My loyalty card number's 9826 1122 345", "9826 1122 345"),
        ("Meine Kundennr. bei euch ist 88 412 307", "88 412 307"),
        ("Kd.-Nr.: 4471-K", "4471-K"),
        ("Versicherungsscheinnr. LV 33.118.204-1", "LV 33.118.204-1"),
        ("mon n° d'adhérent c'est 44 172 880 B", "44 172 880 B"),
        ("n° client : 4 417 228", "4 417 228"),
        ("número de cliente 44.172.280-K", "44.172.280-K"),
        ("afiliado 61 441728 9 02", "61 441728 9 02"),
        ("numero contratto 441 728 009", "441 728 009"),
        ("sono socio n. 44172 della coop", "44172"),
        ("Klantnr: 4417-228", "4417-228"),
        ("meu nº de cliente é 441.728-0", "441.728-0"),
        ("n.º de sócio 44.172", "44.172"),
    ],
)
def test_customers_members_and_policies(text: str, value: str) -> None:
    """Right behind the word with a sign or a verb any value counts."""
    assert records(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("docket 3:22-cv-00417-ABC", "3:22-cv-00417-ABC"),
        ("in Sachen 3 O 118/23 (04) beantragen wir", "3 O 118/23 (04)"),
        ("Verfahren 44 Js 1728/24 gegen Unbekannt", "44 Js 1728/24"),
        ("Zettelnr. 2024/44172", "2024/44172"),
        ("Kindergeldnr. 441FK728001", "441FK728001"),
        ("procès-verbal 04417/2024 du commissariat", "04417/2024"),
        ("denuncia 4417/24 en comisaría", "4417/24"),
        ("siniestro abierto: SN24-441728", "SN24-441728"),
        ("n. 4417/22 R.G.N.R.", "4417/22"),
        ("sinistro 24/441728 aperto", "24/441728"),
        ("Zaaknr. C/09/441728 / KG ZA 23-101", "C/09/441728 / KG ZA 23-101"),
        ("BO 44172/2024", "44172/2024"),
        ("Processo n.º 441/23.5GBLSB, o arguido foi notificado", "441/23.5GBLSB"),
        ("protocolo da reclamação no procon: 20240441728", "20240441728"),
    ],
)
def test_courts_police_and_claims(text: str, value: str) -> None:
    """A case, a report, a claim or a benefit leads to one person."""
    assert records(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My staff number's 44 17 280", "44 17 280"),
        ("Mitarbeiter-ID MA-4417", "MA-4417"),
        ("matricule de l'agent: 44 172 B", "44 172 B"),
        ("legajo 4417", "4417"),
        ("matrícula 4417-2 da servidora Ana", "4417-2"),
        ("Matr.-Nr. 0441 7280", "0441 7280"),
        ("n° étudiant : 2 204 4172", "2 204 4172"),
        ("RA 220441-7, aluna do noturno", "220441-7"),
        ("N° de dossier CHUV D-441728", "D-441728"),
        ("Fallnr. F24-441 728", "F24-441 728"),
        ("het ponsplaatje van het UZ zegt 441728-C", "441728-C"),
        ("NRE 1900A4411728265", "1900A4411728265"),
    ],
)
def test_staff_students_and_patients(text: str, value: str) -> None:
    """The numbers of a payroll, of a university and of a hospital."""
    assert records(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("my clubcard won't scan, it says 6340 0451 2287 3311", "6340 0451 2287 3311"),
        ("Die Bonuskarte geht nicht, Nummer lautet 2210 4478 1", "2210 4478 1"),
        ("ma carte de fidélité ne passe plus, on lit 9 230 441 728 003", "9 230 441 728 003"),
        ("Aangifte gedaan, pv-nr PL0900-2024441728", "PL0900-2024441728"),
        ("What's your customer number? - It's KD-44172", "KD-44172"),
        ("441728 ist meine Kundennummer", "441728"),
        ("441728 (Kundennr.)", "441728"),
        ("contrat habitation n° 44172280A", "44172280A"),
        ("tarjeta Mi Plaza 4417 2280 1122", "4417 2280 1122"),
        ("denuncia presentata, prot. 4417/2024", "4417/2024"),
    ],
)
def test_a_few_words_between_or_the_value_first(text: str, value: str) -> None:
    """Behind more words the value needs a form, and words that lead to it."""
    assert records(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "Kunden 25 000 waren betroffen",
        "Kundennummer angeben, Bestellung 302-7719482-0056131",
        "Ihre Rechnung Nr. 4417228 vom 3.4.2024",
        "ticket number 4417228",
        "parcel no 3SDK4417228",
        "Artikelnr. 4417.228",
        "PV de réception lot 07 : 118 réserves levées",
        "El expediente 28/004160.9/26 pasa a la fase 2",
        "O processo n.º 441/23.5T8LSB corre na comarca",
        "pratica edilizia n. 4417/2024",
        "o protocolo 20240441728 foi registrado",
        "student numbers rose to 441728 in 2023",
        "contract worth 4417228 euros",
        "autos: EKX 4526",
        "BGH, Urteil vom 3.4.2020, 28 O 118/20",
        "multa de 2000 euros",
        "one-time passcode is 716806",
        "matricola del motore 4417228",
        "querella por 44172280",
        "staff canteen no 44172",
        "carte SIM 8933 0144 1728 0011 223",
        "my personal identity number is 44172280",
        "court number 12-14 is closed",
        "RUC server 20240503",
        "PID 4417 killed",
    ],
)
def test_numbers_of_other_things(text: str) -> None:
    """Orders, bills, tickets, parcels, laws, judgments and files of nobody are none."""
    assert records(text) == []
