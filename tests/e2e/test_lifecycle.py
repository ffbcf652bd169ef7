"""Tokens through the whole guard: real stageflow pipelines, a provider over HTTP."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import sys
import time

import httpx
import pytest
from freezegun import freeze_time
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.pipeline.interceptors import get_default_interceptors
from stageflow.stages.context import PipelineContext

from stageflow_guard import AccessDenied, Guard, NotAuthenticated, current_principal
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.auth import MemoryStore, TokenManager, begin_login
from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError, ReauthRequired, TokenUnavailable
from stageflow_guard.settings import Settings
from stageflow_guard.testing import IdentityProvider
from stageflow_guard.testing.layout import write_policies

RULES = (
    "g, claim:agent, role:agent, acme\n"
    "p, role:agent, acme, stage, *, run, allow\n"
    "p, role:agent, acme, data, *, read, allow\n"
)


@pytest.fixture
def idp():
    """A provider over HTTP."""
    with IdentityProvider.serve() as served:
        yield served


@pytest.fixture
def world(idp, tmp_path, monkeypatch):
    """Settings of a guard that knows the provider by discovery only."""
    monkeypatch.setenv("CLIENT_SECRET", "demo-secret")
    write_policies(tmp_path / "policies", {"tenants/acme/policy.csv": RULES})

    def settings(issuer=None, **auth):
        one = {
            "issuer": idp.issuer, "audiences": ["pipelines"], "algorithms": ["RS256"],
            "tenant_claim": "org_id", "roles_claim": "roles", "leeway": 0,
            "token_endpoint": idp.token_endpoint,
            "client": {"client_id": "demo-app", "client_secret_env": "CLIENT_SECRET"},
            **(issuer or {}),
        }  # fmt: skip
        return Settings.of({
            "auth": {"issuers": [one], **auth},
            "policy": {"path": str(tmp_path / "policies")},
            "audit": {
                "path": str(tmp_path / "audit"), "origin": "test.example/x",
                "key_file": str(tmp_path / "audit.key"),
            },
        })  # fmt: skip

    return settings


def recorded(tmp_path, **wanted):
    """The records that hold these fields."""
    found = (r for _, r in iter_records(tmp_path / "audit"))
    return [r for r in found if all(r.get(k) == v for k, v in wanted.items())]


@pytest.fixture
def clock():
    """Wall time, which a test moves on: no token expires before the test says so."""
    with freeze_time():  # the first freeze of a process looks at every module, for seconds
        pass
    with freeze_time(real_asyncio=True, tick=True, ignore=["_pytest"]) as moved:
        yield moved


async def nothing():
    """Happens between the two stages."""


def two_stages(seen, *, between=nothing):
    """A pipeline with `between` behind its first stage."""

    async def first(ctx):
        seen.append(current_principal())
        await between()
        return StageOutput.ok()

    async def second(ctx):
        seen.append(current_principal())
        assert current_principal() is not None
        return StageOutput.ok()

    return (
        Pipeline(name="p")
        .with_stage("first", first, StageKind.WORK)
        .with_stage("second", second, StageKind.WORK, dependencies=("first",))
    )


def a_minute_on(clock):
    """Return what makes a token of a minute expire."""

    async def later():
        clock.tick(180)  # the provider's own clock may be seconds ahead of the frozen one

    return later


async def manager(idp, ttl, *, store=None):
    """A token manager that holds a family of ada's."""
    idp.access_ttl = ttl
    given = idp.grant(sub="ada", tenant="acme", roles=["agent"])
    tokens = TokenManager(
        token_endpoint=idp.token_endpoint, client_id="demo-app", client_secret="demo-secret",
        store=store or MemoryStore(),
    )  # fmt: skip
    await tokens.adopt(given["access_token"], given["refresh_token"], ttl)
    return tokens, given


async def test_a_token_that_expires_between_stages_is_renewed(idp, world, tmp_path, clock):
    """With a refresher the run goes on, as the same caller, and the renewal is on record."""
    tokens, _ = await manager(idp, 60)
    seen: list = []
    async with Guard.from_settings(world()) as guard:
        guarded = guard.mount(two_stages(seen, between=a_minute_on(clock)), name="p")
        async with guard.session(tokens):
            await guarded.run(input_text="hi")
    assert [p.subject for p in seen] == ["user:ada"] * 2
    assert seen[0].token_id != seen[1].token_id
    assert idp.grants["refresh_token"] == 1
    assert len(recorded(tmp_path, kind="auth", action="renew")) == 1


async def test_a_token_that_expires_between_stages_stops_a_bare_run(idp, world, tmp_path, clock):
    """Without a refresher: a typed error, the second stage not run, on record."""
    idp.access_ttl = 60
    token = idp.grant(sub="ada", tenant="acme", roles=["agent"])["access_token"]
    seen: list = []
    async with Guard.from_settings(world()) as guard:
        guarded = guard.mount(two_stages(seen, between=a_minute_on(clock)), name="p")
        with pytest.raises(NotAuthenticated) as caught:
            await guarded.run(input_text="hi", data={"auth_token": token})
    assert caught.value.reason == "expired" and len(seen) == 1
    assert recorded(tmp_path, stage="second", decision="deny", reason="expired")


class Swaps:
    """A source that changes its mind about who is calling."""

    def __init__(self, *tokens):
        self.tokens = list(tokens)

    async def access_token(self):
        return self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]


@pytest.mark.parametrize("other", [{"sub": "bob"}, {"tenant": "globex"}])
async def test_a_renewal_may_not_change_the_caller(idp, world, tmp_path, clock, other):
    """The new token must keep issuer, subject and tenant."""
    short = idp.mint(sub="ada", roles=["agent"], ttl=60)
    source = Swaps(short, idp.mint(**{"sub": "ada", "roles": ["agent"], "ttl": 600, **other}))
    seen: list = []
    async with Guard.from_settings(world()) as guard, guard.session(source):
        with pytest.raises(NotAuthenticated) as caught:
            pipeline = two_stages(seen, between=a_minute_on(clock))
            await guard.mount(pipeline, name="p").run(input_text="hi")
    assert caught.value.reason == "identity_changed" and len(seen) == 1


async def test_a_source_whose_clock_lags_is_asked_again(idp, world, clock):
    """A token that the source thinks valid and the verifier does not is renewed, not refused."""
    tokens, _ = await manager(idp, 60)
    tokens._until += 600
    tokens._tokens = dataclasses.replace(tokens._tokens, expires_at=time.time() + 600, lifetime=600)
    clock.tick(61)
    async with Guard.from_settings(world()) as guard, guard.session(tokens):
        await guard.mount(two_stages([]), name="p").run(input_text="hi")
    assert idp.grants["refresh_token"] == 1


async def test_a_session_that_is_over_is_a_typed_refusal_on_record(idp, world, tmp_path):
    """`ReauthRequired` reaches the caller as itself."""
    tokens, _ = await manager(idp, 60)
    await tokens.revoke()
    async with Guard.from_settings(world()) as guard, guard.session(tokens):
        with pytest.raises(ReauthRequired) as caught:
            await guard.mount(two_stages([]), name="p").run(input_text="hi")
    assert caught.value.ref and recorded(tmp_path, error="reauth_required")


async def test_the_interceptor_refreshes_too(idp, world, clock):
    """Who adds interceptors by hand gets the same: refreshed between stages, or refused."""
    tokens, _ = await manager(idp, 60)
    seen: list = []
    async with Guard.from_settings(world()) as guard:

        async def first(ctx):
            clock.tick(61)
            return StageOutput.ok()

        async def second(ctx):
            seen.append(1)
            return StageOutput.ok()

        graph = (
            Pipeline(name="p")
            .with_stage("first", first, StageKind.WORK)
            .with_stage("second", second, StageKind.WORK, dependencies=("first",))
            .build(interceptors=[*guard.interceptors(), *get_default_interceptors()])
        )

        def ctx():
            return PipelineContext(
                pipeline_run_id=None, request_id=None, session_id=None, user_id=None, org_id=None,
                interaction_id=None, topology="p", execution_mode="test",
            )  # fmt: skip

        async with guard.session(tokens):
            await graph.run(ctx())
        assert seen == [1] and idp.grants["refresh_token"] == 1
        bare = idp.mint(sub="ada", roles=["agent"], ttl=60)
        async with guard.session(bare):
            with pytest.raises(Exception) as caught:
                await graph.run(ctx())
    assert "expired" in str(getattr(caught.value, "original", caught.value)) and seen == [1]


async def test_a_revoked_token_stops_the_running_run(idp, world, tmp_path):
    """`guard.revoke` counts at the next stage of runs that are under way, and is on record."""
    token = idp.mint(sub="ada", roles=["agent"], jti="t-1")
    seen: list = []
    settings = world(denylist={"kind": "sqlite", "path": str(tmp_path / "denied.db")})
    async with Guard.from_settings(settings) as guard:

        async def revoked():
            await guard.revoke(idp.issuer, token_id="t-1")

        guarded = guard.mount(two_stages(seen, between=revoked), name="p")
        with pytest.raises(NotAuthenticated) as caught:
            await guarded.run(input_text="x", data={"auth_token": token})
    assert caught.value.reason == "revoked" and len(seen) == 1
    assert recorded(tmp_path, kind="auth", action="revoke")[0]["note"] == {"revoked": ["jti"]}
    async with Guard.from_settings(settings) as guard:  # after a restart too
        with pytest.raises(NotAuthenticated, match="revoked"):
            await guard.mount(two_stages([]), name="p").run(data={"auth_token": token})


async def test_an_inactive_token_is_refused_though_its_signature_holds(idp, world):
    """With introspection the provider has the last word, within 30 s."""
    settings = world({"introspection_endpoint": idp.introspection_endpoint})
    given = idp.grant(sub="ada", tenant="acme", roles=["agent"])
    async with Guard.from_settings(settings) as guard:
        guarded = guard.mount(two_stages([]), name="p")
        data = {"auth_token": given["access_token"]}
        await guarded.run(input_text="x", data=data)
        await guarded.run(input_text="x", data=data)
        assert idp.hits["/introspect"] == 1  # cached
        httpx.post(
            idp.revocation_endpoint, data={"token": given["refresh_token"]},
            auth=("demo-app", "demo-secret"), trust_env=False,
        )  # fmt: skip
        guard._pep.authenticator._confirmed.clear()  # 30 s later
        with pytest.raises(NotAuthenticated, match="not active"):
            await guarded.run(input_text="x", data=data)
        idp.faults.status("/introspect", 503)
        with pytest.raises(TokenUnavailable):
            await guarded.run(input_text="x", data=data)


@pytest.mark.parametrize(
    "said",
    [
        {"active": "true"},
        {"active": 1},
        {},
        {"active": True, "sub": "bob"},
        {"active": True, "exp": 1},
    ],
)
async def test_only_the_json_true_is_active(idp, world, said):
    """A text, a one, silence, or an answer about another token is a no."""
    idp.faults.garbage("/introspect", json.dumps({"x": 1, **said}).encode(), times=1)
    settings = world({"introspection_endpoint": idp.introspection_endpoint})
    async with Guard.from_settings(settings) as guard:
        with pytest.raises(NotAuthenticated) as caught:
            await guard.mount(two_stages([]), name="p").run(
                data={
                    "auth_token": idp.grant(sub="ada", tenant="acme", roles=["agent"])[
                        "access_token"
                    ]
                }
            )
    assert caught.value.reason == "inactive"


async def test_scopes_are_a_ceiling_on_roles(idp, world):
    """A token does no more than its scopes say, whatever its holder's roles allow."""
    settings = world(
        scope_map={
            "pipelines:run": {"kinds": ["stage"], "acts": ["run"]},
            "all": {"kinds": ["*"], "acts": ["*"]},
        }
    )
    async with Guard.from_settings(settings) as guard:

        async def can(scope, kind="data", act="read"):
            async with guard.session(idp.mint(sub="ada", roles=["agent"], scope=scope)):
                await guard.authorize(kind=kind, obj="t/1", act=act, owner="acme")

        await can("all")
        await can("pipelines:run other", kind="stage", act="run")
        for scope in ("pipelines:run", "other", None):
            with pytest.raises(AccessDenied) as caught:
                await can(scope)
            assert caught.value.decision.reason == "scope_ceiling"
        with pytest.raises(AccessDenied) as caught:  # a scope grants nothing
            await can("all", act="write")
        assert caught.value.decision.reason != "scope_ceiling"


async def test_the_inbound_token_is_never_passed_on(idp, world, tmp_path):
    """Going on to another audience takes an exchange: narrower, for that audience, on record."""
    token = idp.grant(sub="ada", tenant="acme", roles=["agent"], scope="a b")["access_token"]
    async with Guard.from_settings(world()) as guard, guard.session(token):
        found = await guard.exchange_token(audience="https://orders.example", scopes={"a"})
        assert found.token.reveal() != token and found.scopes == {"a"}
        assert found.actors == ("demo-app",) and token not in repr(found)
        claims = idp.read(found.token.reveal())
        assert claims["sub"] == "ada" and claims["act"] == {"sub": "demo-app"}
        with pytest.raises(NotAuthenticated) as caught:
            await guard.exchange_token(audience="https://orders.example", scopes={"a", "admin"})
        assert caught.value.reason == "scope_widened" and caught.value.ref
    (record,) = recorded(tmp_path, kind="auth", action="exchange")
    assert (
        record["on_behalf"] == ["demo-app"]
        and record["resource"] == "audience:https://orders.example"
    )
    bare = world({"token_endpoint": None, "client": None})
    async with Guard.from_settings(bare) as guard, guard.session(token):
        with pytest.raises(NotAuthenticated) as caught:
            await guard.exchange_token(audience="https://orders.example")
    assert caught.value.reason == "not_exchanged"


async def test_an_exchange_leaves_the_agents_own_tokens_alone(idp):
    """It returns a new handle; the family that it was made from goes on."""
    tokens, given = await manager(idp, 60)
    found = await tokens.exchange(audience="https://orders.example")
    assert found.token.reveal() != given["access_token"]
    assert await tokens.access_token() == given["access_token"]


async def test_a_login_with_pkce_begins_a_family(idp):
    """Code, S256, state and issuer are checked; the code works once."""
    idp.register("web", redirect_uris=["http://127.0.0.1/cb"])
    tokens = TokenManager(token_endpoint=idp.token_endpoint, client_id="web", store=MemoryStore())
    pending = begin_login(
        idp.authorization_endpoint, client_id="web", redirect_uri="http://127.0.0.1/cb",
        issuer=idp.issuer, login_hint="ada",
    )  # fmt: skip
    assert "code_challenge_method=S256" in pending.url and pending.verifier not in pending.url
    back = httpx.get(pending.url, trust_env=False).headers["location"]
    for bad in (back.replace("state=", "state=x"), back + "&code=again", back.split("?")[0]):
        with pytest.raises(NotAuthenticated):
            await tokens.login(pending, bad)
    await tokens.login(pending, back)
    assert idp.read(await tokens.access_token())["sub"] == "ada"
    with pytest.raises(NotAuthenticated) as caught:
        await tokens.login(pending, back)
    assert caught.value.reason == "not_authorized"


async def test_ten_thousand_bogus_kids_cost_five_fetches(idp, world):
    """An attacker without a key cannot make us hammer the provider; a rotation is still found."""
    async with Guard.from_settings(world()) as guard:
        verifier = guard._pep.authenticator
        await verifier.authenticate(idp.mint(sub="ada", roles=["agent"]))
        token = idp.mint(sub="ada")
        rest = token.split(".", 1)[1]
        import base64

        for n in range(10_000):
            header = json.dumps({"alg": "RS256", "typ": "at+jwt", "kid": f"k{n}"}).encode()
            bogus = base64.urlsafe_b64encode(header).rstrip(b"=").decode()
            with pytest.raises(NotAuthenticated):
                await verifier.authenticate(f"{bogus}.{rest}")
            if n == 3000:
                assert idp.hits["/jwks"] <= 5
        assert idp.hits["/jwks"] <= 5
        idp.rotate()
        verifier._issuers[idp.issuer][0].keys._next = verifier._clock.monotonic() + 0.9
        await verifier.authenticate(idp.mint(sub="ada"))


async def test_a_thousand_first_requests_cause_one_key_fetch(idp, world):
    """Single flight, discovery included."""
    async with Guard.from_settings(world()) as guard:
        verifier = guard._pep.authenticator
        tokens = [idp.mint(sub=f"u{n}") for n in range(50)]
        await asyncio.gather(*(verifier.authenticate(tokens[n % 50]) for n in range(1000)))
    assert idp.hits["/jwks"] == 1 and idp.hits["/.well-known/openid-configuration"] == 1


async def test_an_outage_is_served_stale_until_the_hard_limit(idp, world):
    """Keys are good for an hour without the provider, and not a second longer."""
    async with Guard.from_settings(world()) as guard:
        verifier = guard._pep.authenticator
        keys = verifier._issuers[idp.issuer][0].keys
        await verifier.authenticate(idp.mint(sub="a"))
        idp.faults.status("/jwks", 503)
        keys._fetched -= 3000
        await verifier.authenticate(idp.mint(sub="b"))
        await asyncio.sleep(0.1)
        keys._fetched -= 1000
        keys._tried = keys._next = float("-inf")
        with pytest.raises(NotAuthenticated) as caught:
            await verifier.authenticate(idp.mint(sub="c"))
        assert caught.value.reason == "keys_unavailable"


async def test_a_withdrawn_key_takes_its_verified_tokens_with_it(idp, world):
    """The cache of verified tokens ends with the key that verified them."""
    async with Guard.from_settings(world()) as guard:
        verifier = guard._pep.authenticator
        old = idp.mint(sub="a")
        await verifier.authenticate(old)
        idp.rotate()
        await verifier.authenticate(idp.mint(sub="a"))  # the new kid brings the new set
        with pytest.raises(NotAuthenticated) as caught:
            await verifier.authenticate(old)
        assert caught.value.reason == "unknown_key"


@pytest.mark.parametrize(
    "bad",
    [
        {"client": {"client_id": "x"}, "token_endpoint": None},
        {"client": None},
        {"client": {"client_id": "x", "client_secret_env": "NOT_SET_ANYWHERE"}},
        {"jwks_url": "http://id.example/jwks"},
    ],
)
def test_unusable_clients_are_a_configuration_error(world, bad):
    """At start-up, with the key or the variable named."""
    with pytest.raises(ConfigError):
        Guard.from_settings(world(bad))


def inspect(monkeypatch, capsys, tmp_path, token):
    monkeypatch.setattr(sys, "stdin", io.StringIO(token + "\n"))
    code = main(["token", "inspect", "--json", "--config", str(tmp_path / "guard.toml")])
    return code, json.loads(capsys.readouterr().out)


def test_token_inspect_says_whether_and_why(monkeypatch, capsys, tmp_path):
    """Header, claims, signature, time left and verdict; personal values and the token stay out."""
    assert main(["init", str(tmp_path)]) == 0
    capsys.readouterr()
    idp = IdentityProvider(Settings.load(tmp_path / "guard.toml").auth.issuers[0].issuer)
    idp.write_jwks(Settings.load(tmp_path / "guard.toml").auth.issuers[0].jwks_file)
    aud = Settings.load(tmp_path / "guard.toml").auth.issuers[0].audiences[0]
    good = idp.mint(sub="ada.lovelace", aud=aud, email="ada@example.org")
    code, said = inspect(monkeypatch, capsys, tmp_path, good)
    assert (code, said["verdict"], said["signature"]) == (0, "accepted", "holds")
    assert "ada@example.org" not in json.dumps(said) and good not in json.dumps(said)
    for token, reason, signature in (
        (idp.mint(aud="other"), "wrong_audience", "holds"),
        (idp.mint(aud=aud, ttl=-60), "expired", "holds"),
        (idp.forge(aud=aud), "bad_signature", "does not hold"),
        (idp.mint(aud=aud, header={"kid": "x"}), "unknown_key", "not checked"),
        ("no.token", "malformed", None),
    ):
        code, said = inspect(monkeypatch, capsys, tmp_path, token)
        assert (code, said["verdict"], said["reason"]) == (1, "refused", reason)
        assert said.get("signature") == signature
