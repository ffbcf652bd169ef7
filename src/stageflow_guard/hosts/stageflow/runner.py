"""The runner wrapper: the data plane, and the hook: the decision point before it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from stageflow.core import (
    StageCancellationRequested,
    StageContext,
    StageKind,
    StageOutput,
    StageStatus,
)

from stageflow_guard.enforcement.session import current_session
from stageflow_guard.errors import (
    AuditUnavailable,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
    PolicyUnavailable,
)
from stageflow_guard.hosts.stageflow.carriers import (
    output_carriers,
    ports_view,
    stage_view,
    with_carriers,
)
from stageflow_guard.hosts.stageflow.egress import Outlets, StagePorts
from stageflow_guard.hosts.stageflow.errors import StageFailure, for_host

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Permit, Run
    from stageflow_guard.model import Finding

OUTSIDE = (
    "a guarded stage was called outside a guarded run; run the pipeline that `guard.mount` "
    "returned, or mount the pipeline that it was composed into"
)


class _Failed(NamedTuple):
    """How a stage ended that gave no output: the exception's type, or None when it cancelled."""

    kind: str | None
    text: str


_Answer = StageOutput | _Failed


def current_run(pep: PolicyEnforcementPoint) -> Run | None:
    """Return the open run of this context that belongs to `pep`."""
    session = current_session(id(pep))
    run = None if session is None else session.run
    return run if run is not None and not run.over else None


class GuardedRunner:
    """A stage's runner behind the flow. Refuses to run outside a guarded run."""

    def __init__(
        self,
        pep: PolicyEnforcementPoint,
        name: str,
        kind: StageKind,
        inner: Any,
        config: dict[str, Any],
        *,
        pipeline: str,
    ) -> None:
        self._pep = pep
        self._pipeline = pipeline  # what policy lines call it; a stage answers under no other name
        self.name = name
        self.kind = kind
        self._inner = inner
        self._config = config

    def __eq__(self, other: object) -> bool:
        """Compare what is wrapped, so that the host's compose finds equal stages equal."""
        return (
            isinstance(other, GuardedRunner)
            and self._pep is other._pep
            and self.name == other.name
            and self._inner is other._inner
            and self._config == other._config
        )

    def __hash__(self) -> int:
        """Hash what is wrapped."""
        return hash((id(self._pep), self.name, id(self._inner)))

    def wraps(self, pep: PolicyEnforcementPoint, name: str, pipeline: str) -> bool:
        """Say whether this runner already guards stage `name` of `pipeline` for `pep`."""
        return self._pep is pep and self.name == name and self._pipeline == pipeline

    @property
    def inner(self) -> tuple[Any, dict[str, Any]]:
        """Return what is wrapped and its configuration."""
        return self._inner, self._config

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Run the stage under a permit, redact what comes out, record the effect.

        What it raises leaves from frames that hold neither the stage's context nor its raw text:
        error trackers send the locals of frames along.
        """
        run, permit, view = await self._permitted(ctx)
        del ctx
        if not run.streams:
            answer = await self._answer(run, permit, view)
            del view
            return await self._told(run, permit, answer)
        outlets = Outlets(self._pep, run, permit)
        run.outlets.append(outlets)
        ports: Any = StagePorts(view.inputs.ports, outlets)
        view = replace(view, inputs=replace(view.inputs, ports=ports))
        try:
            answer = await self._answer(run, permit, view)
            del view
            return await self._told(run, permit, answer, outlets)
        finally:
            try:
                await outlets.cease()
            finally:
                with contextlib.suppress(GuardError):  # the run knows; nothing of it is returned
                    outlets.close(permit.outcome or "withheld")
                if not outlets.opening() and outlets in run.outlets:  # else the run's end waits
                    run.outlets.remove(outlets)

    async def _permitted(self, ctx: StageContext) -> tuple[Run, Permit, StageContext]:
        """Return the run, the permit that was spent for this call, and what the stage may see."""
        pep = self._pep
        run = current_run(pep)
        try:
            if run is None or run.pipeline != self._pipeline or not isinstance(ctx, StageContext):
                await pep.refuse(
                    NotAuthenticated("outside_run", OUTSIDE), run=run, stage=self.name, step="run"
                )
            permit = run.permits.get(self.name)
            if permit is None or permit.spent:  # the host retried without asking
                permit = await pep.enter(run, self.name, self.kind.value, ctx.inputs.prior_outputs)
            view = await self._view(run, permit, ctx)
            await pep.spend(run, permit)
        except GuardError as error:
            raise for_host(error.with_traceback(None)) from None
        except Exception:  # a context that cannot be rebuilt is not handed out
            error_ = InspectorUnavailable("the stage's input could not be prepared")
            run.refuse(error_)  # type: ignore[union-attr]  # `run` is None only if refuse raised
            raise for_host(error_) from None
        return run, permit, view

    async def _view(self, run: Run, permit: Permit, ctx: StageContext) -> StageContext:
        """Return the stage's own copy; placeholders that are not of this scope are on record."""
        scope = run.scope if permit.reveal else None
        before = getattr(scope, "forged", 0)
        try:
            view = stage_view(ctx, scope=scope, plain=run.plain)
            return ports_view(view, scope=scope) if run.given else view
        except InspectorUnavailable as error:
            await self._pep.refuse(error, run=run, stage=self.name, step="inspect_input")
        finally:
            await self._pep.note_forged(
                run, scope, before, stage=self.name, resource=f"stage:{run.pipeline}/{self.name}"
            )

    async def _answer(self, run: Run, permit: Permit, ctx: StageContext) -> list[_Answer]:
        """Call the stage; return the one thing that it said, in a list that can be emptied."""
        try:
            return [self._normalized(await self._call(ctx))]
        except asyncio.CancelledError:
            self._pep.effect(run, permit, "cancelled")
            here = asyncio.current_task()
            if here is not None and here.cancelling():
                raise
        except StageCancellationRequested as exc:
            return [_Failed(None, exc.reason)]
        except GuardError as exc:
            run.refuse(exc)
            return []
        except BaseException as exc:  # its text may hold anything: inspected outside this frame
            if _is_interrupt(exc):
                raise
            return [_Failed(type(exc).__name__, _text_of(exc))]
        raise asyncio.CancelledError  # a stage's own: no text of its goes along

    async def _told(
        self, run: Run, permit: Permit, answer: list[_Answer], outlets: Outlets | None = None
    ) -> StageOutput:
        """Return the stage's output, inspected and its effect on record, or raise what it said."""
        pep = self._pep
        try:
            if run.refusal is not None:  # ours, or one that a child or a tool call swallowed
                pep.effect(run, permit, "refused")
                raise for_host(run.refusal)
            if not answer:
                raise AuditUnavailable("the stage ended without an outcome")
            said = answer.pop()
            if isinstance(said, StageOutput):
                output, found = await self._inspected(run, said)
                if outlets is not None:
                    await outlets.finish()
                    await outlets.cease()
                    found += outlets.close(output.status.value)
                pep.effect(run, permit, output.status.value, findings=found)
                return output
            kind = said.kind
            text, found = await pep.inspect(run, said.text, direction="output", stage=self.name)
            del said
            pep.effect(run, permit, "cancel" if kind is None else "error", findings=found)
        except GuardError as error:
            answer.clear()
            if permit.outcome is None:
                pep.effect(run, permit, "withheld")
            raise for_host(error) from None
        raise StageCancellationRequested(text) if kind is None else StageFailure(kind, text)

    async def _inspected(
        self, run: Run, output: StageOutput
    ) -> tuple[StageOutput, tuple[Finding, ...]]:
        try:
            carriers = output_carriers(output)
            if not carriers:
                return output, ()
            redacted, found = await self._pep.inspect(
                run, carriers, direction="output", stage=self.name
            )
            return with_carriers(output, redacted), found
        except GuardError:
            raise
        except Exception:  # an output of no known form cannot be inspected
            await self._pep.refuse(
                InspectorUnavailable("the stage's output could not be inspected"),
                run=run, stage=self.name, step="inspect_output",
            )  # fmt: skip

    def _call(self, ctx: StageContext) -> Any:
        """Return what is to be awaited."""
        inner = self._inner
        if isinstance(inner, type):
            inner = inner(**self._config)
        return inner.execute(ctx) if hasattr(inner, "execute") else inner(ctx)

    def _normalized(self, raw: Any) -> StageOutput:
        if isinstance(raw, StageOutput):
            output = raw
        elif isinstance(raw, dict):
            output = StageOutput.ok(data=raw)
        elif raw is None:
            output = StageOutput.ok()
        else:
            raise TypeError(f"stage returned unsupported type `{type(raw).__name__}`")
        if self.kind is StageKind.GUARD:
            # a GUARD passes by saying OK; skip, retry, nothing and `allowed: False` are not OK
            if raw is None or output.status in (StageStatus.SKIP, StageStatus.RETRY):
                return StageOutput.fail(error=f"guard stage `{self.name}` did not pass")
            if output.status is StageStatus.OK and output.data.get("allowed", True) is not True:
                return StageOutput.fail(error=f"guard stage `{self.name}` did not allow")
        return output


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # a text that cannot be had is no text
        return ""


def _is_interrupt(error: BaseException) -> bool:
    """Say whether this ends the process or the coroutine, and bears no text of the stage's."""
    if isinstance(error, SystemExit):
        return error.code is None or type(error.code) is int
    return isinstance(error, KeyboardInterrupt | GeneratorExit)


async def before_stage(
    pep: PolicyEnforcementPoint, run: Run, name: str, kind: Any, upstream: Iterable[str]
) -> None:
    """The hook: only a durable permit lets the host go on. Raises a typed, host-proof error."""
    task = asyncio.current_task()
    if task is not None:
        run.tasks.add(task)
    try:
        await pep.enter(run, name, getattr(kind, "value", None), upstream)
    except GuardError as error:
        raise for_host(error) from None
    except Exception:
        broken = PolicyUnavailable("the decision point failed")
        run.refuse(broken)
        raise for_host(broken) from None
