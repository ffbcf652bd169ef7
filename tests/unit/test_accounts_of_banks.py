"""Accounts in any groups on a line that names a bank, and those whose check digit holds behind their word."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _accounts(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if "BANK" in s.entity]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A/C No. with Kotak Pune branch: 44182207731", "44182207731"),
        ("direct deposit: rtng 021000021", "021000021"),
        ("chequing, transit 04418 inst 003, acc't 4418207", "4418207"),
        ("pago a la cta, a la vista 00-441-82207-3", "00-441-82207-3"),
        ("cuenta Davivienda a nombre de Marisol Quintero Paz 441-822073-11", "441-822073-11"),
        ("versare sul cc 4418/2207 bcc di Bra", "4418/2207"),
        ("KBC oud nummer 001-4182207-31", "001-4182207-31"),
        ("bankrek. Hakrinbank, srd: 44.82.207", "44.82.207"),
        ("mein Konto bei der Volksbank, 44 18 22 07", "44 18 22 07"),
        ("mon compte à la BNP 44182207", "44182207"),
        ("a minha conta no Millennium 4418220731", "4418220731"),
    ],
)
def test_a_bank_on_the_line_makes_a_number_an_account(text, value):
    """A word for an account stands before, the bank anywhere near."""
    assert value in _accounts(text)


@pytest.mark.parametrize(
    "text",
    [
        "compte BNP : solde 1200,50 euros",
        "the accounting system at Chase, order 44182207",
        "call the checking account desk at 415-555-0123",
        "Konto bei der Sparkasse seit 12.03.2024",
        "rtng 021000022",
    ],
)
def test_amounts_days_orders_and_telephones_are_none(text):
    """Another word, a day's form, or a check that fails."""
    assert _accounts(text) == []
