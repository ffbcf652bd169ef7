"""The test provider: what it grants, what it refuses, how it breaks, and its command line."""

from __future__ import annotations

import base64
import json
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.testing import FakeClock, IdentityProvider
from stageflow_guard.testing.grants import ACCESS_TOKEN, EXCHANGE, challenge

DEMO = ("demo-app", "demo-secret")
BACK = "http://127.0.0.1:7777/callback"
VERIFIER = "v" * 43


class Here:
    """The endpoints without HTTP, spoken to as `demo-app` unless told otherwise."""

    def __init__(self, **how):
        self.time = FakeClock()
        self.idp = IdentityProvider(clock=self.time.clock, **how)

    def post(self, path, *, auth=DEMO, **form):
        text = base64.b64encode(":".join(auth).encode()).decode() if auth else ""
        headers = {"Authorization": f"Basic {text}"} if auth else {}
        return self.idp.endpoints.answer("POST", path, headers, form.items())

    def token(self, kind, **form):
        """Return (status, content) of a token request."""
        answer = self.post("/token", grant_type=kind, **form)
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, json.loads(answer.body)

    def refresh(self, grant, **form):
        return self.token("refresh_token", refresh_token=grant["refresh_token"], **form)

    def active(self, token):
        return json.loads(self.post("/introspect", token=token).body)["active"]

    def authorize(self, **changes):
        """Return (status, parameters of the redirect)."""
        form = {
            "response_type": "code", "client_id": "demo-app", "redirect_uri": BACK, "state": "s",
            "code_challenge": challenge(VERIFIER), "code_challenge_method": "S256",
            **changes,
        }  # fmt: skip
        answer = self.idp.endpoints.answer("GET", "/authorize", {}, form.items())
        target = urlsplit(answer.headers.get("Location", ""))
        return answer.status, dict(parse_qsl(target.query))

    def redeem(self, code, **changes):
        form = {"code": code, "redirect_uri": BACK, "code_verifier": VERIFIER, **changes}
        return self.token("authorization_code", **form)


@pytest.fixture
def here():
    return Here()


REFUSED = (400, {"error": "invalid_grant"})


# -- access tokens ---------------------------------------------------------------------------------


async def test_what_it_issues_passes_a_real_verifier(tmp_path):
    """A granted token is one of RFC 9068 with tenant, roles, scope, client and session."""
    idp = IdentityProvider()
    idp.write_jwks(tmp_path / "k")
    policy = IssuerPolicy(
        issuer=idp.issuer, audiences=frozenset({"pipelines"}), algorithms=frozenset({"RS256"}),
        tenant_claim="org_id", roles_claim="roles",
    )  # fmt: skip
    grant = idp.grant(sub="bob", tenant="globex", roles=["agent"], scope="a b")
    who = await TokenVerifier([(policy, FileKeys(tmp_path / "k"))]).authenticate(
        grant["access_token"]
    )
    assert (who.subject, who.tenant, who.roles) == ("user:bob", "globex", {"agent"})
    assert (who.scopes, who.client_id) == ({"a", "b"}, "demo-app")
    assert who.session_id
    assert (grant["expires_in"], grant["scope"], grant["token_type"]) == (300, "a b", "Bearer")


def test_a_token_is_active_until_it_is_over(here):
    """Introspection says what the token says, and `active` only while it is valid and ours."""
    token = here.idp.grant(scope="a")["access_token"]
    said = json.loads(here.post("/introspect", token=token).body)
    assert (said["active"], said["scope"], said["org_id"]) == (True, "a", "acme")
    assert said["iss"] == here.idp.issuer
    assert not here.active(IdentityProvider(clock=here.time.clock).mint())
    assert not here.active(here.idp.mint(iss="https://evil.example"))
    assert not here.active("nonsense")
    assert not here.active("ünsinn.x.y")
    here.time.advance(300)
    assert not here.active(token)


def test_rotated_keys_end_old_tokens(here):
    """After `rotate` no old token is active."""
    token = here.idp.mint()
    assert here.active(token)
    here.idp.rotate()
    assert not here.active(token)


# -- client authentication -------------------------------------------------------------------------


def test_a_secret_with_reserved_characters_is_form_encoded(here):
    """RFC 6749 section 2.3.1: both parts of Basic are decoded after they are split."""
    here.idp.register("a:b c", secret="p%:+ü")
    encoded = ("a%3Ab+c", "p%25%3A%2B%C3%BC")
    assert here.token("client_credentials", auth=encoded)[0] == 200
    assert here.token("client_credentials", auth=("a:b c", "p%:+ü"))[0] == 401


@pytest.mark.parametrize(
    ("auth", "form", "status", "error"),
    [
        (DEMO, {}, 200, None),
        (None, {"client_id": "demo-app", "client_secret": "demo-secret"}, 200, None),
        (None, {"client_id": "demo-app", "client_secret": "wrong"}, 401, "invalid_client"),
        (None, {"client_id": "demo-app"}, 401, "invalid_client"),
        (None, {}, 401, "invalid_client"),
        (("demo-app", ""), {}, 401, "invalid_client"),
        (("nobody", "demo-secret"), {}, 401, "invalid_client"),
        (("public", "x"), {}, 401, "invalid_client"),
        (DEMO, {"client_secret": "demo-secret"}, 400, "invalid_request"),
        (DEMO, {"client_id": "other"}, 400, "invalid_request"),
        (None, {"client_id": "public"}, 400, "unauthorized_client"),
    ],
)
def test_clients_prove_themselves_one_way(here, auth, form, status, error):
    """RFC 6749 sections 2.3 and 5.2: the right secret by exactly one method, or 401."""
    here.idp.register("public")
    got, content = here.token("client_credentials", auth=auth, **form)
    assert (got, content.get("error")) == (status, error)


def test_a_failed_basic_is_asked_for_again(here):
    """RFC 6749 section 5.2: who tried the header is told the scheme."""
    answer = here.post("/token", auth=("demo-app", "x"), grant_type="refresh_token")
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Basic")
    for value in ("Basic !!!", "Bearer x", "Basic"):
        form = [("grant_type", "refresh_token")]
        got = here.idp.endpoints.answer("POST", "/token", {"authorization": value}, form)
        assert got.status == 401


def test_client_credentials_name_the_client(here):
    """Such a token is the client's own, with its tenant and roles, and has no refresh token."""
    here.idp.register("robot", secret="s", tenant="globex", roles=["agent"])
    status, grant = here.token("client_credentials", auth=("robot", "s"), audience="billing")
    claims = here.idp.read(grant["access_token"])
    assert status == 200
    assert "refresh_token" not in grant
    assert (claims["sub"], claims["client_id"], claims["aud"]) == ("robot", "robot", "billing")
    assert (claims["org_id"], claims["roles"]) == ("globex", ["agent"])


def test_requests_that_are_none(here):
    """No or an unknown grant type, a parameter twice, a path or a method that is not there."""
    assert here.token("")[1] == {"error": "invalid_request"}
    assert here.token("password")[1] == {"error": "unsupported_grant_type"}
    twice = [("grant_type", "refresh_token"), ("grant_type", "refresh_token")]
    answer = here.idp.endpoints.answer("POST", "/token", {}, twice)
    assert json.loads(answer.body) == {"error": "invalid_request"}
    assert here.post("/nowhere").status == 404
    answer = here.idp.endpoints.answer("GET", "/token", {}, [])
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


# -- authorization code ----------------------------------------------------------------------------


def test_a_code_becomes_tokens_of_the_hinted_user(here):
    """The redirect holds code, state and `iss` (RFC 9207); `login_hint` picks who logged in."""
    here.idp.enroll("bob", tenant="globex", roles=["agent"])
    status, back = here.authorize(login_hint="bob", scope="a")
    assert (status, back["state"], back["iss"]) == (302, "s", here.idp.issuer)
    status, grant = here.redeem(back["code"])
    claims = here.idp.read(grant["access_token"])
    assert (status, claims["sub"], claims["org_id"]) == (200, "bob", "globex")
    assert (claims["roles"], claims["scope"]) == (["agent"], "a")
    assert here.refresh(grant)[0] == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
    ],
)
def test_without_s256_there_is_no_code(here, changes, error):
    """PKCE is mandatory (RFC 7636); the error goes back with state and `iss`."""
    expected = {"error": error, "state": "s", "iss": here.idp.issuer}
    assert here.authorize(**changes) == (302, expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1:7777/callback/other"},
        {"redirect_uri": "http://127.0.0.1.evil.example/callback"},
        {"redirect_uri": ""},
    ],
)
def test_nothing_is_sent_to_an_unknown_redirect(here, changes):
    """RFC 6749 section 4.1.2.1: an address that was not registered is not redirected to."""
    assert here.authorize(**changes) == (400, {})


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"code_verifier": "v"},
        {"redirect_uri": "http://127.0.0.1:8888/callback"},
        {"code": "guessed"},
        {"auth": ("other", "s")},
    ],
)
def test_a_code_needs_its_verifier_redirect_and_client(here, changes):
    """A stolen code is worth nothing, and its owner can still use it."""
    here.idp.register("other", secret="s")
    _, back = here.authorize()
    assert here.redeem(**{"code": back["code"], **changes}) == REFUSED
    assert here.redeem(back["code"])[0] == 200


def test_a_code_ends_after_a_minute(here):
    """A code is short-lived."""
    _, back = here.authorize()
    here.time.advance(60)
    assert here.redeem(back["code"]) == REFUSED


def test_a_code_used_twice_ends_what_it_gave(here):
    """RFC 6749 section 4.1.2: the second use revokes the tokens of the first."""
    _, back = here.authorize()
    _, grant = here.redeem(back["code"])
    assert here.redeem(back["code"]) == REFUSED
    assert not here.active(grant["access_token"])
    assert here.refresh(grant) == REFUSED


# -- refresh ---------------------------------------------------------------------------------------


def test_a_refresh_rotates_and_keeps_the_session(here):
    """The next refresh token is another, `sid` and subject stay."""
    first = here.idp.grant(sub="bob", tenant="globex", roles=["agent"])
    status, second = here.refresh(first)
    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    old, new = (here.idp.read(g["access_token"]) for g in (first, second))
    assert all(old[k] == new[k] for k in ("sub", "org_id", "roles", "sid", "client_id"))
    assert old["jti"] != new["jti"]
    assert here.active(second["refresh_token"])
    assert not here.active(first["refresh_token"])
    assert (here.idp.grants["refresh_token"], here.idp.granted["refresh_token"]) == (1, 1)


def test_a_rotated_token_that_returns_ends_the_family(here):
    """Reuse detection: both holders are out, access tokens too."""
    first = here.idp.grant()
    _, second = here.refresh(first)
    assert here.refresh(first) == REFUSED
    assert here.refresh(second) == REFUSED
    assert not here.active(second["access_token"])
    assert (here.idp.grants["refresh_token"], here.idp.granted["refresh_token"]) == (3, 1)


def test_without_rotation_one_refresh_token_serves_on():
    """`rotation=False`: no new refresh token, the old one works again."""
    here = Here(rotation=False, access_ttl=7)
    first = here.idp.grant()
    for _ in range(2):
        status, again = here.refresh(first)
        assert (status, again["expires_in"]) == (200, 7)
        assert "refresh_token" not in again


def test_a_refresh_never_widens(here):
    """Scope narrows only; another client's or an unknown refresh token is refused."""
    grant = here.idp.grant(scope="a b")
    assert here.refresh(grant, scope="a c") == (400, {"error": "invalid_scope"})
    here.idp.register("other", secret="s")
    assert here.refresh(grant, auth=("other", "s")) == REFUSED
    assert here.refresh({"refresh_token": "guessed"}) == REFUSED
    assert here.token("refresh_token") == (400, {"error": "invalid_request"})
    status, less = here.refresh(grant, scope="a")
    assert (status, less["scope"]) == (200, "a")


# -- revocation ------------------------------------------------------------------------------------


def test_revoking_an_access_token_ends_that_one(here):
    """RFC 7009: by `jti`; the family goes on, introspection knows."""
    grant = here.idp.grant()
    assert here.post("/revoke", token=grant["access_token"]).status == 200
    assert not here.active(grant["access_token"])
    assert here.active(grant["refresh_token"])
    assert here.refresh(grant)[0] == 200


def test_revoking_a_refresh_token_ends_the_family(here):
    """RFC 7009 section 2.1: access tokens of the same grant go with it."""
    grant = here.idp.grant()
    assert here.post("/revoke", token=grant["refresh_token"]).status == 200
    assert not here.active(grant["access_token"])
    assert not here.active(grant["refresh_token"])
    assert here.refresh(grant) == REFUSED


def test_only_the_owner_revokes(here):
    """Another client is refused; an unknown token is a success that changes nothing."""
    here.idp.register("other", secret="s")
    grant = here.idp.grant()
    for token in (grant["access_token"], grant["refresh_token"]):
        assert here.post("/revoke", auth=("other", "s"), token=token).status == 400
    assert here.post("/revoke", token="unknown").status == 200
    assert here.post("/revoke", auth=None, token=grant["access_token"]).status == 401
    assert here.active(grant["access_token"])


def test_introspection_is_for_confidential_clients(here):
    """RFC 7662 section 2.1: an anonymous client could scan for tokens."""
    here.idp.register("public")
    answer = here.post("/introspect", auth=None, client_id="public", token="x")
    assert answer.status == 401


# -- exchange --------------------------------------------------------------------------------------


def exchange(here, subject, **form):
    given = {"subject_token": subject, "subject_token_type": ACCESS_TOKEN, **form}
    return here.token(EXCHANGE, **given)


def test_an_exchange_gives_a_token_of_its_own(here):
    """RFC 8693: another audience, less scope, the actor named, the subject's token untouched."""
    here.idp.register("agent", secret="s")
    subject = here.idp.grant(sub="bob", tenant="globex", scope="a b")["access_token"]
    status, given = exchange(
        here, subject, auth=("agent", "s"), audience="billing", scope="a"
    )  # fmt: skip
    claims = here.idp.read(given["access_token"])
    assert (status, given["issued_token_type"], given["scope"]) == (200, ACCESS_TOKEN, "a")
    assert (claims["sub"], claims["org_id"], claims["aud"]) == ("bob", "globex", "billing")
    assert (claims["client_id"], claims["act"]) == ("agent", {"sub": "agent"})
    assert "refresh_token" not in given
    assert here.active(subject)


def test_actors_nest(here):
    """RFC 8693 section 4.1: the latest actor outside, earlier ones inside."""
    here.idp.register("agent", secret="s")
    subject = here.idp.grant(sub="bob")["access_token"]
    _, first = exchange(here, subject, auth=("agent", "s"))
    actor = {"actor_token": here.idp.mint(sub="tool"), "actor_token_type": ACCESS_TOKEN}
    _, second = exchange(here, first["access_token"], **actor)
    claims = here.idp.read(second["access_token"])
    assert claims["act"] == {"sub": "tool", "act": {"sub": "agent"}}


def test_an_exchanged_token_never_outlives_its_subject(here):
    """Neither its expiry nor the end of its session is escaped."""
    grant = here.idp.grant()
    here.time.advance(200)
    _, given = exchange(here, grant["access_token"])
    assert given["expires_in"] == 100
    here.post("/revoke", token=grant["refresh_token"])
    assert not here.active(given["access_token"])


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"subject_token": "guessed"}, "invalid_request"),
        ({"subject_token": ""}, "invalid_request"),
        ({"subject_token_type": ""}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
        ({"actor_token": "guessed", "actor_token_type": ACCESS_TOKEN}, "invalid_request"),
        ({"actor_token_type": ACCESS_TOKEN}, "invalid_request"),
        ({"actor_token": "guessed"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "invalid_request"),
        ({"scope": "a c"}, "invalid_scope"),
    ],
)
def test_an_exchange_never_gives_more(here, form, error):
    """Tokens that are not ours, active and complete, or a wider scope: refused."""
    subject = here.idp.grant(scope="a b")["access_token"]
    assert exchange(here, subject, **form) == (400, {"error": error})


def test_a_revoked_subject_is_not_exchanged(here):
    """What is over cannot be renewed by exchanging it."""
    subject = here.idp.grant()["access_token"]
    here.post("/revoke", token=subject)
    assert exchange(here, subject) == (400, {"error": "invalid_request"})


# -- over HTTP -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served():
    with IdentityProvider.serve() as idp:
        yield idp


@pytest.fixture
def idp(served):
    served.faults.clear()
    served.hits.clear()
    served.grants.clear()
    served.granted.clear()
    return served


@pytest.fixture
def client():
    with httpx.Client(trust_env=False) as client:
        yield client


def post_refresh(client, idp, grant):
    form = {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"]}
    return client.post(idp.token_endpoint, data=form, auth=DEMO)


def test_discovery_names_itself_and_its_endpoints(idp, client):
    """Both documents; the issuer is the base URL to the letter (RFC 8414 section 3.3)."""
    for kind in ("openid-configuration", "oauth-authorization-server"):
        said = client.get(f"{idp.issuer}/.well-known/{kind}").json()
        assert said["issuer"] == idp.issuer
        assert (said["jwks_uri"], said["token_endpoint"]) == (idp.jwks_url, idp.token_endpoint)
        assert said["authorization_endpoint"] == idp.authorization_endpoint
        assert said["introspection_endpoint"] == idp.introspection_endpoint
        assert said["revocation_endpoint"] == idp.revocation_endpoint
    assert client.get(idp.jwks_url).json() == idp.jwks()
    assert idp.hits["/jwks"] == 1


def test_one_connection_serves_many_requests(idp, client):
    """HTTP/1.1 stays open, and a request costs no delayed acknowledgement."""
    took = []
    for _ in range(20):
        answer = post_refresh(client, idp, idp.grant())
        assert (answer.status_code, answer.http_version) == (200, "HTTP/1.1")
        took.append(answer.elapsed.total_seconds())
    assert min(took[1:]) < 0.03
    assert (idp.hits["/token"], idp.grants["refresh_token"]) == (20, 20)


def test_many_at_once_with_one_token_get_one_answer(idp):
    """Reuse detection holds under load, and nothing is counted twice."""
    grant = idp.grant()

    def ask(_):
        with httpx.Client(trust_env=False, verify=False) as client:
            return post_refresh(client, idp, grant).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(ask, range(16)))
    assert statuses.count(200) == 1
    assert idp.hits["/token"] == idp.grants["refresh_token"] == 16
    assert idp.granted["refresh_token"] == 1


def test_a_status_does_nothing_and_is_counted_down(idp, client):
    """503 as often as planned, `Retry-After` when given; the refresh token is still good."""
    idp.faults.status("/token", 503, times=2, retry_after=3)
    grant = idp.grant()
    answers = [post_refresh(client, idp, grant) for _ in range(3)]
    assert [a.status_code for a in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "3"
    assert (idp.hits["/token"], idp.grants["refresh_token"]) == (3, 1)


def test_a_dropped_request_was_never_heard(idp, client):
    """The connection closes, the refresh token is still good."""
    idp.faults.drop("/token")
    grant = idp.grant()
    with pytest.raises(httpx.TransportError):
        post_refresh(client, idp, grant)
    assert post_refresh(client, idp, grant).status_code == 200


def test_a_lost_answer_has_rotated(idp, client):
    """The work is done, the answer is lost: sending the same again ends the family."""
    idp.faults.lose("/token")
    grant = idp.grant()
    with pytest.raises(httpx.TransportError):
        post_refresh(client, idp, grant)
    assert idp.granted["refresh_token"] == 1
    assert post_refresh(client, idp, grant).json() == {"error": "invalid_grant"}


def test_garbage_and_slowness_go_together(idp, client):
    """A delay adds to any other fault; `clear` ends both."""
    idp.faults.slow("/jwks", 0.05)
    idp.faults.garbage("/jwks", b"<html>", times=None)
    began = time.monotonic()
    answer = client.get(idp.jwks_url)
    assert time.monotonic() - began >= 0.05
    assert (answer.status_code, answer.content) == (200, b"<html>")
    idp.faults.clear()
    assert client.get(idp.jwks_url).json() == idp.jwks()


@pytest.mark.parametrize("length", ["-1", "x", "9" * 5000, str(1 << 21)])
def test_a_body_without_an_honest_length_is_refused(idp, length):
    """Nothing is read that was not announced, or too much was."""
    with socket.create_connection(("127.0.0.1", urlsplit(idp.issuer).port), 5) as wire:
        wire.sendall(f"POST /token HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode())
        assert wire.recv(4096).startswith(b"HTTP/1.1 400 ")


def test_closing_wakes_what_is_slow():
    """The end of the block does not wait for a planned delay."""
    before = set(threading.enumerate())
    with IdentityProvider.serve() as idp, httpx.Client(trust_env=False) as client:
        idp.faults.slow("/jwks", 30)
        waiting = threading.Thread(target=lambda: _ignoring(client.get, idp.jwks_url), daemon=True)
        waiting.start()
        while not idp.hits["/jwks"]:
            time.sleep(0.005)
        begun = set(threading.enumerate()) - before
    assert len(begun) == 3  # the client, the server, its connection
    for thread in begun:
        thread.join(2)
        assert not thread.is_alive()


def _ignoring(call, *args):
    try:
        call(*args)
    except httpx.TransportError:
        pass


# -- the clock -------------------------------------------------------------------------------------


def test_a_fake_clock_moves_when_told():
    """`advance` moves both readings, `step` the wall only, and nothing goes back by itself."""
    fake = FakeClock(wall=100.0)
    clock = fake.clock
    start = clock.monotonic()
    fake.advance(5)
    fake.step(-50)
    assert (clock.wall(), clock.monotonic() - start) == (55.0, 5.0)
    with pytest.raises(ValueError, match="step"):
        fake.advance(-1)


# -- the command line ------------------------------------------------------------------------------

MODULE = [sys.executable, "-W", "error", "-m", "stageflow_guard.testing"]


def test_served_keys_mint_tokens_that_are_active(tmp_path):
    """`serve` and `mint` share a key file of mode 0600; `serve` ends at SIGTERM with 0."""
    keys = str(tmp_path / "keys.json")
    server = subprocess.Popen(
        [*MODULE, "serve", "--keys", keys], stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    try:
        said = json.loads(server.stdout.readline())
        assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
        minted = subprocess.run(
            [*MODULE, "mint", "--keys", keys, "--issuer", said["issuer"], "--sub", "bob",
             "--tenant", "globex", "--role", "agent", "--role", "lead", "--alg", "ES256",
             "--claim", "scope=a b", "--claim", "level=3", "--claim", "client_id=null"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        answer = httpx.post(
            said["introspection_endpoint"], data={"token": minted.stdout.strip()}, auth=DEMO
        ).json()
    finally:
        server.send_signal(signal.SIGTERM)
        server.stdout.close()
        assert server.wait(10) == 0
    assert (answer["active"], answer["sub"], answer["org_id"]) == (True, "bob", "globex")
    assert (answer["roles"], answer["scope"], answer["level"]) == (["agent", "lead"], "a b", 3)
    assert "client_id" not in answer


@pytest.mark.parametrize(
    "args", [[], ["mint"], ["mint", "--keys", "k", "--issuer", "i", "--claim", "x"]]
)
def test_unusable_arguments_are_named(args, capsys):
    """Exit 2 with usage, and nothing written."""
    from stageflow_guard.testing.command import main

    with pytest.raises(SystemExit) as caught:
        main(args)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err
