"""What a value becomes: each operator keeps the value out."""

from __future__ import annotations

import os
from datetime import date

import pytest

from stageflow_guard.errors import ConfigError, ContentBlocked
from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.vault import operators

KEY = os.urandom(32)
MAIL, BORN = "ada@example.com", "DOB: 1987-05-12, born on 1987-05-22"


def redacted(operator, text=MAIL, entity="EMAIL_ADDRESS", scope=None):
    redactor = Redactor(operators={entity: operator})
    return redactor.redact_in(text, scope or Vault().scope("acme", "s"), "input")[0]


def test_each_operator_removes_the_value():
    """Whatever stands there, it is not the value, and the finding is counted."""
    for name in ("mask", "mask_last_4", "drop", "hash", "encrypt", "format"):
        out = redacted(operators.named(name, KEY))
        assert MAIL not in out


def test_a_mask_keeps_separators_and_the_last_four():
    """Length and form stay; a short value is masked whole."""
    assert redacted(operators.masked()) == "***@*******.***"
    assert redacted(operators.masked(keep=4), "card 4111 1111 1111 1111", "CREDIT_CARD").endswith(
        "**** 1111"
    )
    assert operators.masked(keep=4)("X", "1234567", Vault().scope("t", "s")) == "*******"


def test_a_keyed_hash_depends_on_key_and_tenant():
    """Equal values are equal under one key and tenant, and under no other."""
    vault = Vault()
    one, two = vault.scope("acme", "a"), vault.scope("acme", "b")
    operator = operators.hashed(KEY)
    assert operator("E", MAIL, one) == operator("E", MAIL, two)
    assert operator("E", MAIL, one) != operator("E", MAIL, vault.scope("globex", "a"))
    assert operator("E", MAIL, one) != operators.hashed(os.urandom(32))("E", MAIL, one)


def test_encryption_turns_back_with_the_key_only():
    """Another key, another tenant: the text stays as it is."""
    out = redacted(operators.encrypted(KEY), f"mail {MAIL}!")
    assert operators.decrypted(out, KEY, tenant="acme") == f"mail {MAIL}!"
    assert operators.decrypted(out, os.urandom(32), tenant="acme") == out
    assert operators.decrypted(out, KEY, tenant="globex") == out


def test_a_format_is_kept():
    """Digits for digits, letters for letters, the rest in place; equal for equal values."""
    scope = Vault().scope("acme", "s")
    operator = operators.format_preserving(KEY)
    out = operator("CREDIT_CARD", "4111-1111-Ab", scope)
    assert [c.isdigit() for c in out] == [c.isdigit() for c in "4111-1111-Ab"]
    assert out[4] == "-" and out[10].isupper() and out[11].islower()
    assert out != "4111-1111-Ab" and out == operator("CREDIT_CARD", "4111-1111-Ab", scope)


def test_dates_move_together():
    """The distance of two dates stays, no date stays; what is no date is a pseudonym."""
    scope = Vault().scope("acme", "s")
    operator = operators.date_shifted(KEY)
    first, second = (operator("DATE_OF_BIRTH", d, scope) for d in ("1987-05-12", "1987-05-22"))
    assert (date.fromisoformat(second) - date.fromisoformat(first)).days == 10
    assert first != "1987-05-12"
    assert operator("DATE_OF_BIRTH", "12 May 1987", scope).startswith("⟦DATE_OF_BIRTH_1")
    assert operator("DATE_OF_BIRTH", "31/12/9999", scope) != "31/12/9999"


def test_block_raises_and_names_the_entity():
    """The refusal holds types, no values."""
    with pytest.raises(ContentBlocked) as refused:
        redacted(operators.blocked())
    assert "EMAIL_ADDRESS" in str(refused.value) and MAIL not in str(refused.value)


def test_keys_and_names_are_checked():
    """A short key and an unknown operator are configuration errors."""
    for attempt in (
        lambda: operators.hashed(b"short"), lambda: operators.named("rot13", KEY),
        lambda: operators.named("hash", None), lambda: Redactor(operators={"NOPE": operators.dropped()}),
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            attempt()
