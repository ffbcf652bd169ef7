"""What a policy decision costs: python bench/policy.py [TENANTS] (1000, with 100 rules each).

Every bar with its figure, in one run: this package, a dict lookup as the limit, pycasbin's Enforcer
and FastEnforcer over the same rules, cedarpy where it is installed. CPU time of this thread,
medians; the cost of the clock is taken off.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.lint import lint
from stageflow_guard.policy.engine.casbin import is_subject
from stageflow_guard.policy.engine.prove import foreign_lines, structural, symbolic
from stageflow_guard.policy.engine.rules import MODEL, object_matches

RULES, USERS, ROLES = 100, 20, 10


def lines(tenant: str, users: int = USERS) -> str:
    """A tenant: users over ten roles, rules over literals and prefixes, one in twenty a deny."""
    members = [f"g, user:u{u}, role:r{u % ROLES}, {tenant}\n" for u in range(users)]
    rules = [
        f"p, role:r{i % ROLES}, {tenant}, data, area{i}/{'x7' if i % 3 == 0 else '*'}, read, "
        f"{'deny' if i % 20 == 19 else 'allow'}\n"
        for i in range(RULES)
    ]
    return "".join(members + rules)


def folder(base: Path, tenants: int) -> Path:
    """Write a policy folder."""
    (base / "tenants").mkdir(parents=True)
    (base / "model.conf").write_text(MODEL)
    for t in range(tenants):
        (base / "tenants" / f"t{t}").mkdir()
        (base / "tenants" / f"t{t}" / "policy.csv").write_text(lines(f"t{t}"))
    for path in (base, *base.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return base


def requests(tenants: int, count: int) -> list[AccessRequest]:
    """Return different requests, about a third of them permitted."""
    pick = random.Random(7)
    found = []
    for i in range(count):
        ten = f"t{pick.randrange(tenants)}"
        user, area = pick.randrange(USERS), pick.randrange(RULES)
        if i % 3 == 0:
            user = area % ROLES
        found.append(
            AccessRequest(
                sub=f"user:u{user}", ten=ten, own=ten, kind="data", obj=f"area{area}/x{i}",
                act="read",
            )
        )  # fmt: skip
    return found


def median_us(call: Callable[[Any], Any], items: list[Any]) -> float:
    """Return the median CPU microseconds of a call, the clock's own cost taken off."""

    def once(what: Callable[[Any], Any]) -> float:
        spent = []
        for item in items:
            begun = time.thread_time_ns()
            what(item)
            spent.append(time.thread_time_ns() - begun)
        return statistics.median(spent) / 1000

    clock = once(lambda _: None)
    return max(once(call) - clock, 0.001)


def ours(tenants: int = 1000, count: int = 20_000) -> dict[str, float]:
    """Return this package's own figures."""
    with tempfile.TemporaryDirectory() as scratch:
        base = folder(Path(scratch) / "p", tenants)
        begun = time.perf_counter()
        policies = PolicySet.load(base)
        lint(policies, base)
        for held in (
            structural(MODEL).holds,
            symbolic(MODEL).holds,
            not foreign_lines(policies.tenant(name) for name in policies.tenants),
        ):
            assert held
        load = time.perf_counter() - begun
        assert not policies.problems
        asked = requests(tenants, count)
        unseen = median_us(policies.decide, asked)
        seen = median_us(policies.decide, asked)
        permitted = sum(policies.decide(one).permitted for one in asked) / count
        known = {one.key: True for one in asked}
        keys = [(*(one.key or ()),) for one in asked]
        limit = median_us(known.get, keys)
        (base / "tenants" / "t1" / "policy.csv").write_text(lines("t1") + "# changed\n")
        begun = time.perf_counter()
        PolicySet.load(base, previous=policies)
        reload = time.perf_counter() - begun
    return {
        "load, lint and proof of 100 000 rules, s": load,
        "decision, unseen, us": unseen,
        "decision, seen, us": seen,
        "dict lookup of the same tuple, us": limit,
        "reload of one of the tenants, ms": reload * 1000,
        "share permitted": permitted,
    }


def one_tenant(users: int = 5000) -> dict[str, float]:
    """Return what the first decision in a large tenant and a flood of unknown names cost."""
    with tempfile.TemporaryDirectory() as scratch:
        base = folder(Path(scratch) / "p", 40)
        (base / "tenants" / "big").mkdir(mode=0o755)
        file = base / "tenants" / "big" / "policy.csv"
        file.write_text(lines("big", users))
        file.chmod(0o644)
        policies = PolicySet.load(base)
        request = AccessRequest(
            sub="user:u7", ten="big", own="big", kind="data", obj="area7/x", act="read"
        )
        begun = time.perf_counter()
        policies.decide(request)
        first = time.perf_counter() - begun
        (base / "tenants" / "t1" / "policy.csv").write_text(lines("t1") + "# changed\n")
        begun = time.perf_counter()
        PolicySet.load(base, previous=policies)
        reload = time.perf_counter() - begun
        tracemalloc.start()
        for i in range(300_000):
            policies.decide(
                AccessRequest(
                    sub=f"user:nobody{i}", ten="big", own="big", kind="data", obj="area7/x",
                    act="read",
                )
            )  # fmt: skip
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    return {
        "first decision in a tenant of 5 000 users, ms": first * 1000,
        "reload of one of 40 tenants, ms": reload * 1000,
        "held after 300 000 unknown names, MB": held / 2**20,
    }


def casbin_us(tenants: int, *, fast: bool, count: int) -> float:
    """Return pycasbin's median over the same rules; seconds per decision, so few are asked."""
    import casbin

    with tempfile.TemporaryDirectory() as scratch:
        model, policy = Path(scratch) / "model.conf", Path(scratch) / "policy.csv"
        model.write_text(MODEL)
        policy.write_text("".join(lines(f"t{t}") for t in range(tenants)))
        if fast:  # the policy is indexed by tenant, its best case
            enforcer = casbin.FastEnforcer(str(model), str(policy), cache_key_order=[1])
        else:
            enforcer = casbin.Enforcer(str(model), str(policy))
    enforcer.add_function("isSubject", is_subject)
    enforcer.add_function("objMatch", object_matches)
    asked = requests(tenants, count)
    return median_us(lambda r: enforcer.enforce(r.sub, r.ten, r.own, r.kind, r.obj, r.act), asked)


def cedar_us(tenants: int, count: int) -> float | None:
    """Return cedarpy's median over as many tenants' rules, or None where it is not installed."""
    try:
        import cedarpy
    except ImportError:
        return None
    text, entities = [], []
    for t in range(tenants):
        for u in range(USERS):
            entities.append(
                {"uid": {"type": "User", "id": f"t{t}/u{u}"}, "attrs": {},
                 "parents": [{"type": "Role", "id": f"t{t}/r{u % ROLES}"}]}
            )  # fmt: skip
        for i in range(RULES):
            effect = "forbid" if i % 20 == 19 else "permit"
            pattern = "x7" if i % 3 == 0 else "*"
            text.append(
                f'{effect}(principal in Role::"t{t}/r{i % ROLES}", action == Action::"read", '
                f'resource) when {{ context.obj like "area{i}/{pattern}" }};'
            )
    policies = cedarpy.PolicySet.from_str("\n".join(text))  # parsed once, its best case
    known = cedarpy.Entities.from_json_str(json.dumps(entities))

    def ask(r: AccessRequest) -> None:
        cedarpy.is_authorized(
            {"principal": f'User::"{r.ten}/{r.sub[5:]}"', "action": 'Action::"read"',
             "resource": f'Doc::"{r.ten}"', "context": {"obj": r.obj}},
            policies, known,
        )  # fmt: skip

    return median_us(ask, requests(tenants, count))


BARS = {
    "load, lint and proof of 100 000 rules, s": 5.0,
    "decision, unseen, us": 10.0,
    "decision, seen, us": 1.0,
    "first decision in a tenant of 5 000 users, ms": 50.0,
    "reload of one of 40 tenants, ms": 50.0,
    "held after 300 000 unknown names, MB": 100.0,
}


def main(tenants: int) -> None:
    """Print every figure beside its bar."""
    figures = {**ours(tenants), **one_tenant()}
    for name, value in figures.items():
        bar = BARS.get(name)
        said = "" if bar is None else f"bar {bar:g}  {'met' if value <= bar else 'NOT MET'}"
        print(f"{name:<52} {value:>12.3f}  {said}")
    mine = figures["decision, unseen, us"]
    for name, fast, count in (("Enforcer", False, 7), ("FastEnforcer", True, 200)):
        theirs = casbin_us(tenants, fast=fast, count=count)
        said = ""
        if not fast:
            said = f"bar 10000  {'met' if theirs / mine >= 10_000 else 'NOT MET'}"
        print(f"{f'pycasbin {name}, us':<52} {theirs:>12.1f}  {theirs / mine:,.0f}x ours  {said}")
    cedar = cedar_us(tenants, 7)
    if cedar is None:
        print("cedarpy is not installed: pip install cedarpy")
    else:
        print(f"{'cedarpy, us':<52} {cedar:>12.1f}  {cedar / mine:,.0f}x ours")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
