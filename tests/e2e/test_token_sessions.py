"""Whose tokens a store holds, how a session ends, and an answer that comes late."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from stageflow_guard.auth import FileStore, HttpClient, MemoryStore, RedisStore, TokenManager
from stageflow_guard.auth.http import HttpResponse
from stageflow_guard.errors import (
    ConfigError,
    NotAuthenticated,
    ReauthRequired,
    TokenUnavailable,
)
from stageflow_guard.testing import IdentityProvider


@pytest.fixture
def idp():
    """A provider over HTTP."""
    with IdentityProvider.serve(access_ttl=60) as served:
        yield served


def manager(idp, store, **more):
    """The embedded client of the provider."""
    return TokenManager(
        token_endpoint=idp.token_endpoint, client_id="demo-app", client_secret="demo-secret",
        store=store, **more,
    )  # fmt: skip


async def adopt(tokens, idp, sub):
    """Log `sub` in; return the access token."""
    given = idp.grant(sub=sub)
    await tokens.adopt(given["access_token"], given["refresh_token"], 60)
    return given["access_token"]


# -- a store is for one subject --------------------------------------------------------------------


async def test_a_redis_keeps_each_users_tokens_apart(idp, redis_url):
    """The family says whose tokens these are: ada is never handed the token of eve."""
    if redis_url is None:
        pytest.skip("no Redis on 127.0.0.1:6379")
    ada, eve = (manager(idp, redis_url, family=name) for name in ("ada", "eve"))
    hers, other = await adopt(ada, idp, "ada"), await adopt(eve, idp, "eve")
    assert (await ada.access_token(), await eve.access_token()) == (hers, other)
    again = manager(idp, redis_url, family="ada")
    assert await again.access_token() == hers


def test_a_redis_without_a_family_is_refused(idp):
    """Two users under one key would read each other's tokens."""
    with pytest.raises(ConfigError, match="family"):
        manager(idp, "redis://127.0.0.1:6379/9")
    with pytest.raises(TypeError):
        RedisStore("redis://127.0.0.1:6379/9")


@pytest.mark.parametrize("family", ["", "a b", "a\nb", "x" * 201, "a\x00"])
def test_a_family_is_a_name(family):
    """It becomes a key: what is no name is refused before anything is stored."""
    with pytest.raises(ConfigError, match="family"):
        RedisStore("redis://127.0.0.1:6379/9", family=family)


async def test_an_applications_own_tokens_need_no_family(idp, redis_url):
    """Client credentials have one subject, the client."""
    if redis_url is None:
        pytest.skip("no Redis on 127.0.0.1:6379")
    own = manager(idp, redis_url, grant="client_credentials")
    assert await own.access_token() == await own.access_token()
    assert idp.granted["client_credentials"] == 1


@pytest.mark.parametrize("kind", ["file", "memory", "redis", "another manager"])
async def test_anothers_tokens_are_not_replaced(idp, tmp_path, kind, redis_url):
    """`adopt` into a store that is in use refuses another subject, and nothing has changed."""
    if kind == "redis" and redis_url is None:
        pytest.skip("no Redis on 127.0.0.1:6379")
    stores = {
        "file": lambda: FileStore(tmp_path / "t.json"), "memory": MemoryStore,
        "redis": lambda: RedisStore(redis_url, family="shared"),
        "another manager": lambda: FileStore(tmp_path / "t.json"),
    }  # fmt: skip
    store = stores[kind]()
    tokens = manager(idp, store)
    hers = await adopt(tokens, idp, "ada")
    intruder = manager(idp, store) if kind == "another manager" else tokens
    with pytest.raises(NotAuthenticated) as caught:
        await adopt(intruder, idp, "eve")
    assert caught.value.reason == "identity_changed"
    assert await tokens.access_token() == hers
    await adopt(tokens, idp, "ada")  # the same subject may log in again


async def test_after_the_end_of_a_session_another_may_begin(idp, tmp_path):
    """A store that is over is free; so is one whose tokens do not say whose they are."""
    tokens = manager(idp, tmp_path / "t.json")
    await adopt(tokens, idp, "ada")
    await tokens.revoke()
    eve = await adopt(tokens, idp, "eve")
    assert await tokens.access_token() == eve
    opaque = manager(idp, tmp_path / "o.json")
    await opaque.adopt("opaque-1", "r1", 60)
    await opaque.adopt("opaque-2", "r2", 60)
    assert await opaque.access_token() == "opaque-2"


# -- the end of a session, in each provider's words -------------------------------------------------

ENDED = {
    "RFC 6749": (400, {"error": "invalid_grant"}),
    "GitHub, with status 200": (200, {"error": "bad_refresh_token", "error_description": "The refresh token passed is incorrect or expired."}),
    "Entra, more to do": (400, {"error": "interaction_required", "suberror": "basic_action"}),
    "Entra, consent": (400, {"error": "consent_required"}),
    "OpenID Connect": (400, {"error": "login_required"}),
    "Supabase, a code": (400, {"code": 400, "error_code": "refresh_token_not_found", "msg": "Invalid Refresh Token: Refresh Token Not Found"}),
    "Supabase, used": (400, {"code": "refresh_token_already_used", "message": "Invalid Refresh Token: Already Used"}),
    "Supabase, a text alone": (400, {"code": 400, "msg": "Invalid Refresh Token: Refresh Token Not Found"}),
    "Slack, with status 200": (200, {"ok": False, "error": "invalid_refresh_token"}),
    "HubSpot": (400, {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"}),
    "Google": (400, {"error": "invalid_grant", "error_subtype": "invalid_rapt"}),
    "Cognito": (400, {"__type": "NotAuthorizedException", "message": "Refresh Token has expired"}),
    "Atlassian": (403, {"error": "unauthorized_client", "error_description": "refresh_token is invalid"}),
}  # fmt: skip


def answering(status, content):
    """A provider that always says this; its list grows with each request."""
    asked = []

    def send(method, url, *, headers=None, body=""):
        asked.append(body)
        return HttpResponse(status, json.dumps(content).encode())

    return send, asked


@pytest.mark.parametrize("name", [n for n in ENDED if n != "Atlassian"])
async def test_a_dead_session_is_said_once_and_never_tried_again(name):
    """Whatever word a provider has for it: `ReauthRequired`, from the store from then on."""
    send, asked = answering(*ENDED[name])
    tokens = TokenManager(
        token_endpoint="https://id.example/token", client_id="c", store=MemoryStore(), send=send
    )
    await tokens.adopt("a", "r", 1)
    tokens._until = float("-inf")
    for _ in range(3):
        with pytest.raises(ReauthRequired):
            await tokens.access_token()
    assert len(asked) == 1 and tokens.state == "over"


ALIVE = {
    "a server error": (500, {"error": "invalid_grant"}),
    "a rate limit": (429, {"error": "slow_down"}),
    "this client is refused": (401, {"error": "invalid_client"}),
    "a refusal without a word": (400, {}),
    "an unknown word": (400, {"error": "try_again"}),
    "another provider's page": (200, {}),
}


@pytest.mark.parametrize("name", ALIVE)
async def test_a_failure_that_may_pass_ends_no_session(name, monkeypatch):
    """What is no word of an end is tried later; the refresh token stays."""
    monkeypatch.setattr("stageflow_guard.auth.manager.PATIENCE", 0.0)
    send, _ = answering(*ALIVE[name])
    store = MemoryStore()
    tokens = TokenManager(
        token_endpoint="https://id.example/token", client_id="c", store=store, send=send
    )
    await tokens.adopt("a", "r", 1)
    tokens._until = float("-inf")
    with pytest.raises(TokenUnavailable):
        await tokens.access_token()
    assert store.load().refresh_token == "r" and not store.load().over


@pytest.mark.parametrize(
    ("asked", "granted", "sent"),
    [
        ("a b", None, "scope=a+b"), ("a b", "b", "scope=b"), ("a b", "b c", "scope=b"),
        (None, "b", None), ("a", "c", None),
    ],
)  # fmt: skip
async def test_a_refresh_sends_the_scope_that_was_asked_for(asked, granted, sent):
    """RFC 6749 section 6: of what was granted, nothing more."""
    send, bodies = answering(200, {"access_token": "n", "token_type": "Bearer", "expires_in": 60})
    tokens = TokenManager(
        token_endpoint="https://id.example/token", client_id="c", store=MemoryStore(), send=send,
        scope=asked,
    )  # fmt: skip
    await tokens.adopt("a", "r", 60, granted)
    await tokens.renew("a")
    assert ("scope=" in bodies[0]) is (sent is not None)
    assert sent is None or sent in bodies[0]


# -- an answer that comes late ---------------------------------------------------------------------


async def test_a_rotation_outlives_the_caller_who_waits_for_it(idp, tmp_path, monkeypatch):
    """The provider hangs after it has rotated: the caller gives up, the answer is kept."""
    monkeypatch.setattr("stageflow_guard.auth.manager.CALLER_WAIT", 0.2)
    tokens = manager(idp, tmp_path / "t.json")
    await adopt(tokens, idp, "ada")
    tokens._until = float("-inf")
    idp.faults.slow("/token", 1.5, times=1)
    with pytest.raises(TokenUnavailable, match="takes too long"):
        await tokens.access_token()
    await tokens.drain()
    assert tokens.state == "valid" and idp.grants["refresh_token"] == 1
    again = manager(idp, tmp_path / "t.json")
    assert await again.access_token() == await tokens.access_token()


def test_a_rotation_waits_longer_than_any_caller():
    """The request's own deadline is beyond the caller's, and a connect's is not."""
    from stageflow_guard.auth import manager as module

    assert module.ANSWER_WAIT >= 2 * module.CALLER_WAIT > module.CONNECT_WAIT
    http = HttpClient(deadline=module.ANSWER_WAIT, connect=module.CONNECT_WAIT)
    assert (http._deadline, http._connect) == (module.ANSWER_WAIT, module.CONNECT_WAIT)


async def test_other_callers_are_served_while_a_rotation_hangs(idp, tmp_path):
    """A token that is due but valid is handed out meanwhile."""
    tokens = manager(idp, tmp_path / "t.json")
    hers = await adopt(tokens, idp, "ada")
    tokens._tokens = None  # read the store again, as another process would
    released = threading.Event()
    slow = tokens._client._send

    def send(*args, **more):
        released.wait(10)
        return slow(*args, **more)

    tokens._client._send = send
    await tokens.access_token()
    tokens._until = tokens._clock.monotonic() + 5  # valid, and due
    assert [await tokens.access_token() for _ in range(20)] == [hers] * 20
    released.set()
    await tokens.drain()
    await asyncio.sleep(0)
    assert await tokens.access_token() != hers
