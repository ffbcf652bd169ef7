"""What the verbs say is true of decisions: properties over random policies and requests."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.diff import diff
from stageflow_guard.policy.analysis.explain import nearest
from stageflow_guard.policy.analysis.lint import lint
from stageflow_guard.policy.analysis.who_can import what_can, who_can
from stageflow_guard.policy.edit.fmt import formatted
from stageflow_guard.policy.engine.rules import Link, Rule, TenantFile, object_matches
from stageflow_guard.policy.engine.text import Malformed, rows_of

ROLES = ["role:a", "role:b", "role:c"]
PATTERNS = ["*", "s/*", "s/x", "s/x/*", "s/x/y", "s/y", "t", "t/*"]
ASKED = ["s", "s/x", "s/x/y", "s/x/z", "s/y", "s/z", "t", "t/u", "v", "s/x/y/z"]
SUBJECTS = ["user:u", "user:v", "user:w"]
KINDS, ACTS = ["stage", "data"], ["run", "read"]


@st.composite
def tenants(draw):
    """One tenant's lines, no circle of roles; every line has a place of its own."""
    rules = draw(st.lists(st.tuples(
        st.sampled_from(ROLES), st.sampled_from(KINDS), st.sampled_from(PATTERNS),
        st.sampled_from(ACTS), st.booleans()), max_size=8))  # fmt: skip
    links = draw(st.lists(st.tuples(
        st.sampled_from([*SUBJECTS[:2], "claim:r", *ROLES]), st.sampled_from(ROLES)), max_size=6))  # fmt: skip
    place = "tenants/t1/policy.csv"
    made = [Rule(*rule, f"{place}:{i}") for i, rule in enumerate(rules, 1)]
    held = [
        Link(member, role, f"{place}:{i}")
        for i, (member, role) in enumerate(links, 100)
        if not member.startswith("role:") or member < role
    ]
    return TenantFile("t1", tuple(made), tuple(held))


requests = st.builds(
    AccessRequest, sub=st.sampled_from(SUBJECTS), ten=st.just("t1"), own=st.just("t1"),
    kind=st.sampled_from(KINDS), obj=st.sampled_from(ASKED), act=st.sampled_from(ACTS),
    roles=st.sampled_from([(), ("r",)]),
)  # fmt: skip


def of(tenant: TenantFile) -> PolicySet:
    return PolicySet({"t1": tenant})


def every_request():
    for sub, roles in (*((s, ()) for s in SUBJECTS), ("user:w", ("r",))):
        for kind in KINDS:
            for act in ACTS:
                for obj in ASKED:
                    yield AccessRequest(
                        sub=sub, ten="t1", own="t1", kind=kind, obj=obj, act=act, roles=roles
                    )


@settings(max_examples=400, deadline=None)
@given(tenants(), tenants())
def test_a_diff_is_empty_exactly_where_no_decision_differs(one, other):
    """Sound: what it lists differs. Complete: what it does not list is decided the same."""
    old, new = of(one), of(other)
    found = diff(old, new)
    changed = {(c.member, c.kind, c.act, c.obj, c.gained) for c in found.changes}
    for request in every_request():
        gained = new.decide(request).permitted
        if old.decide(request).permitted != gained:
            matching = [
                r.obj
                for r in (*one.rules, *other.rules)
                if (r.kind, r.act) == (request.kind, request.act)
                and object_matches(request.obj, r.obj)
            ]
            narrowest = max(matching, key=lambda obj: (obj == request.obj, len(obj)))
            member = "claim:r" if request.roles else request.sub
            assert (member, request.kind, request.act, narrowest, gained) in changed, request
    for change in found.changes:
        obj = change.obj.replace("*", "fresh-of-all")
        claimed = change.member.startswith("claim:")
        request = AccessRequest(
            sub="user:nobody" if claimed else change.member, ten="t1", own="t1", kind=change.kind,
            obj=obj, act=change.act, roles=("r",) if claimed else (),
        )  # fmt: skip
        assert new.decide(request).permitted == change.gained
        assert old.decide(request).permitted != change.gained


@settings(max_examples=150, deadline=None)
@given(tenants())
def test_what_lint_calls_dead_changes_no_decision_when_it_goes(tenant):
    """Unreachable, shadowed, duplicate: taken out one at a time, every answer stays."""
    policies = of(tenant)
    dead = {f.where.rpartition(":")[0] for f in lint(policies)
            if f.code in ("unreachable", "shadowed", "duplicate")}  # fmt: skip
    before = [policies.decide(request).permitted for request in every_request()]
    for where in dead:
        smaller = replace(
            tenant, rules=tuple(r for r in tenant.rules if r.where != where),
            links=tuple(x for x in tenant.links if x.where != where),
        )  # fmt: skip
        twin = of(smaller)
        assert [twin.decide(request).permitted for request in every_request()] == before


@settings(max_examples=150, deadline=None)
@given(tenants(), requests)
def test_a_nearest_miss_misses_by_exactly_its_fields(tenant, request):
    """With those fields as the rule says, the rule matches."""
    policies = of(tenant)
    for miss in nearest(policies, request):
        rule = next(r for r in tenant.rules if r.where == miss.where)
        mended = replace(
            request,
            kind=rule.kind if "kind" in miss.fields else request.kind,
            obj=rule.obj.replace("*", "q") if "object" in miss.fields else request.obj,
            act=rule.act if "act" in miss.fields else request.act,
        )
        held = policies.index("t1").roles(request)
        roles = held | {rule.role} if "role" in miss.fields else held
        allow, _ = policies.index("t1").of_roles(roles, mended.kind, mended.obj, mended.act)
        assert rule in allow
        if miss.fields != ("role",):
            assert rule not in policies.index("t1").of_roles(
                roles, request.kind, request.obj, request.act
            )[0] or "role" in miss.fields  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(tenants(), st.sampled_from(KINDS), st.sampled_from(ASKED), st.sampled_from(ACTS))
def test_reverse_queries_are_the_decisions_read_backwards(tenant, kind, obj, act):
    """`who-can` lists exactly who is permitted; `what-can` covers exactly what is."""
    policies = of(tenant)
    may = {one.member for one in who_can(policies, "t1", kind=kind, obj=obj, act=act)}
    for sub in SUBJECTS:
        request = AccessRequest(sub=sub, ten="t1", own="t1", kind=kind, obj=obj, act=act)
        permitted = policies.decide(request).permitted
        assert permitted == (sub in may)
        if permitted:
            assert any((r.kind, r.act) == (kind, act) for r in what_can(policies, "t1", sub))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=" ,pg#ax*/\n", max_size=60))
def test_fmt_keeps_meaning_place_and_is_idempotent(text):
    """Same fields on the same lines; a second time changes nothing."""
    content = (text + "\n").encode()
    try:
        before = [(row.number, row.fields) for row in rows_of(content)]
    except Malformed:
        return
    once = formatted(content, "f")
    assert [(row.number, row.fields) for row in rows_of(once)] == before
    assert formatted(once, "f") == once
    assert once.count(b"\n") == content.count(b"\n")
