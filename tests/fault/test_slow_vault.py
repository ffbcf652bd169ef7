"""A vault whose store does not answer holds up its own runs, and nobody else's."""

from __future__ import annotations

import asyncio
import os
import threading
import uuid

import pytest
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput

from stageflow_guard import Guard, InspectorUnavailable
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
from stageflow_guard.testing.conformance.environment import ADA, KitLog, KitRules, KitTokens

URL = os.environ.get("STAGEFLOW_GUARD_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
TEXT = "write to ada@example.com"
BEATS = 30


class Keys:
    """A key for everybody."""

    ring = b"one ring"

    def current(self, tenant, subject, purpose):
        return 1, b"k" * 32

    def erase(self, tenant, subject):
        return None


class Gate:
    """A store in a dict that answers once its gate is open."""

    def __init__(self):
        self.open = threading.Event()
        self.kept = {}

    def load(self, tenant, scope):
        self.open.wait(20)
        return [(e, n, v) for (t, s, e, n), v in self.kept.items() if (t, s) == (tenant, scope)]

    def save(self, tenant, scope, entity, number, sealed):
        self.open.wait(20)
        return self.kept.setdefault((tenant, scope, entity, number), sealed) is sealed

    def forget(self, tenant, scope):
        return None


class Reveals(KitRules):
    """Permits `reveal`, too."""

    def decide(self, request):
        import dataclasses

        if request.act == "reveal":
            request = dataclasses.replace(request, act="run")
        return super().decide(request)


def guarded(store, *, deadline=20.0):
    inspector = OffLoopInspector(
        Redactor(ner=None), Vault(store=store, keys=Keys()), deadline=deadline
    )
    return Guard(authenticator=KitTokens(), decisions=Reveals(), inspector=inspector, log=KitLog())


async def echo(ctx):
    return StageOutput.ok(text=ctx.snapshot.input_text)


PIPELINE = Pipeline.from_stages(stage("echo", echo, StageKind.TRANSFORM), name="kit")


async def run(guard, session_id):
    async with guard.session(ADA):
        return await guard.mount(PIPELINE, name="kit").run(input_text=TEXT, session_id=session_id)


async def beats_beside(work, open_gate):
    """Count turns of the loop beside `work`; open the gate after enough of them."""
    task = asyncio.create_task(work)
    for beat in range(BEATS):
        await asyncio.sleep(0.002)
        assert not task.done(), f"over after {beat} beats: {task}"
    open_gate()
    return await task


async def test_the_loop_goes_on_while_a_store_gives_no_answer():
    """Opening, minting and restoring wait on threads; the loop turns; then the run ends well."""
    store = Gate()
    async with guarded(store) as guard:
        results = await beats_beside(run(guard, str(uuid.uuid4())), store.open.set)
        assert results["echo"].data["text"].startswith("write to ⟦EMAIL_ADDRESS_1·")


async def test_another_conversation_is_not_held_up_by_one_that_waits():
    """One scope waits for the store; a guard with a vault in memory, and a kept scope, answer."""
    store = Gate()
    store.open.set()
    async with guarded(store) as guard:
        known = str(uuid.uuid4())
        await run(guard, known)
        store.open.clear()
        waiting = asyncio.create_task(run(guard, str(uuid.uuid4())))
        await asyncio.sleep(0.02)
        other = Guard(
            authenticator=KitTokens(), decisions=Reveals(), log=KitLog(),
            inspector=OffLoopInspector(Redactor(ner=None), Vault()),
        )  # fmt: skip
        async with other:
            assert (await run(other, str(uuid.uuid4())))["echo"].data["text"]
        assert not waiting.done()
        store.open.set()
        assert (await waiting)["echo"].data["text"]


async def test_a_store_that_never_answers_is_a_refusal_after_the_deadline():
    """`InspectorUnavailable`, on record; no stage runs."""
    store = Gate()
    async with guarded(store, deadline=0.1) as guard:
        with pytest.raises(InspectorUnavailable) as caught:
            await run(guard, str(uuid.uuid4()))
        assert caught.value.ref
        store.open.set()  # so that its thread ends


@pytest.fixture
def postgres():
    """A vault in a real PostgreSQL, and a way to lock its table."""
    psycopg = pytest.importorskip("psycopg")
    try:
        other = psycopg.connect(URL, connect_timeout=2)
    except psycopg.OperationalError:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL does not answer")
        pytest.skip("no PostgreSQL here")
    from stageflow_guard.redaction.vault.stores.psycopg import PostgresVault

    store = PostgresVault(URL)
    yield store, other
    other.close()
    store.close()


async def test_a_locked_table_in_postgresql_does_not_stop_the_process(postgres):
    """The table is locked by another session: the loop turns, and the run ends once it is free."""
    store, other = postgres
    async with guarded(store) as guard:
        other.execute("LOCK TABLE stageflow_guard_vault IN ACCESS EXCLUSIVE MODE")
        results = await beats_beside(run(guard, str(uuid.uuid4())), other.rollback)
        assert results["echo"].data["text"].startswith("write to ⟦EMAIL_ADDRESS_1·")
