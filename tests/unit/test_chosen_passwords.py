"""A word that somebody chose: `password: abc` in a sentence, a ticket or a file of settings."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

CHOSEN = [
    "password: ⟪abc⟫", "My password: ⟪fluffy⟫", "password: ⟪sunshine⟫.", "pwd: ⟪dragon⟫", "pw: ⟪kitty⟫", "passphrase: ⟪blue⟫", "wifi password: ⟪bluesky⟫",
    "Username: ann\nPassword: ⟪rabbit⟫\n", "login bob / password: ⟪tiger⟫", "password: ⟪hunter⟫, user: ann", "host=db password=⟪abc⟫ dbname=shop", "password=⟪abc⟫\nuser=ann\n",
    "passphrase: ⟪correct horse battery staple⟫", "Passwort: ⟪sommer⟫", "Kennwort: ⟪katze⟫", "mot de passe : ⟪bonjour⟫", "contraseña: ⟪perro⟫", "parola d'ordine: ⟪estate⟫",
    "Password: ⟪Sunshine⟫", "Use password: ⟪hunter⟫ for the demo login", "password: ⟪mamma⟫", "wachtwoord: ⟪zomer⟫", "senha: ⟪gatinho⟫",
]  # fmt: skip
NONE = [
    "password: Optional[str]", "password: required", "password: str", "password: see vault", "password: see below", "password: must be at least eight characters",
    "password: minimum eight characters", "password: reset by email", "password: expired", "password: stored as a hash", "password: bcrypt", "password: varchar", "password: optional",
    "password: same as before", "password: sent separately", "password: from environment", "password: self.password", "def f(user: str, password: str) -> None:", "{ user: name, password: hash }",
    "login(email: email, password: word)", "    password=typed,\n", "const password: words;", "Passwort: erforderlich", "Passwort: siehe Tresor", "mot de passe : obligatoire", "contraseña: obligatoria",
    "senha: obrigatória", "wachtwoord: verplicht", "password: obbligatoria", "secret: database", "token: bearer", "secret: the recipe stays in the family",
    "Three rules for a password: length", "password_policy: strictest", "password: the thing that you type", "Password:\nfluffy",
    "Connect the pin: ground.", "pin: left", "Safety pin: stainless", "Change the password: urgent.", "I forgot my password: help!", "Passwort: unverändert.",
]  # fmt: skip


@pytest.mark.parametrize("marked", CHOSEN)
def test_a_word_behind_a_passwords_label_is_one(marked: str) -> None:
    """A short word of small letters behind a password's own label is covered, and nothing else is."""
    head, _, rest = marked.partition("⟪")
    word, _, tail = rest.partition("⟫")
    text = head + word + tail
    secrets = [text[s.start : s.end] for s in Redactor().find(text) if s.entity == "SECRET"]
    assert secrets == [word]


@pytest.mark.parametrize("text", NONE)
def test_what_is_said_about_a_password_stays(text: str) -> None:
    """A type, a state, advice, a reference and a name of code are no password."""
    assert not Redactor().find(text)
