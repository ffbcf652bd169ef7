"""Pseudonyms and the way back, per scope: (tenant, session, else run).

A `VaultScope` is in memory; with a `VaultStore` and keys, what it mints is also kept, sealed under
the key of the person it belongs to. When that key is destroyed nothing of it opens again, and what
is left of it is deleted. What does not open for another reason is refused, and stays.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from stageflow_guard.errors import InspectorUnavailable
from stageflow_guard.redaction.placeholder import ALPHABET, PSEUDONYM, SIZE
from stageflow_guard.redaction.values.tree import mapped
from stageflow_guard.redaction.vault.containers import restored
from stageflow_guard.redaction.vault.original import TEXT, Note, Original
from stageflow_guard.redaction.vault.placeholders import (
    forged,
    search,
    written,
)
from stageflow_guard.redaction.vault.sealed import MOST_EPOCHS, open_entry, seal_entry, sealed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ALPHABET", "FORGED", "PSEUDONYM", "SubjectKeys", "Vault", "VaultScope", "VaultStore"]

TRIES = 20  # numbers that other processes may take before ours is kept
MANY = 256  # pseudonyms, of which a loop may restore so many
WRITINGS = 8  # spellings of one value that are remembered
FORGED = 64  # placeholders not of its own that one scope looks at before it refuses: 64 of 2**40
_LOG = logging.getLogger("stageflow_guard")


class SubjectKeys(Protocol):
    """Keys per person; `stageflow_guard.keys.SubjectKeyring` is one."""

    @property
    def ring(self) -> bytes:
        """What tells this keyring from every other one: 8 bytes, no secret."""
        ...

    def current(self, tenant: str, subject: str, purpose: Any) -> tuple[int, bytes]:
        """Return an epoch and its 32 bytes; after `erase`, a later one and other ones."""
        ...

    def erase(self, tenant: str, subject: str) -> Any:
        """Destroy the subject's key."""
        ...


class VaultStore(Protocol):
    """Where sealed entries are kept. Knows names as digests and contents as ciphertext."""

    def load(self, tenant: str, scope: str) -> list[tuple[str, int, bytes]]:
        """Return (entity, number, sealed) of one scope; number 0 is the nonce."""
        ...

    def save(self, tenant: str, scope: str, entity: str, number: int, sealed: bytes) -> bool:
        """Keep one entry, durable when this returns; False, and no change, when it exists."""
        ...

    def forget(self, tenant: str, scope: str) -> None:
        """Delete one scope."""
        ...


def _fresh_nonce() -> str:
    # 40 random bits: 32 divides 256, so each byte picks evenly
    return "".join(ALPHABET[byte % 32] for byte in secrets.token_bytes(SIZE))


class VaultScope:
    """The pseudonyms of one conversation. Shows nothing of what it holds."""

    __slots__ = (
        "_back",
        "_forged",
        "_formed",
        "_forms",
        "_keep",
        "_lock",
        "_names",
        "_nonce",
        "_numbers",
        "_rows",
        "_ways",
        "longest",
        "tenant",
    )

    def __init__(self, tenant: str, keep: _Kept | None = None) -> None:
        self.tenant = tenant
        self._names: dict[tuple[str, str], int] = {}
        self._back: dict[tuple[str, int], str] = {}
        self._numbers: dict[str, int] = {}
        self._forged: set[str] = set()
        self._ways: dict[tuple[str, int], Original] = {}  # of those with a writing of their own
        self._forms: dict[tuple[str, str, str], int] = {}
        self._formed: set[tuple[str, int]] = set()
        self._rows = 0  # how many notes about writings are kept
        self.longest = 0  # characters of an original: what one placeholder may come to
        self._lock = threading.Lock()
        self._keep = keep
        self._nonce = _fresh_nonce()
        if keep is not None:
            self._reload()

    def _reload(self) -> None:
        """Take over what is kept, other processes' entries too; begin afresh when nothing opens."""
        assert self._keep is not None  # noqa: S101 - the callers saw to it
        known = self._keep.load()
        if known is None:
            fresh = _fresh_nonce()
            known = (fresh, []) if self._keep.begin(fresh) else self._keep.load()
            if known is None:
                raise InspectorUnavailable("the vault could not be written")
        nonce, entries = known
        if nonce != self._nonce:
            self._names.clear()
            self._back.clear()
            self._numbers.clear()
            self._ways.clear()
            self._forms.clear()
            self._formed.clear()
            self._rows = 0
            self._nonce = nonce
        for entity, number, value in entries:
            if entity and (entity, number) not in self._back:
                self._learn(entity, number, value)
        for entity, number, note in entries:
            if not entity and number > self._rows:
                self._note(Note.read(note))
        self._rows = max([self._rows, *(number for entity, number, _ in entries if not entity)])

    def _learn(self, entity: str, number: int, value: str) -> int:
        self._names.setdefault((entity, value), number)  # later ones are of other forms
        self._back[entity, number] = value
        self._numbers[entity] = max(number, self._numbers.get(entity, 0))
        self.longest = max(self.longest, len(value))
        return number

    def _note(self, note: Note) -> None:
        key = (note.entity, note.number)
        value = self._back.get(key)
        if value is None:
            return
        way = self._ways.get(key) or Original(value)
        if note.form:
            self._forms.setdefault((note.entity, value, note.form), note.number)
            self._formed.add(key)
            way = way._replace(number="" if note.form == TEXT else note.form)
        if note.writing and note.where not in dict(way.writings):
            way = way._replace(writings=(*way.writings, (note.where, note.writing)))
            self.longest = max(self.longest, len(note.writing))
        self._ways[key] = way

    def pseudonym(
        self, entity: str, value: str, *, where: str = "", writing: str = "", form: str = ""
    ) -> str:
        """Return the one pseudonym of (entity, value) in this scope.

        `writing` is how it stood in the kind of place `where`, which would write it otherwise; it
        comes back so in such places, if that reads as the value. `form` tells a number of JSON, as
        it is written there, from the same digits in a string (`TEXT`): each comes back as what it
        was, and a value that is found in both forms has a pseudonym for each.
        """
        with self._lock:
            if self._keep is not None and not self._keep.opens():
                self._reload()  # erased meanwhile, here or in another process
            number = self._known(entity, value, form)
            if number is None:
                number = self._minted(entity, value, form)
            if writing or form:
                self._remember(value, Note(entity, number, form, where, writing))
            return written(entity, number, self._nonce)

    def _known(self, entity: str, value: str, form: str) -> int | None:
        """Return the number of a value in a form; one of no form yet takes the first."""
        if (entity, value, form) in self._forms:
            return self._forms[entity, value, form]
        number = self._names.get((entity, value))
        if number is not None and form and (entity, number) in self._formed:
            return None
        return number

    def _minted(self, entity: str, value: str, form: str) -> int:
        if self._keep is None:
            return self._learn(entity, self._numbers.get(entity, 0) + 1, value)
        for _ in range(TRIES):
            number = self._numbers.get(entity, 0) + 1
            if self._keep.save(entity, number, value):  # first durable, then used
                return self._learn(entity, number, value)
            self._reload()  # another process took the number
            known = self._known(entity, value, form)
            if known is not None:
                return known
        raise InspectorUnavailable("the vault could not be written")

    def _remember(self, value: str, note: Note) -> None:
        """Keep how a value was written, where that is new."""
        way = self._ways.get((note.entity, note.number))
        writings = {} if way is None else dict(way.writings)
        if note.where in writings or len(writings) >= WRITINGS:
            note = note._replace(writing="")
        if (note.entity, value, note.form) in self._forms:
            note = note._replace(form="")
        if not note.writing and not note.form:
            return
        if self._keep is not None:
            self._save(note)
        self._rows += 1
        self._note(note)

    def _save(self, note: Note) -> None:
        assert self._keep is not None  # noqa: S101 - the caller saw to it
        for _ in range(TRIES):
            if self._keep.save("", self._rows + 1, note.text()):
                return
            self._reload()
        raise InspectorUnavailable("the vault could not be written")

    def restore(self, value: Any) -> Any:
        """Return `value` with this scope's pseudonyms replaced by the originals.

        Only what was minted in this scope is restored, by its nonce; edits around it are tolerated.
        In JSON, URLs, forms and HTML an original is written as their syntax wants it, so that it
        never changes the structure; what looks like JSON and does not parse is left as it is.
        Raises `InspectorUnavailable` once texts have brought more than 64 placeholders that it did
        not mint (another nonce, or a number that was never given out): these are guesses.
        """

        self._current()

        def in_its_container(text: str) -> str:
            self._watch(text)
            return restored(text, self._nonce, self._found)

        return mapped(value, in_its_container, beside=False)  # what is beside a leaf was read

    def may_hold(self, text: str) -> bool:
        """Say whether there may be a placeholder in `text`, this scope's or a foreign one."""
        return "·" in text or self._nonce.lower() in text.lower()

    def originals(self, text: str, floor: int = 0) -> Iterator[tuple[int, int, Original]]:
        """Yield (start, end, original) of each pseudonym behind `floor`. Raises like `restore`."""
        self._current()
        return self._originals(text, floor)

    def _current(self) -> None:
        if self._keep is not None:
            with self._lock:
                self._reload()  # what other processes minted, and whether the subject was erased

    def _originals(self, text: str, floor: int = 0) -> Iterator[tuple[int, int, Original]]:
        self._watch(text)
        yield from self._found(text, floor)

    def _found(self, text: str, floor: int = 0) -> Iterator[tuple[int, int, Original]]:
        if self._back:
            for start, end, key in search(
                text, self._nonce, self._back, floor, entities=tuple(self._numbers)
            ):
                yield start, end, self._ways.get(key) or Original(self._back[key])

    def _watch(self, text: str) -> None:
        others = forged(text, self._nonce, self._back) - self._forged
        if not others:
            return
        with self._lock:
            self._forged |= others
            count = len(self._forged)
        _LOG.warning("placeholders that this scope did not mint: %d so far", count)
        if count > FORGED:
            raise InspectorUnavailable(
                "too many placeholders that this scope did not mint", reason="forged_placeholders"
            )

    @property
    def slow(self) -> bool:
        """Say whether restoring is no work for an event loop: a store, or many pseudonyms."""
        return self._keep is not None or len(self._back) > MANY

    @property
    def nonce(self) -> str:
        """What this scope's placeholders carry; not a secret from who reads them."""
        return self._nonce

    @property
    def forged(self) -> int:
        """How many placeholders that it did not mint were offered for restoring so far."""
        return len(self._forged)

    def __repr__(self) -> str:
        """Show a count."""
        return f"<VaultScope {len(self._back)} pseudonyms>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a vault scope cannot be pickled")


class _Kept:
    """One scope's place in a store, with the key of the person it belongs to."""

    def __init__(
        self, store: VaultStore, keys: SubjectKeys, tenant: str, key: str, subject: str
    ) -> None:
        self._store, self._keys = store, keys
        self._tenant, self._subject = tenant, subject
        # a session id may be a credential elsewhere: the store sees its digest
        self._scope = hashlib.sha256(f"{len(tenant)}:{tenant}:{key}".encode()).hexdigest()

        self._opened_with = 0
        self._stale = False

    def opens(self) -> bool:
        """Say whether the person's key is the one that this scope began with."""
        return self._key()[0] == self._opened_with

    def begin(self, nonce: str) -> bool:
        """Start the scope under the key that the person has now; False when another did first."""
        self._opened_with = self._key()[0]
        if self._stale:  # sealed under a key that is gone: nothing opens it any more
            try:
                self._store.forget(self._tenant, self._scope)
            except Exception:
                raise InspectorUnavailable("the vault could not be written") from None
            self._stale = False
        return self.save("", 0, nonce)

    def _bound(self, entity: str, number: int) -> bytes:
        return f"{self._tenant}\0{self._scope}\0{entity}\0{number}".encode()

    def _key(self) -> tuple[int, bytes]:
        return self._keys.current(self._tenant, self._subject, "vault")

    def save(self, entity: str, number: int, value: str) -> bool:
        """Keep one entry, durable when this returns; False when the number is taken."""
        epoch, key = self._key()
        bound = self._bound(entity, number)
        sealed = seal_entry(key, value, bound_to=bound, ring=self._keys.ring, epoch=epoch)
        try:
            return self._store.save(self._tenant, self._scope, entity, number, sealed)
        except Exception:  # its text may hold what was to be saved
            raise InspectorUnavailable("the vault could not be written") from None

    def load(self) -> tuple[str, list[tuple[str, int, str]]] | None:
        """Return (nonce, entries), or None when there is nothing, or the person was erased.

        Raises `InspectorUnavailable` for what does not open although nobody was erased: another
        keyring sealed it, or it was changed.
        """
        try:
            found = self._store.load(self._tenant, self._scope)
            rows = [
                (str(entity), int(number), bytes(memoryview(sealed)))
                for entity, number, sealed in found
            ]
        except Exception:
            raise InspectorUnavailable("the vault could not be read") from None
        nonce, entries = "", []
        # behind the rows: a key is there before anything is sealed under it
        current, key = self._key() if rows else (0, b"")
        self._opened_with = current
        for entity, number, sealed in rows:
            value = open_entry(key, sealed, bound_to=self._bound(entity, number))
            if value is None:
                if self._is_erased(sealed, current):
                    self._stale = True  # erased: what is left of the scope is nothing
                    return None
                raise InspectorUnavailable(
                    "the vault holds entries of this conversation that this subject keyring does "
                    "not open; every guard of a vault needs the same `audit.keyring`",
                    reason="foreign_keyring",
                )
            if number == 0:
                nonce = value
            else:
                entries.append((entity, number, value))
        return (nonce, entries) if nonce else None

    def _is_erased(self, sealed: bytes, current: int) -> bool:
        """Say whether an entry that does not open is what an erasure left."""
        ring, epoch = sealed_in(sealed)
        if ring == self._keys.ring:
            return epoch < current
        # an earlier form names no epoch; before the first erasure no key of it is gone
        return epoch > MOST_EPOCHS and current > 1


class Vault:
    """Scopes by (tenant, key); the least recently used leave memory once `limit` is reached.

    Without `store` they are gone then. With `store` and `keys` they come back, as long as the
    subject's key exists.
    """

    def __init__(
        self,
        *,
        limit: int = 10_000,
        store: VaultStore | None = None,
        keys: SubjectKeys | None = None,
    ) -> None:
        if (store is None) != (keys is None):
            raise TypeError("a kept vault takes `store` and `keys` together")
        self._limit = limit
        self._store, self._keys = store, keys
        self._scopes: OrderedDict[tuple[str, str, str], VaultScope] = OrderedDict()
        self._lock = threading.Lock()

    def scope(self, tenant: str, key: str, subject: str = "") -> VaultScope:
        """Return the scope of (tenant, key), for `subject`; a new one when there is none."""
        name = (tenant, key, subject)
        with self._lock:
            scope = self._scopes.get(name)
            if scope is not None:
                self._scopes.move_to_end(name)
                return scope
        made = VaultScope(tenant, self._kept(*name))  # a store may be slow: no one waits for it
        with self._lock:
            scope = self._scopes.setdefault(name, made)
            self._scopes.move_to_end(name)
            while len(self._scopes) > self._limit:
                self._scopes.popitem(last=False)
            return scope

    @property
    def kept(self) -> bool:
        """Say whether scopes come from a store, which may be slow."""
        return self._store is not None

    def _kept(self, tenant: str, key: str, subject: str) -> _Kept | None:
        if self._store is None or self._keys is None:
            return None
        return _Kept(self._store, self._keys, tenant, f"{key}\0{subject}", subject)

    def erase(self, tenant: str, subject: str) -> None:
        """Destroy the key of `subject`: all of it is unreadable, its scopes leave memory."""
        with self._lock:
            if self._keys is not None:
                self._keys.erase(tenant, subject)
            for name in [n for n in self._scopes if n[0] == tenant and n[2] == subject]:
                del self._scopes[name]

    def __repr__(self) -> str:
        """Show a count."""
        return f"<Vault {len(self._scopes)} scopes>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a vault cannot be pickled")
