"""Attacks on what is remembered and found: nobody reads another's, and nothing uninspected."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.helpers.memory import InMemoryStore, MemoryFetchStage, MemoryWriteStage

from stageflow_guard import AccessDenied, ConfigError, Guard, NotAuthenticated
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.errors import PolicyUnavailable
from stageflow_guard.hosts.stageflow.stages import OwnedMemory
from stageflow_guard.testing import IdentityProvider

LINES = """
g, claim:clerk, role:clerk, {t}
p, role:clerk, {t}, stage, chat/*, run, allow
p, role:clerk, {t}, memory, chat, read, allow
p, role:clerk, {t}, memory, chat, write, allow
p, role:clerk, {t}, data, orders, read, allow
p, role:clerk, {t}, data, order/*, read, allow
p, role:clerk, {t}, data, order/9, read, deny
"""
HITS = [
    {"id": 7, "of": "acme", "text": "for ada.lovelace@example.org"},
    {"id": 8, "of": "globex", "text": "another tenant's"},
    {"id": 9, "of": "acme", "text": "not for clerks"},
    {"id": 10, "of": None, "text": "nobody's"},
    {"text": "without a name"},
]


@pytest.fixture
def place(tmp_path):
    """A home whose clerks may read orders but for one, and a memory of their own."""
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

        def session(self, guard, sub="bob", tenant="acme", role="clerk"):
            return guard.session(idp.mint(sub=sub, tenant=tenant, roles=[role]))

        def denied(self):
            rows = [r for _, r in iter_records(tmp_path / "audit") if r.get("decision") == "deny"]
            return [r["resource"] for r in rows]

    return Place()


def searching(guard, give=HITS, asked=None):
    @guard.retriever("orders", obj=lambda hit: f"order/{hit['id']}", owner=lambda hit: hit["of"])
    async def search(words):
        if asked is not None:
            asked.append(words)
        return give

    return search


async def test_what_a_search_finds_is_the_callers_own_permitted_and_inspected(place):
    """Foreign, denied, nobody's and nameless hits are dropped on record; the rest is redacted."""
    asked = []
    async with place.guard() as guard:
        search = searching(guard, asked=asked)
        async with place.session(guard), guard.run("desk"):
            (hit,) = await search("mail ada.lovelace@example.org")
        assert hit["id"] == 7
        assert "lovelace" not in hit["text"]
        assert hit["text"].startswith("for ⟦EMAIL_ADDRESS_1·")
        assert "lovelace" not in asked[0]
    assert len(place.denied()) == 4
    assert HITS[0]["text"] == "for ada.lovelace@example.org"


@pytest.mark.parametrize(
    ("role", "give", "error"),
    [("nobody", HITS, AccessDenied), ("clerk", None, PolicyUnavailable),
     ("clerk", 5, PolicyUnavailable)],
    ids=["no right", "nothing", "a number"],
)  # fmt: skip
async def test_a_search_without_a_right_or_a_list_gives_nothing(place, role, give, error):
    """No line for the search: it does not run. Hits that cannot be read: none of them returns."""
    asked = []
    async with place.guard() as guard:
        search = searching(guard, give, asked)
        with pytest.raises(error) as caught:
            async with place.session(guard, role=role), guard.run("desk"):
                await search("cups")
        assert caught.value.ref
        assert len(asked) == (role == "clerk")
        with pytest.raises(NotAuthenticated):
            await search("cups")
        assert len(asked) == (role == "clerk")


def test_only_an_async_search_is_taken(place):
    """A function that is none is an error when it is decorated."""
    with pytest.raises(ConfigError, match="async function"):
        place.guard().retriever("orders", obj=str, owner=str)(lambda words: [])


# -- the host's own memory stages --------------------------------------------------------------------


async def answer(ctx):
    entries = ctx.inputs.get_from("memory", "memory_entries", [])
    return StageOutput.ok(response="said", seen=[one["content"] for one in entries])


def chat(store):
    pipeline = Pipeline(name="chat")
    pipeline = pipeline.with_stage("memory", MemoryFetchStage(store), StageKind.ENRICH)
    pipeline = pipeline.with_stage("llm", answer, StageKind.TRANSFORM, after="memory")
    return pipeline.with_stage("keep", MemoryWriteStage(store), StageKind.WORK, after="llm")


@pytest.mark.parametrize("how", ["both", "class", "later"])
def test_a_memory_that_belongs_to_nobody_is_refused_at_the_mount(place, how):
    """The host's stages read by the conversation's id, whoever names it."""
    guard, store = place.guard(), InMemoryStore()
    with pytest.raises(ConfigError, match="OwnedMemory"):
        if how == "both":
            guard.mount(chat(store), name="chat")
        elif how == "class":
            plain = Pipeline(name="chat").with_stage(
                "memory", MemoryFetchStage, StageKind.ENRICH, config={"store": store}
            )
            guard.mount(plain, name="chat")
        else:
            mounted = guard.mount(Pipeline(name="chat"), name="chat")
            mounted.with_stage("memory", MemoryFetchStage(store), StageKind.ENRICH)


async def test_the_hosts_memory_belongs_to_tenant_subject_and_conversation(place):
    """Who names another's conversation reads nothing of it; what is kept is redacted."""
    store, session = InMemoryStore(), uuid4()
    async with place.guard() as guard:
        mounted = guard.mount(chat(OwnedMemory(guard, store)), name="chat")

        async def seen(sub="bob", tenant="acme", session=session):
            async with place.session(guard, sub, tenant):
                done = await mounted.run(
                    input_text="ada.lovelace@example.org wrote", session_id=session
                )
            return done["llm"].data["seen"]

        assert await seen() == []
        first, second = await seen()
        assert first.startswith("⟦EMAIL_ADDRESS_1·")
        assert second == "said"
        assert await seen(sub="eve") == []
        assert await seen(tenant="globex") == []
        assert await seen(session=uuid4()) == []
        assert len(await seen()) == 4
    assert "lovelace" not in str(vars(store))


class Lying(InMemoryStore):
    """A store that gives what it likes."""

    def __init__(self, give):
        super().__init__()
        self.give = give

    async def fetch(self, session_id, config):
        return self.give


async def test_a_store_that_gives_anothers_entries_is_refused(place):
    """Each entry's owner is looked at before a stage sees it."""
    from stageflow.helpers.memory import MemoryEntry

    foreign = MemoryEntry("1", UUID(int=7), "user", "another's")
    async with place.guard() as guard:
        for give in ([foreign], ["text"], 5):
            mounted = guard.mount(chat(OwnedMemory(guard, Lying(give))), name="chat")
            with pytest.raises(AccessDenied) as caught:
                async with place.session(guard):
                    await mounted.run(input_text="x", session_id=uuid4())
            assert caught.value.ref
            assert "another's" not in str(caught.value)
    assert place.denied() == ["memory:chat"] * 3
