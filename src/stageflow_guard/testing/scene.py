"""A scene: a real guard in a folder of its own, callers with real tokens, and what happened.

The examples play in scenes, and so can an application's own: `async with Scene(folder, policies)`.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError, GuardError
from stageflow_guard.testing.doubles.identity import ISSUER, Callers
from stageflow_guard.testing.layout import settings_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from stageflow_guard.guard import Guard

# what is the same in every run of a scene; everything else of a record is left out of its log
STABLE = (
    "kind", "pipeline", "stage", "stage_kind", "tenant", "actor", "action", "resource", "owner",
    "decision", "reason", "rules", "obligations", "findings", "approver", "step", "outcome",
    "error", "attempt",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happened:
    """One attempt of a scene: `outcome` is allowed, refused, cancel or failed."""

    case: str
    caller: str
    outcome: str
    detail: str
    ref: str = ""


class Scene:
    """An open guard, and its rows. `guard` mounts; `run` and `attempt` write a row each.

    `folder` is empty or not there yet; `policies` is copied into it. Nothing of a scene depends on
    time or chance but ids, keys and times, which `log()` leaves out.
    """

    def __init__(
        self, folder: str | Path, policies: str | Path, *, on_finding: str = "redact"
    ) -> None:
        self.folder = Path(folder)
        self.callers = Callers()
        self.rows: list[Happened] = []
        self._policies, self._on_finding = Path(policies), on_finding
        self._guard: Guard | None = None

    @property
    def guard(self) -> Guard:
        """The open guard."""
        if self._guard is None:
            raise ConfigError("open the scene with `async with`")
        return self._guard

    async def __aenter__(self) -> Scene:
        """Lay out the folder and open the guard."""
        from stageflow_guard.guard import Guard

        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copytree(self._policies, self.folder / "policies")
        for path in (self.folder / "policies", *(self.folder / "policies").rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        self.callers.write_jwks(self.folder / "jwks.json")
        text = settings_text(
            ISSUER, redaction={"on_finding": self._on_finding}, origin="example.com/pipelines"
        )
        (self.folder / "guard.toml").write_text(text, encoding="utf-8")
        self._guard = await Guard.load(self.folder / "guard.toml").__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close the guard; its log is complete then."""
        if self._guard is not None:
            await self._guard.__aexit__(*exc)

    @asynccontextmanager
    async def caller(self, who: str | None, *roles: str) -> AsyncIterator[None]:
        """Run the block as `user@tenant` with these roles; None is nobody."""
        if who is None:
            yield
            return
        async with self.guard.session(self.callers(who, *roles)):
            yield

    async def run(
        self, case: str, mounted: Any, text: str, *, who: str | None, roles: Iterable[str] = (),
        token: str | None = None, **more: Any,
    ) -> Any:  # fmt: skip
        """Run a mounted pipeline as a caller; return its results, or None when it was refused.

        `token` is used instead of one for `who`, whose name then only stands in the row.
        """

        async def work() -> Any:
            if token is not None:
                async with self.guard.session(token):
                    return await mounted.run(input_text=text, **more)
            async with self.caller(who, *roles):
                return await mounted.run(input_text=text, **more)

        return await self._row(case, who, work, lambda found: f"{len(found)} stages ran")

    async def attempt(
        self, case: str, action: Callable[[], Awaitable[Any]], *, who: str | None,
        roles: Iterable[str] = (), detail: str = "done",
    ) -> Any:  # fmt: skip
        """Do something else as a caller; return its result, or None when it was refused."""

        async def work() -> Any:
            async with self.caller(who, *roles):
                return await action()

        return await self._row(case, who, work, lambda found: detail)

    async def _row(
        self, case: str, who: str | None, work: Callable[[], Awaitable[Any]],
        told: Callable[[Any], str],
    ) -> Any:  # fmt: skip
        outcome, detail, ref, found = "allowed", "", "", None
        try:
            found = await work()
            detail = told(found)
        except GuardError as error:
            outcome, detail, ref = "refused", error.message, error.ref or ""
        except asyncio.CancelledError:
            raise
        except Exception as error:
            ended = type(error).__name__ == "UnifiedPipelineCancelled"
            outcome = "cancel" if ended else "failed"  # the record's own word
            detail = "ended by a stage" if ended else type(error).__name__
        self.rows.append(Happened(case, who or "nobody", outcome, detail, ref))
        return found

    def log(self) -> Iterator[str]:
        """Yield the audit log as JSON lines, in order, without ids, times, keys and digests.

        How a step ends beside one that was denied depends on who was quicker: its outcome is
        `under way`.
        """
        from stageflow_guard.audit.read.query import iter_records

        runs: dict[str, str] = {}
        denied: dict[str, int] = {}  # run -> where another step of it was denied
        for index, record in iter_records(self.folder / "audit", written_ahead=True):
            kept = {name: record[name] for name in STABLE if name in record}
            if "run" in record:
                kept["run"] = runs.setdefault(record["run"], f"run-{len(runs) + 1}")
            run = record.get("run", "")
            if record.get("decision") == "deny" and record.get("resource", "").startswith("stage:"):
                denied.setdefault(run, index)
            if record.get("kind") == "effect" and record.get("decision_index", index) < denied.get(
                run, 0
            ):
                kept["outcome"] = "under way"
            if "parent_run" in record:
                kept["parent_run"] = runs.get(record["parent_run"], "?")
            yield json.dumps(kept, ensure_ascii=False, sort_keys=True) + "\n"
