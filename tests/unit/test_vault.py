"""The way back: what a model may do to a placeholder, and who gets nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import uuid

import pytest

from stageflow_guard.errors import ConfigError, InspectorUnavailable
from stageflow_guard.keys import open_keyring
from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.atrest.batch import Options
from stageflow_guard.redaction.inspector.assemble import vault_from
from stageflow_guard.redaction.vault.owner import require_ring
from stageflow_guard.redaction.vault.sealed import seal_value
from stageflow_guard.redaction.vault.stores.sqlite import SqliteVault
from stageflow_guard.settings import VaultSettings

REDACTOR = Redactor()
TEXT = (
    "Write to ada@example.com or call (312) 856-8890. My name is Ada Lovelace, bob@example.com too."
)


class Keys:
    """A keyring in memory with the shape of the real one."""

    def __init__(self):
        self._keys = {}
        self._epochs = {}
        self.ring = os.urandom(8)

    def current(self, tenant, subject, purpose):
        key = self._keys.setdefault((tenant, subject, purpose), os.urandom(32))
        return self._epochs.get((tenant, subject), 1), key

    def erase(self, tenant, subject):
        self._keys = {k: v for k, v in self._keys.items() if k[:2] != (tenant, subject)}
        self._epochs[tenant, subject] = self._epochs.get((tenant, subject), 1) + 1


def minted(vault=None):
    scope = (vault or Vault()).scope("acme", "s1")
    redacted, _ = REDACTOR.redact_in(TEXT, scope, "input")
    return scope, redacted


EDITS = {
    "unchanged": lambda p: p,
    "lower case": str.lower, "upper case": str.upper, "title case": str.title,
    "square": lambda p: p.replace("⟦", "[").replace("⟧", "]"), "round": lambda p: p.replace("⟦", "(").replace("⟧", ")"),
    "angle": lambda p: p.replace("⟦", "<").replace("⟧", ">"), "curly": lambda p: p.replace("⟦", "{").replace("⟧", "}"),
    "no brackets": lambda p: p.strip("⟦⟧"), "no opener": lambda p: p[1:], "no closer": lambda p: p[:-1],
    "spaces inside": lambda p: p.replace("⟦", "⟦ ").replace("⟧", " ⟧"), "double": lambda p: f"[{p}]",
    "underscores to spaces": lambda p: p.replace("_", " "), "underscores escaped": lambda p: p.replace("_", "\\_"),
    "underscores to dashes": lambda p: p.replace("_", "-"), "dot": lambda p: p.replace("·", "."), "dash": lambda p: p.replace("·", "-"),
    "colon": lambda p: p.replace("·", ":"), "bullet": lambda p: p.replace("·", "•"), "spaced dot": lambda p: p.replace("·", " · "),
    "no dot": lambda p: p.replace("·", " "), "bold": lambda p: f"**{p}**", "code": lambda p: f"`{p}`", "quoted": lambda p: f'"{p}"',
    "possessive": lambda p: p + "'s", "hash": lambda p: p.replace("_1", " #1").replace("_2", " #2"), "full stop": lambda p: p + ".",
    "lenticular": lambda p: p.replace("⟦", "【").replace("⟧", "】"), "camel": lambda p: p.replace("_", ""),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_placeholder_comes_back(edit):
    """Case, spaces, brackets, separators, escapes: the value is restored in its sentence."""
    scope, redacted = minted()
    for match in __import__("re").finditer(r"⟦[^⟧]+⟧", redacted):
        original = scope.restore(match[0])
        assert "⟦" not in original
        back = scope.restore(f"I asked {EDITS[edit](match[0])} about it")
        assert original in back
        assert scope.nonce not in back.lower()


def test_a_sentence_keeps_its_words():
    """Only the placeholder is replaced; the word before it stays."""
    scope, redacted = minted()
    assert scope.restore(redacted) == TEXT
    for loose in (redacted.replace("⟦", "").replace("⟧", ""), redacted.lower()):
        assert "ada@example.com" in scope.restore(loose)
        assert scope.restore(loose).lower().startswith("write to ada@")


def test_a_translated_type_is_restored():
    """The nonce and the number say which; the type may be spelt otherwise."""
    scope, redacted = minted()
    name = next(p for p in redacted.split() if "PERSON" in p)
    assert "PERSON_1" in name
    assert "Ada Lovelace" in scope.restore(f"Bonjour ⟦PERSONNE_1·{scope.nonce}⟧ !")


def test_a_placeholder_of_another_session_is_not_restored():
    """Another tenant, another session, another nonce: 0 restored."""
    vault = Vault()
    _, redacted = minted(vault)
    for tenant, session in (("globex", "s1"), ("acme", "s2")):
        other = vault.scope(tenant, session)
        REDACTOR.redact_in("x@example.com", other, "input")
        assert other.restore(redacted) == redacted


def test_a_changed_nonce_restores_nothing():
    """Tolerance never covers the nonce: any single character changed and it is text."""
    scope, redacted = minted()
    for place in range(8):
        nonce = (
            scope.nonce[:place]
            + ("a" if scope.nonce[place] != "a" else "b")
            + scope.nonce[place + 1 :]
        )
        text = redacted.replace(scope.nonce, nonce)
        assert scope.restore(text) == text


def test_a_scope_refuses_after_64_placeholders_that_it_did_not_mint():
    """After 64 foreign nonces the scope refuses, and has counted."""
    scope, _ = minted()
    with pytest.raises(InspectorUnavailable) as refused:
        for i in range(100):
            nonce = "".join("abcdefgh"[int(d)] for d in f"{i:08o}")
            scope.restore(f"⟦PERSON_1·{nonce}⟧")
    assert refused.value.reason == "forged_placeholders"
    assert scope.forged == 65


def test_a_forged_placeholder_hides_nothing():
    """What stands beside a typed placeholder is still found, and the placeholder glues nothing."""
    text = "ada@example.com⟦PERSON_1·aaaaaaaa⟧536-90-4399"
    redacted = REDACTOR.redact(text).value
    assert "ada@" not in redacted
    assert "536-" not in redacted


def test_a_kept_scope_comes_back_after_a_restart(tmp_path):
    """SQLite: the same session gets its nonce and its values; the file shows none of them."""
    keys, path = Keys(), tmp_path / "vault.db"
    store = SqliteVault(path)
    vault = Vault(store=store, keys=keys)
    scope = vault.scope("acme", "s1", "user:ada")
    redacted, _ = REDACTOR.redact_in(TEXT, scope, "input")
    store.close()
    again = Vault(store=SqliteVault(path), keys=keys).scope("acme", "s1", "user:ada")
    assert again.restore(redacted) == TEXT
    assert again.pseudonym("EMAIL_ADDRESS", "ada@example.com") in redacted
    content = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    for secret in (b"ada@", b"Lovelace", b"856-8890", scope.nonce.encode()):
        assert secret not in content
    assert path.stat().st_mode & 0o777 == 0o600


def test_erasing_a_person_leaves_nothing_to_open(tmp_path):
    """The key is gone: memory, file and placeholders of that person restore nothing; others do."""
    keys, store = Keys(), SqliteVault(tmp_path / "vault.db")
    vault = Vault(store=store, keys=keys)
    redacted = {}
    for who in ("user:ada", "user:bob"):
        scope = vault.scope("acme", who, who)
        redacted[who] = REDACTOR.redact_in(TEXT, scope, "input")[0]
    vault.erase("acme", "user:ada")
    for opened in (vault, Vault(store=store, keys=keys)):
        gone = opened.scope("acme", "user:ada", "user:ada")
        assert gone.restore(redacted["user:ada"]) == redacted["user:ada"]
        assert opened.scope("acme", "user:bob", "user:bob").restore(redacted["user:bob"]) == TEXT


def test_workers_that_share_a_conversation_agree(tmp_path):
    """Two processes' vaults on one store: one nonce, no number twice, each restores the other's."""
    keys = Keys()
    one, two = (
        Vault(store=SqliteVault(tmp_path / "vault.db"), keys=keys).scope("acme", "s1", "u")
        for _ in "ab"
    )
    assert one.nonce == two.nonce
    names = [
        (one if i % 2 else two).pseudonym("EMAIL_ADDRESS", f"x{i}@example.com") for i in range(12)
    ]
    assert len(set(names)) == 12
    assert one.pseudonym("EMAIL_ADDRESS", "x0@example.com") == names[0]
    for scope in (one, two):
        assert scope.restore(" ".join(names)) == " ".join(f"x{i}@example.com" for i in range(12))


def test_a_moved_entry_does_not_open(tmp_path):
    """An entry that stands under another number is refused, and all of them stay where they are."""
    keys, path = Keys(), tmp_path / "vault.db"
    store = SqliteVault(path)
    REDACTOR.redact_in(TEXT, Vault(store=store, keys=keys).scope("acme", "s1", "u"), "input")
    store.close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE vault SET number = number + 7 WHERE number = 1")
        held = db.execute("SELECT count(*) FROM vault").fetchone()
    with pytest.raises(InspectorUnavailable) as refused:
        Vault(store=SqliteVault(path), keys=keys).scope("acme", "s1", "u")
    assert refused.value.reason == "foreign_keyring"
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM vault").fetchone() == held


def rings(tmp_path, how):
    """Return two keyrings: of their own, or one and its copy, which part with the next person."""
    one = open_keyring(tmp_path / "one")
    if how == "a copy":
        one.current("acme", "user:zoe", "vault")
        shutil.copytree(tmp_path / "one", tmp_path / "two")
    return one, open_keyring(tmp_path / "two")


@pytest.mark.parametrize("how", ["their own", "a copy"])
def test_a_guard_with_another_keyring_deletes_no_entry(tmp_path, how):
    """What it cannot open is somebody else's: it refuses, and the other one goes on."""
    store, (mine, other) = SqliteVault(tmp_path / "vault.db"), rings(tmp_path, how)
    first = Vault(store=store, keys=mine).scope("acme", "s1", "user:ada")
    redacted, _ = REDACTOR.redact_in(TEXT, first, "input")
    other.current("acme", "user:ada", "vault")
    for _ in range(2):
        with pytest.raises(InspectorUnavailable, match="keyring") as refused:
            Vault(store=store, keys=other).scope("acme", "s1", "user:ada")
        assert refused.value.reason == "foreign_keyring"
    again = Vault(store=store, keys=mine).scope("acme", "s1", "user:ada")
    assert again.restore(redacted) == TEXT


def test_a_real_erasure_is_still_one(tmp_path):
    """An erased person's entries go with the next use, by whichever process; others' stay."""
    store, keys = SqliteVault(tmp_path / "vault.db"), open_keyring(tmp_path / "keys")
    beside = open_keyring(tmp_path / "keys")
    scope = Vault(store=store, keys=keys).scope("acme", "s1", "user:ada")
    redacted, _ = REDACTOR.redact_in(TEXT, scope, "input")
    beside.erase("acme", "user:ada")
    fresh = Vault(store=store, keys=keys).scope("acme", "s1", "user:ada")
    assert fresh.restore(redacted) == redacted
    assert fresh.nonce != scope.nonce
    assert len(store.load("acme", fresh._keep._scope)) == 1


def test_a_vault_belongs_to_one_keyring(tmp_path):
    """A second one is refused when the guard is built, and told what to set; a copy is the same."""
    store, (mine, other) = SqliteVault(tmp_path / "vault.db"), rings(tmp_path, "their own")
    for _ in range(2):
        require_ring(store, mine)
    with pytest.raises(ConfigError, match=r"`audit.keyring`"):
        require_ring(store, other)
    chosen = VaultSettings(kind="sqlite", path=str(tmp_path / "vault.db"))
    assert vault_from(chosen, lambda: mine).kept
    with pytest.raises(ConfigError, match="belongs to another subject keyring"):
        vault_from(chosen, lambda: other)
    at_rest = Options(vault=str(tmp_path / "vault.db"), keys=str(tmp_path / "two"))
    with pytest.raises(ConfigError, match="belongs to another subject keyring"):
        at_rest.opened_vault()
    store.close()
    with pytest.raises(ConfigError, match="cannot be read"):
        require_ring(store, mine)


def test_an_entry_of_the_earlier_form_opens(tmp_path):
    """It has no head; it is read, and never taken for an erased one."""
    keys, store = Keys(), SqliteVault(tmp_path / "vault.db")
    keep = Vault(store=store, keys=keys)._kept("acme", "s1", "user:ada")
    for number, value in enumerate(("k7q2m9x4", "ada@example.com")):
        entity = "EMAIL_ADDRESS" if number else ""
        key = keys.current("acme", "user:ada", "vault")[1]
        sealed = seal_value(key, value, bound_to=keep._bound(entity, number))
        store.save("acme", keep._scope, entity, number, sealed)
    scope = Vault(store=store, keys=keys).scope("acme", "s1", "user:ada")
    assert scope.restore("⟦EMAIL_ADDRESS_1·k7q2m9x4⟧") == "ada@example.com"


def test_an_entry_of_the_earlier_form_goes_with_the_erased_person(tmp_path):
    """Its conversation begins afresh; another keyring's entry still stays and is refused."""
    keys, store = Keys(), SqliteVault(tmp_path / "vault.db")
    keep = Vault(store=store, keys=keys)._kept("acme", "s1", "user:ada")
    key = keys.current("acme", "user:ada", "vault")[1]
    headless = seal_value(key, "k7q2m9x4", bound_to=keep._bound("", 0))
    headless = headless[:8] + b"\xff" + headless[9:]  # random bytes, and none that do for an epoch
    store.save("acme", keep._scope, "", 0, headless)
    with pytest.raises(InspectorUnavailable):  # nobody was erased: it was changed
        Vault(store=store, keys=keys).scope("acme", "s1", "user:ada")
    keys.erase("acme", "user:ada")
    scope = Vault(store=store, keys=keys).scope("acme", "s1", "user:ada")
    assert scope.restore(scope.pseudonym("PERSON", "Ada")) == "Ada"
    store.forget("acme", keep._scope)
    other = Keys()
    Vault(store=store, keys=other).scope("acme", "s1", "user:ada")
    with pytest.raises(InspectorUnavailable, match="keyring"):
        Vault(store=store, keys=keys).scope("acme", "s1", "user:ada")


def test_what_is_no_entry_is_a_refusal(tmp_path):
    """A text where bytes belong is refused like a store that does not answer."""
    keys, path = Keys(), tmp_path / "vault.db"
    store = SqliteVault(path)
    Vault(store=store, keys=keys).scope("acme", "s1", "u")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE vault SET sealed = 'text'")
    with pytest.raises(InspectorUnavailable, match="could not be read"):
        Vault(store=store, keys=keys).scope("acme", "s1", "u")


def test_a_file_that_another_process_makes_is_waited_for(tmp_path):
    """While it is written for the first time, a second worker's start does not fail."""
    path = tmp_path / "vault.db"
    path.touch(mode=0o600)
    first = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    first.execute("CREATE TABLE begun (one)")
    first.execute("BEGIN IMMEDIATE")
    ending = threading.Timer(0.3, first.execute, ["COMMIT"])
    ending.start()
    SqliteVault(path).close()
    ending.join()
    first.close()


def test_a_store_that_fails_is_a_refusal(tmp_path):
    """What cannot be kept is not minted; the error names no value."""
    store = SqliteVault(tmp_path / "vault.db")
    scope = Vault(store=store, keys=Keys()).scope("acme", "s1", "u")
    store.close()
    with pytest.raises(InspectorUnavailable) as refused:
        scope.pseudonym("EMAIL_ADDRESS", "ada@example.com")
    assert "ada" not in str(refused.value)
    (tmp_path / "other.db").write_bytes(b"no database at all, just text" * 100)
    with pytest.raises(ConfigError):
        SqliteVault(tmp_path / "other.db")


def postgres():
    """Return the library and the address of a real server, or skip."""
    psycopg = pytest.importorskip("psycopg")
    url = os.environ.get(
        "STAGEFLOW_GUARD_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test"
    )
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("no PostgreSQL here")
    return psycopg, url


def test_postgres_keeps_and_erases():
    """The same promises on a real PostgreSQL."""
    _, url = postgres()
    from stageflow_guard.redaction.vault.stores.psycopg import PostgresVault

    keys, store, tenant = Keys(), PostgresVault(url), f"t-{uuid.uuid4()}"
    vault = Vault(store=store, keys=keys)
    redacted, _ = REDACTOR.redact_in(TEXT, vault.scope(tenant, "s1", "u"), "input")
    assert Vault(store=store, keys=keys).scope(tenant, "s1", "u").restore(redacted) == TEXT
    store._db.close()  # the connection is lost between two calls
    assert Vault(store=store, keys=keys).scope(tenant, "s1", "u").restore(redacted) == TEXT
    vault.erase(tenant, "u")
    assert vault.scope(tenant, "s1", "u").restore(redacted) == redacted
    store.close()


def test_postgres_takes_the_options_of_its_address():
    """A schema named in the URL is the one that holds the table; two workers may make it at once."""
    psycopg, url = postgres()
    from stageflow_guard.redaction.vault.stores.psycopg import PostgresVault

    schema = f"vault_{uuid.uuid4().hex}"
    there = f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"CREATE SCHEMA {schema}")
        try:
            with psycopg.connect(there) as first:  # its transaction is open
                first.execute("CREATE TABLE stageflow_guard_vault (tenant TEXT, scope TEXT, entity TEXT, number BIGINT, sealed BYTEA)")  # fmt: skip
                ending = threading.Timer(0.3, first.commit)
                ending.start()
                store = PostgresVault(there)
                ending.join()
            assert store.save("acme", "s", "", 0, b"x")
            found = db.execute(f"SELECT count(*) FROM {schema}.stageflow_guard_vault").fetchone()
            assert found == (1,)
            assert store._run("SHOW statement_timeout", ()).fetchone() == ("15s",)
            store.close()
        finally:
            db.execute(f"DROP SCHEMA {schema} CASCADE")
