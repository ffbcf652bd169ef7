"""Reads of other stages' outputs, in every way that the host offers."""

from __future__ import annotations

import ast

from stageflow_guard.hosts.stageflow.reading import vocabulary as words
from stageflow_guard.hosts.stageflow.reading.scope import PRIOR, Scope
from stageflow_guard.lint.model import Read, Sighting


def whole(scope: Scope, node: ast.expr) -> bool:
    """Say whether iterating `node` gives every output."""
    if scope.role(node) == PRIOR:
        return True
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("items", "values", "keys")
        and scope.role(node.func.value) == PRIOR
    )


def of_call(scope: Scope, node: ast.Call) -> None:
    """Record the reads of one call."""
    callee = scope.role(node.func)
    given = {one.arg: one.value for one in node.keywords if one.arg}
    if callee is not None and callee[0] == "reader":
        method = callee[1]
        if method == words.SEARCH:
            key = node.args[0] if node.args else given.get("key")
            if key is not None:
                defaulted = len(node.args) > 1 or "default" in given
                record(scope, node, [None], scope.texts(key), defaulted=defaulted)
            return
        has_key, has_default, required = words.READERS[method]
        stage = node.args[0] if node.args else given.get("stage_name")
        key = node.args[1] if len(node.args) > 1 else given.get("key")
        if stage is None:
            return
        defaulted = method == "has_output" or (
            has_default and (len(node.args) > 2 or "default" in given)
        )
        keys: list[str | None] = list(scope.texts(key)) if has_key and key is not None else [None]
        record(scope, node, scope.texts(stage), keys, required=required, defaulted=defaulted)
        return
    if not (isinstance(node.func, ast.Attribute) and node.args):
        return
    holder = scope.role(node.func.value)
    if holder == PRIOR and node.func.attr == "get":
        record(scope, node, scope.texts(node.args[0]), [None], defaulted=len(node.args) > 1)
    elif holder is not None and holder[0] == "data" and node.func.attr == "get":
        record(scope, node, list(holder[1:]), scope.texts(node.args[0]),
                   defaulted=len(node.args) > 1, again=True)  # fmt: skip


def record(
    scope: Scope,
    node: ast.expr,
    steps: list[str] | list[None],
    keys: list[str] | list[None] | list[str | None],
    *,
    required: bool = False,
    defaulted: bool = False,
    again: bool = False,
) -> None:
    """Record a read; a name that is computed is one that the lint cannot see."""
    at, text = scope.function.module.at(node), scope.text(node)
    if len(steps) > 1 and len(keys) > 1:
        keys = [None]  # which key goes with which stage cannot be told
    for step in steps:
        if step == "*":
            continue
        if step == "?":
            scope.facts.reads_all = True
            scope.facts.blind.append(
                Sighting("blind", f"reads a stage whose name is computed: `{text}`", at)
            )
            continue
        for key in keys:
            one = Read(step, None if key == "?" else key, required, defaulted, at, text, again)
            if step is None and one.key is None:
                scope.facts.reads_all = True
            if one not in scope.facts.reads:
                scope.facts.reads.append(one)
