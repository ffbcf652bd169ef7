"""Whatever is in a file: a problem or an answer, never a crash, never another tenant's trouble."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.analysis.cases import load_table

GOOD = "g, user:ada, role:a, acme\np, role:a, acme, data, x, read, allow\n"
words = st.sampled_from(
    ["p", "g", "import", "share", "trial", "breakglass", "role:a", "user:ada", "claim:a", "acme",
     "t1", "data", "read", "read|write", "x", "x/*", "*", "allow", "deny", "never", "1000",
     "2030-01-01T00:00:00Z", "", " ", "#", "\u202e", "é", "\x00", "..", "a" * 600]
)  # fmt: skip
lines = st.lists(st.lists(words, max_size=11).map(", ".join), max_size=6).map("\n".join)
contents = st.one_of(
    lines.map(lambda text: (text + "\n").encode("utf-8", "surrogatepass")), st.binary(max_size=200)
)
FILES = [
    "tenants/t1/policy.csv", "roles/a.csv", "platform/shares.csv", "platform/breakglass.csv",
    "platform/trials.csv", "platform/suspended.csv", "catalogue.yaml", "guardrails.yaml",
    "tenants/t1/guardrails.yaml", "model.conf",
]  # fmt: skip
ASK = AccessRequest(sub="user:ada", ten="acme", own="acme", kind="data", obj="x", act="read")


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=contents)
def test_no_content_breaks_more_than_its_own_file(policy_folder, name, content):
    """`ConfigError` where nothing is safe to answer, else the other tenant is decided as ever."""
    policy_folder.write("tenants/acme/policy.csv", GOOD)
    policy_folder.write("tenants/t1/policy.csv", GOOD.replace("acme", "t1"))
    policy_folder.write(name, content)
    refused, found = None, None
    try:
        found = policy_folder.load()
    except ConfigError as error:
        refused = error
    if found is None:
        assert name in ("model.conf", "catalogue.yaml", "guardrails.yaml", "platform/suspended.csv")
        assert len(refused.message) < 1000
        return
    allowed = {"permitted"} | ({"suspended"} if name == "platform/suspended.csv" else set())
    allowed |= {"tenant_policy_invalid"} if name == "catalogue.yaml" else set()
    assert found.decide(ASK).reason in allowed
    for problem in found.problems:
        assert len(str(problem)) < 1000


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(
    lambda t: b"cases:\n  - " + t.encode("utf-8", "replace"))))  # fmt: skip
def test_a_table_is_read_or_refused_with_its_name(tmp_path, content):
    """A decision table that cannot be read never passes."""
    file = tmp_path / "policy_test.yaml"
    file.write_bytes(content)
    refused, table = None, ()
    try:
        table = load_table(file, "acme")
    except ConfigError as error:
        refused = error
    assert len(table) > 0 if refused is None else "policy_test.yaml" in refused.message
