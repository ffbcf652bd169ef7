"""What a sentence tells of passwords and codes: what `told_passwords` and `clause_secrets` read, and what is told beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import begun, needed
from stageflow_guard.redaction.recognizers.generic import (
    answered_secrets,
    changed_secrets,
    clause_secrets,
    codes_in_words,
    far_pins,
    locks,
    mailbox_passwords,
    old_and_new,
    opened_with,
    passwords_in_scripts,
    security_questions,
    seed_words,
    service_passwords,
    spelled_codes,
    told_passwords,
    value_first,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

TOLD = (
    told_passwords.passwords, clause_secrets.told, changed_secrets.recognize, answered_secrets.recognize, locks.recognize,
    opened_with.recognize, security_questions.recognize, seed_words.recognize, spelled_codes.recognize, mailbox_passwords.recognize, service_passwords.recognize, old_and_new.recognize, value_first.recognize, far_pins.recognize,
    passwords_in_scripts.recognize,
)  # fmt: skip
_BY_HEADS = tuple((recognizer, needed(recognizer)) for recognizer in TOLD)


def recognize(text: str) -> Iterator[Hit]:
    """Yield such secrets, and those that are told beside one of them."""
    heads = begun(lowered(text))
    found = [
        hit for recognizer, heard in _BY_HEADS if not (heard and heads.isdisjoint(heard))
        for hit in recognizer(text)
    ]  # fmt: skip
    yield from found
    yield from changed_secrets.beside(text, found)
    yield from codes_in_words.recognize(text)
