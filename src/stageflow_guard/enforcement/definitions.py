"""What a tool says of itself, by digest: a description that changes is another tool.

A model chooses a tool by its description and its schema. Who changes them after somebody looked at
the tool makes the model call it for something else (a rug pull), so that a changed definition is
refused until it is accepted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from types import ModuleType
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import AccessDenied, ConfigError, PolicyUnavailable
from stageflow_guard.model import Decision, Effect
from stageflow_guard.policy.engine.argument_schema import ArgumentFault, compiled_input
from stageflow_guard.ports import PinSource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.enforcement.step import Step
    from stageflow_guard.errors import GuardError


def digest_of(name: str, description: str, schema: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a definition; raise `ConfigError` for one that is no JSON."""
    try:
        told = json.dumps([name, description, schema], sort_keys=True, allow_nan=False)
    except (TypeError, ValueError):
        raise ConfigError(f"the definition of tool `{name}` is no JSON") from None
    return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


class Definition:
    """A tool's name in policy, the digest of its definition, the check of its input schema.

    Raises `ConfigError` for an input schema that is none.
    """

    __slots__ = ("check", "digest", "name")

    def __init__(self, name: str, description: str, schema: Mapping[str, Any]) -> None:
        self.name = name
        self.digest = digest_of(name, description, schema)
        self.check: Callable[[Any], ArgumentFault | None] | None = (
            compiled_input(schema, f"tool `{name}`: input schema") if schema else None
        )


TellsDefinition = Mapping[str, Any] | Callable[[], Mapping[str, Any]]


class ToldDefinition:
    """What an application tells a model of a protected tool, asked again at each call.

    `told` is a mapping of `description` and `input_schema`, or a function that returns one. Raises
    `ConfigError` for anything else.
    """

    __slots__ = ("_told", "definition")

    def __init__(self, name: str, told: TellsDefinition) -> None:
        self._told = told
        self.definition = Definition(name, *self._read(name))

    def _read(self, name: str) -> tuple[str, Mapping[str, Any]]:
        said = self._told() if callable(self._told) else self._told
        if not isinstance(said, Mapping) or not set(said) <= {"description", "input_schema"}:
            raise ConfigError(
                f"tool `{name}`: a definition is a mapping of `description` and `input_schema`"
            )
        description, schema = said.get("description", ""), said.get("input_schema") or {}
        if type(description) is not str or not isinstance(schema, Mapping):
            raise ConfigError(f"tool `{name}`: the definition is no text and JSON Schema")
        return description, schema

    def now(self) -> str:
        """Return the digest of what is told at this moment."""
        name = self.definition.name
        return digest_of(name, *self._read(name))


MARK = "__stageflow_guard_definition__"


def protected_definitions(target: object) -> dict[str, str]:
    """Return the digests of protected callables with a definition: of one, or of what holds some.

    A module, a mapping or a sequence may hold them. Empty where there is none.
    """
    held = getattr(target, MARK, None)
    if isinstance(held, ToldDefinition):
        return {held.definition.name: held.now()}
    inside: Iterable[object] = ()
    if isinstance(target, Mapping):
        inside = target.values()
    elif isinstance(target, list | tuple | set):
        inside = target
    elif isinstance(target, ModuleType):
        inside = vars(target).values()
    found: dict[str, str] = {}
    for one in inside:
        inner = getattr(one, MARK, None)
        if isinstance(inner, ToldDefinition):
            found[inner.definition.name] = inner.now()
    return found


class Pins:
    """The definitions that count: those policy accepted, else the first that this guard saw."""

    def __init__(self, pep: PolicyEnforcementPoint) -> None:
        self._pep = pep
        self._seen: dict[str, str] = {}
        self._asked: object = None  # the decision point that `_source` was taken from
        self._source: PinSource | None = None

    def see(self, definition: Definition) -> None:
        """Remember the first definition of a name."""
        self._seen.setdefault(definition.name, definition.digest)

    def require(self, definition: Definition, now: str, arguments: Any) -> None:
        """Raise `AccessDenied` for a changed definition, or arguments that its schema refuses.

        `now` is the digest of what the tool says of itself at this moment.
        """
        source = self._pep.decisions
        if source is not self._asked:  # such a check costs more than the question
            self._source = source if isinstance(source, PinSource) else None
            self._asked = source
        accepted = None if self._source is None else self._source.tool_pins
        pinned = self._seen.get(definition.name) if accepted is None else None
        if accepted is not None:
            pinned = accepted.get(definition.name)
        if not pinned == definition.digest == now:
            raise self._denied(
                "definition_changed",
                f"the definition of tool `{definition.name}` is not the accepted one; look at it, "
                "then `stageflow-guard policy tools accept`",
            )
        fault = None if definition.check is None else definition.check(arguments)
        if fault is not None:
            raise self._denied(
                "input_schema", f"tool `{definition.name}` does not take these arguments: {fault}"
            )

    async def require_call(
        self, definition: Definition, now: Callable[[], str], arguments: Any, run: Run, step: Step
    ) -> None:
        """Raise what `require` does, on record; a definition that cannot be read is no accepted
        one. `on_denied` in the catalogue says whether the run goes on.
        """
        try:
            self.require(definition, now(), arguments)
            return
        except AccessDenied as exc:
            error: GuardError = exc
        except Exception:
            error = PolicyUnavailable("the tool's definition cannot be read")
        await self._pep.refuse_call(error, run, step)

    def _denied(self, reason: str, message: str) -> AccessDenied:
        decision = Decision(
            effect=Effect.DENY, reason=reason, revision=str(self._pep.decisions.revision)
        )
        return AccessDenied(decision, message, act="call")
