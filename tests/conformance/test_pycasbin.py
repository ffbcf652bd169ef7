"""Index against stock pycasbin: one semantics, 40 000 decisions, hostile subjects, 0 mismatches."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.engine.casbin import Reference, require_one_distribution
from stageflow_guard.policy.engine.rules import Link, Rule, TenantFile

DECISIONS = 40_000
POLICIES = Path(__file__).parents[2] / "policies"
ROLES = [f"role:{c}" for c in "abcdef"]
SEGMENTS = ["s", "x", "xy", "x.y", "7", "é", "S", "keyMatch", "x*"]
SUBJECTS = [
    "user:u", "user:v", "user:role:a", "svc:u", "agent:u", "user:claim:r", "user:*", "user:u ",
    # nobody may ask in these names
    "role:a", "claim:r", "user:", "u", "", "USER:u", "user", " user:u", "*", "user:\x00ephemeral",
]  # fmt: skip
KINDS, ACTS, CLAIMS = ["stage", "data", "tool"], ["run", "read", "call"], ["r", "q", "role:a", ""]


def objects(pick: random.Random) -> str:
    """Return an object of a request: nested, odd, hostile."""
    made = "/".join(pick.choice(SEGMENTS) for _ in range(pick.randrange(1, 4)))
    return pick.choice(
        [made] * 6 + [made + "/", "/" + made, made + "/..", "../" + made, "*", "", made + "//x"]
    )


def patterns(pick: random.Random) -> str:
    """Return an object of a rule: a literal, a prefix, everything."""
    made = "/".join(pick.choice(SEGMENTS[:-1]) for _ in range(pick.randrange(1, 3)))
    return pick.choice([made, made, made + "/*", "*"])


def policy(pick: random.Random) -> TenantFile:
    """Return one tenant's lines: up to 9 rules, chains of roles, claims."""
    rules = tuple(
        Rule(
            pick.choice(ROLES), pick.choice(KINDS), patterns(pick), pick.choice(ACTS),
            pick.random() < 0.7, "f:1",
        )
        for _ in range(pick.randrange(1, 10))
    )  # fmt: skip
    members = [*SUBJECTS[:7], "claim:r", "claim:q", "claim:role:a"]
    links = [
        Link(pick.choice(members), pick.choice(ROLES), "f:1") for _ in range(pick.randrange(6))
    ]
    links += [
        Link(low, high, "f:1") for low, high in itertools.pairwise(ROLES) if pick.random() < 0.3
    ]
    return TenantFile("t1", rules, tuple(links))


@pytest.mark.parametrize("seed", range(4))
def test_the_index_decides_as_pycasbin_does(seed):
    """Random policies and hostile requests, seeded: no difference, and both answers occur."""
    pick = random.Random(seed)
    asked = permitted = 0
    while asked < DECISIONS // 4:
        tenant = policy(pick)
        mine, reference = PolicySet({"t1": tenant}), Reference(tenant)
        held = [link.member for link in tenant.links if link.member in SUBJECTS] or SUBJECTS
        for _ in range(60):
            own = pick.choice(["t1"] * 8 + ["t2", ""])
            rule = pick.choice(tenant.rules)
            near = pick.random() < 0.6  # aimed at a rule, or else nearly nothing is permitted
            request = AccessRequest(
                sub=pick.choice(held if near else SUBJECTS),
                ten=pick.choice(["t1"] * 8 + ["t2", "*"]), own=own,
                kind=rule.kind if near else pick.choice(KINDS),
                obj=rule.obj.replace("*", "x") if near and pick.random() < 0.7 else objects(pick),
                act=rule.act if near else pick.choice(ACTS),
                roles=tuple(pick.sample(CLAIMS, pick.choice([0, 0, 0, 1, 2]))),
            )  # fmt: skip
            asked += 1
            got = mine.decide(request).permitted
            permitted += got
            assert got == reference.permits(request), (seed, tenant, request)
    assert permitted > asked // 50


DISTRIBUTIONS = """
import sys, pathlib, tempfile
there = pathlib.Path(tempfile.mkdtemp())
made = there / "casbin-1.43.0.dist-info"
made.mkdir()
(made / "METADATA").write_text("Metadata-Version: 2.1\\nName: casbin\\nVersion: 1.43.0\\n")
sys.path.insert(0, str(there))
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy import PolicySet
try:
    PolicySet.load(sys.argv[1])
except ConfigError as error:
    print(error)
"""


def test_two_distributions_that_overwrite_each_other_never_start():
    """`casbin` beside `pycasbin`: decisions differ, pip does not notice, so nothing starts."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DISTRIBUTIONS), str(POLICIES)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "uninstall both" in done.stdout


def test_pycasbin_alone_starts():
    """What is installed here is one distribution."""
    require_one_distribution()
    assert issubclass(ConfigError, ValueError)
