"""`init --adopt module:attribute`: begin with what runs today, on any host, and weaken nothing.

What is enforced is wide and ends by itself: a line in platform/trials.csv lets every subject of one
tenant run this pipeline's stages until a day. What will be enforced then stands beside it, strict,
in the shadow: each record says where it would have decided differently. Authentication, isolation,
redaction and audit are on from the first run.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from stageflow_guard import hosts
from stageflow_guard.cli import targets
from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.rights import Question
from stageflow_guard.policy.engine.exceptions import LONGEST_TRIAL
from stageflow_guard.policy.engine.rules import MODEL
from stageflow_guard.policy.engine.text import legal_tenant

DAY = 86_400
ROLE = "member"
SETTINGS = """
[policy]
path = "policies"
shadow = "policies-strict"
"""


def pipeline_of(target: str) -> tuple[str, list[Question]]:
    """Return a target's name and what policy is asked about it, by the adapter of its host.

    `target` is `module:attribute`, importable from here: a pipeline, graph, agent, server or task
    application, or a function without arguments that returns one.
    """
    name, asked = hosts.questions_of(targets.load(target))
    if not asked:
        raise ConfigError(f"`{target}` is nothing with steps that could be listed")
    attribute = target.rpartition(":")[2]
    name = attribute if name in ("", "pipeline") else name
    told = [(kind, obj.replace("{name}", name), act) for kind, obj, act in asked]
    for one in (name, *(obj.removesuffix("/*") for _, obj, _ in told)):
        if any(c in '*,#"' or c.isspace() for c in one) or (one is name and "/" in one):
            raise ConfigError(f"`{one}` holds a character that no policy line may hold; rename it")
    return name, told


def write_trial(folder: Path, targets: Sequence[str], *, tenant: str, days: int) -> tuple[str, str]:
    """Write `policies` and `policies-strict`; return the pipeline's name and the trial's last day.

    The first target is the pipeline, further ones are its children: they may be spawned. Raises `ConfigError` for a pipeline that cannot be read, a tenant's name that is none, or a
    trial that is longer than 60 days.
    """
    if not legal_tenant(tenant):
        raise ConfigError(f"`{tenant[:60]}` cannot be a tenant's name")
    if not 0 < days * DAY <= LONGEST_TRIAL:
        raise ConfigError(f"a trial lasts 1 to {LONGEST_TRIAL // DAY} days")
    pipelines = [pipeline_of(target) for target in targets]
    name, children = pipelines[0][0], [child for child, _ in pipelines[1:]]
    if len({one for one, _ in pipelines}) != len(pipelines):
        raise ConfigError("two pipelines have one name; give each `name=` of its own")
    spawned = [("pipeline", one, "spawn") for one in children]
    rights = [*dict.fromkeys(one for _, asked in pipelines for one in asked), *spawned]
    start = int(time.time())
    end = start + days * DAY
    lines = [
        "# a token's roles claim counts only through a `claim:` line; write your own names here\n",
        f"g, claim:{ROLE}, role:{ROLE}, {tenant}\n\n",
        *(f"p, role:{ROLE}, {tenant}, {kind}, {obj}, {act}, allow\n" for kind, obj, act in rights),
    ]
    first = rights[0]
    cases = [
        "# who asks for what, and what must come of it\ncases:\n",
        *(
            f'  - {{sub: "user:new", roles: [{ROLE}], kind: {kind}, obj: {_example(obj)}, '
            f'act: {act}, expect: permit, rule: "p, role:{ROLE}, {tenant}, {kind}, {obj}, {act}, '
            f'allow"}}\n'
            for kind, obj, act in rights
        ),
        f'  - {{sub: "user:new", kind: {first[0]}, obj: {_example(first[1])}, act: {first[2]}, '
        f'expect: deny, now: "{_utc(end + 1)}"}}\n',
    ]
    stages = [("stage", f"{one}/*", "run") for one, asked in pipelines
              if any(kind == "stage" for kind, _, _ in asked)]  # fmt: skip
    wide = [*stages, *(one for one in rights if one[0] != "stage")]
    trial = (
        "# trial, tenant, kind, object, act, starts, ends: every subject of that tenant, until it ends\n"
        + "".join(
            f"trial, {tenant}, {kind}, {obj}, {act}, {_utc(start)}, {_utc(end)}\n"
            for kind, obj, act in wide
        )
    )
    files = {
        "model.conf": MODEL,
        f"tenants/{tenant}/policy.csv": "".join(lines),
        f"tenants/{tenant}/policy_test.yaml": "".join(cases),
    }
    for base in (folder / "policies", folder / "policies-strict"):
        for file, text in files.items():
            _write(base / file, text)
        _write(base / "platform" / "suspended.csv", "# subject or tenant, reason, until\n")
    _write(folder / "policies" / "platform" / "trials.csv", trial)
    return name, _utc(end)[:10]


def _example(obj: str) -> str:
    """Return an object that the pattern of a right holds."""
    return f"{obj.removesuffix('*')}any" if obj.endswith("/*") else obj


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    for parent in path.parents:
        if parent.name in ("policies", "policies-strict"):
            parent.chmod(0o755)
            break
        parent.chmod(0o755)


def _utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
