"""Numbers of banks and telephones that a chat tells without a label."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def found(text, entity):
    """Return what of `text` is found to be of a type."""
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == entity]


SORTED = (
    ("sure its Monzo 04-00-04 51027743", ["04-00-04", "51027743"]),
    ("my details: 20-45-77 63801142 Barclays", ["20-45-77", "63801142"]),
    ("send it to Starling 60-83-71 41209933 ref rent", ["60-83-71", "41209933"]),
    ("sort code 309912, 22918840", ["309912", "22918840"]),
    ("HSBC: 40 12 77 / 71190024", ["40 12 77", "71190024"]),
    ("S/C 77-22-19 A/C 10293847", ["77-22-19", "10293847"]),
    ("its lloyds, 30-98-12 and 55120934 cheers", ["30-98-12", "55120934"]),
    ("pay me back 04-00-04 51027743", ["04-00-04", "51027743"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), SORTED)
def test_a_sort_code_and_its_account_are_found(text, values):
    """The two beside each other, and a bank or a word of paying on the line."""
    assert found(text, "US_BANK_NUMBER") == values


HARMLESS_SORTED = (
    "released 04-00-04 51027743",
    "lottery 04-12-19 33 41",
    "the draw on 12-04-26 20260412",
    "Barclays hired 20 45 77 people",
    "10-12-25 20251210 backup",
    "Revolut 3.4.1 51027743 downloads",
    "payment 14-02-26 20260214",
    "metro 10-20-30 times",
    "tide tables 04 10 16",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_SORTED)
def test_a_sort_code_and_its_account_are_found_elsewhere_not(text):
    """Two numbers of that form alone, or days, are none."""
    assert found(text, "US_BANK_NUMBER") == []


NEW = (
    ("hey its marcus from the gym, new number 4695550132 save it", ["4695550132"]),
    ("this is my new number 6125550187", ["6125550187"]),
    ("Got a new phone, number 3035550176, save it", ["3035550176"]),
    ("new number: 7185550143", ["7185550143"]),
    ("new nr 07700900461 its dave", ["07700900461"]),
    ("neue nummer 015123456789 hier ist tim", ["015123456789"]),
    ("nouveau numéro 0612345678 c'est julie", ["0612345678"]),
    ("nuevo número 612345678 soy marta, guárdalo", ["612345678"]),
    ("numero nuovo 3471234567 sono Luca", ["3471234567"]),
    ("nuovo numero: 3471234567, salvalo", ["3471234567"]),
    ("nieuw nummer 0612345678 groetjes Kim", ["0612345678"]),
    ("número novo 912345678 guarda aí", ["912345678"]),
    ("novo número 11987654321 é a Bia", ["11987654321"]),
    ("nytt nummer 0701234567 /Anna", ["0701234567"]),
    ("nowy numer 512345678 tu Ania", ["512345678"]),
    ("changed my number its 4155550133 now", ["4155550133"]),
    ("save my number 4155550133", ["4155550133"]),
    ("heres his number 4155550133 hit him up", ["4155550133"]),
    ("MB WAY: recebeu 30,00 EUR de TIAGO M. (912448173). Mensagem: jantar", ["912448173"]),
    ("Ricevuto da Marco B. (3471234567) con Satispay", ["3471234567"]),
    ("Lydia paid by Wero von Lukas S. (01701234567)", ["01701234567"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), NEW)
def test_a_number_told_to_be_new_or_of_a_payer_is_found(text, values):
    """A new number, one behind a name on the line of a wallet."""
    assert found(text, "PHONE_NUMBER") == values


HARMLESS_NEW = (
    "order number 4695550132 shipped",
    "your ticket number 4695550132 is open",
    "new number 42 bus",
    "tracking number 4695550132",
    "new number of rows 4695550132",
    "invoice number 4695550132",
    "the number 4695550132 is prime",
    "the largest number 4294967295",
    "reference number 4695550132",
    "new version number 2026030201",
    "neue Nummer 12 in der Charts",
    "número de pedido 612345678",
    "part number 4695550132",
    "new model number 4695550132",
    "new account number 4695550132 shall",
    "Sensor A (912448173) offline",
    "John Deere (912448173)",
    "nuevo número 5 de la revista",
    "new number 123456 of members",
    "Nuovo numero: 12/2026",
    "the new number 1234567890123 is big",
    "novo número de série 123456789",
    "numero nuovo 3",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_NEW)
def test_a_number_told_to_be_new_or_of_a_payer_is_found_elsewhere_not(text):
    """The number of an order, of a part or of an issue is no telephone."""
    assert found(text, "PHONE_NUMBER") == []
