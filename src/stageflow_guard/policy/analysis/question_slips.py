"""Names in a question that nothing answers to: without a word, "no" would seem to be the answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stageflow_guard.base.near_name import near_name
from stageflow_guard.policy.engine.text import did_you_mean, quoted

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet


def question_slips(
    policies: PolicySet, *, kind: str, obj: str, act: str, own: str | None = None
) -> Iterator[str]:
    """Yield a sentence for a kind, a tool, an act and an owner that are not there."""
    acts = policies.catalogue.acts()
    if kind not in acts:
        yield f"there is no kind `{quoted(kind)}`{did_you_mean(kind, acts)}"
    elif act not in acts[kind]:
        yield f"there is no act `{quoted(act)}` of `{kind}`{did_you_mean(act, acts[kind])}"
    tools = policies.catalogue.tools
    tool = obj.partition("/")[0]
    if kind == "tool" and tools is not None and tool not in tools:
        yield f"there is no tool `{quoted(tool)}` in the catalogue{did_you_mean(tool, tools)}"
    known = {*policies.tenants, *policies.broken}
    if own is not None and own not in known:
        yield f"there is no tenant `{quoted(own)}`{did_you_mean(own, known)}"


def role_slips(policies: PolicySet, tenant: str, roles: tuple[str, ...]) -> Iterator[str]:
    """Yield a sentence for each role of a token that is nearly one that lines give a meaning."""
    members = policies.index(tenant).members() if policies.knows(tenant) else {}
    claims = sorted(one.removeprefix("claim:") for one in members if one.startswith("claim:"))
    for role in roles:
        near = None if role in claims else near_name(role, claims)
        if near is not None:
            yield f"no line names `claim:{quoted(role)}`; did you mean `--role {near}`?"
