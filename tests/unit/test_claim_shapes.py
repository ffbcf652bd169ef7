"""Claims of unusual shape: taken where a setting says so, else refused by name and shape."""

from __future__ import annotations

import pytest

from stageflow_guard.auth.build_verifier import verifier_from
from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.secret import check_token_shape
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.errors import ConfigError, NotAuthenticated
from stageflow_guard.settings import AuthSettings, IssuerSettings, Settings
from stageflow_guard.testing import IdentityProvider

IDP = IdentityProvider("https://id.example")
CANARY = "canary-7f3a"


@pytest.fixture
def settings(tmp_path):
    """Settings of one issuer, with changes; and what a token with changes is refused for."""
    IDP.write_jwks(tmp_path / "jwks.json")

    def build(**changes):
        one = {
            "issuer": IDP.issuer, "audiences": ["pipelines"], "algorithms": ["RS256"],
            "jwks_file": str(tmp_path / "jwks.json"), "tenant_claim": "org_id",
            "roles_claim": "roles", **changes,
        }  # fmt: skip
        return AuthSettings(issuers=[IssuerSettings(**one)])

    return build


async def who(auth, **claims):
    """Return who a token with these claims is."""
    return await verifier_from(auth).authenticate(IDP.mint(**claims))


async def why(auth, **claims):
    """Return the refusal of a token with these claims."""
    with pytest.raises(NotAuthenticated) as caught:
        await who(auth, **claims)
    return caught.value


@pytest.mark.parametrize("number", [0, 7, 2**53 + 1, 2**63 - 1])
async def test_a_whole_number_is_a_name_where_the_setting_says_so(settings, number):
    """Its decimal text, digit by digit: no float in between."""
    auth = settings(numeric_claims=["sub", "org_id"])
    found = await who(auth, sub=number, tenant=number)
    assert (found.subject, found.tenant) == (f"user:{number}", str(number))


@pytest.mark.parametrize("value", [-1, 2**63, 1.5, 7.0, True, None, [7], {"id": 7}])
async def test_what_is_no_whole_number_stays_refused(settings, value):
    """A fraction, a boolean, a number beyond 63 bits is no name."""
    auth = settings(numeric_claims=["sub", "org_id"])
    claims = {**IDP.claims(), "sub": value}
    with pytest.raises(NotAuthenticated) as caught:
        await verifier_from(auth).authenticate(IDP.sign(IDP.header(), claims))
    assert caught.value.reason == "bad_claim"


async def test_a_number_is_refused_without_the_setting(settings):
    """Text and a number could be two subjects: one setting names the claim."""
    assert (await why(settings(numeric_claims=["org_id"]), sub=7)).reason == "bad_claim"
    assert (await why(settings(numeric_claims=["sub"]), tenant=7)).reason == "bad_claim"


@pytest.mark.parametrize(("exp", "passes"), [(300.75, True), (300.0, True), (-1.5, False)])
async def test_a_date_may_have_a_fraction_where_the_setting_says_so(settings, exp, passes):
    """RFC 7519 section 2 allows it; a token that is over stays over."""
    auth, now = settings(numeric_dates="fraction", leeway=0), IDP.now()
    claims = {"iat": now - 10, "exp": now + exp, "nbf": now - 10.25}
    if passes:
        assert (await who(auth, **claims)).expires_at <= claims["exp"]
    else:
        assert (await why(auth, **claims)).reason == "expired"
    strict = await why(settings(), **claims)
    assert strict.reason == "bad_claim" and "numeric_dates" in strict.message


async def test_a_token_without_iat_passes_where_the_setting_says_so(settings):
    """Its lifetime counts from now, and a revocation of its subject refuses it for good."""
    auth = settings(issued_at="optional", max_lifetime=600)
    verifier = verifier_from(auth)
    token = IDP.mint(iat=None)
    found = await verifier.authenticate(token)
    assert found.issued_at == 0
    assert (await why(auth, iat=None, exp=int(IDP.now()) + 700)).reason == "lifetime"
    verifier.deny(IDP.issuer, subject=found.subject, issued_before=IDP.now() - 3600)
    with pytest.raises(NotAuthenticated, match="revoked"):
        await verifier.authenticate(token)


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"])
async def test_a_type_compares_without_case_and_prefix(settings, typ):
    """RFC 7515 section 4.1.9; RFC 9068 section 2.1 names both spellings."""
    assert (await who(settings(), header={"typ": typ})).subject == "user:ada"


async def test_a_token_that_ends_as_it_begins_is_decided_by_the_clock(settings):
    """`exp == iat` breaks no rule of RFC 7519: within the leeway it holds, after it it is over."""
    now = int(IDP.now())
    assert (await who(settings(leeway=30), iat=now, exp=now)).expires_at == now
    assert (await why(settings(leeway=0), iat=now, exp=now)).reason == "expired"
    assert (await why(settings(), iat=now, exp=now - 1)).reason == "lifetime"


async def test_a_lifetime_over_the_cap_names_the_setting(settings):
    """The operator reads which key to change."""
    error = await why(settings(max_lifetime=60), ttl=3600)
    assert error.reason == "lifetime" and "max_lifetime" in error.message


SHAPES = {
    "sub": ([CANARY], "a list of 1", "subject_claim"),
    "org_id": ({CANARY: CANARY}, "an object of 1", "tenant_claim"),
    "roles": ({CANARY: True}, "an object of 1", "roles_claim"),
    "scope": (7, "a whole number", "scope_claim"),
    "exp": (CANARY, "text of 11 characters", "numeric_dates"),
    "aud": ([CANARY, 7], "a list of 2", "audiences"),
    "client_id": (True, "a boolean", "client_id_claims"),
    "iat": (1.5, "a number with a fraction", "numeric_dates"),
}


@pytest.mark.parametrize("claim", SHAPES)
async def test_a_bad_claim_says_what_was_found_and_what_was_wanted(settings, claim):
    """Claim, shape, wanted shape, setting; never the value."""
    value, found, setting = SHAPES[claim]
    error = await why(settings(), **{"tenant" if claim == "org_id" else claim: value})
    assert error.reason == "bad_claim"
    assert f"`{claim}`" in error.message and found in error.message and setting in error.message
    assert CANARY not in str(error)


async def test_a_missing_claim_names_the_setting(settings):
    """What asks for it is said."""
    assert "tenant_claim" in (await why(settings(), tenant=None)).message
    assert "client_id_claims" in (await why(settings(), client_id=None)).message
    assert "issued_at" in (await why(settings(), iat=None)).message


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ("Bearer {}", "`Bearer`"), ("bearer {}", "`Bearer`"), ("{}\n", "line end"),
        ("{}\r\n", "line end"), (" {}", "begins with white space"), ('"{}"', "quotes"),
        ("'{}'", "quotes"), ("\t{}", "white space"),
    ],
)  # fmt: skip
def test_a_slip_of_the_copying_hand_is_named(slip, said):
    """The scheme, a line end, quotes: `malformed`, with the remedy and without the token."""
    token = IDP.mint()
    with pytest.raises(NotAuthenticated) as caught:
        check_token_shape(slip.format(token))
    assert caught.value.reason == "malformed" and said in caught.value.message
    assert token not in str(caught.value)


async def test_roles_are_the_keys_of_a_map_where_the_path_says_so(settings):
    """A last step `*` takes every key, or every entry of a list."""
    auth = settings(roles_claim=["grants", "*"])
    assert (await who(auth, grants={"a": {}, "b": {}})).roles == {"a", "b"}
    assert (await who(auth, grants=["a", "b"])).roles == {"a", "b"}
    assert (await why(auth, grants=7)).reason == "bad_claim"
    assert (await why(settings(), roles={"a": {}})).reason == "bad_claim"


async def test_groups_that_were_left_out_refuse_unless_roles_are_never_left_out(settings):
    """`hasgroups` refuses by default; with app roles as roles, `overage_claims` is empty."""
    claims = {k: v for k, v in IDP.claims(hasgroups=True).items() if k != "roles"}
    token = IDP.sign(IDP.header(), claims)
    with pytest.raises(NotAuthenticated, match="overage_claims"):
        await verifier_from(settings()).authenticate(token)
    found = await verifier_from(settings(overage_claims=[])).authenticate(token)
    assert found.roles == frozenset()
    away = {**claims, "_claim_names": {"roles": "src1"}}
    with pytest.raises(NotAuthenticated) as caught:
        await verifier_from(settings(overage_claims=[])).authenticate(IDP.sign(IDP.header(), away))
    assert caught.value.reason == "overage"


MACHINES = {
    "by value": ({"claim": "gty", "value": "client-credentials"}, {"gty": "client-credentials"}, {"gty": "password"}),
    "by one of several": ({"claim": "gty", "value": ["a", "b"]}, {"gty": "b"}, {"gty": "c"}),
    "by presence": ({"claim": "robot"}, {"robot": 1}, {}),
    "by a boolean": ({"claim": "m2m", "value": True}, {"m2m": True}, {"m2m": 1}),
    "by a path": ({"claim": ["ext", "kind"], "value": "app"}, {"ext": {"kind": "app"}}, {"ext": {"kind": "user"}}),
    "by what users have": ({"missing": "email"}, {}, {"email": "ada@example.com"}),
}  # fmt: skip


@pytest.mark.parametrize("name", MACHINES)
async def test_a_machines_token_is_told_from_a_users(settings, name):
    """It is `svc:` and the client's id, whatever its `sub` says."""
    machine, its, users = MACHINES[name]
    auth = settings(machine=machine)
    assert (await who(auth, sub="x@clients", client_id="m2m", **its)).subject == "svc:m2m"
    assert (await who(auth, sub="ada", client_id="m2m", **users)).subject == "user:ada"


# -- an issuer that stands twice, templates, values that a setting cannot hold ----------------------


def policy(**changes):
    return IssuerPolicy(
        **{
            "issuer": IDP.issuer, "audiences": frozenset({"a"}), "tenant_claim": "org_id",
            "algorithms": frozenset({"RS256"}), **changes,
        }
    )  # fmt: skip


async def test_an_issuer_may_stand_twice_and_the_audience_chooses(tmp_path):
    """Each token is judged by its own block alone."""
    IDP.write_jwks(tmp_path / "k")
    keys = FileKeys(tmp_path / "k")
    verifier = TokenVerifier(
        [
            (policy(audiences=frozenset({"people"}), roles_claim="roles"), keys),
            (policy(audiences=frozenset({"robots"}), subject_kind="svc"), keys),
        ]
    )
    ada = await verifier.authenticate(IDP.mint(aud="people", roles=["agent"]))
    robot = await verifier.authenticate(IDP.mint(aud=["robots", "x"], roles=["agent"]))
    assert (ada.subject, ada.roles) == ("user:ada", {"agent"})
    assert (robot.subject, robot.roles) == ("svc:ada", frozenset())
    both = await verifier.authenticate(IDP.mint(aud=["robots", "people"]))
    assert both.subject == "user:ada"  # the first block that fits
    for aud in ("others", None, 7):
        with pytest.raises(NotAuthenticated):
            await verifier.authenticate(IDP.mint(aud=aud))


CLASHES = {
    "the same audience": ({}, "stands twice for `a`"),
    "another leeway": ({"audiences": frozenset({"b"}), "leeway": 60}, "same `leeway`"),
    "another subject claim": (
        {"audiences": frozenset({"b"}), "subject_claim": "email"}, "subject_prefix",
    ),
    "an audience in common": ({"audiences": frozenset({"b", "a"})}, "stands twice for `a`"),
    "an audience claim in common": (
        {"audience_claims": ("azp", "aud")}, "stands twice for `a`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASHES)
def test_blocks_of_one_issuer_stand_apart(tmp_path, name):
    """Which block decides is never a matter of order alone."""
    changes, said = CLASHES[name]
    IDP.write_jwks(tmp_path / "k")
    keys = FileKeys(tmp_path / "k")
    with pytest.raises(ConfigError, match=said):
        TokenVerifier([(policy(), keys), (policy(**changes), keys)])


REFUSED = {
    "a template without directories": {"issuer": "https://x/{tenantid}/"},
    "a template with two places": {
        "issuer": "https://{tenantid}/{tenantid}/",
        "tenants": {"a": "b"},
    },
    "another brace": {"issuer": "https://x/{tid}/", "tenants": {"a": "b"}},
    "a machine without a sign": {"machine": {}},
    "a machine with two signs": {"machine": {"claim": "a", "missing": "b"}},
    "a value without a claim": {"machine": {"missing": "b", "value": "c"}},
    "no audience claim": {"audience_claims": []},
    "a kind of date that is none": {"numeric_dates": "text"},
    "an iat that is neither": {"issued_at": "never"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_issuer_that_cannot_be_meant_is_refused_at_start(name, tmp_path):
    """By name of the key, before any token comes."""
    one = {"issuer": "https://x/", "audiences": ["a"], "algorithms": ["RS256"], **REFUSED[name]}
    content = {
        "auth": {"issuers": [one]}, "audit": {"path": "a", "origin": "o", "key_file": "k"},
    }  # fmt: skip
    with pytest.raises(ConfigError, match="auth"):
        Settings.of(content)


def test_http_settings_reach_every_issuer_and_intake(tmp_path):
    """`[http]` is the default of each block; a block's own word counts more; no file sink has it."""
    content = {
        "http": {"ca_file": "/ca.pem", "proxy": "http://proxy:3128"},
        "auth": {"issuers": [
            {"issuer": "https://a/", "audiences": ["a"], "algorithms": ["RS256"], "tenant": "a"},
            {"issuer": "https://b/", "audiences": ["a"], "algorithms": ["RS256"], "tenant": "b",
             "proxy": "http://other:3128"},
        ]},
        "audit": {"path": "a", "origin": "o", "key_file": "k", "sinks": [
            {"kind": "otlp", "url": "https://c/v1/logs"}, {"kind": "sqlite", "path": "x.db"},
        ]},
    }  # fmt: skip
    found = Settings.of(content)
    assert [one.proxy for one in found.auth.issuers] == ["http://proxy:3128", "http://other:3128"]
    assert {one.ca_file for one in found.auth.issuers} == {"/ca.pem"}
    assert found.audit.sinks[0].ca_file == "/ca.pem"
    assert "ca_file" not in content["auth"]["issuers"][0]  # what was given is left as it was
