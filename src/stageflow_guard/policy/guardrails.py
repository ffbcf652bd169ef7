"""`guardrails.yaml`: what may be seen, as policy. A tenant may only tighten what the platform says.

A rule names an `entity`, and for it an `action` (`redact`, `block`), a `min_score` above which a
find counts, and `allow`: exact texts that are no finding. `direction` and `stage` narrow it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.catalogue import validated
from stageflow_guard.policy.files import object_matches
from stageflow_guard.policy.text import Problem, read

if TYPE_CHECKING:
    from stageflow_guard.policy.policyset import PolicySet

STRICTNESS = {"redact": 0, "block": 1}


class GuardrailRule(BaseModel):
    """One line of the list."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    entity: str = Field(pattern=r"^([A-Z][A-Z0-9_]{0,63}|\*)$", description="or `*`: every entity")
    action: Literal["redact", "block"] = "redact"
    min_score: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    direction: Literal["input", "output", "both"] = "both"
    stage: str = Field(default="*", min_length=1, max_length=256, description="as in policy lines")
    allow: list[str] = Field(default=[], description="exact texts that are no finding")


class GuardrailFile(BaseModel):
    """`guardrails.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    guardrails: Annotated[list[GuardrailRule], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to happen with one find."""

    action: str  # pass, redact, block
    rule: str = ""


@dataclass
class Guardrails:
    """The platform's rules and each tenant's own, which only add strictness."""

    platform: tuple[GuardrailRule, ...] = ()
    tenants: dict[str, tuple[GuardrailRule, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether any rule is there."""
        return bool(self.platform or self.tenants)

    def verdict(
        self, tenant: str, *, entity: str, score: float, text: str, direction: str, stage: str = ""
    ) -> Verdict:
        """Return the strictest of what platform and tenant say; unnamed entities are redacted."""
        about: dict[str, Any] = {
            "entity": entity, "score": score, "text": text, "direction": direction, "stage": stage,
        }  # fmt: skip
        worst = _one(self.platform, **about)
        own = _one(self.tenants.get(tenant, ()), **about)
        found = [v for v in (worst, own) if v is not None]
        if not found:
            return Verdict("redact")
        # the tenant can turn a pass of the platform into an action, never the other way round
        order = {"pass": -1, **STRICTNESS}
        return max(found, key=lambda v: order[v.action])

    def floor(self) -> float | None:
        """Return the lowest score that any rule asks for: what the detector has to offer."""
        scores = [
            r.min_score
            for rules in (self.platform, *self.tenants.values())
            for r in rules
            if r.min_score is not None
        ]
        return min(scores) if scores else None


def _one(
    rules: Iterable[GuardrailRule], *, entity: str, score: float, text: str, direction: str,
    stage: str,
) -> Verdict | None:  # fmt: skip
    best: Verdict | None = None
    for rule in rules:
        if rule.entity not in ("*", entity) or rule.direction not in ("both", direction):
            continue
        if not (rule.stage == "*" or (stage and object_matches(stage, rule.stage))):
            continue
        if text in rule.allow or (rule.min_score is not None and score < rule.min_score):
            one = Verdict("pass", rule.entity)
        else:
            one = Verdict(rule.action, rule.entity)
        order = {"pass": -1, **STRICTNESS}
        if best is None or order[one.action] > order[best.action]:
            best = one
    return best


def loosened(platform: Iterable[GuardrailRule], own: Iterable[GuardrailRule]) -> str | None:
    """Return why a tenant's rules are looser than the platform's, or None."""
    general = list(platform)
    for rule in own:
        if rule.allow:
            return f"`{rule.entity}`: a tenant cannot allow texts; only the platform can"
        above = [p for p in general if p.entity in ("*", rule.entity)]
        for one in above:
            if STRICTNESS[rule.action] < STRICTNESS[one.action]:
                return f"`{rule.entity}`: `{rule.action}` is looser than `{one.action}`"
            asked = one.min_score
            if asked is not None and rule.min_score is not None and rule.min_score > asked:
                return f"`{rule.entity}`: a `min_score` over {asked} finds less"
    return None


def load_guardrails(
    folder: Path,
    into: Guardrails,
    files: dict[str, bytes],
    problems: list[Problem],
    *,
    tenants: Iterable[str],
    previous: PolicySet | None,
) -> None:
    """Read the platform's file (`ConfigError`) and the tenants' (problems; the last good stays)."""
    name = "guardrails.yaml"
    if (folder / name).exists():
        files[name] = read(folder / name, name)
        into.platform = tuple(validated(GuardrailFile, files[name], name).guardrails)
    for tenant in tenants:
        path = folder / "tenants" / tenant / name
        if not path.exists():
            continue
        file = f"tenants/{tenant}/{name}"
        try:
            content = read(path, file)
            own = tuple(validated(GuardrailFile, content, file).guardrails)
            why = loosened(into.platform, own)
            if why is not None:
                raise ConfigError(f"{file}:1: {why}")
        except ConfigError as exc:
            problems.append(Problem(file, 1, exc.message.removeprefix(f"{file}:1: ")))
            # unread strictness may not be lost: what was good stays, else everything blocks
            kept = previous.guardrails.tenants.get(tenant) if previous is not None else None
            into.tenants[tenant] = kept or (GuardrailRule(entity="*", action="block"),)
        else:
            files[file] = content
            into.tenants[tenant] = own
