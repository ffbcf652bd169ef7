"""Real token shapes: every row of the table in docs/how-to/providers.md, through its own block."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import tomllib
from pathlib import Path

import pytest

from stageflow_guard.auth.build_verifier import scope_limits_from, verifier_from
from stageflow_guard.errors import NotAuthenticated
from stageflow_guard.settings import AuthSettings
from stageflow_guard.testing import IdentityProvider

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "providers.md").read_text()
IDP = IdentityProvider()
JWT, NONE, AT = {"typ": "JWT"}, {"typ": None}, {"typ": "at+jwt"}
DIRECTORY = "11111111-2222-3333-4444-555555555555"
SECRET = "q7Zk0vW3xN8rT1yB6mC4pJ9sL2dF5gHaQ7Zk0vW3xN8rT1y"

# (provider, token) -> (header, claims beside times, expected subject, tenant, roles)
SHAPES = {
    ("Auth0", "user, default dialect"): (
        JWT,
        {"iss": "https://example.eu.auth0.com/", "sub": "auth0|507f1f77", "azp": "spa123",
         "aud": ["https://pipelines.example", "https://example.eu.auth0.com/userinfo"],
         "scope": "openid profile", "org_id": "org_2ab", "permissions": ["run:all"]},
        "user:auth0|507f1f77", "org_2ab", {"run:all"},
    ),
    ("Auth0", "user, RFC 9068 dialect"): (
        AT,
        {"iss": "https://example.eu.auth0.com/", "sub": "auth0|507f1f77", "client_id": "spa123",
         "aud": ["https://pipelines.example", "https://example.eu.auth0.com/userinfo"],
         "jti": "Ab1", "scope": "openid", "org_id": "org_2ab", "permissions": []},
        "user:auth0|507f1f77", "org_2ab", set(),
    ),
    ("Auth0", "client credentials"): (
        JWT,
        {"iss": "https://example.eu.auth0.com/", "sub": "m2m456@clients", "azp": "m2m456",
         "aud": "https://pipelines.example", "gty": "client-credentials", "org_id": "org_2ab",
         "scope": "run:all", "permissions": ["run:all"]},
        "svc:m2m456", "org_2ab", {"run:all"},
    ),
    ("Clerk", "session"): (
        JWT,
        {"iss": "https://clerk.example.com", "sub": "user_2abc", "azp": "https://app.example.com",
         "aud": "pipelines", "jti": "f3a9", "org_id": "org_2ab", "org_role": "org:admin",
         "sid": "sess_1", "sts": "active", "v": 2},
        "user:user_2abc", "org_2ab", {"org:admin"},
    ),
    ("WorkOS", "session"): (
        NONE,
        {"iss": "https://api.workos.com", "sub": "user_01H", "aud": "pipelines", "jti": "01H",
         "sid": "session_01H", "org_id": "org_01H", "role": "member", "permissions": []},
        "user:user_01H", "org_01H", {"member"},
    ),
    ("Okta", "user"): (
        NONE,
        {"ver": 1, "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE",
         "iss": "https://example.okta.com/oauth2/default", "aud": "api://pipelines",
         "cid": "0oabskvc6442nkvQO0h7", "uid": "00u5t60iloOHN9pBi0h7", "scp": ["openid", "run"],
         "sub": "ada@example.com", "auth_time": 1, "groups": ["Everyone", "Analysts"]},
        "user:ada@example.com", "acme", {"Everyone", "Analysts"},
    ),
    ("Okta", "client credentials"): (
        NONE,
        {"ver": 1, "jti": "AT.x", "iss": "https://example.okta.com/oauth2/default",
         "aud": "api://pipelines", "cid": "0oabskvc6442nkvQO0h7", "scp": ["run"],
         "sub": "0oabskvc6442nkvQO0h7"},
        "svc:0oabskvc6442nkvQO0h7", "acme", set(),
    ),
    ("Entra ID", "version 2, user"): (
        JWT,
        {"aud": "99999999-8888-7777-6666-555555555555", "ver": "2.0", "tid": DIRECTORY,
         "iss": f"https://login.microsoftonline.com/{DIRECTORY}/v2.0", "aio": "A",
         "azp": "aaaaaaaa-0000-0000-0000-000000000001", "azpacr": "0", "name": "Ada",
         "oid": "00000000-0000-0000-66f3-3332eca7ea81", "preferred_username": "ada@example.com",
         "rh": "0.A", "roles": ["Pipelines.Run"], "scp": "access_as_user", "uti": "f",
         "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ"},
        "user:AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "acme", {"Pipelines.Run"},
    ),
    ("Entra ID", "version 2, application"): (
        JWT,
        {"aud": "99999999-8888-7777-6666-555555555555", "ver": "2.0", "azpacr": "1",
         "iss": "https://login.microsoftonline.com/66666666-7777-8888-9999-000000000000/v2.0",
         "azp": "aaaaaaaa-0000-0000-0000-000000000002", "idtyp": "app", "hasgroups": True,
         "oid": "00000000-0000-0000-66f3-3332eca7ea82", "rh": "0.A", "uti": "g",
         "sub": "00000000-0000-0000-66f3-3332eca7ea82",
         "tid": "66666666-7777-8888-9999-000000000000"},
        "svc:aaaaaaaa-0000-0000-0000-000000000002", "globex", set(),
    ),
    ("Entra ID, version 1", "user"): (
        JWT,
        {"aud": "api://pipelines", "iss": f"https://sts.windows.net/{DIRECTORY}/", "acr": "1",
         "amr": ["pwd"], "appid": "aaaaaaaa-0000-0000-0000-000000000001", "appidacr": "0",
         "family_name": "L", "given_name": "Ada", "ipaddr": "192.0.2.1", "name": "Ada",
         "oid": "00000000-0000-0000-66f3-3332eca7ea81", "rh": "0.A", "scp": "access_as_user",
         "sub": "l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA", "tid": DIRECTORY,
         "unique_name": "ada@example.com", "upn": "ada@example.com", "uti": "f", "ver": "1.0"},
        "user:l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA", "acme", set(),
    ),
    ("Cognito", "access token"): (
        NONE,
        {"sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "cognito:groups": ["analysts"],
         "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example", "version": 2,
         "client_id": "1example23456789", "origin_jti": "o", "event_id": "e",
         "token_use": "access", "scope": "openid", "auth_time": 1, "jti": "j", "username": "ada"},
        "user:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "acme", {"analysts"},
    ),
    ("Cognito", "ID token"): (
        NONE,
        {"sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "cognito:groups": ["analysts"],
         "email_verified": True, "cognito:username": "ada", "origin_jti": "o", "event_id": "e",
         "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example",
         "aud": "1example23456789", "token_use": "id", "auth_time": 1, "jti": "j",
         "email": "ada@example.com", "custom:tenant": "globex"},
        "user:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "globex", {"analysts"},
    ),
    ("Keycloak", "user"): (
        JWT,
        {"jti": "onrtac:1", "iss": "https://id.example/realms/acme", "typ": "Bearer",
         "aud": ["pipelines", "account"], "sub": "f3a9c2d1", "azp": "web", "sid": "s1",
         "acr": "1", "allowed-origins": ["*"], "scope": "email profile",
         "realm_access": {"roles": ["offline_access", "supervisor"]},
         "resource_access": {"account": {"roles": ["view-profile"]}}},
        "user:f3a9c2d1", "acme", {"offline_access", "supervisor"},
    ),
    ("Keycloak", "service account"): (
        JWT,
        {"jti": "trrtcc:1", "iss": "https://id.example/realms/acme", "typ": "Bearer",
         "aud": ["pipelines", "account"], "sub": "5f1c0e", "azp": "batch", "client_id": "batch",
         "clientHost": "192.0.2.1", "clientAddress": "192.0.2.1", "scope": "profile",
         "preferred_username": "service-account-batch", "realm_access": {"roles": ["writer"]}},
        "svc:batch", "acme", {"writer"},
    ),
    ("Keycloak, organizations", "user"): (
        JWT,
        {"jti": "1", "iss": "https://id.example/realms/shared", "aud": "pipelines", "sub": "f3",
         "azp": "web", "organization": {"acme": {"id": "42c3"}},
         "realm_access": {"roles": ["agent"]}},
        "user:f3", "acme", {"agent"},
    ),
    ("Keycloak, lightweight", "user"): (
        JWT,
        {"jti": "1", "iss": "https://id.example/realms/light", "aud": "pipelines", "azp": "web",
         "preferred_username": "ada", "typ": "Bearer"},
        "user:ada", "acme", set(),
    ),
    ("PingOne", "user"): (
        NONE,
        {"client_id": "5f2c", "iss": f"https://auth.pingone.eu/{DIRECTORY}/as", "jti": "9d1f",
         "aud": ["https://pipelines.example"], "scope": "openid run", "sub": "b5a1", "acr": "S",
         "sid": "s", "auth_time": 1, "env": DIRECTORY, "org": "org-9"},
        "user:b5a1", "org-9", set(),
    ),
    ("PingOne", "client credentials"): (
        NONE,
        {"client_id": "5f2c", "iss": f"https://auth.pingone.eu/{DIRECTORY}/as", "jti": "9d20",
         "aud": ["https://pipelines.example"], "scope": "run", "env": DIRECTORY, "org": "org-9"},
        "svc:5f2c", "org-9", set(),
    ),
    ("PingFederate", "user"): (
        NONE,
        {"scope": "openid run", "client_id": "web", "iss": "https://sso.example.com",
         "aud": "pipelines", "sub": "ada", "iat": None},
        "user:ada", "acme", set(),
    ),
    ("Google", "service account"): (
        JWT,
        {"aud": "https://pipelines.example", "azp": "115", "sub": "115", "email_verified": True,
         "email": "ci@my-project.iam.gserviceaccount.com", "iss": "https://accounts.google.com"},
        "svc:115", "acme", set(),
    ),
    ("Google, sign-in", "user"): (
        JWT,
        {"iss": "https://accounts.google.com", "azp": "123-example.apps.googleusercontent.com",
         "aud": "123-example.apps.googleusercontent.com", "sub": "110169484474386276334",
         "hd": "example.com", "email": "ada@example.com", "email_verified": True, "name": "Ada",
         "picture": "https://x.example/p", "jti": "161c"},
        "user:110169484474386276334", "acme", set(),
    ),
    ("GitHub Actions", "job"): (
        JWT,
        {"jti": "e1", "sub": "repo:octo-org/octo-repo:ref:refs/heads/main",
         "aud": "https://pipelines.example", "ref": "refs/heads/main", "sha": "a" * 40,
         "repository": "octo-org/octo-repo", "repository_owner": "octo-org", "actor": "octocat",
         "workflow": "deploy", "event_name": "push", "ref_type": "branch", "run_id": "1",
         "job_workflow_ref": "octo-org/octo-repo/.github/workflows/x.yml@refs/heads/main",
         "runner_environment": "github-hosted",
         "iss": "https://token.actions.githubusercontent.com"},
        "svc:repo:octo-org/octo-repo:ref:refs/heads/main", "acme", set(),
    ),
    ("Kubernetes", "service account"): (
        NONE,
        {"aud": ["pipelines"], "iss": "https://kubernetes.default.svc.cluster.local", "jti": "u",
         "kubernetes.io": {"namespace": "prod", "node": {"name": "n", "uid": "1"},
                           "pod": {"name": "worker-1", "uid": "2"},
                           "serviceaccount": {"name": "worker", "uid": "3"}},
         "sub": "system:serviceaccount:prod:worker"},
        "svc:system:serviceaccount:prod:worker", "acme", set(),
    ),
    ("Zitadel", "user"): (
        JWT,
        {"aud": ["240000000000000000@web", "250000000000000001"], "client_id": "240000000000000000",
         "iss": "https://example.zitadel.cloud", "jti": "V2_1", "sub": "270000000000000003",
         "urn:zitadel:iam:org:project:roles": {"admin": {"260000000000000002": "acme.example"},
                                               "agent": {"260000000000000002": "acme.example"}},
         "urn:zitadel:iam:user:resourceowner:id": "260000000000000002"},
        "user:270000000000000003", "acme", {"admin", "agent"},
    ),
    ("ADFS", "user"): (
        JWT,
        {"aud": "microsoft:identityserver:pipelines", "apptype": "Confidential", "ver": "1.0",
         "iss": "http://adfs.example.com/adfs/services/trust", "appid": "4b1c", "scp": "openid",
         "authmethod": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
         "auth_time": "2026-01-01T00:00:00.000Z", "upn": "ada@example.com",
         "group": ["Domain Users"]},
        "user:ada@example.com", "acme", {"Domain%20Users"},
    ),
    ("Supabase", "user"): (
        {"alg": "HS256", "typ": "JWT"},
        {"aud": "authenticated", "iss": "https://example.supabase.co/auth/v1", "sub": "0b1d",
         "email": "ada@example.com", "phone": "", "role": "authenticated", "aal": "aal1",
         "app_metadata": {"provider": "email", "org_id": "acme"}, "user_metadata": {},
         "amr": [{"method": "password", "timestamp": 1}], "session_id": "5e55",
         "is_anonymous": False},
        "user:0b1d", "acme", set(),
    ),
}  # fmt: skip


def block_of(provider, folder, monkeypatch):
    """Return the verifier that the page's block makes, its keys those of the test provider."""
    section = PAGE.split(f"\n## {provider}\n", 1)[1]
    content = tomllib.loads(re.search(r"```toml\n(.*?)```", section, re.DOTALL)[1])
    IDP.write_jwks(folder / "jwks.json")
    monkeypatch.setenv("SUPABASE_JWT_SECRET", SECRET)
    for one in content["auth"]["issuers"]:
        if "secret_env" not in one:
            one.pop("jwks_url", None)
            one["jwks_file"] = str(folder / "jwks.json")
    return AuthSettings.model_validate(content["auth"])


def minted(header, claims, **changes):
    """Return a token of this shape, sound for five minutes."""
    now = int(IDP.now())
    body = {"iat": now - 1, "exp": now + 300, **claims, **changes}
    body = {k: v for k, v in body.items() if v is not None}
    if header.get("alg") != "HS256":
        return IDP.sign(IDP.header(more=header), body)
    import base64

    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in (header, body)]
    mac = hmac.digest(SECRET.encode(), b".".join(parts), hashlib.sha256)
    return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()


def test_the_table_and_the_shapes_are_the_same():
    """No row of the page without its token, no token without its row."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `(\w+):` \|", PAGE, re.MULTILINE)
    assert {(a, b) for a, b, _ in rows} == set(SHAPES)
    for provider, token, kind in rows:
        assert SHAPES[provider, token][2].startswith(f"{kind}:"), (provider, token)


@pytest.mark.parametrize("row", SHAPES, ids=" ".join)
async def test_a_token_of_the_providers_shape_is_accepted(row, tmp_path, monkeypatch):
    """The page's own block says who it is, of which tenant and in which roles."""
    header, claims, subject, tenant, roles = SHAPES[row]
    auth = block_of(row[0], tmp_path, monkeypatch)
    who = await verifier_from(auth).authenticate(minted(header, claims))
    assert (who.subject, who.tenant, who.roles) == (subject, tenant, roles)


async def refusal(row, folder, monkeypatch, **changes):
    """Return the reason for which a changed token of a row is refused."""
    header, claims, *_ = SHAPES[row]
    verifier = verifier_from(block_of(row[0], folder, monkeypatch))
    with pytest.raises(NotAuthenticated) as caught:
        await verifier.authenticate(minted(header, claims, **changes))
    return caught.value.reason


OTHERS = {
    "another Google account's": (("Google", "service account"), {"email": "x@evil.iam.gserviceaccount.com"}, "claim_refused"),
    "an unverified address": (("Google", "service account"), {"email_verified": False}, "claim_refused"),
    "a verified address as text": (("Google", "service account"), {"email_verified": "true"}, "claim_refused"),
    "a verified address as a number": (("Google", "service account"), {"email_verified": 1}, "claim_refused"),
    "an address that is a list": (("Google", "service account"), {"email": ["ci@my-project.iam.gserviceaccount.com"]}, "claim_refused"),
    "a private Google account": (("Google, sign-in", "user"), {"hd": None}, "missing_claim"),
    "another Workspace": (("Google, sign-in", "user"), {"hd": "evil.example"}, "claim_refused"),
    "another repository": (("GitHub Actions", "job"), {"repository": "evil/octo-repo"}, "claim_refused"),
    "a fork's pull request": (("GitHub Actions", "job"), {"ref": "refs/pull/1/merge"}, "claim_refused"),
    "another namespace": (("Kubernetes", "service account"), {"kubernetes.io": {"namespace": "dev", "serviceaccount": {"name": "worker"}}}, "claim_refused"),
    "another service account": (("Kubernetes", "service account"), {"kubernetes.io": {"namespace": "prod", "serviceaccount": {"name": "x"}}}, "claim_refused"),
    "no namespace": (("Kubernetes", "service account"), {"kubernetes.io": {"serviceaccount": {"name": "worker"}}}, "missing_claim"),
    "a namespace that is no object": (("Kubernetes", "service account"), {"kubernetes.io": "prod"}, "bad_claim"),
    "an ID token as an access token": (("Cognito", "access token"), {"token_use": "id"}, "claim_refused"),
    "another client of the pool": (("Cognito", "access token"), {"client_id": "other"}, "wrong_audience"),
    "a directory that is not listed": (("Entra ID", "version 2, user"), {"iss": "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000009/v2.0"}, "unknown_issuer"),
    "the template itself": (("Entra ID", "version 2, user"), {"iss": "https://login.microsoftonline.com/{tenantid}/v2.0"}, "unknown_issuer"),
    "another directory in tid": (("Entra ID", "version 2, user"), {"tid": "66666666-7777-8888-9999-000000000000"}, "foreign_tenant"),
    "two organizations": (("Keycloak, organizations", "user"), {"organization": {"acme": {}, "globex": {}}}, "bad_claim"),
    "a list of two organizations": (("Keycloak, organizations", "user"), {"organization": ["acme", "globex"]}, "bad_claim"),
    "no organization in the list": (("Keycloak, organizations", "user"), {"organization": []}, "bad_claim"),
    "an organization that is a number": (("Keycloak, organizations", "user"), {"organization": [7]}, "bad_claim"),
    "only the generic audience": (("Keycloak", "user"), {"aud": "account"}, "wrong_audience"),
    "a machine without a client": (("PingOne", "client credentials"), {"client_id": None}, "missing_claim"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
async def test_a_neighbours_token_is_refused(name, tmp_path, monkeypatch):
    """What anyone else at the same provider can get does not pass."""
    row, changes, reason = OTHERS[name]
    assert await refusal(row, tmp_path, monkeypatch, **changes) == reason


@pytest.mark.parametrize(
    "organization", [["acme"], {"acme": {}}, {"acme": {"id": "1", "x": ["y"]}}]
)
async def test_an_organization_is_the_only_entry_of_a_list_or_map(
    organization, tmp_path, monkeypatch
):
    """Keycloak writes it either way, by a mapper's setting."""
    header, claims, *_ = SHAPES["Keycloak, organizations", "user"]
    verifier = verifier_from(block_of("Keycloak, organizations", tmp_path, monkeypatch))
    who = await verifier.authenticate(minted(header, claims, organization=organization))
    assert who.tenant == "acme"


async def test_an_application_without_scopes_has_those_of_its_block(tmp_path, monkeypatch):
    """`scope_map` limits an app-only token, too: it counts as the scope that `machine` gives it."""
    auth = block_of("Entra ID", tmp_path, monkeypatch)
    limits = scope_limits_from(auth)
    for token, reach in (
        ("version 2, application", (True, False)),
        ("version 2, user", (True, True)),
    ):
        header, claims, *_ = SHAPES["Entra ID", token]
        who = await verifier_from(auth).authenticate(minted(header, claims))
        assert (limits(who, "stage", "run"), limits(who, "data", "read")) == reach
