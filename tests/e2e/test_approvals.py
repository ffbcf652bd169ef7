"""Approvals with real tokens: somebody else, by right, once, on record before anybody hears of it."""

from __future__ import annotations

import asyncio
import json
import time
from types import SimpleNamespace
from uuid import UUID, uuid4

import jsonschema
import pytest
from stageflow.tools.approval import ApprovalStatus
from stageflow.tools.definitions import ToolDefinition, ToolOutput
from stageflow.tools.executor_v2 import AdvancedToolExecutor, ToolExecutorConfig

from stageflow_guard import AccessDenied, AuditUnavailable, ConfigError, Guard, NotAuthenticated
from stageflow_guard.audit import verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.records.formats.record import SCHEMA
from stageflow_guard.cli import main
from stageflow_guard.enforcement.approvals import load_request, settle
from stageflow_guard.model import Principal
from stageflow_guard.testing import IdentityProvider

LINES = """
g, claim:boss, role:boss, {t}
p, role:agent, {t}, tool, refund, call, allow
p, role:agent, {t}, tool, refund, approve, allow
p, role:boss, {t}, tool, refund, approve, allow
g, agent:bot, role:bot, {t}
p, role:bot, {t}, tool, refund, call, allow
p, role:bot, {t}, tool, refund, approve, allow
"""


@pytest.fixture
def place(tmp_path):
    """A home where agents may call the tool `refund`, and agents and bosses may approve it."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    for tenant in ("acme", "globex"):
        with (tmp_path / f"policies/tenants/{tenant}/policy.csv").open("a") as file:
            file.write(LINES.format(t=tenant))

    class Place:
        path = tmp_path

        def guard(self):
            return Guard.load(tmp_path / "guard.toml")

        def token(self, sub, role="agent", tenant="acme", **claims):
            return idp.mint(sub=sub, tenant=tenant, roles=[role], aud="pipelines", **claims)

        def records(self, *kinds):
            return [r for _, r in iter_records(tmp_path / "audit") if r["kind"] in kinds]

    return Place()


async def asked(guard, place, **who):
    async with guard.session(place.token("bob", **who)):
        return (await guard.authorize(kind="tool", obj="refund", act="call", owner="acme")).ref


async def test_somebody_else_approves_by_right_and_it_is_on_record(place):
    """The approval names the decision and the approver; the log verifies; who asked may go on."""
    async with place.guard() as guard:
        ref = await asked(guard, place)
        async with guard.session(place.token("mia", "boss")):
            approval = await guard.approve(ref)
        async with guard.session(place.token("bob")):
            await guard.require_approval(approval, of=ref, within=60)
    record, use = place.records("approval")
    assert (use["outcome"], use["actor"]["subject"]) == ("used", "user:bob")
    assert (use["approver"], use["note"]) == ("user:mia", {"of": ref, "answer": approval})
    assert (use["resource"], use["owner"], "decision" in use) == ("tool:refund", "acme", False)
    assert record["approver"] == record["actor"]["subject"] == "user:mia"
    assert (record["decision"], record["outcome"]) == ("permit", "approved")
    assert (record["resource"], record["note"]) == ("tool:refund", {"of": ref})
    assert record["rules"][0].startswith("tenants/acme/policy.csv:")
    assert len(record["policy"]["sha256"]) == 64
    verify(place.path / "audit")


@pytest.mark.parametrize(
    ("sub", "role", "tenant", "claims", "reason"),
    [
        ("bob", "agent", "acme", {}, "self_approval"),
        ("bob", "boss", "acme", {}, "self_approval"),
        ("eve", "nobody", "acme", {}, "no_matching_rule"),
        ("mia", "boss", "globex", {}, "foreign_owner"),
        ("mia", "boss", "acme", {"act": {"sub": "bot"}}, "self_approval"),
    ],
)
async def test_who_may_not_settle_it_is_refused_on_record(place, sub, role, tenant, claims, reason):
    """Oneself, and the agent that asked, for whomever; without the right; of another tenant: no."""
    async with place.guard() as guard:
        ref = await asked(guard, place, act={"sub": "bot"})
        async with guard.session(place.token(sub, role, tenant, **claims)):
            with pytest.raises(AccessDenied) as caught:
                await guard.approve(ref)
        async with guard.session(place.token("bob")):
            with pytest.raises(AccessDenied):
                await guard.require_approval(caught.value.ref, of=ref)
    assert caught.value.decision.reason == reason
    denials = [r for r in place.records("decision") if r["decision"] == "deny"]
    assert [r["reason"] for r in denials] == [reason, "not_approved"]
    assert denials[0]["note"] == {"of": ref}
    assert denials[0]["step"] == "approve"
    assert denials[0]["actor"]["subject"] == f"user:{sub}"
    assert place.records("approval") == []


async def test_what_nobody_asked_cannot_be_approved(place):
    """A denial, an effect of another kind, an index that is not there, a ref of nowhere."""
    async with place.guard() as guard:
        async with guard.session(place.token("bob", "nobody")):
            with pytest.raises(AccessDenied) as denied:
                await guard.authorize(kind="data", obj="x", act="read", owner="globex")
        async with guard.session(place.token("mia", "boss")):
            for ref in (
                denied.value.ref,
                "example.com/pipelines#999",
                "elsewhere#0",
                "x",
                "#-1",
                "",
            ):
                with pytest.raises(AccessDenied) as caught:
                    await guard.approve(ref)
                assert caught.value.decision.reason == "nothing_to_approve"
            with pytest.raises(AccessDenied):
                await guard.approve(None)
        with pytest.raises(NotAuthenticated):
            await guard.approve(denied.value.ref)
    assert place.records("approval") == []


async def test_an_approval_counts_for_what_it_names_and_for_a_while(place):
    """Not for another decision, not when it was denied, not by who asked, not when it is old."""
    async with place.guard() as guard:
        ref, other = await asked(guard, place), await asked(guard, place)
        async with guard.session(place.token("mia", "boss")):
            approval = await guard.approve(ref)
            refusal = await guard.deny(other)
            mia = await guard.authenticate(place.token("mia", "boss"))
            asking = await load_request(guard._pep, mia, other)
            with pytest.raises(ConfigError):
                await settle(guard._pep, mia, asking, granted="yes")
            with pytest.raises(AccessDenied):  # her own approval is of no use to herself
                await guard.require_approval(approval, of=ref)
        async with guard.session(place.token("bob")):
            await guard.require_approval(approval, of=ref)
            for given, of, within in (
                (approval, other, None), (refusal, other, None), (ref, ref, None),
                (approval, ref, 0.0), ("nowhere#1", ref, None),
            ):  # fmt: skip
                with pytest.raises(AccessDenied) as caught:
                    await guard.require_approval(given, of=of, within=within)
                assert caught.value.decision.reason == "not_approved"
        async with guard.session(place.token("bob", tenant="globex")):
            with pytest.raises(AccessDenied):
                await guard.require_approval(approval, of=ref)
    assert [r["outcome"] for r in place.records("approval")] == ["approved", "denied", "used"]


async def test_an_approval_is_of_use_to_who_asked_alone(place):
    """Refs can be guessed: a colleague does not act on what was approved for somebody else."""
    async with place.guard() as guard:
        ref = await asked(guard, place)
        async with guard.session(place.token("mia", "boss")):
            approval = await guard.approve(ref)
        async with guard.session(place.token("eve")):
            with pytest.raises(AccessDenied) as caught:
                await guard.require_approval(approval, of=ref)
        async with guard.session(place.token("bob")):
            await guard.require_approval(approval, of=ref)
    assert caught.value.decision.reason == "not_approved"
    denials = [r for r in place.records("decision") if r["decision"] == "deny"]
    assert [r["actor"]["subject"] for r in denials] == ["user:eve"]


async def test_what_an_agent_approved_is_of_no_use_through_that_agent(place):
    """Four eyes hold when it counts, too: `agent:bot` as approver is `bot` as an actor."""
    async with place.guard() as guard:
        ref = await asked(guard, place)
        now = int(time.time())
        bot = Principal(
            subject="agent:bot", tenant="acme", issuer="https://id.example", key_id="k",
            issued_at=now, expires_at=now + 600,
        )  # fmt: skip
        guard._pep.callers._established[id(bot)] = bot  # as an authenticator would have made it
        approval = await settle(
            guard._pep, bot, await load_request(guard._pep, bot, ref), granted=True
        )
        async with guard.session(place.token("bob", act={"sub": "bot"})):
            with pytest.raises(AccessDenied):
                await guard.require_approval(approval, of=ref)
        async with guard.session(place.token("bob")):
            await guard.require_approval(approval, of=ref)


async def test_an_approval_that_cannot_be_recorded_is_none(place):
    """Without a durable record nothing was approved."""
    async with place.guard() as guard:
        ref = await asked(guard, place)
        guard._pep.log._poison = "the disk is gone"
        async with guard.session(place.token("mia", "boss")):
            with pytest.raises(AuditUnavailable):
                await guard.approve(ref)
        guard._pep.log._poison = None


async def test_a_sibling_shard_is_asked_once_its_record_is_signed(place):
    """One worker approves what another recorded."""
    toml = place.path / "guard.toml"
    toml.write_text(toml.read_text().replace("[audit]\n", '[audit]\nshard = "auto"\n'))
    async with place.guard() as one, place.guard() as two:
        ref = await asked(one, place)
        assert "/w0#" in ref
        async with two.session(place.token("mia", "boss")):
            for _ in range(40):
                try:
                    approval = await two.approve(ref)
                    break
                except AuditUnavailable:  # not yet under a checkpoint
                    await asyncio.sleep(0.1)
        assert "/w1#" in approval
        async with one.session(place.token("bob")):
            for _ in range(40):
                try:
                    await one.require_approval(approval, of=ref)
                    break
                except AuditUnavailable:
                    await asyncio.sleep(0.1)
            else:
                raise AssertionError("never signed")


async def test_another_tenant_settles_nothing_whatever_policy_says(place, monkeypatch):
    """Tenants are kept apart before policy is asked, so that no line can join them."""
    from stageflow_guard.model import Decision, Effect

    async with place.guard() as guard:
        ref = await asked(guard, place)
        permit = Decision(effect=Effect.PERMIT, reason="permitted")
        monkeypatch.setattr(type(guard._pep), "evaluate", lambda self, request, who: permit)
        async with guard.session(place.token("mia", "boss", "globex")):
            with pytest.raises(AccessDenied) as caught:
                await guard.approve(ref)
    assert caught.value.decision.reason == "foreign_owner"


async def test_a_made_up_answer_in_a_siblings_write_ahead_file_grants_nothing(place):
    """Until it is signed, a record of another process may be anybody's."""
    from stageflow_guard.audit.log.wal import frame

    toml = place.path / "guard.toml"
    toml.write_text(toml.read_text().replace("[audit]\n", '[audit]\nshard = "auto"\n'))
    async with place.guard() as one:
        async with place.guard():
            pass  # so that there is a shard w1
        ref = await asked(one, place)
        forged = {"kind": "approval", "outcome": "approved", "note": {"of": ref}, "tenant": "acme",
                  "approver": "user:mia", "wall_ns": 1}  # fmt: skip
        raw = json.dumps(forged, separators=(",", ":"), sort_keys=True).encode()
        (place.path / "audit/w1/wal").write_bytes(frame(0, [raw]))
        async with one.session(place.token("bob")):
            with pytest.raises(AuditUnavailable, match="not yet under a checkpoint"):
                await one.require_approval("example.com/pipelines/w1#0", of=ref)


# -- the host's executor ---------------------------------------------------------------------------


class Context:
    pipeline_run_id = request_id = user_id = org_id = session_id = None
    execution_mode = None

    def to_dict(self):
        return {}


def executor(service, ran):
    async def refund(tool_input):
        ran.append(tool_input)
        return ToolOutput(success=True, data={})

    made = AdvancedToolExecutor(
        ToolExecutorConfig(approval_timeout_seconds=5.0), approval_service=service
    )
    made.register(ToolDefinition(name="refund", action_type="REFUND", handler=refund,
                                 requires_approval=True))  # fmt: skip
    return made


async def call(guard, place, service, ran):
    async with guard.session(place.token("bob")):
        action = SimpleNamespace(id=uuid4(), type="REFUND", payload={"secret": "canary"})
        return await executor(service, ran).execute(action, Context())


async def pending(guard, place, service, sub="mia", role="boss", tenant="acme"):
    async with guard.session(place.token(sub, role, tenant)):
        for _ in range(200):
            if found := await service.get_pending_requests():
                return found[0]
            await asyncio.sleep(0.01)
    return None


async def test_the_hosts_executor_waits_for_somebody_else(place):
    """W48: the host's service with an authority; once settled, it stays settled."""
    ran = []
    async with place.guard() as guard:
        service = guard.approvals()
        waiting = asyncio.create_task(call(guard, place, service, ran))
        request = await pending(guard, place, service)
        async with guard.session(place.token("bob")):
            with pytest.raises(AccessDenied):  # oneself, whatever `decided_by` says
                await service.record_decision(request.id, True, decided_by=uuid4())
        with pytest.raises(NotAuthenticated):
            await service.record_decision(request.id, True, decided_by=uuid4())
        async with guard.session(place.token("max", "boss", "globex")):
            assert await service.get_pending_requests() == []
            assert await service.get_request(request.id) is None
            assert await service.cancel_request(request.id) is False
            assert await service.get_status(request.id) is None
            with pytest.raises(KeyError):
                await service.await_decision(request.id, timeout_seconds=0.01)
            await service.cleanup(request.id)  # it waits: nobody's to forget
            with pytest.raises(AccessDenied):
                await service.record_decision(request.id, True)
        assert ran == []
        async with guard.session(place.token("mia", "boss")):
            assert await service.get_status(request.action_id) is ApprovalStatus.PENDING
            decision = await service.record_decision(request.id, True, decided_by=uuid4())
            with pytest.raises(AccessDenied):  # no second thought turns it round
                await service.record_decision(request.id, False)
        assert (await waiting).success is True
        assert decision.decided_by != UUID(int=0)
    assert len(ran) == 1
    found = place.records("approval")
    assert [r["outcome"] for r in found] == ["asked", "approved"]
    assert found[1]["approver"] == "user:mia"
    assert "canary" not in json.dumps(found)
    for record in found:
        jsonschema.Draft202012Validator(SCHEMA).validate(record)


@pytest.mark.parametrize("how", ["denied", "expired", "withdrawn"])
async def test_without_an_approval_the_tool_does_not_run(place, how):
    """A no, no answer in time, a request taken back: each on record, and the tool stays still."""
    ran = []
    async with place.guard() as guard:
        service = guard.approvals()
        made = asyncio.create_task(call(guard, place, service, ran))
        request = await pending(guard, place, service)
        if how == "denied":
            async with guard.session(place.token("mia", "boss")):
                await service.record_decision(request.id, False, reason="canary")
        elif how == "withdrawn":
            async with guard.session(place.token("bob")):
                assert await service.cancel_request(request.id)
        with pytest.raises(Exception, match=r"(?i)approval"):
            await made
        assert ran == []
        if how == "expired":
            assert request.status is ApprovalStatus.EXPIRED
            async with guard.session(place.token("mia", "boss")):
                with pytest.raises(AccessDenied):
                    await service.record_decision(request.id, True)
    assert [r["outcome"] for r in place.records("approval")] == ["asked", how]
    assert "canary" not in json.dumps(place.records("approval"))
