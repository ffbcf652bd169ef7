"""Approvals from a second terminal, over a webhook, and from many processes at once."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import pytest

from stageflow_guard import AccessDenied, ApprovalRequired, ConfigError, Guard
from stageflow_guard.audit import verify
from stageflow_guard.cli import main
from stageflow_guard.enforcement.grants import Answer, Grants, NotOpenError, PendingApproval
from stageflow_guard.enforcement.rowstores.psycopg import PostgresRows
from stageflow_guard.enforcement.rowstores.sqlite import SqliteRows
from stageflow_guard.testing import IdentityProvider

DSN = os.environ.get(
    "STAGEFLOW_GUARD_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres"
)
LINES = """
g, claim:clerk, role:clerk, acme
g, claim:boss, role:boss, acme
p, role:clerk, acme, tool, refund, call, allow
p, role:boss, acme, tool, refund, approve, allow
"""


@pytest.fixture
def place(tmp_path):
    """A home whose processes write a shard each, with one tool that needs an approval."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    (tmp_path / "policies/catalogue.yaml").write_text("tools: {refund: {approval: required}}")
    with (tmp_path / "policies/tenants/acme/policy.csv").open("a") as file:
        file.write(LINES)
    toml = tmp_path / "guard.toml"
    toml.write_text(toml.read_text().replace("[audit]", '[audit]\nshard = "auto"', 1))

    class Place:
        path, config = tmp_path, toml

        def token(self, sub, role):
            return idp.mint(sub=sub, tenant="acme", roles=[role], aud="pipelines")

        def verb(self, token, *argv):
            return subprocess.run(
                [sys.executable, "-m", "stageflow_guard", "approvals", *argv, "--config", str(toml)],
                input=token + "\n", capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip

    return Place()


async def refused(guard, place, tool):
    with pytest.raises(ApprovalRequired) as caught:
        async with guard.session(place.token("bob", "clerk")), guard.run("support"):
            await tool(500, "ada.lovelace@example.org")
    return caught.value


async def test_a_second_terminal_lists_shows_and_approves(place):
    """The requester's token may not; the boss's may; the waiting application's call then runs."""
    ran = []
    async with Guard.load(place.config) as guard:

        @guard.protect(kind="tool", obj="refund")
        async def refund(amount, to):
            ran.append(amount)

        waiting = await refused(guard, place, refund)
        boss, own = place.token("mia", "boss"), place.token("bob", "clerk")
        listed = await asyncio.to_thread(place.verb, boss, "list")
        assert waiting.approval in listed.stdout
        assert "lovelace" not in listed.stdout
        shown = await asyncio.to_thread(place.verb, boss, "show", waiting.approval, "--json")
        assert json.loads(shown.stdout)[0]["by"] == "user:bob"
        no = await asyncio.to_thread(place.verb, own, "approve", waiting.approval)
        assert (no.returncode, no.stdout) == (1, "")
        assert "access_denied" in no.stderr
        yes = await asyncio.to_thread(place.verb, boss, "approve", waiting.approval)
        assert yes.returncode == 0, yes.stderr
        again = await asyncio.to_thread(place.verb, boss, "deny", waiting.approval)
        assert again.returncode == 1
        async with guard.session(own), guard.run("support"):
            await refund(500, "ada.lovelace@example.org")
        with pytest.raises(ApprovalRequired):
            async with guard.session(own), guard.run("support"):
                await refund(500, "ada.lovelace@example.org")
    assert ran == [500]
    for shard in (place.path / "audit").iterdir():
        if (shard / "checkpoint").exists():
            verify(shard)


async def test_a_webhook_hears_of_a_request_and_is_tried_again(place, monkeypatch):
    """Two failures, then one delivery: signed, with names alone."""
    heard, done = [], threading.Event()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((body, self.headers["X-Stageflow-Guard-Signature"]))
            self.send_response(500 if len(heard) < 3 else 204)
            self.end_headers()
            if len(heard) == 3:
                done.set()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr("stageflow_guard.enforcement.webhook.PAUSES", (0.01, 0.01))
    monkeypatch.setenv("HOOK_URL", f"http://127.0.0.1:{server.server_port}/")
    monkeypatch.setenv("HOOK_KEY", "k" * 32)
    with place.config.open("a") as file:
        file.write('\n[approvals.webhook]\nurl_env = "HOOK_URL"\nsecret_env = "HOOK_KEY"\n')
    try:
        async with Guard.load(place.config) as guard:
            guard.protect(kind="tool", obj="refund")(print)
            refund = guard.protect(kind="tool", obj="refund")(_refund)
            waiting = await refused(guard, place, refund)
            assert await asyncio.to_thread(done.wait, 20)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    body, signature = heard[-1]
    assert signature == "sha256=" + hmac.digest(b"k" * 32, body, "sha256").hex()
    assert json.loads(body)["request"] == waiting.approval
    assert b"lovelace" not in body
    assert b"500" not in body


async def _refund(amount, to):
    raise AssertionError


def rows(kind, where):
    return SqliteRows(where) if kind == "sqlite" else PostgresRows(DSN)


def request():
    return PendingApproval(
        id=f"apr-{uuid4().hex[:24]}", ref="x#1", tenant="acme", subject="user:bob",
        identities=("user:bob",), kind="tool", obj="refund", owner="acme", run=None, digest="d",
        revision="r", arguments="{}", asked=0.0, expires=4e9, needed=1,
    )  # fmt: skip


DECIDE = """
import sys, threading
sys.path.insert(0, {src!r})
from stageflow_guard.enforcement.grants import Answer, Grants, NotOpenError
from stageflow_guard.enforcement.rowstores.{module} import {store}
grants = Grants({store}({where!r}), b"k" * 32)
print("ready", flush=True)
sys.stdin.readline()
won = []
def one(n):
    who = "user:%s-%d" % (sys.argv[1], n)
    try:
        grants.claim({id!r}, Answer(by=who, identities=(who,), granted=bool(n % 2), at=1.0))
        won.append(who)
    except NotOpenError:
        pass
threads = [threading.Thread(target=one, args=(n,)) for n in range(50)]
[t.start() for t in threads]
[t.join() for t in threads]
print(len(won))
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_hundred_deciders_in_four_processes_make_one_decision(tmp_path, kind):
    """Four processes with fifty threads each over one store: exactly one answer is taken."""
    where = str(tmp_path / "a.db") if kind == "sqlite" else DSN
    grants = Grants(rows(kind, where), b"k" * 32)
    asked = request()
    grants.ask(asked, f"lookup-{asked.id}")
    store = ("sqlite", "SqliteRows") if kind == "sqlite" else ("psycopg", "PostgresRows")
    text = DECIDE.format(
        src=os.path.abspath("src"), module=store[0], store=store[1], where=where, id=asked.id
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", text, str(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]  # fmt: skip
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    won = [int(child.communicate(timeout=120)[0]) for child in children]
    assert sum(won) == 1, won
    assert len(grants.get(asked.id).answers) == 1
    grants.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_store_keeps_requests_over_a_restart_and_believes_no_other_key(tmp_path, kind):
    """Another key's guard reads nothing; the same key's finds request, answer and use."""
    where = str(tmp_path / "a.db")
    asked = request()
    first = Grants(rows(kind, where), b"k" * 32)
    first.ask(asked, asked.id)
    first.claim(asked.id, Answer(by="user:mia", identities=("user:mia",), granted=True, at=1.0))
    first.close()
    second = Grants(rows(kind, where), b"k" * 32)
    assert second.use(asked.id) is False  # its answer is not on record yet
    second.confirm(asked.id, "user:mia", "x#2")
    assert second.use(asked.id) is True
    assert second.use(asked.id) is False
    with pytest.raises(NotOpenError):
        second.claim(asked.id, Answer(by="user:n", identities=("user:n",), granted=True, at=1.0))
    second.close()
    other = Grants(rows(kind, where), b"x" * 32)
    with pytest.raises(Exception, match="not written by this guard"):
        other.get(asked.id)
    other.close()


def test_accepted_definitions_are_pinned(place, tmp_path, monkeypatch, capsys):
    """`policy tools accept` writes digests; a tool that is none of them does not run."""
    (tmp_path / "shop.py").write_text(
        "from stageflow.tools.definitions import ToolDefinition\n"
        "from stageflow.tools.executor_v2 import AdvancedToolExecutor\n"
        "async def handler(input): raise AssertionError\n"
        "tools = AdvancedToolExecutor()\n"
        "tools.register(ToolDefinition('refund', 'refund', handler, 'Pays back.'))\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main(["policy", "tools", "accept", "shop:tools"]) == 0
    assert "new" in capsys.readouterr().out
    text = (tmp_path / "policies/accepted_tools.yaml").read_text()
    (tmp_path / "policies/accepted_tools.yaml").write_text(text[:-10] + "000000000\n")

    async def work():
        import shop

        async with Guard.load(place.config) as guard:
            assert guard.mount_tools(guard.mount_tools(shop.tools)) is shop.tools
            with pytest.raises(ConfigError, match="another guard"):
                Guard.load(place.config).mount_tools(shop.tools)
            async with guard.session(place.token("bob", "clerk")), guard.run("support"):
                from stageflow.tools.definitions import ToolInput

                await shop.tools.get_tool("refund").handler(
                    ToolInput(action_id=uuid4(), tool_name="refund", payload={})
                )

    with pytest.raises(AccessDenied) as caught:
        asyncio.run(work())
    assert caught.value.decision.reason == "definition_changed"
    del sys.modules["shop"]  # its tools are the first guard's
    assert main(["policy", "tools", "accept", "shop:tools"]) == 0
    assert "changed" in capsys.readouterr().out
    with pytest.raises(ApprovalRequired):
        asyncio.run(work())
