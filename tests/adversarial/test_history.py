"""Attacks on rules that look beyond one run: restarts, rollbacks, clocks, other workers, reloads."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time

import pytest

from stageflow_guard import AccessDenied, ConfigError, Guard
from stageflow_guard.audit.admin.prune import prune
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.verification.verify import verify
from stageflow_guard.cli import main
from stageflow_guard.enforcement.leaving import StageFailure
from stageflow_guard.errors import PolicyUnavailable
from stageflow_guard.testing import IdentityProvider

LINES = """
g, claim:clerk, role:clerk, {t}
p, role:clerk, {t}, tool, *, call, allow
p, role:clerk, {t}, data, *, read, allow
p, role:clerk, {t}, data, *, export, allow
"""
FLOW = """
flow:
  three-an-hour: {at_most: 3, of: {kind: tool, act: call, obj: refund}, within: subject, window: 3600}
  no-export:
    never: {kind: data, act: export}
    after: {kind: data, act: read, obj: customer/*}
    within: session
    window: 86400
  look-first:
    only: {kind: tool, act: call, obj: close}
    after: {kind: tool, act: call, obj: lookup}
    within: subject
    window: 600
"""


@pytest.fixture
def place(tmp_path):
    """A home with rules about what sessions and subjects did."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    (tmp_path / "policies/flow.yaml").write_text(FLOW)
    for tenant in ("acme", "globex"):
        with (tmp_path / f"policies/tenants/{tenant}/policy.csv").open("a") as file:
            file.write(LINES.format(t=tenant))

    class Place:
        path, ran, log = tmp_path, [], tmp_path / "audit"

        def settings(self, text):
            file = tmp_path / "guard.toml"
            kept = file.read_text()
            file.write_text(kept.replace("[audit]\n", f"[audit]\n{text}\n", 1))

        def guard(self):
            guard = Guard.load(tmp_path / "guard.toml")
            for name in ("refund", "lookup", "close"):
                setattr(self, name, self._tool(guard, name))
            return guard

        def _tool(self, guard, name):
            @guard.protect(kind="tool", obj=name)
            async def tool(fail=False):
                if fail:
                    raise ValueError
                self.ran.append(name)

            return tool

        def session(self, guard, sub="bob", tenant="acme"):
            return guard.session(idp.mint(sub=sub, tenant=tenant, roles=["clerk"]))

        async def call(self, guard, name, sub="bob", tenant="acme", session_id=None, **kw):
            run = guard.run("support", session_id=session_id)
            async with self.session(guard, sub, tenant), run:
                await getattr(self, name)(**kw)

        async def ask(self, guard, act, obj="customer/7", session_id=None, sub="bob"):
            async with self.session(guard, sub), guard.run("support", session_id=session_id):
                await guard.authorize(kind="data", obj=obj, act=act, owner="acme")

        def denied(self):
            rows = (r for _, r in iter_records(self.log))
            return [r for r in rows if r.get("decision") == "deny"]

    return Place()


async def test_at_most_three_refunds_an_hour_over_runs_restarts_and_tenants(place):
    """The fourth is refused, by name and line, after a restart, too; others have their own three."""
    async with place.guard() as guard:
        await place.call(guard, "refund")
        await place.call(guard, "refund", session_id="a")
    async with place.guard() as guard:
        await place.call(guard, "refund")
        with pytest.raises(AccessDenied) as caught:
            await place.call(guard, "refund", session_id="b")
        assert caught.value.decision.rules == ("flow.yaml:3",)
        assert caught.value.ref
        await place.call(guard, "refund", sub="mia")
        await place.call(guard, "refund", tenant="globex")
    async with place.guard() as guard:
        with pytest.raises(AccessDenied):
            await place.call(guard, "refund")
    assert place.ran == ["refund"] * 5
    assert [(r["reason"], r["rules"]) for r in place.denied()] == [("flow", ["flow.yaml:3"])] * 2
    assert verify(place.log).size


async def test_fifty_at_once_are_three(place):
    """A race of one subject's runs lets three through."""
    async with place.guard() as guard:
        done = await asyncio.gather(
            *(place.call(guard, "refund") for _ in range(50)), return_exceptions=True
        )
    assert place.ran == ["refund"] * 3
    assert [type(one) for one in done].count(AccessDenied) == 47


async def test_never_after_holds_for_the_session_its_children_and_after_a_restart(place):
    """What was read in a conversation stays read in it; another conversation may export."""
    async with place.guard() as guard:
        await place.ask(guard, "export", session_id="s1")
        run = guard.run("support", session_id="s1")
        async with place.session(guard), run, guard.run("child"):  # of the same conversation
            await guard.authorize(kind="data", obj="customer/7", act="read", owner="acme")
    async with place.guard() as guard:
        with pytest.raises(AccessDenied):
            await place.ask(guard, "export", session_id="s1")
        with pytest.raises(AccessDenied):
            run, fresh = guard.run("support", session_id="s1"), guard.run("c", session_id="fresh")
            async with place.session(guard), run, fresh:  # a child chooses none for itself
                await guard.authorize(kind="data", obj="report", act="export", owner="acme")
        await place.ask(guard, "export", session_id="s2")


@pytest.mark.parametrize("how", ["tool", "authorize"])
async def test_what_has_to_come_first_is_remembered_over_runs_and_restarts(place, how):
    """Only what ended well counts, of this subject alone, and it survives a restart."""
    if how == "authorize":
        flow = (place.path / "policies/flow.yaml").read_text()
        (place.path / "policies/flow.yaml").write_text(
            flow.replace("after: {kind: tool, act: call, obj: lookup}",
                         "after: {kind: data, act: read, obj: report}")
        )  # fmt: skip
    async with place.guard() as guard:
        with pytest.raises(AccessDenied):
            await place.call(guard, "close")
        if how == "tool":
            with pytest.raises(StageFailure):
                await place.call(guard, "lookup", fail=True)
            with pytest.raises(AccessDenied):
                await place.call(guard, "close")
            await place.call(guard, "lookup")
        else:
            await place.ask(guard, "read", "report")
        with pytest.raises(AccessDenied):
            await place.call(guard, "close", sub="mia")
    async with place.guard() as guard:
        await place.call(guard, "close")
        with pytest.raises(AccessDenied):
            await place.call(guard, "close", sub="mia")
    assert place.ran.count("close") == 1


@pytest.mark.parametrize("step", [-7200, 7200, 10**8])
async def test_a_clock_that_is_set_forgets_nothing(place, monkeypatch, step):
    """The wall clock is not asked, neither here nor of what is on record."""
    async with place.guard() as guard:
        for _ in range(3):
            await place.call(guard, "refund")
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + step * 10**9)
    async with place.guard() as guard:
        with pytest.raises(AccessDenied):
            await place.call(guard, "refund")
    async with place.guard() as guard:
        with pytest.raises(AccessDenied):
            await place.call(guard, "refund")
    assert len(place.ran) == 3


async def test_after_its_window_there_is_room_again(place, monkeypatch):
    """What happened longer ago than the window does not count."""
    file = place.path / "policies/flow.yaml"
    file.write_text(FLOW.replace("window: 3600", "window: 0.4"))
    async with place.guard() as guard:
        for _ in range(3):
            await place.call(guard, "refund")
        with pytest.raises(AccessDenied):
            await place.call(guard, "refund")
        await asyncio.sleep(0.5)
        await place.call(guard, "refund")
    assert len(place.ran) == 4


async def test_another_boot_took_no_time(place, monkeypatch):
    """While the machine was off the clock of the history stood still."""
    file = place.path / "policies/flow.yaml"
    file.write_text(FLOW.replace("window: 3600", "window: 1"))
    monkeypatch.setattr("stageflow_guard.audit.log.log.boot_id", lambda: "another-boot")
    async with place.guard() as guard:
        for _ in range(3):
            await place.call(guard, "refund")
    monkeypatch.undo()
    time.sleep(1.1)
    async with place.guard() as guard:
        with pytest.raises(AccessDenied):
            await place.call(guard, "refund")


async def test_a_log_that_is_rolled_back_is_found_by_its_second_place(place):
    """Rolling the history back means rolling the log back, and that does not open."""
    place.settings(f'checkpoint_copy = "{place.path}/copy"')
    async with place.guard() as guard:
        await place.call(guard, "lookup")
    shutil.copytree(place.log, place.path / "old")
    async with place.guard() as guard:
        for _ in range(3):
            await place.call(guard, "refund")
    shutil.rmtree(place.log)
    shutil.copytree(place.path / "old", place.log)
    with pytest.raises(ConfigError):
        async with place.guard():
            pass
    assert len(place.ran) == 4


async def test_a_log_with_a_changed_record_gives_no_history(place):
    """A byte changed in a signed record: the guard does not open, or the call does not run."""
    async with place.guard() as guard:
        for _ in range(3):
            await place.call(guard, "refund")
    for file in (place.log / "tile").rglob("*"):
        if file.is_file() and b'"tool:refund"' in file.read_bytes():
            file.write_bytes(file.read_bytes().replace(b'"tool:refund"', b'"tool:rofund"'))
    with pytest.raises((ConfigError, PolicyUnavailable)):
        async with place.guard() as guard:
            await place.call(guard, "refund")
    assert len(place.ran) == 3


async def test_a_second_worker_does_not_start_with_such_a_rule(place):
    """Two workers would each count to three: the second one is refused by the rule's name."""
    place.settings('shard = "auto"')
    async with place.guard() as guard:
        await place.call(guard, "refund")
        with pytest.raises(ConfigError, match=r"flow\.yaml:3: rule `three-an-hour` .* worker"):
            async with Guard.load(place.path / "guard.toml"):
                pass
        aside = Guard.load(place.path / "guard.toml")
        aside._controls.sequence.elsewhere = True  # as the terminal's verbs do
        tool = place._tool(aside, "refund")
        other = aside.protect(kind="tool", obj="other")(lambda: "ran")
        async with aside, place.session(aside):
            async with aside.run("support"):
                assert other() == "ran"
            with pytest.raises(PolicyUnavailable, match="three-an-hour"):
                async with aside.run("support"):
                    await tool()
    assert place.ran == ["refund"]


async def test_the_logs_of_workers_that_ended_count(place):
    """A worker that starts later under another name reads what its siblings did."""
    for name in ("one", "two", "three"):
        file = place.path / "guard.toml"
        kept = file.read_text()
        place.settings(f'shard = "{name}"')
        async with place.guard() as guard:
            await place.call(guard, "refund")
            await place.call(guard, "lookup")
        file.write_text(kept)
    place.settings('shard = "four"')
    async with place.guard() as guard:
        with pytest.raises(AccessDenied):
            await place.call(guard, "refund")
        await place.call(guard, "close")


async def test_a_siblings_unsigned_record_permits_nothing(place):
    """A log that somebody planted beside ours, under a key of its own, opens no way."""
    kept = (place.path / "guard.toml").read_text()
    place.settings('shard = "one"\nkey_file = "other.key"')
    text = (place.path / "guard.toml").read_text()
    head, _, rest = text.partition('key_file = "other.key"\n')
    (place.path / "guard.toml").write_text(
        head + 'key_file = "other.key"\n'
        + "\n".join(line for line in rest.split("\n") if not line.startswith("key_file"))
    )  # fmt: skip
    async with place.guard() as guard:
        await place.call(guard, "lookup")
        for _ in range(3):
            await place.call(guard, "refund")
    (place.path / "guard.toml").write_text(kept)
    place.settings('shard = "two"')
    async with place.guard() as guard:
        with pytest.raises(AccessDenied):
            await place.call(guard, "close")
        with pytest.raises(AccessDenied):  # it may make a rule stricter
            await place.call(guard, "refund")


async def test_a_rule_that_comes_with_a_reload_knows_what_happened(place):
    """Rules are read into a running guard: what was done before counts."""
    file = place.path / "policies/flow.yaml"
    file.unlink()
    async with place.guard() as guard:
        for _ in range(3):
            await place.call(guard, "refund")
        file.write_text(FLOW)
        await guard.reload()
        with pytest.raises(AccessDenied):
            await place.call(guard, "refund")
        await place.call(guard, "lookup")
        await place.call(guard, "close")
    assert place.ran == ["refund"] * 3 + ["lookup", "close"]


async def test_a_log_that_was_pruned_too_far_stops_a_rule(place):
    """What a rule looks back to is not in the log any more: the guard does not open, by name."""
    async with place.guard() as guard:
        for _ in range(100):
            await place.ask(guard, "read", "report")
    origin = "example.com/pipelines"
    await prune(place.log, below=256, origin=origin, key_file=place.path / "audit.key")
    with pytest.raises(ConfigError, match="three-an-hour.*pruned"):
        async with place.guard():
            pass


KILLED = """
import asyncio, os, sys
sys.path.insert(0, {src!r})
from stageflow_guard import Guard
async def main():
    guard = Guard.load({config!r})
    @guard.protect(kind="tool", obj="refund")
    async def refund():
        print("ran", flush=True)
    async with guard, guard.session({token!r}):
        for _ in range(3):
            async with guard.run("support"):
                await refund()
        os.kill(os.getpid(), 9)
asyncio.run(main())
"""


async def test_a_process_that_was_killed_has_done_what_it_did(place):
    """Permits of a killed process are in the write-ahead file, and count."""
    from pathlib import Path

    idp = IdentityProvider("https://id.example")
    idp.write_jwks(place.path / "jwks.json")
    token = idp.mint(sub="bob", tenant="acme", roles=["clerk"])
    text = KILLED.format(
        src=str(Path("src").absolute()), config=str(place.path / "guard.toml"), token=token
    )
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", text], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "ran\n" * 3
    async with place.guard() as guard, guard.session(token):
        with pytest.raises(AccessDenied):
            async with guard.run("support"):
                await place.refund()
    assert place.ran == []


@pytest.mark.parametrize(
    "text",
    ["{at_most: 3, within: subject, window: 60}",
     "{at_most: 0, of: {kind: tool, act: call}}",
     "{at_most: 3, of: {kind: tool, act: call}, within: subject}",
     "{at_most: 3, of: {kind: tool, act: call}, never: {kind: tool, act: call}}",
     "{never: {kind: d, act: x}, after: {kind: d, act: y}, of: {kind: d, act: y}}",
     "{never: {kind: d, act: x}, after: {kind: d, act: y}, within: session}",
     "{never: {kind: d, act: x}, after: {kind: d, act: y}, within: tenant, window: 1}",
     "{never: {kind: d, act: reveal}, after: {kind: d, act: y}}",
     "{only: {kind: d, act: x}, after: {kind: tool, act: approve}}",
     "{only: {kind: d, act: x}, after: {kind: d, act: x}}"],
)  # fmt: skip
def test_a_rule_that_could_not_be_kept_is_an_error(place, text):
    """Half a rule, a rule without an end, one about what no history holds: they do not load."""
    (place.path / "policies/flow.yaml").write_text(f"flow: {{a: {text}}}")
    with pytest.raises(ConfigError, match=r"flow\.yaml"):
        Guard.load(place.path / "guard.toml")
