"""Every function of a server as a step: the innermost wrapper, and what policy calls it.

| of the server | kind | object | act |
| --- | --- | --- | --- |
| tool `refund` | `tool` | `refund` | `call` |
| resource `ticket://7` | `data` | `resource/ticket/7` | `read` |
| prompt `greet` | `data` | `prompt/greet` | `read` |
| method `completion/complete` | `tool` | `mcp/completion/complete` | `call` |
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Collection, Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, get_type_hints

from stageflow_guard.base.portal import Portal
from stageflow_guard.enforcement.protect import Protection, protected
from stageflow_guard.enforcement.step import require_segment
from stageflow_guard.errors import ConfigError, GuardError
from stageflow_guard.hosts.mcp.errors import as_mcp_error

if TYPE_CHECKING:
    from stageflow_guard.enforcement.seam import Seam

Owner = Callable[[str], str | None]
Function = Callable[..., Any]

# the steps whose bodies ran in this request
bodies_run: ContextVar[list[str] | None] = ContextVar("stageflow_guard_mcp_bodies", default=None)

EXPRESSION = re.compile(r"\{([^{}]*)\}")


def resource_object(uri: str) -> str:
    """Return what policy calls a resource: `resource/<scheme>/<path>`, without the query."""
    scheme, _, rest = uri.partition("?")[0].partition("://")
    return f"resource/{scheme}/{rest}".rstrip("/")


def prompt_object(name: str) -> str:
    """Return what policy calls a prompt."""
    return f"prompt/{name}"


def expanded(template: str, values: dict[str, Any]) -> str:
    """Return a URI template with its values in place; a query's expression is dropped."""

    def value(match: re.Match[str]) -> str:
        expression = match[1]
        if expression.startswith(("?", "&", "#")):
            return ""
        name = expression.lstrip("+/").rstrip("*")
        told = values[name]
        parts = told if isinstance(told, list) else [told]
        text = "/".join(str(part) for part in parts)
        return f"/{text}" if expression.startswith("/") else text

    return EXPRESSION.sub(value, template)


def below(template: str) -> str:
    """Return the pattern of the resources that a URI template stands for."""
    return resource_object(template.partition("{")[0].rpartition("/")[0] + "/") + "/*"


def questions(
    tools: Iterable[str], resources: Iterable[str], templates: Iterable[str], prompts: Iterable[str]
) -> list[tuple[str, str, str]]:
    """Return what policy is asked about each function of a server."""
    return [
        *(("tool", one, "call") for one in tools),
        *(("data", resource_object(one), "read") for one in resources),
        *(("data", below(one), "read") for one in templates),
        *(("data", prompt_object(one), "read") for one in prompts),
    ]


class Steps:
    """Makes guarded functions of a server's. `owner` tells whose a resource is, by its URI."""

    def __init__(self, seam: Seam, owner: Owner | None) -> None:
        self._seam = seam
        self._portal = Portal()
        self._owner = owner

    def tool(self, name: str, function: Function, inspected: Collection[str]) -> Function:
        """Return a tool's function as a step. Only what is in its schema is inspected."""
        require_segment(name, "a tool")
        return self._guarded(function, name, kind="tool", obj=name, inspected=inspected)

    def prompt(self, name: str, function: Function, inspected: Collection[str]) -> Function:
        """Return a prompt's function as a step."""
        require_segment(name, "a prompt")
        return self._guarded(
            function, name, kind="data", obj=prompt_object(name), act="read",
            owner=self._own, inspected=inspected,
        )  # fmt: skip

    def resource(self, uri: str, function: Function) -> Function:
        """Return what reads one resource as a step. Without `owner` it is its caller's tenant's."""
        owner = self._owner
        return self._guarded(
            function, uri, kind="data", obj=resource_object(uri), act="read",
            owner=self._own if owner is None else (lambda: owner(uri)), inspected=(),
        )  # fmt: skip

    def template(self, template: str, function: Function, inspected: Collection[str]) -> Function:
        """Return what reads the resources of a template as a step.

        Raises `ConfigError` without `owner`: which tenant a resource belongs to is in its URI.
        """
        owner = self._owner
        if owner is None:
            raise ConfigError(
                f"the resources of `{template}` need an owner: "
                "`guard.mount(server, owner=…)`, a function of their uri"
            )

        def uri_of(**values: Any) -> str:
            return expanded(template, values)

        return self._guarded(
            function, template, kind="data", act="read",
            obj=lambda **values: resource_object(uri_of(**values)),
            owner=lambda **values: owner(uri_of(**values)), inspected=inspected,
        )  # fmt: skip

    def _own(self) -> str | None:
        run = self._seam.current_run()
        return None if run is None else run.principal.tenant

    def _guarded(
        self, function: Function, name: str, *, inspected: Collection[str], **what: Any
    ) -> Function:
        try:
            hints = get_type_hints(function, include_extras=True)
        except Exception:  # names that are known nowhere; the host has read them already
            hints = dict(getattr(function, "__annotations__", {}))
        noting = _noting(function, name)
        parameters = inspect.signature(function).parameters
        protection = Protection(
            noting, act=what.pop("act", None), owner=what.pop("owner", None),
            uninspected=[one for one in parameters if one not in inspected], **what,
        )  # fmt: skip
        guarded: Any = _told(protected(self._seam, self._portal, noting, protection))
        guarded.__annotations__ = hints
        guarded.__signature__ = protection.signature.replace(
            parameters=[
                one.replace(annotation=hints.get(one.name, one.annotation))
                for one in protection.signature.parameters.values()
            ],
            return_annotation=hints.get("return", protection.signature.return_annotation),
        )
        guarded.__guarded_by__ = id(self._seam.pep)
        return guarded  # type: ignore[no-any-return]


def _told(guarded: Function) -> Function:
    """Return `guarded`, its refusals as errors that the host lets through."""

    async def telling(*args: Any, **kwargs: Any) -> Any:
        try:
            return await guarded(*args, **kwargs)
        except GuardError as error:
            refusal = as_mcp_error(error)
        raise refusal

    def telling_sync(*args: Any, **kwargs: Any) -> Any:
        try:
            return guarded(*args, **kwargs)
        except GuardError as error:
            refusal = as_mcp_error(error)
        raise refusal

    chosen: Function = telling if inspect.iscoroutinefunction(guarded) else telling_sync
    functools.update_wrapper(chosen, guarded)
    chosen.__dict__.pop("__wrapped__", None)
    return chosen


def _noting(function: Function, name: str) -> Function:
    """Return `function`, noting that its body ran: an answer without a body came from elsewhere."""

    def note() -> None:
        ran = bodies_run.get()
        if ran is not None:
            ran.append(name)

    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        type(function).__call__
    ):

        @functools.wraps(function)
        async def noting(*args: Any, **kwargs: Any) -> Any:
            note()
            return await function(*args, **kwargs)

        return noting

    @functools.wraps(function)
    def noting_sync(*args: Any, **kwargs: Any) -> Any:
        note()
        return function(*args, **kwargs)

    return noting_sync
