"""`guard.may`: a question that is off the record, counts for nothing, and gives no right."""

from __future__ import annotations

import pytest

from stageflow_guard import AccessDenied, Guard, NotAuthenticated
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.errors import PolicyUnavailable
from stageflow_guard.testing import IdentityProvider

LINES = """
g, claim:boss, role:boss, acme
p, role:boss, acme, data, chat/*, reveal, allow
p, role:boss, acme, data, ticket/*, read, allow
p, role:boss, acme, data, ticket/*, export, allow
p, role:boss, acme, tool, *, call, allow
"""
FLOW = """
flow:
  once: {at_most: 1, of: {kind: data, act: read}, within: subject, window: 3600}
  no-export: {never: {kind: data, act: export}, after: {kind: data, act: read}}
"""
LIMITS = "limits: {one: {of: calls, limit: 1, window: 3600}}\n"
CATALOGUE = "tools: {refund: {approval: required}, mail: {}}\n"


@pytest.fixture
def place(tmp_path):
    """A home with a boss who may see originals, and a mate who may not."""
    assert main(["init", str(tmp_path)]) == 0
    IDP.write_jwks(tmp_path / "jwks.json")
    with (tmp_path / "policies/tenants/acme/policy.csv").open("a") as file:
        file.write(LINES)
    for name, text in (
        ("flow.yaml", FLOW), ("limits.yaml", LIMITS), ("catalogue.yaml", CATALOGUE),
    ):  # fmt: skip
        (tmp_path / "policies" / name).write_text(text)
        (tmp_path / "policies" / name).chmod(0o644)
    return tmp_path


IDP = IdentityProvider("https://id.example")


def token(*roles):
    return IDP.mint(sub="ada", tenant="acme", roles=list(roles), jti="t-1")


def ticket(act="read", obj="ticket/7", **more):
    return {"kind": "data", "obj": obj, "act": act, "owner": "acme"} | more


async def test_a_question_leaves_nothing_on_record_and_counts_for_nothing(place):
    """Asked many times, a rule and a limit of one are as before; the log holds no decision."""
    async with (
        Guard.load(place / "guard.toml") as guard, guard.session(token("boss")), guard.run("desk")
    ):  # fmt: skip
        for _ in range(3):
            assert await guard.may(**ticket())
            assert await guard.may(**ticket("export"))
            assert await guard.may(kind="data", obj="chat/c", act="reveal", owner="acme")
        await guard.authorize(**ticket())  # the first that counts
        assert not await guard.may(**ticket())  # once: flow.yaml
        assert not await guard.may(**ticket("export"))  # never after
    decided = [r for _, r in iter_records(place / "audit") if r["kind"] == "decision"]
    assert [(r["decision"], r["resource"]) for r in decided] == [("permit", "data:ticket/7")]


@pytest.mark.parametrize("what", [
    ticket("reveal"), ticket(owner="globex"), ticket(owner=""), ticket(obj="ticket/../x"),
    ticket(obj=7), ticket(owner=None), ticket("write"),
    {"kind": "tool", "obj": "refund", "act": "call", "owner": "acme"},  # needs an approval
])  # fmt: skip
async def test_what_decide_would_deny_is_false(place, what):
    """No line, another tenant's, nobody's, malformed, an approval that is missing: False."""
    async with Guard.load(place / "guard.toml") as guard, guard.session(token("boss")):
        assert await guard.may(**what) is False
        assert await guard.may(kind="tool", obj="mail", act="call", owner="acme") is True
        with pytest.raises(AccessDenied):
            await guard.authorize(**ticket("write"))


async def test_who_asks_is_established_and_an_answer_is_there_or_none(place, monkeypatch):
    """No session, policies that do not answer, a revoked caller: refused, on record, never True."""
    async with Guard.load(place / "guard.toml") as guard:
        with pytest.raises(NotAuthenticated):
            await guard.may(**ticket())
        async with guard.session(token("boss")):

            def broken(request):
                raise RuntimeError

            monkeypatch.setattr(guard._pep.decisions, "decide", broken)
            with pytest.raises(PolicyUnavailable):
                await guard.may(**ticket())
            monkeypatch.undo()
            await guard.revoke("https://id.example", token_id="t-1")
            with pytest.raises(NotAuthenticated):
                await guard.may(**ticket())
    said = [(r["kind"], r.get("reason")) for _, r in iter_records(place / "audit")]
    assert {reason for _, reason in said} >= {"missing", "policy_unavailable", "revoked"}
