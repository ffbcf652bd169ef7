"""The API reference: what is public, as its signatures and docstrings say it."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

# by page: title, what it is for, and modules with the names that are public (None: `__all__`)
PARTS: dict[str, tuple[str, str, dict[str, list[str] | None]]] = {
    "guard": (
        "Guard",
        "The front door: load it, open it, mount pipelines, ask.",
        {"stageflow_guard": ["Guard", "Settings", "current_principal"]},
    ),
    "errors": ("Errors", "One tree; [what to do](../refusals.md).", {"stageflow_guard.errors": []}),
    "model": ("Vocabulary", "The frozen values that pass between the parts.",
              {"stageflow_guard.model": []}),
    "ports": ("Ports", "What a collaborator of your own has to satisfy.",
              {"stageflow_guard.ports": []}),
    "stages": (
        "Guard stages",
        "Stages for graphs built by hand.",
        {"stageflow_guard": ["PiiGuardStage", "GuardStage", "InjectionGuardStage",
                             "ContentGuardStage", "StageFailure"]},
    ),
    "hosts": ("ASGI, MCP and Celery", "Where a host is wrapped by hand.",
              {"stageflow_guard.hosts.asgi": [], "stageflow_guard.hosts.mcp.credentials": [],
               "stageflow_guard.hosts.mcp.client": [], "stageflow_guard.hosts.celery": None}),
    "parts": (
        "Single parts",
        "Authentication, policies, redaction and the log, each usable by itself.",
        {"stageflow_guard.auth": None, "stageflow_guard.policy": None,
         "stageflow_guard.redaction": None, "stageflow_guard.audit": None},
    ),
    "telemetry": ("Telemetry", "What operators watch.", {"stageflow_guard.telemetry": None}),
    "providers": ("Models and speech", "Services behind one small interface.",
                  {"stageflow_guard.providers": None}),
    "harness": ("Many inputs", "Run a guarded pipeline over many inputs.",
                {"stageflow_guard.harness": None}),
    "testing": (
        "Testing",
        "For suites: a provider, attacks, fixtures, the conformance kit.",
        {"stageflow_guard.testing": None, "stageflow_guard.testing.plugin": None,
         "stageflow_guard.testing.conformance": None},
    ),
}  # fmt: skip


def text(part: str) -> str:
    """Return the page of a part."""
    title, about, modules = PARTS[part]
    out = [f"# {title}\n", f"{about} Made from the docstrings of the code.\n"]
    for name, chosen in modules.items():
        module = importlib.import_module(name)
        out.append(f"## {name}\n")
        if chosen is None or not chosen:
            out.append(_prose(module.__doc__))
        for public in public_names(module, chosen):
            out += _entry(public, getattr(module, public))
    return "\n".join(out)


PAGES: dict[str, Callable[[], str]] = {
    f"reference/api/{part}.md": partial(text, part) for part in PARTS
}


def public_names(module: Any, chosen: list[str] | None) -> list[str]:
    """Return the names to show: those chosen, else `__all__`, else what the module defines."""
    if chosen:
        return chosen
    if chosen is None:
        return sorted(module.__all__)
    return [
        name for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
        and (inspect.isclass(value) or inspect.isfunction(value))
    ]  # fmt: skip


def members(owner: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that a class says itself."""
    for name, value in vars(owner).items():
        plain = getattr(value, "__func__", value)
        if name.startswith("_"):
            continue
        if isinstance(value, property) or inspect.isfunction(plain):
            yield name, value


def _entry(name: str, value: Any) -> Iterator[str]:
    yield f"### {name}\n"
    if not (inspect.isclass(value) or callable(value)):
        yield f"A constant: `{type(value).__name__}` of {len(value)}.\n"
        return
    if not (inspect.isclass(value) and _is_plain(value)):
        yield f"`{name}{_signature(value)}`\n"
    yield _prose(value.__doc__)
    if not inspect.isclass(value):
        return
    if dataclasses.is_dataclass(value):
        yield "\n".join(f"- `{f.name}: {_type(f.type)}`" for f in dataclasses.fields(value)) + "\n"
    for member, held in members(value):
        if isinstance(held, property):
            yield f"#### {name}.{member}\n"
            yield _prose(held.__doc__)
        else:
            plain = getattr(held, "__func__", held)
            word = "async " if inspect.iscoroutinefunction(plain) else ""
            yield f"#### {name}.{member}\n"
            yield f"`{word}{member}{_signature(plain, bound=not isinstance(held, staticmethod))}`\n"
            yield _prose(plain.__doc__)


def _is_plain(value: type) -> bool:
    """Say whether a class is no more than its fields: an error, a Protocol, settings."""
    return (
        getattr(value, "_is_protocol", False) or issubclass(value, BaseException)
        or hasattr(value, "model_fields")
    )  # fmt: skip


def _signature(value: Any, *, bound: bool = False) -> str:
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return "(…)"
    given = list(found.parameters.values())[1 if bound else 0 :]
    shown, star = [], False
    for one in given:
        if one.kind is one.KEYWORD_ONLY and not star:
            shown.append("*")
        star = star or one.kind in (one.KEYWORD_ONLY, one.VAR_POSITIONAL)
        shown.append(_parameter(one))
    back = found.return_annotation
    return f"({', '.join(shown)})" + ("" if back is found.empty else f" -> {_type(back)}")


def _parameter(one: inspect.Parameter) -> str:
    text = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "") + one.name
    if one.annotation is not one.empty:
        text += f": {_type(one.annotation)}"
    if one.default is one.empty:
        return text
    default = "…" if " at 0x" in repr(one.default) else repr(one.default)
    return f"{text} = {default}" if one.annotation is not one.empty else f"{text}={default}"


def _type(given: Any) -> str:
    """Return an annotation as it is written; some are text within text."""
    return given.strip("'\"") if isinstance(given, str) else getattr(given, "__name__", str(given))


def _prose(doc: str | None) -> str:
    """Return a docstring as Markdown: indented parts stay as they are, markup is shown."""
    lines = inspect.cleandoc(doc or "").split("\n")
    return "\n".join(
        line if line.startswith("    ") else line.replace("<", "&lt;") for line in lines
    ) + "\n"  # fmt: skip
