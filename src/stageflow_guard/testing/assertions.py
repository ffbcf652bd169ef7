"""What a suite asserts about a guarded pipeline: refused on record, recorded, nothing leaked."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from stageflow_guard.errors import ConfigError, Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from stageflow_guard.testing.workshop import Workshop


@pytest.fixture
def assert_denied(_workshop: Workshop) -> Callable[..., AbstractAsyncContextManager[Denied]]:
    """Fail unless the block is refused, on record: `async with assert_denied("explicit_deny"):`.

    `reason` is the refusal's reason or code; left out, any refusal will do. Yields a `Denied` whose
    `.error` is there afterwards. A refusal whose `.ref` leads to no record fails, too.
    """

    @asynccontextmanager
    async def denied(reason: str | None = None) -> AsyncIterator[Denied]:
        found = Denied()
        try:
            yield found
        except Refused as error:
            found.error = error
        if found.error is None:
            pytest.fail("nothing was refused")
        decision = getattr(found.error, "decision", None)
        names = {found.error.code, getattr(found.error, "reason", None),
                 decision.reason if decision is not None else None}  # fmt: skip
        if reason is not None and reason not in names:
            pytest.fail(f"refused with {found.error.code}, not with {reason}: {found.error}")
        _require_record(_workshop, found.error.ref)

    return denied


@dataclass(slots=True)
class Denied:
    """How a block was refused."""

    error: Refused | None = None


def _require_record(workshop: Workshop, ref: str | None) -> None:
    index = (ref or "").rpartition("#")[2]
    for one in workshop.open:
        for found, record in enumerate(one.all_records()):
            if str(found) == index and record["kind"] in REFUSALS:
                return
    pytest.fail(f"the refusal's ref `{ref}` leads to no record")


REFUSALS = ("refusal", "decision", "run_end", "approval", "admission")


@pytest.fixture
def assert_recorded(_workshop: Workshop) -> Callable[..., dict[str, Any]]:
    """Return the first record with these fields, or fail: `assert_recorded("decision", stage=…)`.

    Looks at the guard that was opened last. The message lists what was recorded instead.
    """

    def recorded(kind: str, **fields: Any) -> dict[str, Any]:
        if not _workshop.open:
            raise ConfigError("`assert_recorded` needs an open guard")
        records = _workshop.open[-1].all_records()
        for record in records:
            if record["kind"] == kind and fields.items() <= record.items():
                return record
        near = [{k: r.get(k) for k in fields} for r in records if r["kind"] == kind]
        pytest.fail(f"no `{kind}` with {fields}; there is {near or {r['kind'] for r in records}}")

    return recorded


@pytest.fixture
def assert_no_leak(_workshop: Workshop, caplog: pytest.LogCaptureFixture) -> Callable[..., None]:
    """Fail when a canary stands where it must not: `assert_no_leak("ada@example.com", results)`.

    The first arguments that are text are canaries; everything else is looked through: results,
    outputs, errors. Log lines at every level, the log's files on disk and the records of every open
    guard are looked through anyway.
    """
    caplog.set_level(0)

    def clean(*given: Any) -> None:
        canaries = [one for one in given if isinstance(one, str)]
        if not canaries:
            raise ConfigError("`assert_no_leak` needs a canary: text that must appear nowhere")
        places = {
            f"argument {n}": _seen(one) for n, one in enumerate(given) if not isinstance(one, str)
        }
        places["log lines"] = caplog.text + "".join(str(r.__dict__) for r in caplog.records)
        for one in _workshop.open:
            for path in sorted((one.folder / "audit").rglob("*")):
                if path.is_file():
                    places[path.name] = path.read_bytes().decode("utf-8", "replace")
        for canary in canaries:
            for place, text in places.items():
                if canary in text:
                    pytest.fail(f"a canary of {len(canary)} characters stands in {place}")

    return clean


def _seen(value: Any) -> str:
    """Return all that can be read of a value: its text, its fields, the chain of an error."""
    parts, todo, known = [], [value], set()
    while todo:
        one = todo.pop()
        if id(one) in known:
            continue
        known.add(id(one))
        parts.append(repr(one))
        if isinstance(one, BaseException):
            todo += [one.args, one.__cause__, one.__context__]
        if isinstance(one, dict):
            todo += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            todo += one
        todo += list(getattr(one, "__dict__", {}).values())
    return "\n".join(parts)
