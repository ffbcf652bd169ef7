"""An account is found by who turned it away, by the page it is on, or by the address that holds it."""

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _found(text: str, entity: str) -> set[str]:
    return {text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == entity}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Zugriff verweigert für hbaumann von 91.22.14.8", "hbaumann"),
        ("accès refusé à mlegrand (depuis 82.64.10.7)", "mlegrand"),
        ("acceso denegado para psoler desde 83.36.2.19", "psoler"),
        ("accesso negato a gferri da 79.20.3.44", "gferri"),
        ("toegang geweigerd voor tvdmeer vanaf 84.24.9.3", "tvdmeer"),
        ("acesso negado a jcunha de 85.240.7.12", "jcunha"),
        ("postgres://ledger_ro:Vq7-marl@db.example:5432/x", "ledger_ro"),
        ("he goes by dune_walker on the forum", "dune_walker"),
        ("quella che firma volpe_rossa nel forum", "volpe_rossa"),
    ],
)
def test_an_account_is_found(text: str, name: str) -> None:
    assert name in _found(text, "USERNAME")


def test_a_lease_is_found_beside_its_hardware() -> None:
    assert _found("4c:11:ae:20:9b:07 leased 192.168.4.31", "IP_ADDRESS") == {"192.168.4.31"}


@pytest.mark.parametrize(
    "text",
    [
        "access denied for root from 10.0.0.4",
        "post the max_length setting on the forum { }",
        "postgres://user:password@localhost/db",
        "failed login from 10.0.0.9",
    ],
)
def test_what_all_have_is_none(text: str) -> None:
    assert not _found(text, "USERNAME")
