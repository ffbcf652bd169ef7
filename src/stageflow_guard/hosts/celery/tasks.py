"""The base class of guarded tasks: publishing seals the caller, `__call__` is gate and step in one.

No signal of the host enforces anything: it logs what their handlers raise, and goes on.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from celery import Task
from celery._state import get_current_task
from celery.exceptions import Ignore, Reject, Retry
from celery.signals import worker_process_shutdown, worker_shutdown
from celery.utils import uuid

from stageflow_guard.base.traceparent import new_trace, parse
from stageflow_guard.enforcement import tracing
from stageflow_guard.enforcement.plain import BoundSession, GuardedRun
from stageflow_guard.enforcement.protect import Protection, protected
from stageflow_guard.enforcement.seam import ControlFlow, Seam
from stageflow_guard.enforcement.session import current_session
from stageflow_guard.enforcement.token_exchange import inbound_token
from stageflow_guard.errors import ConfigError, GuardError, NotAuthenticated
from stageflow_guard.hosts.celery.delegation import Delegation, Sealer, place_of
from stageflow_guard.hosts.celery.mount import BUILTINS

HEADER = "stageflow_guard"
HELD = "_stageflow_guard_delegation"  # on the host's request, while a task is traced
UNSEALED = (
    "the delegation of this task does not open: it was sealed with another key, for another task, "
    "or for other arguments"
)


class TaskRefused(Exception):
    """A guarded task was refused. It crosses every result backend with `code` and `ref`."""

    def __init__(self, code: str, ref: str, message: str) -> None:
        super().__init__(code, ref, message)
        self.code, self.ref = code, ref

    def __str__(self) -> str:
        """Return the refusal's text, which holds its ref."""
        return str(self.args[2])


class Governance:
    """One application's guard, in each process anew: a guard does not outlive a fork."""

    def __init__(
        self, guard: Callable[[], Any], key_file: str | Path, audience: str | None, pipeline: str
    ) -> None:
        self._make, self._key_file, self._audience = guard, key_file, audience
        self.pipeline = pipeline
        self._lock = threading.Lock()
        self._pid = 0
        self._opened = False
        self._steps: dict[str, Callable[..., Any]] = {}

    def here(self) -> Governance:
        """Return this, with this process's guard."""
        with self._lock:
            if self._pid != os.getpid():
                self.guard = self._make()
                self.seam = Seam(self.guard._pep, host="celery", passes=_passes)
                self.portal = self.guard._portal
                self.sealer = Sealer(self._key_file)
                self._steps, self._opened, self._pid = {}, False, os.getpid()
        return self

    def opened(self) -> Governance:
        """Return this, with this process's guard open until the process ends."""
        self.here()
        with self._lock:
            if not self._opened:
                self.guard.__enter__()
                self._opened = True
                for ends in (worker_process_shutdown, worker_shutdown):
                    ends.connect(self._close, weak=False)
        return self

    def _close(self, **_: Any) -> None:
        if self._opened and self._pid == os.getpid():
            self._opened = False
            self.guard.__exit__(None, None, None)

    def step(self, task: GuardedTask) -> Callable[..., Any]:
        """Return the task's body as a guarded step: kind `tool`, object its name, act `call`."""
        found = self._steps.get(task.name)
        if found is None:
            work = task.__dict__.get("_retrying") or task._raw

            def body(*args: Any, **kwargs: Any) -> Any:
                return work(*args, **kwargs)

            body.__dict__["__signature__"] = inspect.signature(task._raw)
            protection = Protection(
                body, kind="tool", obj=task.name, act=None, owner=None, uninspected=(),
                definition=None, pins=None,
            )  # fmt: skip
            found = self._steps[task.name] = protected(self.seam, self.portal, body, protection)
        return found

    def refuse(self, error: GuardError) -> None:
        """Raise the refusal, on record."""
        self.portal.call(self.guard._pep.refuse(error, run=str(uuid4()), step="authenticate"))

    async def delegation(self, held: Delegation | None) -> Delegation:
        """Return what a message goes out with: the caller's here, or that of the current task."""
        session = current_session(id(self.guard._pep))
        if session is None:
            if held is not None:
                return held
            await self.guard._pep.refuse(
                NotAuthenticated("missing", "a guarded task is sent inside `guard.session(token)`"),
                run=str(uuid4()), step="authenticate",
            )  # fmt: skip
        run = session.run if session is not None else None
        trace = self.guard.trace_headers().get("traceparent")
        conversation = None if run is None else run.session_id
        if held is not None or self._audience is None:  # a worker's own is for workers already
            return Delegation(await inbound_token(session), conversation, trace)
        exchanged = await self.guard.exchange_token(audience=self._audience)
        return Delegation(exchanged.token.reveal(), conversation, trace)


def guarded_tasks(
    guard: Callable[[], Any],
    *,
    key_file: str | Path,
    audience: str | None = None,
    pipeline: str = "tasks",
) -> type[Task]:
    """Return the base class for `Celery(task_cls=...)`: its every task is sent and run guarded.

    `guard` gives the guard of the process that it is called in, once in each: a web server's own,
    or a new one in a worker, which is opened there. `key_file` holds the key that seals callers'
    tokens in messages; publishers and workers share it. With `audience` the token is exchanged
    (RFC 8693) for one that is meant for the workers; without, the caller's own travels, sealed.
    `pipeline` is what records call the runs.
    """
    if not callable(guard):
        raise ConfigError("`guarded_tasks` takes a function that gives the guard of its process")
    governance = Governance(guard, key_file, audience, pipeline)
    return cast(
        "type[Task]", type("Task", (GuardedTask,), {"abstract": True, "_govern": governance})
    )


class GuardedTask(Task):  # type: ignore[misc]  # the host has no types
    """A task whose every call asks who is calling, and may they; see `guarded_tasks`."""

    abstract = True
    _govern: Governance
    _raw: Callable[..., Any]

    def __init_subclass__(cls, **how: Any) -> None:
        """Put the guarded body in the place of the bare one, which is kept out of sight."""
        super().__init_subclass__(**how)
        own = cls.__dict__
        # by where the body is from: a task of the application's may have any name
        if "run" in own and getattr(own["run"], "__module__", None) != BUILTINS:
            cls._raw = own["run"]
            del cls.run
            if "__wrapped__" in own:
                del cls.__wrapped__

    def __setattr__(self, name: str, value: Any) -> None:
        """Keep the host's retrying wrapper inside of the guard: it may not retry a refusal."""
        if name == "run":
            name = "_retrying"
        elif name == "_orig_run":
            value = self._raw
        super().__setattr__(name, value)

    @property
    def _is_hosts_own(self) -> bool:
        return not hasattr(self, "_raw")  # plumbing, whose body was left where it is

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Run the body as a step of the current run; outside of one it is refused."""
        return self._govern.here().step(self)(*args, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task as whoever sent it; raise `TaskRefused`, or its failure, redacted."""
        try:
            direct = self.request.called_directly  # in a process of the application's own
            govern = self._govern.here() if direct else self._govern.opened()
            with self._caller(govern, args, kwargs) as session_id:
                if self._is_hosts_own:
                    return super().__call__(*args, **kwargs)
                with GuardedRun(
                    govern.seam, govern.portal, govern.pipeline, input=None, run_id=None,
                    session_id=session_id,
                ):  # fmt: skip
                    return super().__call__(*args, **kwargs)
        except GuardError as refused:
            told = (refused.code, str(refused.ref or ""), str(refused))
        raise TaskRefused(*told)

    @contextlib.contextmanager
    def _caller(
        self, govern: Governance, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Iterator[str | None]:
        """Bind the caller of the message, unless the call is made inside a session already."""
        if current_session(id(govern.guard._pep)) is not None:
            yield None
            return
        delegation = self._opened(govern, args, kwargs) or _held()
        if delegation is None:
            yield None  # nobody: the gate refuses
            return
        self.request.__dict__[HELD] = delegation  # what the host sends after the body goes with it
        trace = (parse(delegation.trace) if delegation.trace else None) or new_trace()
        with tracing.bound(trace), BoundSession(id(govern.guard._pep), delegation.token):
            yield delegation.session_id

    def _opened(
        self, govern: Governance, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Delegation | None:
        request = self.request
        sealed = getattr(request, HEADER, None) or (request.headers or {}).get(HEADER)
        if sealed is None or request.called_directly:
            return None
        try:
            return govern.sealer.open(sealed, place_of(request.id, self.name, args, kwargs))
        except Exception:  # its text may hold anything
            govern.refuse(NotAuthenticated("malformed", UNSEALED))
        return None

    def apply_async(
        self, args: Any = None, kwargs: Any = None, task_id: str | None = None, *rest: Any,
        **options: Any,
    ) -> Any:  # fmt: skip
        """Send the task in the caller's name, its arguments redacted; raise a `GuardError`."""
        govern = self._speaking()
        task_id = task_id or uuid()
        given: list[Any] = [list(args or ()), dict(kwargs or {})]
        delegation = govern.portal.call(govern.delegation(_held()))
        if not self._is_hosts_own:
            given = govern.portal.call(govern.guard.redact(given)).value
        elif "it" in given[1]:  # map, starmap and chunks carry the arguments of other tasks
            items = list(given[1]["it"])
            given[1]["it"] = govern.portal.call(govern.guard.redact(items)).value
        place = place_of(task_id, self.name, given[0], given[1])
        headers = {
            **(options.pop("headers", None) or {}),
            HEADER: govern.sealer.seal(delegation, place),
        }
        options |= {"headers": headers, "argsrepr": "(…)", "kwargsrepr": "{…}"}
        return super().apply_async(tuple(given[0]), given[1], task_id, *rest, **options)

    def update_state(
        self, task_id: str | None = None, state: str | None = None, meta: Any = None, **more: Any
    ) -> None:
        """Keep a state at the result backend, as the host does, what it tells redacted."""
        state, meta, more = self._told([state, meta, more])  # a traceback may be among the rest
        super().update_state(task_id, state, meta, **more)

    def send_event(
        self, type_: str, retry: bool = True, retry_policy: Any = None, **fields: Any
    ) -> Any:
        """Send an event to whoever monitors, as the host does, what it tells redacted."""
        type_, fields = self._told([type_, fields])
        return super().send_event(type_, retry, retry_policy, **fields)

    def _told(self, said: Any) -> Any:
        """Return what leaves a step before its end, redacted."""
        govern = self._speaking()
        return govern.portal.call(govern.guard.redact(said)).value

    def _speaking(self) -> Governance:
        """Return what governs this process; a refused run sends nothing, retries included."""
        govern = self._govern.here()
        run = govern.seam.current_run()
        if run is not None and run.refusal is not None:
            raise run.refusal.with_traceback(None)
        return govern


def _held() -> Delegation | None:
    """Return the delegation of the task that the host is tracing here."""
    task = get_current_task()
    held = None if task is None else task.request.__dict__.get(HELD)
    return (
        held if type(held) is Delegation else None
    )  # the host puts a message's headers there, too


def _passes(error: Any) -> ControlFlow | None:
    """Return the host's control flow: a retry that was sent, a message that is dropped."""
    kind = type(error)
    if not issubclass(kind, Retry | Ignore | Reject):
        return None

    def again(_: str) -> BaseException:
        made: BaseException
        if issubclass(kind, Retry):  # what it is a retry of holds the body's own text
            made = Retry(exc=None, when=error.when, is_eager=error.is_eager, sig=error.sig)
        else:
            made = Reject(requeue=error.requeue) if issubclass(kind, Reject) else Ignore()
        return made

    return ControlFlow("retry" if issubclass(kind, Retry) else "dropped", "", again)
