"""What `guard.mount` says to a Celery application, and what policy is asked about its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint

BUILTINS = "celery.app.builtins"  # where the host's own tasks are from: map, chord_unlock, …
INSTEAD = (
    "a Celery application takes its guard when it is made: "
    "`Celery(task_cls=guarded_tasks(guard, key_file=...))`, from `stageflow_guard.hosts.celery`"
)


def mount(
    pep: PolicyEnforcementPoint, target: object, *, name: str | None, token_key: str
) -> NoReturn:
    """Raise `ConfigError` that says how an application is guarded: its tasks are made by it."""
    raise ConfigError(INSTEAD)


def lint_graph(target: object, *, written: str, name: str | None) -> NoReturn:
    """Raise `ConfigError`: tasks are no graph."""
    raise ConfigError("the lint reads graphs; a Celery application has none")


def questions_of(target: Any) -> tuple[str, list[tuple[str, str, str]]]:
    """Return no name, and a question for each task of the application's own."""
    target.finalize()
    hosts_own = {name for name, task in target.tasks.items() if type(task).__module__ == BUILTINS}
    names = sorted({*target.tasks} - hosts_own)
    return "", [("tool", name, "call") for name in names]
