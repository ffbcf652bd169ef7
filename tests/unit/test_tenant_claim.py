"""`policy tenant add --claim`: guard.toml is edited as text, exactly or not at all."""

from __future__ import annotations

import tomllib

import pytest

from stageflow_guard.cli.policy.tenant_claim import claim_mapped
from stageflow_guard.errors import ConfigError

ONE = """\
[auth]
[[auth.issuers]]  # the provider
issuer = "https://id.example"
{more}
[policy]
path = "policies"
"""
TWO = (
    ONE.format(more="")
    + '\n[[auth.issuers]]\nissuer = "https://two.example"\ntenants = { a = "acme" }\n'
)


def mapped(tmp_path, text, claim="org_x", tenant="new", issuer=None):
    file = tmp_path / "guard.toml"
    file.write_text(text)
    return claim_mapped(file, claim, tenant, issuer=issuer, known=("acme", "globex"))


def test_a_first_mapping_lists_those_who_are_there(tmp_path):
    """Without `tenants` the claim's value was the tenant; a new one locks no tenant out."""
    done = mapped(tmp_path, ONE.format(more=""))
    (issuer,) = tomllib.loads(done)["auth"]["issuers"]
    assert issuer["tenants"] == {"acme": "acme", "globex": "globex", "org_x": "new"}
    assert "# the provider" in done


def test_a_mapping_grows_in_place(tmp_path):
    """Comments and everything else stay as they are; odd values are quoted."""
    text = ONE.format(more='tenants = { org_1 = "acme" }  # who is who')
    done = mapped(tmp_path, text, claim='o"x')
    (issuer,) = tomllib.loads(done)["auth"]["issuers"]
    assert issuer["tenants"] == {"org_1": "acme", 'o"x': "new"}
    assert "# who is who" in done


def test_the_right_issuer_is_edited(tmp_path):
    """With several issuers one has to be named, and only that one changes."""
    with pytest.raises(ConfigError, match="--issuer"):
        mapped(tmp_path, TWO)
    done = tomllib.loads(mapped(tmp_path, TWO, issuer="https://two.example"))
    assert done["auth"]["issuers"][1]["tenants"] == {"a": "acme", "org_x": "new"}
    assert "tenants" not in done["auth"]["issuers"][0]


REFUSED = {
    "one tenant only": (ONE.format(more='tenant = "acme"'), "one tenant alone"),
    "another tenant's": (ONE.format(more='tenants = { org_x = "acme" }'), "another tenant"),
    "a table of its own": (ONE.format(more='[auth.issuers.tenants]\norg_1 = "acme"'), "by hand"),
    "over several lines": (
        'auth.issuers = [ { issuer = "https://id.example" } ]\n', "by hand"),
    "no issuer": ("[policy]\n", "no `\\[\\[auth.issuers"),
    "not TOML": ("[[", "not TOML"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_layout_that_is_not_understood_is_left_to_a_person(tmp_path, name):
    """An error that says what to write by hand; the file stays."""
    text, said = REFUSED[name]
    with pytest.raises(ConfigError, match=said):
        mapped(tmp_path, text)
    assert (tmp_path / "guard.toml").read_text() == text
