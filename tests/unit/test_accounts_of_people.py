"""Accounts of people: behind their label with and without a sign, as what somebody is logged in, in lines of a log."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def accounts(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "USERNAME"]


TOLD = [
    "my username is chaselden", "mein Benutzername lautet chaselden7", "mi usuario es chaselden.", "mon pseudo c'est chaselden", "il mio username è chaselden, grazie", "mijn gebruikersnaam is chaselden en het werkt",
    "account name corvin_89", "log in as corvin_89", "angemeldet als chaselden", "inloggen als chaselden.", "Benutzername: chaselden.", "usuario: chaselden.", "nome utente: chaselden", "kullanıcı adı: chaselden.",
    "User chaselden has been locked", "user 'chaselden' not found", "session opened for user chaselden by (uid=0)", "curl -u chaselden:Kr5354y3mWT!q3 https://x.example/",
]  # fmt: skip


@pytest.mark.parametrize("text", TOLD)
def test_an_account_behind_its_label_is_found(text):
    """Whose it is, a verb, the end of a clause or a sign in it tells."""
    assert any("chaselden" in one or "corvin" in one for one in accounts(text))


@pytest.mark.parametrize("text", [
    "my username is wrong", "your username is required.", "mein Benutzername ist falsch", "mi usuario es incorrecto.", "log in as admin", "logged in as root", "log in as a different user", "User session has been locked",
    "user profile was deleted", "the user was created", "Username: the name of the account", "login: success", "angemeldet als Teilnehmer", "curl -u admin:hunter22 https://x.example/", "user not found", "username must be unique",
    "User feedback was created", "User testing was blocked by the release", "User content has been deleted", "User registrations was disabled",
    "User never logged in", "User automatically logged out", "A user remains logged in for 30 days", "The user gets disconnected", "INFO user database was created", "My login is broken.", "Mein Login ist kaputt.", "Mi usuario es nuevo.", "Mon pseudo est ridicule.",
    "Il mio nome utente è lungo.", "Mijn login is kapot.", "Meu login é antigo.", "Log in as follows:", "Log in as needed.", "Angemeldet als leser.", "Conectado como administrador.", "user name: mandatory und eindeutig",
])  # fmt: skip
def test_what_is_said_of_accounts_is_none(text):
    """A state, a role, an account of a machine, a description."""
    assert not accounts(text)
