"""Names that a file system, a URL or a reader may fold into another are no tenants."""

from __future__ import annotations

import pytest

from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.base.tenant_name import legal_tenant
from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError, NotAuthenticated
from stageflow_guard.model import AccessRequest
from stageflow_guard.testing import IdentityProvider

FOLDED = [
    "acme.", "acme..", "con", "CON", "con.csv", "Prn", "aux.x.y", "nul", "com1", "LPT9.txt", "com0",
    "none", "NULL", "True", "false", "", " ", "acme ", " acme", ".acme", "-acme", "_platform",
    "a/b", "a\\b", "a:b", "acme\u200b", "\u0430cme", "a" * 129, "..", "a\n",
]  # fmt: skip
LEGAL = [
    "acme",
    "a",
    "acme.eu",
    "acme-1",
    "ACME_2",
    "7",
    "a" * 128,
    "console",
    "com10",
    "aux-1",
    "nulla",
]


@pytest.mark.parametrize("name", FOLDED)
def test_a_name_that_may_be_folded_is_no_tenant(policy_folder, tmp_path, name):
    """Neither a folder, nor an issuer's tenant, nor a token's, nor a new one."""
    assert not legal_tenant(name)
    policy_folder.write("tenants/acme/policy.csv", "p, role:a, acme, stage, p/s, run, allow\n")
    with pytest.raises(ConfigError):
        IssuerPolicy(
            issuer="https://x",
            audiences=frozenset({"a"}),
            algorithms=frozenset({"RS256"}),
            tenant=name,
        )
    words = ["policy", "tenant", "rename", "acme", name, "--policies", str(policy_folder.path)]
    assert main(words) == 2
    asked = AccessRequest(sub="user:x", ten=name, own=name, kind="stage", obj="p/s", act="run")
    assert policy_folder.load().decide(asked).reason == "unknown_tenant"


@pytest.mark.parametrize("name", ["acme.", "globex.", "con", "Aux.x", "NUL"])
def test_a_folder_of_such_a_name_denies_beside_the_real_one(policy_folder, name):
    """`acme.` beside `acme` is a problem, and the real one goes on."""
    lines = "p, role:a, {}, stage, p/s, run, allow\n"
    policy_folder.write("tenants/acme/policy.csv", lines.format("acme"))
    policy_folder.write(f"tenants/{name}/policy.csv", lines.format(name))
    policies = policy_folder.load()
    assert policies.tenants == ("acme",) and "cannot be a tenant" in policies.problems[0].reason


async def test_a_token_names_no_such_tenant(tmp_path):
    """The claim's value is refused before any policy is asked."""
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "k")
    issuer = IssuerPolicy(
        issuer=idp.issuer, audiences=frozenset({"pipelines"}), algorithms=frozenset({"RS256"}),
        tenant_claim="org_id",
    )  # fmt: skip
    verifier = TokenVerifier([(issuer, FileKeys(tmp_path / "k"))])
    for name in ("acme.", "con", "lpt1.x"):
        with pytest.raises(NotAuthenticated) as caught:
            await verifier.authenticate(idp.mint(tenant=name))
        assert caught.value.reason == "bad_claim"
    assert (await verifier.authenticate(idp.mint(tenant="acme.eu"))).tenant == "acme.eu"


@pytest.mark.parametrize("name", LEGAL)
def test_a_plain_name_is_a_tenant(name):
    """Dots inside, digits, what only begins like a device's name."""
    assert legal_tenant(name)
