"""The runner wrapper: one stage as a step of the seam; and the hook: the decision before it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stageflow.core import (
    StageCancellationRequested,
    StageContext,
    StageKind,
    StageOutput,
    StageStatus,
)
from stageflow.pipeline.dag import UnifiedPipelineCancelled

from stageflow_guard.enforcement.egress import StepEgress
from stageflow_guard.enforcement.leaving import name_of, text_of
from stageflow_guard.enforcement.pep import forged_in
from stageflow_guard.enforcement.seam import (
    Answer,
    Call,
    ControlFlow,
    Released,
    Seam,
    refuse_hook,
)
from stageflow_guard.enforcement.step import stage_step
from stageflow_guard.errors import GuardError, InspectorUnavailable
from stageflow_guard.hosts.stageflow.carriers import Restoring, ports_view, stage_view
from stageflow_guard.hosts.stageflow.errors import as_host_error
from stageflow_guard.hosts.stageflow.outputs import (
    copy_of,
    output_carriers,
    rebuilt,
    with_carriers,
)
from stageflow_guard.hosts.stageflow.stage_ports import StagePorts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Permit, Run
    from stageflow_guard.model import Finding


# `.value` of an enum costs two calls
STATUS = {one: one.value for one in StageStatus}
KINDS = {one: one.value for one in StageKind}
UNPREPARED = "the stage's input could not be prepared"


def stageflow_seam(pep: PolicyEnforcementPoint) -> Seam:
    """Return the seam as Stageflow uses it."""
    return Seam(
        pep, host="stageflow", join=as_host_error, passes=_control_flow, run_outcome=_run_outcome
    )


def _run_outcome(error: BaseException) -> str | None:
    """Return the outcome of a run that a stage cancelled, or None for a failure."""
    return "cancel" if issubclass(type(error), UnifiedPipelineCancelled) else None


def _control_flow(error: BaseException) -> ControlFlow | None:
    """Return the host's way to cancel a run from inside a stage; its reason is text."""
    if not issubclass(type(error), StageCancellationRequested):
        return None
    try:
        reason = error.reason  # type: ignore[attr-defined]
    except BaseException:
        reason = text_of(error)
    return ControlFlow("cancel", reason, StageCancellationRequested)


class GuardedRunner:
    """A stage's runner behind the flow. Refuses to run outside a guarded run."""

    def __init__(
        self,
        seam: Seam,
        name: str,
        kind: StageKind,
        inner: Any,
        config: dict[str, Any],
        *,
        pipeline: str,
    ) -> None:
        self._seam = seam
        self._pipeline = pipeline  # what policy lines call it; a stage answers under no other name
        self._step = stage_step(pipeline, name)
        self.name = name
        self.kind = kind
        self._inner = inner
        self._config = config

    def __eq__(self, other: object) -> bool:
        """Compare what is wrapped, so that the host's compose finds equal stages equal."""
        return (
            isinstance(other, GuardedRunner)
            and self._seam.pep is other._seam.pep
            and self.name == other.name
            and self._inner is other._inner
            and self._config == other._config
        )

    def __hash__(self) -> int:
        """Hash what is wrapped."""
        return hash((id(self._seam.pep), self.name, id(self._inner)))

    def wraps(self, seam: Seam, name: str, pipeline: str) -> bool:
        """Say whether this runner already guards stage `name` of `pipeline` for this guard."""
        return self._seam.pep is seam.pep and self.name == name and self._pipeline == pipeline

    @property
    def inner(self) -> tuple[Any, dict[str, Any]]:
        """Return what is wrapped and its configuration."""
        return self._inner, self._config

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Run the stage under a permit, redact what comes out, record the effect.

        What it raises leaves from frames that hold neither the stage's context nor its raw text:
        error trackers send the locals of frames along.
        """
        call, view = await self._begun(ctx)
        del ctx
        try:
            if call.run.streams:
                work = self._streamed(call, view)
                del view
                return await work
            answer = await self._answer(call, view)
            del view
            output: StageOutput = await self._seam.conclude(call, answer, self._release(call))
            return output
        except StageCancellationRequested as cancelled:  # the host makes an output of its reason
            call.run.outputs[self.name] = StageOutput.cancel(reason=cancelled.reason)
            raise

    async def _streamed(self, call: Call, view: StageContext) -> StageOutput:
        """Run the stage with ports through which it can speak before it ends."""
        run, permit = call.run, call.permit
        egress = StepEgress(self._seam.pep, run, permit, as_host_error)
        run.egress.append(egress)
        ports: Any = StagePorts(view.inputs.ports, egress)
        view = replace(view, inputs=replace(view.inputs, ports=ports))
        try:
            answer = await self._answer(call, view)
            del view
            told: StageOutput = await self._seam.conclude(call, answer, self._release(call, egress))
            return told
        finally:
            try:
                await egress.stop()
            finally:
                with contextlib.suppress(GuardError):  # the run knows; nothing of it is returned
                    egress.close(permit.outcome or "withheld")
                if not egress.pending_starts() and egress in run.egress:  # else the end waits
                    run.egress.remove(egress)

    async def _begun(self, ctx: StageContext) -> tuple[Call, StageContext]:
        """Return the call, whose permit is used up, and what the stage may see."""
        pep = self._seam.pep
        run = self._seam.current_run()
        if run is None or run.pipeline != self._pipeline or not isinstance(ctx, StageContext):
            await self._seam.refuse_outside(self._step, run)
        try:
            permit = run.by_step.get(self.name)
            if permit is None or permit.spent:  # the host retried without asking
                permit = await pep.authorize_step(
                    run, self._step, host_kind=self.kind.value,
                    upstream=ctx.inputs.prior_outputs, retry=True,
                )  # fmt: skip
            view = (await self._restored(run, permit, ctx)
                    if permit.reveal else self._own_copy(run, ctx))  # fmt: skip
            if isinstance(view, GuardError):
                await pep.refuse_step(view, run, self._step, "inspect_input")
            await pep.consume_permit(run, permit)
            run.outputs.pop(self.name, None)  # of an attempt before
        except GuardError as error:
            raise as_host_error(error.with_traceback(None)) from None
        return Call(run, permit), view

    async def _restored(
        self, run: Run, permit: Permit, ctx: StageContext
    ) -> StageContext | GuardError:
        """Return the stage's own copy with the originals, or why there is none.

        Placeholders that are not of this scope are on record.
        """
        pep, scope = self._seam.pep, run.scope
        if scope is None:
            return self._own_copy(run, ctx)
        before, seen = forged_in(scope), Restoring(scope)
        try:
            view = await pep.with_scope(scope, lambda: self._own_copy(run, ctx, seen))
            permit.restored = permit.restored or seen.changed
            return view
        except GuardError as error:
            return error
        except Exception:  # nobody answered in time
            return InspectorUnavailable(UNPREPARED)
        finally:
            await pep.record_forgeries(
                run, scope, before, stage=self.name, resource=f"stage:{self._step.obj}"
            )

    def _own_copy(
        self, run: Run, ctx: StageContext, scope: Restoring | None = None
    ) -> StageContext | GuardError:
        """Return the stage's own copy of its context, or why there is none."""
        try:
            view = stage_view(ctx, run, scope=scope)
            return ports_view(view, scope=scope) if run.port_inputs else view
        except GuardError as error:
            return error
        except Exception:  # a context that cannot be rebuilt is not handed out
            return InspectorUnavailable(UNPREPARED)

    def _release(self, call: Call, egress: StepEgress | None = None) -> Any:
        """Return what inspects the stage's output and keeps it; the host gets a copy, as all do."""

        def release(output: StageOutput) -> Released | Awaitable[Released]:
            output = rebuilt(output)
            if self.kind is StageKind.GUARD:
                output = self._judged(output)
            carriers = output_carriers(output)
            if carriers or egress is not None:
                return self._inspected(call, output, carriers, egress)
            return self._kept(call, output, ())

        return release

    async def _inspected(
        self, call: Call, output: StageOutput, carriers: dict[str, Any], egress: StepEgress | None
    ) -> Released:
        """Return the output with its text redacted, once its ways out are closed."""
        found: tuple[Finding, ...] = ()
        if carriers:
            redacted, found = await self._seam.pep.inspect(
                call.run, carriers, direction="output", step=self._step
            )
            output = with_carriers(output, redacted)
        if egress is not None:
            await egress.finish()
            await egress.stop()
            found += egress.close(output.status.value)
        return self._kept(call, output, found)

    def _kept(self, call: Call, output: StageOutput, found: tuple[Finding, ...]) -> Released:
        """Keep the guard's own output; return a copy for the host."""
        call.run.outputs[self.name] = output
        return copy_of(output), found, STATUS[output.status]

    async def _answer(self, call: Call, ctx: StageContext) -> Answer:
        """Call the stage; return what it gave as the host's own output type, or how it failed."""
        try:
            inner = self._inner
            if isinstance(inner, type):
                inner = inner(**self._config)
            work = inner.execute(ctx) if hasattr(inner, "execute") else inner(ctx)
            del ctx
            answer = await self._seam.run_step(call, work, track=False)
            if answer.values:
                answer.values.append(self._output_of(answer.values.pop()))
        except BaseException as error:  # the stage's own, raised before there was one to await
            return self._seam.failed(call, error)
        return answer

    def _output_of(self, raw: Any) -> StageOutput:
        """Return what a stage gave as the host's output type. `type`, as objects lie about it."""
        kind = type(raw)
        if issubclass(kind, StageOutput):
            return raw  # type: ignore[no-any-return]  # its class was asked
        if issubclass(kind, dict):
            return StageOutput.ok(data=raw)
        if raw is None:
            if self.kind is StageKind.GUARD:
                return StageOutput.fail(error=f"guard stage `{self.name}` did not pass")
            return StageOutput.ok()
        raise TypeError(f"stage returned unsupported type `{name_of(kind)}`")

    def _judged(self, output: StageOutput) -> StageOutput:
        """Return the output of a GUARD, which passes only by saying OK.

        Skip, retry and `allowed: False` are not OK.
        """
        if output.status in (StageStatus.SKIP, StageStatus.RETRY):
            return StageOutput.fail(error=f"guard stage `{self.name}` did not pass")
        if output.status is StageStatus.OK and output.data.get("allowed", True) is not True:
            return StageOutput.fail(error=f"guard stage `{self.name}` did not allow")
        return output


async def before_stage(seam: Seam, run: Run, name: str, kind: Any, upstream: Iterable[str]) -> None:
    """The hook: only a durable permit lets the host go on. Raises a typed, host-proof error."""
    task = asyncio.current_task()
    if task is not None:
        run.tasks.add(task)
    step = stage_step(run.pipeline, name)
    host_kind = KINDS[kind] if type(kind) is StageKind else None
    try:
        await seam.pep.authorize_step(run, step, host_kind=host_kind, upstream=upstream, retry=True)
    except Exception as error:  # the host would swallow it and run the stage
        await refuse_hook(seam, run, step, error)
