"""Issuer and tenant are bound: no provider speaks for another's customers, row by row."""

from __future__ import annotations

import json

import pytest

from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.errors import ConfigError, NotAuthenticated
from stageflow_guard.testing import IdentityProvider

A, B = IdentityProvider("https://a.example"), IdentityProvider("https://b.example")


def policy(issuer, **more):
    """An issuer of this suite's audience."""
    return IssuerPolicy(
        **{
            "issuer": issuer, "audiences": frozenset({"pipelines"}),
            "algorithms": frozenset({"RS256"}), "tenant_claim": "org_id", "roles_claim": "roles",
            **more,
        }
    )  # fmt: skip


@pytest.fixture
def verifier(tmp_path):
    """Builds a verifier over A and B with the given bindings."""
    A.write_jwks(tmp_path / "a")
    B.write_jwks(tmp_path / "b")

    def build(a, b=None):
        pairs = [(policy(A.issuer, **a), FileKeys(tmp_path / "a"))]
        if b is not None:
            pairs.append((policy(B.issuer, **b), FileKeys(tmp_path / "b")))
        return TokenVerifier(pairs)

    return build


BOUND = ({"tenants": {"org_a": "acme"}}, {"tenants": {"org_b": "globex"}})
NESTED = {"tenant": "acme", "roles_claim": ("realm_access", "roles")}

REFUSED = {
    "A names B's tenant": (BOUND, lambda: A.mint(tenant="org_b"), "foreign_tenant"),
    "A names the tenant's own name": (BOUND, lambda: A.mint(tenant="acme"), "foreign_tenant"),
    "A names a tenant in other letters": (BOUND, lambda: A.mint(tenant="ORG_A"), "foreign_tenant"),
    "A names no tenant": (BOUND, lambda: A.mint(org_id=None), "missing_claim"),
    "A names two tenants": (BOUND, lambda: A.mint(tenant=["org_a", "org_b"]), "bad_claim"),
    "A claims to be B": (BOUND, lambda: A.mint(iss=B.issuer, tenant="org_b"), "unknown_key|bad_signature"),
    "B's kid under A's name": (
        BOUND, lambda: B.mint(iss=A.issuer, tenant="org_a", header={"kid": B.kid("RS256")}),
        "bad_signature|unknown_key",
    ),
    "A's name with a slash": (BOUND, lambda: A.mint(iss=A.issuer + "/", tenant="org_a"), "unknown_issuer"),
    "A's name in capitals": (BOUND, lambda: A.mint(iss=A.issuer.upper(), tenant="org_a"), "unknown_issuer"),
    "issuer as a list": (BOUND, lambda: A.mint(iss=[A.issuer], tenant="org_a"), "unknown_issuer"),
    "roles left out for their number": (
        (NESTED | {"roles_claim": "groups"},),
        lambda: A.mint(_claim_names={"groups": "src1"}), "overage",
    ),
    "roles left out, the other way": (
        (NESTED | {"roles_claim": "groups"},), lambda: A.mint(hasgroups=True), "overage",
    ),
    "nested roles as an object": (
        (NESTED,), lambda: A.mint(realm_access={"roles": {"admin": True}}), "bad_claim",
    ),
    "nested roles with a number": (
        (NESTED,), lambda: A.mint(realm_access={"roles": ["a", 1]}), "bad_claim",
    ),
    "a subject of control characters beyond length": (
        ({"tenant": "acme"},), lambda: A.mint(sub="\n" * 513), "bad_claim",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", REFUSED)
async def test_a_hostile_combination_is_refused(verifier, row):
    """Each row of the table ends in its own reason."""
    bindings, token, reason = REFUSED[row]
    with pytest.raises(NotAuthenticated) as caught:
        await verifier(*bindings).authenticate(token())
    assert caught.value.reason in reason.split("|")


async def test_equal_subjects_of_two_providers_stay_two(verifier):
    """`sub` is unique within its issuer only; a prefix keeps them apart within one tenant."""
    both = verifier({"tenant": "acme"}, {"tenant": "acme", "subject_prefix": "b/"})
    one, two = (
        await both.authenticate(A.mint(sub="ada")),
        await both.authenticate(B.mint(sub="ada")),
    )
    assert (one.subject, two.subject) == ("user:ada", "user:b/ada")
    assert one.host_user_id != two.host_user_id
    with pytest.raises(NotAuthenticated) as caught:  # A's user who is called like B's ada
        await both.authenticate(A.mint(sub="b/ada"))
    assert caught.value.reason == "foreign_subject"


SUBJECTS = [
    "role:admin",
    "user:root",
    "a, b",
    "*",
    "a\nb",
    "a%2Cb",
    "é",
    "\u202eevil",
    "svc:x",
    '"',
]


@pytest.mark.parametrize("sub", SUBJECTS)
async def test_a_subject_never_becomes_another_kind_or_line(verifier, sub):
    """Always `user:` and one policy word; no two subjects share a spelling."""
    who = await verifier({"tenant": "acme"}).authenticate(A.mint(sub=sub))
    assert who.subject.startswith("user:")
    assert not set(who.subject[5:]) & set(", *\n\"'()\\#") and who.subject.isascii()


async def test_no_two_subjects_share_a_spelling(verifier):
    """The encoding is injective: an encoded look-alike is encoded again."""
    v = verifier({"tenant": "acme"})
    seen = {(await v.authenticate(A.mint(sub=s))).subject for s in [*SUBJECTS, "a%0Ab", "%2A"]}
    assert len(seen) == len(SUBJECTS) + 2


def test_two_issuers_of_one_tenant_need_distinct_prefixes(verifier):
    """Or one provider's ada would be the other's."""
    with pytest.raises(ConfigError, match="subject_prefix"):
        verifier({"tenant": "acme"}, {"tenant": "acme"})
    with pytest.raises(ConfigError, match="subject_prefix"):
        verifier({"tenant": "acme"}, {"tenants": {"x": "acme", "y": "globex"}})


async def test_tokens_and_key_sets_beyond_size_are_refused_within_the_gate(tmp_path):
    """Oversized, nested and binary input costs little and never crashes."""
    from stageflow_guard.auth.pyjwt import admit_set

    for raw in (
        b"[" * 100_000, b"\x00" * 1000, json.dumps({"keys": [{}] * 101}).encode(),
        b'{"keys": ' + b"[" * 50_000, "{}".encode("utf-16"), b'{"keys": [], "keys": []}',
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            admit_set(raw)
