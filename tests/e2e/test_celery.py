"""Guarded Celery tasks, on a real worker over Redis and RabbitMQ: the caller goes along, sealed."""

from __future__ import annotations

import asyncio
import base64
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("celery", reason="the queue of these tests")

from celery import Celery, chain, chord, group

from stageflow_guard import NotAuthenticated
from stageflow_guard.cli import main
from stageflow_guard.hosts.celery import guarded_tasks
from stageflow_guard.hosts.celery.mount import questions_of
from stageflow_guard.testing import IdentityProvider

# a later application is given the shared tasks of the one before, which has the same names
pytestmark = pytest.mark.filterwarnings("ignore::celery.exceptions.DuplicateTaskNameWarning")
SERVICE = Path(__file__).parent / "services" / "tasks.py"
MAIL = "ada.lovelace@example.com"
PATIENCE = 150  # seconds for an answer on a busy machine
TASKS = ("note", "after", "parent", "gather", "flaky", "fails", "progress")
LINES = "".join(f"p, role:agent, acme, tool, {name}, call, allow\n" for name in TASKS)
ACTOR = "g, svc:web-app, role:agent, acme\n"  # who acts for somebody needs the right as well


class Desk:
    """A publisher in this process and a worker in another, with one policy and one log folder."""

    def __init__(self, home, broker, monkeypatch, idp):
        self.home, self.idp = home, idp
        for name, value in {
            "TASKS_HOME": str(home), "TASKS_BROKER": broker, "TASKS_QUEUE": f"q-{uuid4().hex}",
            "TASKS_BACKEND": "redis://127.0.0.1:6379/11", "TASKS_AUDIENCE": "pipelines",
            "WEB_SECRET": "web-secret",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        spec = importlib.util.spec_from_file_location("tasks", SERVICE)
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.app, self.guard = self.module.app, self.module.guard()
        with (home / "worker.log").open("w") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "tasks", "worker", "-P", "prefork",
                 "-c", "2", "-l", "WARNING", "--without-gossip", "--without-mingle",
                 "--without-heartbeat",
                 # a node's own queue is locked to it: another run's worker has another name
                 "-n", f"{os.environ['TASKS_QUEUE']}@%h"],
                cwd=SERVICE.parent, env={**os.environ, "C_FORCE_ROOT": "1"},
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def token(self, sub="bob", roles=("agent",), tenant="acme"):
        return self.idp.mint(sub=sub, tenant=tenant, roles=list(roles), aud="pipelines")

    def ran(self):
        path = self.home / "ran"
        return path.read_text().split() if path.exists() else []

    def close(self):
        self.worker.terminate()
        self.worker.wait(20)
        with self.app.connection_for_write() as connection:
            connection.default_channel.queue_delete(self.app.conf.task_default_queue)
        self.app.close()


@pytest.fixture(scope="module", params=["redis", "rabbitmq"])
def desk(request, tmp_path_factory):
    """One worker for the tests of each broker: its start is what costs."""
    needs = request.getfixturevalue("needs_service")
    needs("Redis", 6379)
    if request.param == "rabbitmq":
        needs("RabbitMQ", 5672)
    broker = {
        "redis": "redis://127.0.0.1:6379/11",
        "rabbitmq": "amqp://guest:guest@127.0.0.1:5672//",
    }
    home = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch, IdentityProvider.serve() as idp:
        idp.register("web-app", secret="web-secret")
        assert main(["init", str(home)]) == 0
        idp.write_jwks(home / "jwks.json")
        toml = home / "guard.toml"
        text = toml.read_text().replace("https://id.example", idp.issuer)
        client = 'client = { client_id = "web-app", client_secret_env = "WEB_SECRET" }'
        text = text.replace(
            "[policy]", f'token_endpoint = "{idp.token_endpoint}"\n{client}\n[policy]'
        )
        toml.write_text(text.replace("[audit]\n", '[audit]\nshard = "auto"\n'))
        policy = home / "policies/tenants/acme/policy.csv"
        policy.write_text(policy.read_text() + LINES + ACTOR)
        made = Desk(home, broker[request.param], patch, idp)
        try:
            with made.guard:
                yield made
        finally:
            made.close()
        folder = str(home / "audit")
        assert main(["audit", "verify", folder]) == 0  # every process closed its log


def test_a_task_runs_as_whoever_sent_it_and_holds_no_raw_text(desk):
    """Exchanged token, redacted arguments and answer; broker and backend hold neither in clear."""
    token = desk.token()
    with desk.guard.session(token), desk.guard.run("desk"):
        sent = desk.module.note.delay(f"write to {MAIL}")
    said = sent.get(timeout=PATIENCE)
    assert said.endswith("user:bob of acme through ['web-app']") or "web-app" in said
    assert "user:bob of acme" in said
    assert MAIL not in said and "grace.hopper" not in said and "EMAIL_ADDRESS" in said
    kept = json.dumps(sent.backend.get_task_meta(sent.id), default=repr)
    assert MAIL not in kept and "grace.hopper" not in kept and token not in kept


def test_the_caller_reaches_every_link_of_a_chain_and_what_a_task_sends(desk):
    """Chain, group, chord, a task sent from a task: each has the caller of the first."""
    tasks = desk.module
    with desk.guard.session(desk.token("eve")):
        chained = chain(tasks.note.s("hi"), tasks.after.s(), tasks.after.s()).delay()
        grouped = chord(group(tasks.note.s("a"), tasks.note.s("b")), tasks.gather.s()).delay()
        parent = tasks.parent.delay("hi")
    assert chained.get(timeout=PATIENCE).count("user:eve of acme") == 3
    assert grouped.get(timeout=PATIENCE).startswith("2: user:eve of acme")
    child = desk.app.AsyncResult(parent.get(timeout=PATIENCE))
    assert "user:eve of acme" in child.get(timeout=PATIENCE)


def test_a_retry_is_the_same_callers_and_a_refusal_is_not_retried(desk):
    """The host's `autoretry_for` stands inside of the guard: it sees failures, and no refusals."""
    with desk.guard.session(desk.token()):
        flaky = desk.module.flaky.delay(f"at {MAIL}")
        refused = desk.module.denied.delay("hi")
    assert "user:bob of acme" in flaky.get(timeout=PATIENCE)
    assert desk.ran().count("flaky") == 3
    with pytest.raises(Exception, match="is denied") as told:
        refused.get(timeout=PATIENCE)
    assert told.value.code == "access_denied" and "#" in told.value.ref
    assert told.value.ref in str(told.value)
    assert "denied" not in desk.ran()


def test_what_a_task_raises_leaves_redacted(desk):
    """The backend keeps type and text of an error: without personal data."""
    with desk.guard.session(desk.token()):
        sent = desk.module.fails.delay("hi")
    with pytest.raises(Exception, match="no mailbox") as told:
        sent.get(timeout=PATIENCE)
    kept = json.dumps(sent.backend.get_task_meta(sent.id), default=repr)
    assert MAIL not in f"{told.value!r}{kept}"


def test_what_a_task_tells_before_it_ends_is_redacted(desk, monkeypatch):
    """Its progress at the result backend, and the events that it sends to whoever monitors."""
    with desk.guard.session(desk.token()):
        assert desk.module.progress.delay("hi").get(timeout=PATIENCE) == "done"
    kept = (desk.home / "progress").read_text()
    assert "PROGRESS" in kept and "EMAIL_ADDRESS" in kept and "grace.hopper" not in kept
    sent = []
    monkeypatch.setattr(
        "celery.Task.send_event", lambda self, kind, *rest, **fields: sent.append((kind, fields))
    )
    stored = []
    monkeypatch.setattr(
        "celery.Task.update_state", lambda self, *given, **more: stored.append((given, more))
    )
    with desk.guard.session(desk.token()), desk.guard.run("desk"):
        desk.module.note.update_state("id-1", f"SENT TO {MAIL}", None, traceback=f"no {MAIL}")
        desk.module.note.update_state("id-2", "PROGRESS", {"done": 3})
        desk.module.note.send_event("task-note", note=f"for {MAIL}", step=3)
    assert MAIL not in repr(stored) and repr(stored).count("EMAIL_ADDRESS") == 2
    assert stored[1] == (("id-2", "PROGRESS", {"done": 3}), {})
    ((kind, fields),) = sent
    assert (kind, fields["step"]) == ("task-note", 3)
    assert MAIL not in fields["note"] and "EMAIL_ADDRESS" in fields["note"]


async def test_async_code_sends_too_and_the_conversation_goes_along(desk):
    """`delay` inside of a running loop, as in a web server; pseudonyms are those of the run."""
    async with (
        desk.guard.session(desk.token()),
        desk.guard.run("desk", input=f"to {MAIL}", session_id="c-1") as run,
    ):
        sent = desk.module.note.delay(run.input)
    said = await asyncio.to_thread(sent.get, timeout=30)
    assert run.input in said and "user:bob of acme" in said


def test_nobody_sends_no_task(desk):
    """Without a session nothing is published, typed and on record."""
    with pytest.raises(NotAuthenticated) as refused:
        desk.module.note.delay("hi")
    assert refused.value.ref


def _forged(desk, **changes):
    """A message as the broker's user could write it: that of a sent task, changed."""
    kept = []
    real = desk.app.amqp.send_task_message

    def keep(producer, name, message, **options):
        kept.append((name, message, options))

    desk.app.amqp.send_task_message = keep
    try:
        with desk.guard.session(desk.token()):
            desk.module.note.delay("hi")
    finally:
        desk.app.amqp.send_task_message = real
    ((name, message, options),) = kept
    own, body = dict(options["headers"]), list(message.body)
    name = changes.get("name", name)
    headers = {**message.headers, "task": name, "id": changes.get("id", message.headers["id"])}
    own["stageflow_guard"] = changes.get("sealed", own["stageflow_guard"])
    if changes.get("drop"):
        own.pop("stageflow_guard")
    own |= changes.get("more", {})
    options["headers"] = own
    body[0] = changes.get("args", body[0])
    with desk.app.producer_pool.acquire() as producer:
        real(producer, name, message._replace(headers=headers, body=tuple(body)), **options)
    return desk.app.AsyncResult(headers["id"])


@pytest.mark.parametrize(
    "changes",
    [
        {"drop": True},
        {"args": ["something else"]},
        {"name": "after"},
        {"id": str(uuid4())},
        {"sealed": base64.b64encode(b"x" * 80).decode()},
        {"drop": True, "more": {"_stageflow_guard_delegation": ["token", None, None]}},
        {"drop": True, "more": {"called_directly": True}},
        {"drop": True, "name": "celery.map", "args": [{"task": "note", "args": []}, ["hi"]]},
    ],
    ids=[
        "no header",
        "other arguments",
        "another task",
        "another id",
        "made up",
        "unsealed",
        "as if direct",
        "through map",
    ],
)
def test_a_message_that_was_changed_on_the_broker_runs_nothing(desk, changes):
    """The delegation is bound to key, task, id and arguments."""
    before = desk.ran()
    with pytest.raises(Exception) as told:
        _forged(desk, **changes).get(timeout=PATIENCE)
    assert told.value.code == "not_authenticated"
    assert desk.ran() == before


def test_the_message_holds_neither_token_nor_arguments_in_clear(desk):
    """What the broker sees of the caller is sealed; `argsrepr` says nothing."""
    kept = []
    token = desk.token()
    real = desk.app.amqp.send_task_message
    desk.app.amqp.send_task_message = lambda *a, **o: kept.append(repr((a[1:], o)))
    try:
        with desk.guard.session(token):
            desk.module.note.apply_async((f"to {MAIL}",), headers={"own": "kept"})
            desk.module.note.map([f"to {MAIL}"]).delay()
            desk.module.note.starmap([(f"to {MAIL}",)]).delay()
            desk.module.note.chunks([(f"to {MAIL}",)], 1).delay()
            desk.module.note.chunks([(f"to {MAIL}",)], 1).group().delay()
    finally:
        desk.app.amqp.send_task_message = real
    assert len(kept) == 5 and "'own': 'kept'" in kept[0]
    for message in kept:
        assert "stageflow_guard" in message
        for part in (MAIL, token, token.split(".")[1]):
            assert part not in message


def test_items_of_a_map_are_redacted_and_each_is_a_step(desk):
    """The host's own task carries them: the body has a placeholder, the caller is who sent it."""
    with desk.guard.session(desk.token()):
        sent = desk.module.note.map([f"to {MAIL}", "hi"]).delay()
    said = sent.get(timeout=PATIENCE)
    assert len(said) == 2 and all("user:bob of acme" in one for one in said)
    assert MAIL not in said[0]


def test_a_task_with_a_name_like_the_hosts_own_is_guarded(desk):
    """Who may go past is told by where the body is from: any task can be named `celery.…`."""
    ran = []
    base = guarded_tasks(lambda: desk.guard, key_file=desk.home / "tasks" / "key")
    app = Celery("named", task_cls=base, broker="memory://", set_as_current=False)

    @app.task(name="celery.report", shared=False)
    def report(text):
        ran.append(text)

    for call in (report, report.run, report.delay):
        with pytest.raises(Exception) as told:
            call("hi")
        assert told.value.code == "not_authenticated"
    assert ran == []
    asked = [name for _, name, _ in questions_of(app)[1]]
    assert "celery.report" in asked and "celery.map" not in asked


def test_a_body_is_out_of_reach_outside_a_task(desk):
    """`.run()` and the call itself are refused without a caller; there is no `__wrapped__`."""
    task = desk.module.note
    before = desk.ran()
    with pytest.raises(NotAuthenticated) as refused:
        task.run("hi")
    assert refused.value.reason == "outside_run"
    with pytest.raises(Exception) as told:
        task("hi")
    assert told.value.code == "not_authenticated"
    assert not hasattr(task, "__wrapped__")
    assert desk.ran() == before
    with desk.guard.session(desk.token()), desk.guard.run("desk"):
        assert "user:bob" in task("hi")  # called directly, in the run that is there


def test_one_log_per_process_verifies_and_names_the_callers(desk):
    """The shards of publisher and workers hold the runs of the tasks, each with its caller."""
    time.sleep(0.5)
    shards = [p for p in (desk.home / "audit").iterdir() if p.is_dir()]
    whole = b"".join(p.read_bytes() for s in shards for p in s.rglob("*") if p.is_file())
    assert b"user:eve" in whole and MAIL.encode() not in whole
    assert MAIL not in (desk.home / "worker.log").read_text()
