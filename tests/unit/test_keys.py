"""Keys by purpose, secrets by subject, and what erasure leaves."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import pytest

from stageflow_guard.errors import ConfigError, KeyringUnavailable
from stageflow_guard.keys import FileKeyProvider, SubjectKeyring, open_keyring


def test_purposes_have_keys_of_their_own_and_keep_them(tmp_path):
    """Three purposes, three files of mode 0600, the same bytes each time."""
    keys = FileKeyProvider(tmp_path / "k", create=True)
    found = {p: keys.key(p) for p in ("signing", "fingerprint", "vault")}
    assert len(set(found.values())) == 3
    assert {len(k) for k in found.values()} == {32}
    again = FileKeyProvider(tmp_path / "k")
    assert {p: again.key(p) for p in found} == found
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "k").iterdir()} == {0o600}
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o700


def test_a_key_is_made_only_where_allowed(tmp_path):
    """Without `create`, a missing key is an error that names its file."""
    with pytest.raises(ConfigError, match=r"vault\.key"):
        FileKeyProvider(tmp_path).key("vault")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_an_open_key_file_is_refused(tmp_path, mode):
    """A key that others may read is no key."""
    FileKeyProvider(tmp_path, create=True).key("vault")
    (tmp_path / "vault.key").chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        FileKeyProvider(tmp_path).key("vault")


def test_a_folder_that_others_may_write_is_refused(tmp_path):
    """Whoever writes the folder could replace the key."""
    folder = tmp_path / "k"
    FileKeyProvider(folder, create=True).key("vault")
    folder.chmod(0o770)
    with pytest.raises(ConfigError, match="writable by others"):
        FileKeyProvider(folder).key("vault")
    with pytest.raises(ConfigError, match="writable by others"):
        open_keyring(folder)


@pytest.mark.parametrize("content", [b"", b"zz" * 32, b"ab" * 31, b"\xff" * 64])
def test_what_is_no_key_is_named(tmp_path, content):
    """A damaged key file is a clear error, never a weaker key."""
    (tmp_path / "vault.key").touch(0o600)
    (tmp_path / "vault.key").write_bytes(content)
    with pytest.raises(ConfigError, match=r"vault\.key.*64 hex digits"):
        FileKeyProvider(tmp_path).key("vault")


def test_subject_keys_differ_by_tenant_subject_and_purpose(tmp_path):
    """No two of them share a key; a second ring over the same folder gives the same ones."""
    ring = open_keyring(tmp_path / "k")
    asked = [
        (ten, sub, pur)
        for ten in ("a", "ab", "")
        for sub in ("b", "", "bb")
        for pur in ("fingerprint", "vault")
    ]
    found = [ring.key(*one) for one in asked]
    assert len(set(found)) == len(asked)
    assert [open_keyring(tmp_path / "k").key(*one) for one in asked] == found
    assert {len(k) for k in found} == {32}


def test_nothing_on_disk_names_a_subject_or_holds_a_key(tmp_path):
    """File names are keyed, contents sealed."""
    ring = open_keyring(tmp_path / "k")
    key = ring.key("acme", "user:canary", "vault")
    for path in (tmp_path / "k").rglob("*"):
        assert "canary" not in str(path)
        if path.is_file():
            assert b"canary" not in path.read_bytes()
            assert key not in path.read_bytes()
    assert list(ring.subjects()) == [("acme", "user:canary")]
    assert "canary" not in repr(ring) + repr(ring.current("acme", "user:canary", "vault"))
    with pytest.raises(TypeError):
        pickle.dumps(ring)


def test_erasure_is_final_and_a_returning_subject_begins_anew(tmp_path):
    """The old key never comes back; other subjects keep theirs; a second erasure finds nothing."""
    ring = open_keyring(tmp_path / "k")
    other = open_keyring(tmp_path / "k")  # as in another process: it has the key in memory
    first = ring.current("acme", "user:ada", "fingerprint")
    kept = ring.key("acme", "user:bob", "vault")
    assert other.key("acme", "user:ada", "fingerprint") == first.key
    before = {p: p.read_bytes() for p in (tmp_path / "k").rglob("*") if p.is_file()}
    assert ring.erase("acme", "user:ada") is True
    assert ring.erase("acme", "user:ada") is False
    assert ring.erase("acme", "user:never") is False
    assert ring.peek("acme", "user:ada", "fingerprint") is None
    assert list(other.subjects()) == [("acme", "user:bob")]
    second = other.current("acme", "user:ada", "fingerprint")
    assert (first.epoch, second.epoch) == (1, 2)
    assert second.key != first.key
    assert ring.current("acme", "user:ada", "fingerprint") == second
    assert ring.key("acme", "user:bob", "vault") == kept
    changed = [p for p, old in before.items() if p.exists() and p.read_bytes() != old]
    assert len(changed) == 1  # the subject's file, and nothing else


def test_a_secret_does_not_open_at_another_subjects_place(tmp_path):
    """A file copied over another's, or an older epoch put back under a tombstone, is refused."""
    ring = open_keyring(tmp_path / "k")
    ring.key("acme", "user:ada", "vault")
    ada = next((tmp_path / "k" / "subjects").glob("*/*"))
    ring.key("acme", "user:bob", "vault")
    bob = next(p for p in (tmp_path / "k" / "subjects").glob("*/*") if p != ada)
    bob.write_bytes(ada.read_bytes())
    with pytest.raises(ConfigError, match="does not open"):
        open_keyring(tmp_path / "k").key("acme", "user:bob", "vault")
    (tmp_path / "k" / "keyring.key").unlink()
    with pytest.raises(ConfigError, match="missing"):  # never a new key over old secrets
        open_keyring(tmp_path / "k")


def test_processes_that_start_together_agree(tmp_path):
    """Eight processes ask for the same new subject at once: one secret."""
    script = (
        "import sys; from stageflow_guard.keys import open_keyring;"
        "print(open_keyring(sys.argv[1]).key('acme', 'user:ada', 'vault').hex())"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "k")], stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    assert len({w.communicate(timeout=60)[0] for w in workers}) == 1
    assert all(w.returncode == 0 for w in workers)


def test_a_disk_that_fails_is_a_typed_refusal(tmp_path, monkeypatch):
    """Neither a key nor an erasure is claimed when the disk did not take it."""
    ring = open_keyring(tmp_path / "k")
    key = ring.key("acme", "user:ada", "vault")

    def broken(_fd):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(KeyringUnavailable):
        ring.key("acme", "user:bob", "vault")
    with pytest.raises(KeyringUnavailable):
        ring.erase("acme", "user:ada")
    monkeypatch.undo()
    assert SubjectKeyring(tmp_path / "k", FileKeyProvider(tmp_path / "k")).key(
        "acme", "user:ada", "vault"
    ) in (key,)
