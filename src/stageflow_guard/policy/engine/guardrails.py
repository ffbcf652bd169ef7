"""`guardrails.yaml`: what may be seen, as policy. A tenant may only tighten what the platform says.

A rule names an `entity`, and for it an `action` (`redact`, `block`), a `min_score` from which a
find counts, and `allow`: exact texts that are no finding. `direction` and `stage` narrow it.

What redaction reads is one frozen value, `PolicySet.guardrails`, swapped whole with its snapshot:
ask `if guardrails` whether any rule is there, `floor()` for the score that a detector has to go
down to, `entities()` for what it has to look for, and `verdict(tenant, ...)` for each find.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from stageflow_guard.base.sharded_map import followed
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.catalogue import validated
from stageflow_guard.policy.engine.rules import object_matches, require_object
from stageflow_guard.policy.engine.source import PolicySource
from stageflow_guard.policy.engine.text import Malformed, Problem, problem_of

FILE = "guardrails.yaml"
STRICTNESS = {"pass": -1, "redact": 0, "block": 1}


class GuardrailRule(BaseModel):
    """One line of the list."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    entity: str = Field(pattern=r"^([A-Z][A-Z0-9_]{0,63}|\*)$", description="or `*`: every entity")
    action: Literal["redact", "block"] = "redact"
    min_score: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    direction: Literal["input", "output", "both"] = "both"
    stage: str = Field(default="*", min_length=1, max_length=256, description="as in policy lines")
    allow: list[str] = Field(default=[], description="exact texts that are no finding")

    @field_validator("stage")
    @classmethod
    def _stage(cls, value: str) -> str:
        try:
            require_object(value)
        except Malformed as exc:  # a pattern that matches nothing would be a rule out of force
            raise ValueError(exc.reason) from None
        return value


class GuardrailFile(BaseModel):
    """`guardrails.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    guardrails: Annotated[list[GuardrailRule], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class GuardrailVerdict:
    """What is to happen with one find: `action` is `pass`, `redact` or `block`.

    `rule` is the entity pattern of the rule that says so, empty where none did.
    """

    action: Literal["pass", "redact", "block"]
    rule: str = ""


DEFAULT = GuardrailVerdict("redact")  # an entity that no rule names is redacted, never passed


@dataclass(frozen=True, slots=True)
class Guardrails:
    """The platform's rules and each tenant's own, which only add strictness. Immutable."""

    platform: tuple[GuardrailRule, ...] = ()
    tenants: Mapping[str, tuple[GuardrailRule, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    _scores: list[dict[str, float]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def __bool__(self) -> bool:
        """Say whether any rule is there."""
        return bool(self.platform or self.tenants)

    def verdict(
        self, tenant: str, *, entity: str, score: float, text: str, direction: str, stage: str = ""
    ) -> GuardrailVerdict:
        """Return the strictest of what platform and tenant say of one find.

        `entity` as in findings, `score` 0 to 1, `text` the exact text found, `direction` `input` or
        `output`, `stage` `<pipeline>/<stage>` where one is known: a rule that is about a stage
        counts there only. An entity that no rule of the platform's names is redacted.
        """
        about: dict[str, Any] = {
            "entity": entity, "score": score, "text": text, "direction": direction, "stage": stage,
        }  # fmt: skip
        general = _one(self.platform, **about) or DEFAULT
        own = _one(self.tenants.get(tenant, ()), **about)
        # the tenant can turn a pass of the platform into an action, never the other way round
        if own is not None and STRICTNESS[own.action] > STRICTNESS[general.action]:
            return own
        return general

    def blocks_at(self, tenant: str, stage: str, *, entity: str, direction: str) -> bool:
        """Say whether a rule about this stage blocks `entity` there.

        For finds of which only the entity is known any more: a score and a text that could have
        spared them are not, so the rule counts. Rules about every stage are `verdict`'s.
        """
        return any(
            rule.action == "block"
            and rule.stage != "*"
            and object_matches(stage, rule.stage)
            and rule.entity in ("*", entity)
            and rule.direction in ("both", direction)
            for rule in (*self.platform, *self.tenants.get(tenant, ()))
        )

    def floor(self) -> float | None:
        """Return the lowest score that any rule asks for: what the detector has to offer."""
        scores = [r.min_score for r in self._rules() if r.min_score is not None]
        return min(scores) if scores else None

    def scores(self) -> dict[str, float]:
        """Return the lowest score that rules ask for, by entity; `*` is every entity."""
        if not self._scores:  # asked for at every inspection: the tenants are gone through once
            lowest: dict[str, float] = {}
            for rule in self._rules():
                if rule.min_score is not None:
                    lowest[rule.entity] = min(rule.min_score, lowest.get(rule.entity, 1.0))
            self._scores.append(lowest)
        return dict(self._scores[0])

    def entities(self) -> frozenset[str]:
        """Return the entities that rules name, without `*`: what the detector has to look for."""
        return frozenset(rule.entity for rule in self._rules()) - {"*"}

    def _rules(self) -> Iterable[GuardrailRule]:
        for rules in (self.platform, *self.tenants.values()):
            yield from rules


def _one(
    rules: Iterable[GuardrailRule], *, entity: str, score: float, text: str, direction: str,
    stage: str,
) -> GuardrailVerdict | None:  # fmt: skip
    best: GuardrailVerdict | None = None
    for rule in rules:
        if rule.entity not in ("*", entity) or rule.direction not in ("both", direction):
            continue
        if not (rule.stage == "*" or (stage and object_matches(stage, rule.stage))):
            continue
        if text in rule.allow or (rule.min_score is not None and score < rule.min_score):
            one = GuardrailVerdict("pass", rule.entity)
        else:
            one = GuardrailVerdict(rule.action, rule.entity)
        if best is None or STRICTNESS[one.action] > STRICTNESS[best.action]:
            best = one
    return best


def looser_than(platform: Iterable[GuardrailRule], own: Iterable[GuardrailRule]) -> str | None:
    """Return why a tenant's rules would be looser than the platform's, or None.

    `verdict` takes the stricter of both anyway; a line without effect is refused, so that
    no reviewer relies on it.
    """
    general = list(platform)
    for rule in own:
        if rule.allow:
            return f"`{rule.entity}`: a tenant cannot allow texts; only the platform can"
        for one in general:
            if "*" not in (one.entity, rule.entity) and one.entity != rule.entity:
                continue
            if STRICTNESS[rule.action] < STRICTNESS[one.action]:
                return f"`{rule.entity}`: `{rule.action}` is looser than `{one.action}`"
            asked = one.min_score
            if asked is not None and rule.min_score is not None and rule.min_score > asked:
                return f"`{rule.entity}`: a `min_score` over {asked} finds less"
    return None


def load_guardrails(
    source: PolicySource,
    files: dict[str, bytes],
    problems: list[Problem],
    *,
    tenants: Iterable[str],
    again: Collection[str] | None,
    previous: Guardrails,
    previous_files: Mapping[str, bytes],
) -> Guardrails:
    """Take the platform's file from `files`, read the tenants'; a bad one's last good rules stay.

    `tenants` are those to read, `again` those whose rules in `previous`, which was in force before
    with `previous_files`, do not count on (None: all). Raises `ConfigError` for the platform's
    file.
    """
    platform: tuple[GuardrailRule, ...] = ()
    if FILE in files:
        if previous_files.get(FILE) == files[FILE]:
            platform = previous.platform
        else:
            platform = tuple(validated(GuardrailFile, files[FILE], FILE).guardrails)
    found: dict[str, tuple[GuardrailRule, ...]] = {}
    for tenant in tenants:
        file = f"tenants/{tenant}/{FILE}"
        if not source.has(file):
            continue
        try:
            content = source.read(file)
            own = tuple(validated(GuardrailFile, content, file).guardrails)
            why = looser_than(platform, own)
            if why is not None:
                raise ConfigError(f"{file}:1: {why}")
        except ConfigError as exc:
            problems.append(problem_of(file, exc))
            # unread strictness may not be lost: what was good stays, else everything blocks
            if file in previous_files and tenant in previous.tenants:
                found[tenant] = previous.tenants[tenant]
                files[file] = previous_files[file]
            else:
                found[tenant] = (GuardrailRule(entity="*", action="block"),)
        else:
            files[file] = content
            found[tenant] = own
    return Guardrails(platform, followed(previous.tenants, again, found))
