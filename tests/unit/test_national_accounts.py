"""Bank accounts that are no IBAN: by their check digits, in parts, behind their kind; wallets of all coins."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _found(text, entity):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == entity]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("merci de rembourser sur 39119 12396 62992638829 23", "39119 12396 62992638829 23"),
        ("NIB do inquilino: 0032 6858 24020070778 98", "0032 6858 24020070778 98"),
        ("CCC antigua 2643 7321 71 8635205736", "2643 7321 71 8635205736"),
        ("CLABE para depósitos 003656324454051334", "003656324454051334"),
        ("CBU de mi hermana 7136021273181877157061", "7136021273181877157061"),
        ("vecchie coordinate G3370588240000000300165", "G3370588240000000300165"),
        ("de oude rekening was 596-7434290-13", "596-7434290-13"),
        ("pay the plumber at 12-3114-0044718-050", "12-3114-0044718-050"),
    ],
)
def test_an_account_is_known_by_its_form_and_its_check(text, value):
    """A word for an account need not stand right before it."""
    assert _found(text, "US_BANK_NUMBER") == [value]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("transit 11482, institution 004, acct 771-204-9", ["11482", "771-204-9"]),
        ("BSB 062-114 Acc 1182 4410", ["062-114", "1182 4410"]),
        ("ABI 03111 CAB 09117 C/C 100000114927", ["03111", "09117", "100000114927"]),
        ("agência 1482, op. 013, conta 00077120-4", ["1482", "00077120-4"]),
        ("sucursal 014 cuenta 771204-2", ["014", "771204-2"]),
        ("BSB 062114 / 11824410", ["062114", "11824410"]),
        ("Banco Ipê ag 1182-4 cc 44182-6", ["1182-4", "44182-6"]),
        ("Itaú 1182 / 44182-6", ["1182", "44182-6"]),
        ("void cheque: 11482-004 7712049", ["11482-004", "7712049"]),
        ("guichet 00418 compte 0002768341X", ["00418", "0002768341X"]),
    ],
)
def test_the_parts_of_an_account_tell_each_other(text, values):
    """A branch alone is nobody's; with its account it is."""
    assert _found(text, "US_BANK_NUMBER") == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cta. ahorros Bancoop 771-204918-20", "771-204918-20"),
        ("Bitte auf mein Postkonto 80-114418-2", "80-114418-2"),
        ("Depot 4471 1820 01 übertragen", "4471 1820 01"),
        ("mein Girokonto bei der Sparkasse Ulm 4418 220", "4418 220"),
        ("mijn oude postbankgiro 4411806", "4411806"),
        ("conto corrente Intesa 1000/00114427", "1000/00114427"),
        ("mein altes Sparbuch Nr. 4418 220 115", "4418 220 115"),
        ("oude bankrek. 44.18.22.067", "44.18.22.067"),
        ("livret A 00044182207", "00044182207"),
    ],
)
def test_whose_bank_it_is_may_stand_before_the_number(text, value):
    """The kind of an account and up to a few words of its bank."""
    assert _found(text, "US_BANK_NUMBER") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "my account order 4471882 is late",
        "Depot 3 Halle 4471882",
        "USPS 9400 1118 9956 3344 0871 22 - In Transit",
        "Konto 12.05.2024 geprüft",
        "agência 1482 fechada",
        "Order 12-3114-0044718-05 shipped",
        "12-3114-0044718 part of the kit",
        "39119 12396 62992638829 24",
    ],
)
def test_other_numbers_are_no_accounts(text):
    """An order, a parcel, a date, a branch alone, a number whose check fails."""
    assert _found(text, "US_BANK_NUMBER") == []


@pytest.mark.parametrize(
    "value",
    [
        "TE7Ut7NwLifP2XPdtz761z57MkEWJUTu7m", "LPNE9GK3GenV8A2AUrSfmrSjfArUJ5N345", "D9HNRJwrVQSiQMWc3JSw3bYaL6DVUzwBfr",
        "Xeq7iJf79hm22HvbAbmbMN4mHJ4tCWcwxk", "t1N1stPRMAKL2TzNuF9GVdeUthcgGttfgT9", "rn9GthrDBzYR1MLrJ5T4Vq4ySxVUwu4KWi", "tz1PnJaAsRpaHiAm28pEWvXwQcLxoPsxAmNA",
        "cosmos1fl48vsnmsdzcv85q5d2q4z5ajdha8yu34mf0eh", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ",
    ],
)  # fmt: skip
def test_a_wallet_of_any_coin_is_known_by_its_checksum(value):
    """No word is needed, and one sign that is wrong is enough."""
    assert _found(f"mi dirección: {value}", "CRYPTO") == [value]
    other = value[:9] + ("x" if value[9] != "x" else "y") + value[10:]
    assert _found(f"mi dirección: {other}", "CRYPTO") == []
