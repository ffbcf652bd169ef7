"""`test`, `test --mutate`, `explain`, `diff`, `lint` and `replay` know limits and what happened."""

from __future__ import annotations

import pytest

from stageflow_guard.cli import main
from stageflow_guard.policy.analysis.cases import load_tables, run_tables
from stageflow_guard.policy.analysis.diff import diff
from stageflow_guard.policy.analysis.lint import lint
from stageflow_guard.policy.analysis.mutate import mutate
from stageflow_guard.policy.analysis.replay import replay
from stageflow_guard.policy.engine.policyset import PolicySet

LINES = """g, claim:clerk, role:clerk, acme
p, role:clerk, acme, tool, *, call, allow
p, role:clerk, acme, data, *, read, allow
p, role:clerk, acme, data, *, export, allow
"""
FLOW = """flow:
  look-first: {only: {kind: tool, act: call, obj: refund}, after: {kind: tool, act: call, obj: lookup}}
  no-export:
    {never: {kind: data, act: export}, after: {kind: data, act: read}, within: session, window: 60}
  two: {at_most: 2, of: {kind: tool, act: call, obj: ship}, within: subject, window: 60}
"""
LIMITS = """limits:
  calls: {of: calls, limit: 3, window: 60, per: [subject], kind: tool, obj: ping}
  tokens: {of: tokens, limit: 100}
  busy: {of: concurrent, limit: 2, kind: tool, obj: slow}
  loud: {of: calls, limit: 1, mode: soft}
"""


@pytest.fixture
def folder(tmp_path):
    """A policy folder with limits and rules about what happened."""
    assert main(["init", str(tmp_path)]) == 0
    found = tmp_path / "policies"
    (found / "tenants/acme/policy.csv").write_text(LINES)
    (found / "flow.yaml").write_text(FLOW)
    (found / "limits.yaml").write_text(LIMITS)
    return found


def case(kind, obj, act, expect, *history, reason=None):
    told = ", ".join(f"{{{one}}}" for one in history)
    said = f", reason: {reason}" if reason else ""
    return (
        f'  - {{sub: "user:u", roles: [clerk], kind: {kind}, obj: {obj}, act: {act}, '
        f"history: [{told}], expect: {expect}{said}}}"
    )


CALL = "kind: tool, act: call, obj: "
CASES = [
    case("tool", "refund", "call", "deny", reason="flow"),
    case("tool", "refund", "call", "deny", CALL + "lookup, ended: false", reason="flow"),
    case("tool", "refund", "call", "deny", CALL + "lookup, where: session", reason="flow"),
    case("tool", "refund", "call", "permit", CALL + "lookup"),
    case("data", "a", "export", "deny", "kind: data, act: read, obj: a, where: session",
         reason="flow"),
    case("data", "a", "export", "permit", "kind: data, act: read, obj: a, where: subject"),
    case("data", "a", "export", "permit", "kind: data, act: read, obj: a, ago: 61"),
    case("tool", "ship", "call", "permit", CALL + "ship"),
    case("tool", "ship", "call", "deny", CALL + "ship, where: subject", CALL + "ship, ago: 59",
         reason="flow"),
    case("tool", "ship", "call", "permit", CALL + "ship", CALL + "ship, ago: 61"),
    case("tool", "ping", "call", "permit", CALL + "ping, times: 2"),
    case("tool", "ping", "call", "deny", CALL + "ping, times: 3", reason="limit_exceeded"),
    case("tool", "ping", "call", "permit", CALL + "ping, times: 3, ago: 61"),
    case("tool", "ping", "call", "permit", CALL + "pong, times: 3"),
    case("tool", "slow", "call", "deny", CALL + "slow, ended: false, times: 2",
         reason="limit_exceeded"),
    case("tool", "slow", "call", "permit", CALL + "slow, times: 2"),
    case("tool", "pong", "call", "permit", CALL + "pong, times: 9, spent: {tokens: 11}"),
    case("tool", "pong", "call", "deny", CALL + "pong, times: 10, spent: {tokens: 10}",
         reason="limit_exceeded"),
]  # fmt: skip


def tables(folder, cases):
    (folder / "tenants/acme/policy_test.yaml").write_text("cases:\n" + "\n".join(cases) + "\n")
    policies = PolicySet.load(folder)
    return policies, load_tables(policies, folder)


def test_cases_carry_what_happened_before(folder):
    """Sequence, count, windows, what was spent, what is under way: as the guard would decide."""
    policies, loaded = tables(folder, CASES)
    assert [f for one in run_tables(policies, loaded) for f in one.failures] == []


@pytest.mark.parametrize("gone", range(len(CASES)))
def test_each_case_says_something(folder, gone):
    """Turned round, every one of them fails."""
    turned = CASES[gone].replace("expect: permit", "expect: x").replace("deny", "permit")
    turned = turned.replace("expect: x", "expect: deny").partition(", reason:")[0].rstrip("}") + "}"
    policies, loaded = tables(folder, [turned])
    assert [f for one in run_tables(policies, loaded) for f in one.failures]


def test_mutants_of_limits_and_rules_are_caught_by_cases_alone(folder):
    """With the cases each dropped limit and rule is noticed; without them each survives."""
    policies, loaded = tables(folder, CASES)
    dropped = {one.change: one.caught for one in mutate(policies, loaded).rules
               if "dropped" in one.change}  # fmt: skip
    wanted = {"limit calls dropped", "limit tokens dropped", "limit busy dropped",
              "rule look-first dropped", "rule no-export dropped", "rule two dropped"}  # fmt: skip
    assert wanted <= {change for change, caught in dropped.items() if caught}
    policies, loaded = tables(folder, CASES[3:4])
    survivors = {one.change for one in mutate(policies, loaded).survivors}
    assert wanted <= survivors


def test_explain_names_limits_flow_approvals_and_bounds(folder, capsys):
    """Each with file and line, path and bound; a value of the call stands nowhere."""
    (folder / "catalogue.yaml").write_text(
        "tools: {ping: {approval: required, arguments: {amount: {maximum: 1000}}}, refund: {}}\n"
    )
    ask = ["policy", "explain", "user:u", "tool", "ping", "call", "--tenant", "acme", "--role",
           "clerk", "--path", str(folder), "--arguments", '{"amount": 77123}']  # fmt: skip
    assert main(ask) == 0
    said = capsys.readouterr().out
    assert "77123" not in said
    for told in ("limits.yaml:2  calls: 3 calls per subject in 60 s, hard", "approvals: 1",
                 "catalogue.yaml:1  `amount`: maximum 1000"):  # fmt: skip
        assert told in said, said
    ask[4] = "refund"
    assert main([*ask[:-2], "--json"]) == 0
    assert "flow.yaml:2  look-first: only call tool refund after" in capsys.readouterr().out


def test_diff_names_what_changed_beside_the_lines(folder):
    """A bound, an approval, a limit, a rule: each is a line of its own."""
    old = PolicySet.load(folder)
    (folder / "limits.yaml").write_text(LIMITS.replace("limit: 3", "limit: 30"))
    (folder / "flow.yaml").write_text(FLOW.replace("at_most: 2", "at_most: 9"))
    (folder / "tenants/acme/tools.yaml").write_text("tools: {ping: {approval: required}}")
    told = diff(old, PolicySet.load(folder)).platform
    for said in ("+ limit of platform: calls, 30 calls", "- limit of platform: calls, 3 calls",
                 "+ flow: two, at most 9", "- flow: two, at most 2",
                 '+ tool of acme: ping {"approval": "required"}'):  # fmt: skip
        assert any(line.startswith(said) for line in told), told


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [("flow.yaml", "flow: {a: {only: {kind: tool, act: call, obj: x}, after: {kind: data, act: delete}}}",
      "never_happens"),
     ("flow.yaml", "flow: {a: {never: {kind: tol, act: call}, after: {kind: data, act: read}}}",
      "unknown_kind"),
     ("flow.yaml", "flow: {a: {never: {kind: tool, act: cal}, after: {kind: data, act: read}}}",
      "unknown_act"),
     ("limits.yaml", "limits: {a: {of: calls, limit: 0}}", "nothing_left"),
     ("limits.yaml", "limits: {a: {of: calls, limit: 1, kind: tol}}", "unknown_kind"),
     ("tenants/acme/tools.yaml", "tools: {ping: {arguments: {amount: {minimum: 2000}}}}",
      "unsatisfiable"),
     ("tenants/acme/tools.yaml", "tools: {ping: {arguments: {amount: {exclusiveMinimum: 1000}}}}",
      "unsatisfiable"),
     ("tenants/acme/tools.yaml", "tools: {ping: {role:clerk: {amount: {const: 5}, to: {enum: [c]}}}}",
      "unsatisfiable")],
)  # fmt: skip
def test_lint_finds_what_cannot_mean_what_it_says(folder, file, text, code):
    """Rules that never come true, limits without room, bounds that no call satisfies."""
    (folder / "catalogue.yaml").write_text(
        "tools: {ping: {arguments: {amount: {maximum: 1000}, to: {enum: [a, b]}}}}\n"
    )
    assert code not in {one.code for one in lint(PolicySet.load(folder))}
    (folder / file).write_text(text)
    found = [one for one in lint(PolicySet.load(folder)) if one.code == code]
    assert [one.where.startswith(f"{file}:1") for one in found] == [True], found


def record(index, kind, **said):
    base = {"kind": kind, "tenant": "acme", "wall_ns": said.pop("at", index) * 10**9, "run": "r",
            "actor": {"subject": "user:u", "roles": ["clerk"]}, "evaluation": "ok"}  # fmt: skip
    return index, {**base, **said}


def permit(index, tool, **said):
    return record(index, "decision", decision="permit", reason="permitted", action="call",
                  resource=f"tool:{tool}", owner="acme", **said)  # fmt: skip


def test_replay_counts_what_is_on_record(folder):
    """Calls over a new limit, out of a new order, without a new approval: each would be a denial."""
    (folder / "catalogue.yaml").write_text("tools: {pay: {approval: required}}\n")
    policies = PolicySet.load(folder)
    rows = [
        record(0, "run_start", session="s"),
        permit(1, "refund"),
        permit(2, "lookup"),
        record(3, "effect", outcome="ok", decision_index=2),
        permit(4, "refund"),
        *(permit(5 + n, "ping") for n in range(4)),
        permit(9, "ship"), permit(10, "ship"), permit(11, "ship"), permit(12, "ship", at=90),
        permit(13, "pay"), permit(14, "pay", note={"approval": "apr-1"}),
    ]  # fmt: skip
    found = replay(policies, rows)
    assert [(one.index, one.now) for one in found.changed] == [
        (1, "deny (flow)"), (8, "deny (limit_exceeded)"), (11, "deny (flow)"),
        (13, "deny (approval_required)"),
    ]  # fmt: skip
    assert found.changed[0].rules == ("flow.yaml:2",)
