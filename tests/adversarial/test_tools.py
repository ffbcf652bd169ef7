"""Attacks on tools: bounds on arguments, approvals bound to one call. None runs the tool."""

from __future__ import annotations

import asyncio
import sqlite3
from decimal import Decimal

import pytest

from stageflow_guard import AccessDenied, ApprovalRequired, ConfigError, Guard, GuardError
from stageflow_guard.audit import verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.enforcement.protect import TOLD
from stageflow_guard.errors import ApprovalsUnavailable, PolicyUnavailable
from stageflow_guard.testing import IdentityProvider

LINES = """
g, claim:clerk, role:clerk, {t}
g, claim:boss, role:boss, {t}
g, claim:junior, role:junior, {t}
p, role:clerk, {t}, tool, *, call, allow
p, role:junior, {t}, tool, refund, call, allow
p, role:boss, {t}, tool, *, call, allow
p, role:boss, {t}, tool, *, approve, allow
g, agent:bot, role:bot, {t}
p, role:bot, {t}, tool, *, call, allow
p, role:bot, {t}, tool, *, approve, allow
"""
CATALOGUE = """
tools:
  refund:
    approval: required
    when: {amount: {exclusiveMinimum: 100}}
    arguments: {amount: {minimum: 0, maximum: 1000}}
    role:junior: {amount: {maximum: 10}}
    role:bot: {amount: {maximum: 50}}
  wipe: {approval: required, approvals: 2}
  note: {on_denied: tell_model, arguments: {text: {maxLength: 10}}}
"""


@pytest.fixture
def place(tmp_path):
    """A home whose tools are bounded and approved as `CATALOGUE` says."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    (tmp_path / "policies/catalogue.yaml").write_text(CATALOGUE)
    for tenant in ("acme", "globex"):
        with (tmp_path / f"policies/tenants/{tenant}/policy.csv").open("a") as file:
            file.write(LINES.format(t=tenant))

    class Place:
        path = tmp_path
        policies = tmp_path / "policies"

        def guard(self):
            guard = Guard.load(tmp_path / "guard.toml")
            self.ran = []

            @guard.protect(kind="tool", obj="refund")
            async def refund(amount, to="nobody"):
                self.ran.append((amount, to))
                return "refunded"

            @guard.protect(kind="tool", obj="wipe")
            async def wipe():
                self.ran.append("wipe")

            @guard.protect(kind="tool", obj="note")
            async def note(text):
                self.ran.append(text)
                return "noted"

            self.refund, self.wipe, self.note = refund, wipe, note
            return guard

        def token(self, sub, role="clerk", tenant="acme", **claims):
            return idp.mint(sub=sub, tenant=tenant, roles=[role], aud="pipelines", **claims)

        def records(self, *kinds):
            return [r for _, r in iter_records(tmp_path / "audit") if r["kind"] in kinds]

    return Place()


async def call(guard, place, tool, *args, sub="bob", role="clerk", tenant="acme", who=None, **kw):
    async with (
        guard.session(place.token(sub, role, tenant, **(who or {}))),
        guard.run("support"),
    ):
        return await tool(*args, **kw)


async def approve(guard, place, ref, sub="mia", role="boss", tenant="acme", deny=False, **claims):
    async with guard.session(place.token(sub, role, tenant, **claims)):
        return await (guard.deny(ref) if deny else guard.approve(ref))


async def asked(guard, place, tool, *args, **kw):
    with pytest.raises(ApprovalRequired) as caught:
        await call(guard, place, tool, *args, **kw)
    return caught.value


# -- bounds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "amount",
    [1001, 1e9, -1, "5", "1001", None, True, [5], {"a": 5}, float("nan"), float("inf"),
     Decimal("1000.01"), Decimal("NaN"), pytest.param(object(), id="object")],
    ids=repr,
)  # fmt: skip
async def test_no_value_passes_by_a_bound(place, amount):
    """Too much, another type, NaN: the tool does not run, and the value is nowhere in the error."""
    async with place.guard() as guard:
        with pytest.raises(AccessDenied) as caught:
            await call(guard, place, place.refund, amount)
    assert place.ran == []
    assert caught.value.decision.reason in ("argument_out_of_bounds", "unreadable_arguments")
    assert "1001" not in str(caught.value)
    assert "1000000000" not in str(caught.value)
    (denied,) = [r for r in place.records("decision") if r["decision"] == "deny"]
    assert denied["resource"] == "tool:refund"
    assert denied["reason"] == caught.value.decision.reason


@pytest.mark.parametrize(
    ("who", "amount"),
    [({"role": "junior"}, 11), ({"role": "clerk", "who": {"act": {"sub": "bot"}}}, 51)],
)
async def test_a_role_bounds_its_holders_and_the_agents_of_a_chain(place, who, amount):
    """A junior, and an agent for whomever, keep to their own bound."""
    async with place.guard() as guard:
        with pytest.raises(AccessDenied):
            await call(guard, place, place.refund, amount, **who)
        assert await call(guard, place, place.refund, amount - 1, **who) == "refunded"


async def test_a_tenant_only_tightens(place):
    """A tenant's file that allows more changes nothing; one that allows less counts there alone."""
    (place.policies / "tenants/acme/tools.yaml").write_text(
        "tools: {refund: {approval: none, arguments: {amount: {maximum: 20}}}}"
    )
    (place.policies / "tenants/globex/tools.yaml").write_text(
        "tools: {refund: {approval: none, arguments: {amount: {maximum: 99999}}}}"
    )
    async with place.guard() as guard:
        with pytest.raises(AccessDenied):
            await call(guard, place, place.refund, 21)
        with pytest.raises(AccessDenied):
            await call(guard, place, place.refund, 1001, tenant="globex")
        await asked(guard, place, place.refund, 101, tenant="globex")
        assert await call(guard, place, place.refund, 21, tenant="globex") == "refunded"


async def test_a_tenant_file_that_cannot_be_read_stops_its_tools(place):
    """Unread strictness is not lost; another tenant goes on."""
    (place.policies / "tenants/acme/tools.yaml").write_text("tools: {refund: {argumens: {}}}")
    async with place.guard() as guard:
        with pytest.raises(PolicyUnavailable):
            await call(guard, place, place.refund, 5)
        assert await call(guard, place, place.refund, 5, tenant="globex") == "refunded"


@pytest.mark.parametrize(
    "bounds",
    ["{maxium: 5}", "{$ref: '#/x'}", "{minimum: 5, maximum: 4}", "{}", "5",
     "{minimum: 1, pattern: a}", "{pattern: '('}", "{exclusiveMinimum: 5, maximum: 5}",
     "{maximum: 'a'}", "{not: {maximum: 5}}", "{enum: []}", "{minLength: 5, maxLength: 4}"],
)  # fmt: skip
def test_a_bound_that_would_bound_nothing_is_an_error(place, bounds):
    """A typo, a keyword that is not enforced, a contradiction: named by file, tool and argument."""
    from stageflow_guard.policy.engine.policyset import PolicySet

    text = f"tools:\n  refund: {{arguments: {{amount: {bounds}}}}}\n"
    (place.policies / "catalogue.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"catalogue.yaml:\d.*refund.*amount"):
        PolicySet.load(place.policies)


async def test_a_denial_that_is_told_to_the_model_is_on_record_and_the_run_goes_on(place):
    """A fixed sentence, a record, and the next call is asked about anew."""
    async with place.guard() as guard:
        async with guard.session(place.token("bob")), guard.run("support"):
            assert await place.note("far too long for a note") == TOLD
            assert await place.note("short") == "noted"
        assert place.ran == ["short"]
    denied = [r for r in place.records("decision") if r["decision"] == "deny"]
    assert [r["reason"] for r in denied] == ["argument_out_of_bounds"]


async def test_what_was_judged_is_what_the_tool_gets(place):
    """Who changes an argument while the decision is made changes nothing."""
    order = {"lines": [1]}
    (place.policies / "catalogue.yaml").write_text(
        "tools: {refund: {}, ship: {arguments: {order: {properties: {lines: {maxItems: 1}}}}}}"
    )
    got = []
    async with place.guard() as guard:

        @guard.protect(kind="tool", obj="ship")
        async def ship(order):
            got.append(order)

        async with guard.session(place.token("bob")), guard.run("support"):
            append = guard._pep.recorder.append_permit

            async def slow(record, run):
                order["lines"] += [2, 3]
                return await append(record, run)

            guard._pep.recorder = _With(guard._pep.recorder, append_permit=slow)
            await ship(order)
    assert got == [{"lines": [1]}]


class _With:
    def __init__(self, inner, **changed):
        self._inner, self._changed = inner, changed

    def __getattr__(self, name):
        return self._changed.get(name) or getattr(self._inner, name)


# -- approvals -------------------------------------------------------------------------------------


async def test_a_call_runs_once_after_somebody_else_approved_it(place):
    """Asked, approved, run once on record; the next time it is asked again; the log verifies."""
    async with place.guard() as guard:
        waiting = await asked(guard, place, place.refund, 500)
        assert place.ran == []
        again = await asked(guard, place, place.refund, 500)
        assert again.approval == waiting.approval
        await approve(guard, place, waiting.ref)
        assert await call(guard, place, place.refund, 500) == "refunded"
        later = await asked(guard, place, place.refund, 500)
        assert later.approval != waiting.approval
    assert place.ran == [(500, "nobody")]
    permits = [
        r for r in place.records("decision") if (r.get("note") or {}).get("approval")
        and r["decision"] == "permit"
    ]  # fmt: skip
    assert [r["note"]["approval"] for r in permits] == [waiting.approval]
    verify(place.path / "audit")


@pytest.mark.parametrize(
    ("change", "args"),
    [({"sub": "eve"}, (500,)), ({"tenant": "globex"}, (500,)), ({}, (501,)), ({}, (500.5,)),
     ({}, (500, "eve")), ({"who": {"act": {"sub": "nobot"}}}, (500,))],
)  # fmt: skip
async def test_a_grant_is_of_one_call_and_one_caller(place, change, args):
    """Arguments swapped, another requester, tenant or agent after the approval: not this grant."""
    async with place.guard() as guard:
        waiting = await asked(guard, place, place.refund, 500)
        await approve(guard, place, waiting.approval)
        with pytest.raises((ApprovalRequired, AccessDenied)):
            await call(guard, place, place.refund, *args, **change)
        assert place.ran == []
        assert await call(guard, place, place.refund, 500) == "refunded"


async def test_a_grant_is_used_once_by_many_at_once(place):
    """Twenty tasks with one grant: one runs."""
    async with place.guard() as guard:
        waiting = await asked(guard, place, place.refund, 500)
        await approve(guard, place, waiting.approval)
        done = await asyncio.gather(
            *(call(guard, place, place.refund, 500) for _ in range(20)), return_exceptions=True
        )
    assert sorted(map(str, done)).count("refunded") == 1
    assert {type(one) for one in done} == {str, ApprovalRequired}
    assert len(place.ran) == 1


@pytest.mark.parametrize(
    ("approver", "reason"),
    [({"sub": "bob"}, "self_approval"), ({"sub": "bot", "act": {"sub": "bot"}}, "self_approval"),
     ({"sub": "mia", "act": {"sub": "bot"}}, "self_approval"),
     ({"sub": "eve", "role": "clerk"}, "no_matching_rule"),
     ({"sub": "mia", "tenant": "globex"}, "nothing_to_approve")],
)  # fmt: skip
async def test_who_may_not_approve_does_not(place, approver, reason):
    """The requester, an agent of its chain for whomever, no right, another tenant: on record."""
    async with place.guard() as guard:
        waiting = await asked(guard, place, place.wipe, who={"act": {"sub": "bot"}})
        with pytest.raises(AccessDenied) as caught:
            await approve(guard, place, waiting.approval, **approver)
        assert caught.value.decision.reason == reason
        assert caught.value.ref
        await asked(guard, place, place.wipe, who={"act": {"sub": "bot"}})
    assert place.ran == []


async def test_two_approvals_are_of_two_people(place):
    """One person twice is one; the first denial is final, and nobody turns it."""
    async with place.guard() as guard:
        waiting = await asked(guard, place, place.wipe)
        await approve(guard, place, waiting.approval, "mia")
        with pytest.raises(AccessDenied):
            await approve(guard, place, waiting.approval, "mia")
        await asked(guard, place, place.wipe)
        await approve(guard, place, waiting.approval, "noa")
        await call(guard, place, place.wipe)
        assert place.ran == ["wipe"]
        other = await asked(guard, place, place.wipe)
        await approve(guard, place, other.approval, "mia", deny=True)
        with pytest.raises(AccessDenied):
            await approve(guard, place, other.approval, "noa")
        with pytest.raises(AccessDenied) as caught:
            await call(guard, place, place.wipe)
        assert caught.value.decision.reason == "approval_denied"
    assert place.ran == ["wipe"]


async def test_a_grant_ends_with_the_policies_it_was_given_under(place):
    """After a change of policy neither the grant nor an open request counts."""
    async with place.guard() as guard:
        granted = await asked(guard, place, place.refund, 500)
        waiting = await asked(guard, place, place.refund, 600)
        await approve(guard, place, granted.approval)
        with (place.policies / "tenants/acme/policy.csv").open("a") as file:
            file.write("# reviewed\n")
        await guard.reload()
        fresh = await asked(guard, place, place.refund, 500)
        assert fresh.approval != granted.approval
        with pytest.raises(AccessDenied) as caught:
            await approve(guard, place, waiting.approval)
        assert caught.value.decision.reason == "policy_changed"
    assert place.ran == []


async def test_a_grant_expires_and_a_clock_set_back_revives_nothing(place):
    """After `approval_expires` a grant is none, whatever the wall clock says next."""
    async with place.guard() as guard:
        waiting = await asked(guard, place, place.refund, 500)
        await approve(guard, place, waiting.approval)
        grants, times = guard._controls.grants, []
        real = grants._clock.now()

        class Clock:
            def now(self):
                times.append(0)
                return real + 3601

        grants._clock = Clock()
        assert (await asked(guard, place, place.refund, 500)).approval != waiting.approval
    assert place.ran == []
    assert times


async def test_grants_survive_a_restart_and_a_used_one_stays_used(place):
    """A new process finds the grant; a store put back to before its use is found out by the log."""
    file = place.path / "audit.approvals.db"
    async with place.guard() as guard:
        waiting = await asked(guard, place, place.refund, 500)
        await approve(guard, place, waiting.approval)
    before = file.read_bytes()
    async with place.guard() as guard:
        assert await call(guard, place, place.refund, 500) == "refunded"
    file.write_bytes(before)
    async with place.guard() as guard:
        with pytest.raises(ApprovalsUnavailable, match="the store is old"):
            await call(guard, place, place.refund, 500)
        assert place.ran == []


@pytest.mark.parametrize("column", ["sealed", "version", "lookup", "tenant"])
async def test_a_row_that_was_changed_is_not_believed(place, column):
    """Whoever can write the store cannot write a grant."""
    async with place.guard() as guard:
        waiting = await asked(guard, place, place.refund, 500)
        db = sqlite3.connect(place.path / "audit.approvals.db")
        value = {"sealed": b"x" * 400, "version": 7, "lookup": "y", "tenant": "globex"}[column]
        db.execute(f"UPDATE approval SET {column}=?", (value,))
        db.commit()
        db.close()
        with pytest.raises(GuardError):
            await approve(guard, place, waiting.approval)
        with pytest.raises((ApprovalsUnavailable, ApprovalRequired)):
            await call(guard, place, place.refund, 500)
    assert place.ran == []


class Broken:
    """A store that is away, hangs or lies, in every method."""

    def __init__(self, answer):
        self.answer = answer

    def __getattr__(self, name):
        if name == "close":
            return lambda: None

        def broken(*_):
            if isinstance(self.answer, BaseException):
                raise self.answer
            return self.answer

        return broken


@pytest.mark.parametrize(
    "answer",
    [
        OSError("secret-host"),
        ValueError("secret"),
        True,
        "yes",
        [],
        5,
        pytest.param(object(), id="object"),
    ],
    ids=repr,
)
async def test_a_store_that_is_away_or_lies_is_a_refusal(place, answer):
    """Whatever a store raises or answers: typed, on record, nothing of its text, nothing runs."""
    async with place.guard() as guard:
        guard._controls.grants._store = Broken(answer)
        with pytest.raises(ApprovalsUnavailable) as caught:
            await call(guard, place, place.refund, 500)
        assert "secret" not in str(caught.value)
        assert caught.value.ref
    assert place.ran == []


async def test_a_tenant_sees_its_own_requests_and_no_original(place):
    """The list holds the tenant's requests, with what is personal redacted."""
    async with place.guard() as guard:
        await asked(guard, place, place.refund, 500, to="ada.lovelace@example.org")
        await asked(guard, place, place.refund, 700, tenant="globex")
        async with guard.session(place.token("mia", "boss")):
            (mine,) = await guard.pending_approvals()
    assert '"amount":500' in mine.arguments
    assert "lovelace" not in mine.arguments
    raw = (place.path / "audit.approvals.db").read_bytes()
    assert b"lovelace" not in raw


async def test_authorize_and_decide_know_approvals(place):
    """`authorize` asks and uses a grant up, with arguments; `decide` never says permit."""
    async with place.guard() as guard:
        async with guard.session(place.token("bob")):
            what = {"kind": "tool", "obj": "refund", "act": "call", "owner": "acme"}
            with pytest.raises(ApprovalRequired) as caught:
                await guard.authorize(**what, arguments={"amount": 500})
            with pytest.raises(AccessDenied):
                await guard.authorize(**what)
            decision = await guard.decide(await guard.caller(), **what)
            assert (decision.permitted, decision.reason) == (False, "approval_required")
        await approve(guard, place, caught.value.ref)
        async with guard.session(place.token("bob")):
            assert (await guard.authorize(**what, arguments={"amount": 500})).permitted
            with pytest.raises(ApprovalRequired):
                await guard.authorize(**what, arguments={"amount": 500})


async def test_a_call_may_wait_for_its_answer(place):
    """With `approval_wait` the call goes on when somebody answers, and holds no thread."""
    (place.policies / "catalogue.yaml").write_text(
        "tools: {refund: {}, wipe: {approval: required, approval_wait: 20}}"
    )
    async with place.guard() as guard:
        heard = asyncio.get_running_loop().create_future()
        guard.on_approval(lambda request: heard.set_result(request.id))
        work = asyncio.create_task(call(guard, place, place.wipe))
        await approve(guard, place, await heard)
        await work
    assert place.ran == ["wipe"]


def _decide(path, ref, token, index, results):
    async def work():
        async with Guard.load(path) as guard, guard.session(token):
            try:
                await (guard.approve(ref) if index % 2 else guard.deny(ref))
                return "decided"
            except AccessDenied as denied:
                return denied.decision.reason

    results.append(asyncio.run(work()))


async def test_two_hundred_people_decide_at_once_and_one_decision_counts(place):
    """200 tasks over 10 threads' stores: exactly one answer is taken, and one is on record."""
    async with place.guard() as guard:
        waiting = await asked(guard, place, place.refund, 500)

        async def one(index):
            try:
                await approve(guard, place, waiting.approval, f"boss{index}", deny=bool(index % 2))
                return "decided"
            except AccessDenied as denied:
                return denied.decision.reason

        done = await asyncio.gather(*(one(index) for index in range(200)))
    assert done.count("decided") == 1
    assert set(done) <= {"decided", "approval_granted", "approval_denied"}
    assert len([r for r in place.records("approval") if r["action"] == "approve"]) == 1


# -- what people who edit policies are told --------------------------------------------------------


def _cases(place, *lines):
    text = "cases:\n" + "".join(
        f"  - {{sub: 'user:u', roles: [{role}], kind: tool, obj: refund, act: call, {rest}}}\n"
        for role, rest in lines
    )
    (place.policies / "tenants/acme/policy_test.yaml").write_text(text)


def test_cases_carry_arguments_and_mutants_of_bounds_are_noticed(place, capsys):
    """`policy test` knows bounds and approvals; a bound that no case needs is a survivor."""
    cases = [
        ("clerk", "arguments: {amount: 5}, expect: permit"),
        ("clerk", "arguments: {amount: 101}, expect: approval, reason: approval_required"),
        ("clerk", "arguments: {amount: 1001}, expect: deny, reason: argument_out_of_bounds"),
        ("junior", "arguments: {amount: 11}, expect: deny"),
    ]
    _cases(place, *cases)
    assert main(["policy", "test", "--policies", str(place.policies), "--tenant", "acme"]) == 0
    _cases(place, ("clerk", "arguments: {amount: 101}, expect: permit"))
    assert main(["policy", "test", "--policies", str(place.policies), "--tenant", "acme"]) == 1
    capsys.readouterr()
    _cases(place, *cases[:2])
    from stageflow_guard.policy.analysis.cases import load_tables
    from stageflow_guard.policy.analysis.mutate import mutate
    from stageflow_guard.policy.engine.policyset import PolicySet

    policies = PolicySet.load(place.policies)
    survivors = {
        (one.where, one.change) for one in mutate(policies, load_tables(policies, place.policies))
        .survivors if "dropped" in one.change
    }  # fmt: skip
    assert ("catalogue.yaml:4", "approval dropped") not in survivors
    assert ("catalogue.yaml:4", "bounds of role:junior dropped") in survivors


def test_explain_names_path_and_bound_and_never_the_value(place, capsys):
    """What a call fails on, where that is said, and who has to agree."""
    ask = ["policy", "explain", "user:u", "tool", "refund", "call", "--tenant", "acme", "--role",
           "clerk", "--policies", str(place.policies)]  # fmt: skip
    for arguments, told in (
        ('{"amount": 4321}', "`amount`: maximum 1000"),
        ('{"amount": 101}', "needs an approval"),
        ("{}", "`amount`: is missing"),
    ):
        assert main([*ask, "--arguments", arguments]) == 0
        said = capsys.readouterr().out
        assert told in said, said
        assert "catalogue.yaml:" in said
        assert "4321" not in said
    assert main(ask) == 0
    assert "some arguments need an approval" in capsys.readouterr().out
    assert main([*ask, "--arguments", "[1]"]) == 2


async def test_replay_takes_a_refused_call_for_no_changed_policy(place, capsys):
    """A denial by bound or for an approval is no decision of the lines."""
    async with place.guard() as guard:
        await asked(guard, place, place.refund, 500)
        with pytest.raises(AccessDenied):
            await call(guard, place, place.refund, 5000)
    assert main(["policy", "replay", str(place.path / "audit"), "--policies",
                 str(place.policies)]) == 0  # fmt: skip
    assert "tool refund" not in capsys.readouterr().out


def test_a_tenant_from_a_starter_keeps_the_starters_approvals(place):
    """A starter's approvals come along where this catalogue has none."""
    from stageflow_guard.policy.edit.tenants import EXAMPLE, add
    from stageflow_guard.policy.engine.policyset import PolicySet

    (place.policies / "catalogue.yaml").unlink()
    source = place.path / "policies/starters/saas/tenants" / EXAMPLE
    if not source.is_dir():
        from stageflow_guard.cli import shipped

        source = shipped("policies") / "starters/saas/tenants" / EXAMPLE
    add(place.policies, "initech", source=source)
    rules = PolicySet.load(place.policies).tools
    assert rules.controls("initech", "export", frozenset()).asks


def test_lint_finds_an_approval_that_nobody_may_give(place):
    """A tenant's own file that asks for an approval counts, too."""
    from stageflow_guard.policy.analysis.lint import lint
    from stageflow_guard.policy.engine.policyset import PolicySet

    with (place.policies / "tenants/acme/policy.csv").open("a") as file:
        file.write("p, role:clerk, acme, tool, ship, call, allow\n")
    text = (place.policies / "tenants/acme/policy.csv").read_text()
    lines = [one for one in text.split("\n") if ", approve, " not in one]
    (place.policies / "tenants/acme/policy.csv").write_text("\n".join(lines))
    (place.policies / "catalogue.yaml").write_text("tools: {ship: {}, refund: {}, note: {}}")
    own = place.policies / "tenants/acme/tools.yaml"
    own.write_text("tools: {ship: {approval: required}}")
    found = [one for one in lint(PolicySet.load(place.policies)) if one.code == "nobody_approves"]
    assert found
    assert all(one.where.startswith("tenants/acme/") for one in found)
