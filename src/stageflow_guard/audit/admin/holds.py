"""Legal holds: what may not be pruned or erased until a record says so.

A hold is a record, and so is its release; what is in force is read from the log alone. A hold names
a subject, a run, a tenant, a time range, or several of them: then all must fit. Whatever cannot be
read counts as held: the reading raises, and nothing goes. What is only written ahead keeps, too; it
releases nothing, for it has no signature.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.read.query import iter_records, iter_rows
from stageflow_guard.audit.read.signed_head import key_line, signed_head
from stageflow_guard.audit.tlog.checkpoint import parse_vkey
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.base.durable import take_lock
from stageflow_guard.errors import AuditUnavailable, ConfigError, VerificationError
from stageflow_guard.keys import read_key

LONGEST = 200  # characters of a name or a reason


class LegalHoldError(ConfigError):
    """A legal hold forbids it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What one hold covers, and why."""

    name: str
    why: str
    subject: str | None = None
    run: str | None = None
    tenant: str | None = None
    since_ns: int | None = None
    until_ns: int | None = None

    def covers(self, record: dict[str, Any]) -> bool:
        """Say whether the record itself fits; the rest of its run is the caller's to hold, too."""
        actor = record.get("actor")
        subject = actor.get("subject") if isinstance(actor, dict) else None
        for wanted, found in (
            (self.subject, subject),
            (self.run, record.get("run")),
            (self.tenant, record.get("tenant")),
        ):
            if wanted is not None and wanted != found:
                return False
        at = record.get("wall_ns")
        if type(at) is not int:  # its time is unknown
            return True
        if self.since_ns is not None and at < self.since_ns:
            return False
        return self.until_ns is None or at <= self.until_ns

    def record(self) -> dict[str, Any]:
        """Return the record that puts this hold in force."""
        note = {key: value for key, value in asdict(self).items() if value is not None}
        return {"kind": "hold", "action": "hold", "note": note}


def hold_of(**fields: Any) -> Hold:
    """Return a hold; raise `ConfigError` for one without a name, a reason, or anything held."""
    found = Hold(**fields)
    _require_said("name", found.name)
    _require_said("reason", found.why)
    held = (found.subject, found.run, found.tenant, found.since_ns, found.until_ns)
    if all(value is None for value in held):
        raise ConfigError("a hold names a subject, a run, a tenant or a time range")
    for what, value in (("subject", found.subject), ("run", found.run), ("tenant", found.tenant)):
        if value is not None:
            _require_said(what, value)
    if any(type(at) not in (int, type(None)) for at in (found.since_ns, found.until_ns)):
        raise ConfigError("a hold's times are nanoseconds")
    return found


def release_record(name: str, why: str) -> dict[str, Any]:
    """Return the record that ends a hold."""
    _require_said("reason", why)
    return {"kind": "release", "action": "release", "note": {"name": name, "why": why}}


def _require_said(what: str, text: object) -> None:
    if type(text) is not str or not text or len(text) > LONGEST or not text.isprintable():
        raise ConfigError(f"a hold needs a {what} of at most {LONGEST} printable characters")


def in_force(path: str | Path) -> dict[str, Hold]:
    """Return the holds in force for the log at `path`, its shards, and the readers' logs beside it.

    Two that differ under one name are both in force. Raises `VerificationError` when a record does
    not hold, or a hold cannot be understood.
    """
    holds: dict[str, Hold] = {}
    released: set[str] = set()
    for folder in _logs(path):
        for _, said, signed in iter_hold_records(folder):
            if isinstance(said, str):
                if signed:
                    released.add(said)
                continue
            name, number = said.name, 2
            while holds.get(name, said) != said:
                name, number = f"{said.name} ({number})", number + 1
            holds[name] = said
    return {name: one for name, one in sorted(holds.items()) if one.name not in released}


def iter_hold_records(folder: Path) -> Iterator[tuple[int, Hold | str, bool]]:
    """Yield (index, hold, or the name that is released, whether it is signed) of one log."""
    for row in iter_rows(folder):
        record = row.stored
        kind = record.get("kind")
        if kind not in ("hold", "release"):
            continue
        try:
            note = record["note"]
            said = hold_of(**note) if kind == "hold" else note["name"]
            if not isinstance(said, (Hold, str)):
                raise TypeError("not a name")
        except (KeyError, TypeError, ConfigError):
            raise VerificationError(
                f"record {row.index} of `{folder}` is no {kind}", index=row.index
            ) from None
        yield row.index, said, row.signed


def _logs(path: str | Path) -> Iterator[Path]:
    yield from logs_in(path)
    beside = Path(f"{path}.reads")  # where upkeep goes on record while a writer holds the log
    if beside.is_dir():
        public = SigningKey(read_key(Path(f"{path}.reads.key"), create=False)).public
        for folder in logs_in(beside):
            if parse_vkey(_signed_key(folder))[1] != public:
                raise VerificationError(
                    f"`{folder}` is not signed by the readers' key", path="vkey"
                )
            yield folder


def _signed_key(folder: Path) -> str:
    """Return the key line that signs the log's checkpoint."""
    signed_head(folder)
    return key_line(folder)


def names_used(path: str | Path) -> set[str]:
    """Return the names that were ever held or released; none may be used again.

    A release outlives its hold where that was pruned: a new hold of that name would be released
    before it began.
    """
    return {
        said if isinstance(said, str) else said.name
        for folder in _logs(path)
        for _, said, _ in iter_hold_records(folder)
    }


def maintenance_lock(path: str | Path) -> int:
    """Wait until no other process holds, prunes or erases; closing the descriptor ends it.

    Without the lock, a removal would miss a hold that is recorded between its look and its act.
    The lock is the log's at `path`, with all its shards: the file `<path>.upkeep`.
    """
    try:
        return take_lock(f"{Path(path).absolute()}.upkeep")
    except OSError as exc:
        raise AuditUnavailable(
            f"the maintenance lock `{path}.upkeep` cannot be taken: {exc.strerror}"
        ) from None


def require_prunable(folder: Path, below: int, holds: dict[str, Hold]) -> None:
    """Raise `LegalHoldError`, naming hold and record, when one below `below` is held.

    A record is held with its whole run: a decision without its effect is no evidence.
    """
    runs: dict[str, Hold] = {}
    first: dict[str, int] = {}
    for index, record in iter_records(folder, written_ahead=True) if holds else ():
        run = record.get("run")
        if type(run) is str and index < below:
            first.setdefault(run, index)
        for hold in holds.values():
            if hold.covers(record):
                if index < below:
                    _refuse(hold, f"record {index}")
                if type(run) is str:
                    runs[run] = hold
    for run, hold in runs.items():
        if run in first:
            _refuse(hold, f"record {first[run]}, of a run that is held")


def require_erasable(path: str | Path, subject: str, tenant: str | None) -> None:
    """Raise `LegalHoldError` when a hold covers the subject or any of its records.

    In `tenant`, or in any tenant without one.
    """
    holds = in_force(path)
    for hold in holds.values():
        here = tenant is None or hold.tenant in (None, tenant)
        if here and hold.subject == subject:
            _refuse(hold, "this subject")
        whole = hold.subject is None and hold.run is None
        if here and hold.tenant is not None and whole:
            _refuse(hold, "this subject's tenant")
    for folder in logs_in(path) if holds else ():
        for index, record in iter_records(folder, written_ahead=True):
            actor = record.get("actor")
            if not isinstance(actor, dict) or actor.get("subject") != subject:
                continue
            if tenant is not None and record.get("tenant") not in (None, tenant):
                continue
            for hold in holds.values():
                if hold.covers(record):
                    _refuse(hold, f"record {index} of this subject")


def _refuse(hold: Hold, what: str) -> None:
    raise LegalHoldError(f"hold `{hold.name}` keeps {what}: {hold.why}")
