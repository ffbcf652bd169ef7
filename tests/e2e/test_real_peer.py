"""The whole lifecycle against an independent provider: npm's certified `oidc-provider`."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard import Guard, NotAuthenticated, ReauthRequired, current_principal
from stageflow_guard.auth import FileStore, MemoryStore, TokenManager, begin_login
from stageflow_guard.auth.oauth import OAuthClient
from stageflow_guard.policy.engine.rules import MODEL
from stageflow_guard.settings import Settings

HERE = Path(__file__).parent / "peer"
SECRET = "app-secret-app-secret-app-secret-32"
PIPELINES = "https://pipelines.example"
CALLBACK = "http://127.0.0.1:1/cb"


def _missing(what):
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; in CI it must be there")
    pytest.skip(what)


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The provider and what it needs, from the lock file, outside the checkout."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        _missing("Node.js with npm is not on this machine")
    folder = tmp_path_factory.mktemp("peer")
    for name in ("package.json", "package-lock.json", "provider.mjs"):
        shutil.copy(HERE / name, folder)
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder,
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    if done.returncode:
        _missing(f"npm cannot install oidc-provider: {done.stderr[-300:]}")
    return folder


class Peer:
    """A running provider; `start` again with another kid is a key rotation."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.token_endpoint = f"{self.issuer}/token"
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def start(self, kid: str) -> None:
        """Start with a fresh key of that name."""
        self.stop()
        self._process = subprocess.Popen(
            ["node", "provider.mjs", str(self.port), kid], cwd=self._folder,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == "listening"

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None

    def client(self) -> OAuthClient:
        """The application's own client."""
        return OAuthClient(
            token_endpoint=self.token_endpoint, client_id="app", client_secret=SECRET
        )

    def manager(self, store, **more) -> TokenManager:
        """A token manager of the application."""
        return TokenManager(
            token_endpoint=self.token_endpoint, client_id="app", client_secret=SECRET,
            revocation_endpoint=f"{self.token_endpoint}/revocation", store=store, **more,
        )  # fmt: skip

    async def login(self, tokens: TokenManager, who: str) -> None:
        """Walk through the browser's part of a login."""
        pending = begin_login(
            f"{self.issuer}/auth", client_id="app", redirect_uri=CALLBACK, issuer=self.issuer,
            scope="openid offline_access read", resource=PIPELINES, login_hint=who,
            prompt="consent",
        )  # fmt: skip
        async with httpx.AsyncClient(trust_env=False, timeout=60) as browser:
            at = pending.url
            for _ in range(12):
                answer = await browser.get(at)
                assert answer.is_redirect, answer.text
                at = str(answer.url.join(answer.headers["location"]))
                if at.startswith(CALLBACK):
                    break
        await tokens.login(pending, at)


@pytest.fixture
def peer(installed):
    """A provider with one key."""
    running = Peer(installed)
    running.start("k1")
    yield running
    running.stop()


@pytest.fixture
def settings(peer, tmp_path, monkeypatch):
    """A guard that knows the provider's name only: everything else is discovered."""
    monkeypatch.setenv("CLIENT_SECRET", SECRET)
    acme = tmp_path / "policies" / "tenants" / "acme"
    acme.mkdir(parents=True)
    (tmp_path / "policies" / "model.conf").write_text(MODEL)
    (acme / "policy.csv").write_text(
        "g, claim:agent, role:agent, acme\np, role:agent, acme, stage, *, run, allow\n"
    )
    for path in (tmp_path / "policies", *(tmp_path / "policies").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return Settings.of({
        "auth": {"issuers": [{
            "issuer": peer.issuer, "audiences": [PIPELINES], "algorithms": ["RS256"],
            "tenant_claim": "org_id", "roles_claim": "roles", "leeway": 0,
            "token_endpoint": peer.token_endpoint,
            "client": {"client_id": "app", "client_secret_env": "CLIENT_SECRET"},
        }]},
        "policy": {"path": str(tmp_path / "policies")},
        "audit": {
            "path": str(tmp_path / "audit"), "origin": "test.example/peer",
            "key_file": str(tmp_path / "audit.key"),
        },
    })  # fmt: skip


def pipeline(seen, *, pause=0.0, between=None):
    """Two stages with time between them."""

    async def first(ctx):
        seen.append(current_principal().subject)
        if between is not None:
            await between()
        await asyncio.sleep(pause)
        return StageOutput.ok()

    async def second(ctx):
        seen.append(current_principal().subject)
        return StageOutput.ok()

    return (
        Pipeline(name="p")
        .with_stage("first", first, StageKind.WORK)
        .with_stage("second", second, StageKind.WORK, dependencies=("first",))
    )


async def test_a_login_governs_a_run_that_outlives_its_token(peer, settings):
    """Code with PKCE, discovery, verification, renewal in mid-run: one caller from end to end."""
    tokens, seen = peer.manager(MemoryStore()), []
    await peer.login(tokens, "ada")
    before = await tokens.access_token()
    async with Guard.from_settings(settings) as guard, guard.session(tokens):
        await guard.mount(pipeline(seen, pause=10.5)).run(input_text="hello")
    assert seen == ["user:ada", "user:ada"]
    assert await tokens.access_token() != before


async def test_refresh_rotates_and_a_replay_ends_the_session(peer, tmp_path):
    """Each refresh brings a new refresh token; a replay of an old one ends the family."""
    store = FileStore(tmp_path / "t.json")
    tokens = peer.manager(store)
    await peer.login(tokens, "ada")
    stolen = store.load().refresh_token
    fresh = {await tokens.renew(await tokens.access_token()) for _ in range(3)}
    assert len(fresh) == 3 and store.load().refresh_token != stolen
    with pytest.raises(Exception, match="invalid_grant"):
        await asyncio.to_thread(peer.client().grant, "refresh_token", refresh_token=stolen)
    with pytest.raises(ReauthRequired):
        await tokens.renew(await tokens.access_token())


async def test_forty_callers_in_four_managers_share_one_rotation(peer, tmp_path):
    """A provider that punishes reuse sees one refresh, however many callers ask."""
    where = tmp_path / "t.json"
    first = peer.manager(where)
    await peer.login(first, "ada")
    stale = await first.access_token()
    crowd = [first, *(peer.manager(where) for _ in range(3))]
    for one in crowd:
        await one.access_token()
    got = await asyncio.gather(*(one.renew(stale) for one in crowd for _ in range(10)))
    assert stale not in got and len(set(got)) == 1
    assert await first.renew(got[0]) not in {stale, got[0]}  # the session lives


async def test_revocation_is_believed_by_both_sides(peer):
    """What was revoked here is over here and at the provider (RFC 7009, RFC 7662)."""
    store = MemoryStore()
    tokens = peer.manager(store)
    await peer.login(tokens, "ada")
    refresh, url = store.load().refresh_token, f"{peer.token_endpoint}/introspection"
    said = await asyncio.to_thread(peer.client().introspect, url, refresh)
    assert said["active"] is True and said["sub"] == "ada"
    await tokens.revoke()
    said = await asyncio.to_thread(peer.client().introspect, url, refresh)
    assert said["active"] is False
    with pytest.raises(ReauthRequired):
        await tokens.access_token()


async def test_client_credentials_make_a_service(peer, settings):
    """Without a person, the subject is the client's, and says so."""
    tokens = peer.manager(
        MemoryStore(), grant="client_credentials", scope="read", resource=PIPELINES
    )
    seen: list[str] = []
    async with Guard.from_settings(settings) as guard, guard.session(tokens):
        await guard.mount(pipeline(seen)).run(input_text="hello")
    assert seen == ["svc:app"] * 2


async def test_an_exchange_is_for_its_audience_and_names_its_actor(peer, settings):
    """Going on to another audience: a new token, narrower, with the chain of actors (RFC 8693)."""
    tokens = peer.manager(MemoryStore())
    await peer.login(tokens, "ada")
    async with Guard.from_settings(settings) as guard, guard.session(tokens):
        found = await guard.exchange_token(audience="https://orders.example", scopes={"read"})
        assert found.actors == ("app",) and found.scopes == {"read"}
        assert found.token.reveal() != await tokens.access_token()
        with pytest.raises(NotAuthenticated) as caught:
            await guard.exchange_token(audience="https://orders.example", scopes={"write"})
        assert caught.value.reason == "scope_widened"
    async with Guard.from_settings(settings) as guard, guard.session(found.token.reveal()):
        with pytest.raises(NotAuthenticated) as caught:  # it is not for us
            await guard.mount(pipeline([])).run(input_text="x")
    assert caught.value.reason == "wrong_audience"


async def test_a_rotated_key_is_found_and_the_old_one_is_over(peer, settings):
    """A new kid is fetched when it is first seen; a token of the withdrawn key is refused."""
    tokens, seen = peer.manager(MemoryStore()), []
    await peer.login(tokens, "ada")
    old = await tokens.access_token()
    async with Guard.from_settings(settings) as guard:
        guarded = guard.mount(pipeline(seen))
        async with guard.session(old):
            await guarded.run(input_text="x")
        await asyncio.to_thread(peer.start, "k2")
        again = peer.manager(MemoryStore())
        await peer.login(again, "bob")
        async with guard.session(again):
            await guarded.run(input_text="x")
        async with guard.session(old):
            with pytest.raises(NotAuthenticated):
                await guarded.run(input_text="x")
    assert seen == ["user:ada"] * 2 + ["user:bob"] * 2
