"""One request through two services: FastAPI, LangGraph, MCP client, MCP server, each a process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.testing import IdentityProvider

for package in ("fastapi", "langgraph", "mcp"):
    pytest.importorskip(package, reason="a host of this test")

SERVICES = Path(__file__).parent / "services"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "vendor=ada@example.org"}
MAIL = "ada@example.org"


def place(root: Path, name: str, audience: str, idp, lines: str, client: str | None) -> Path:
    """Write a service's folder: its own policies, keys and log."""
    folder = root / name
    assert main(["init", str(folder)]) == 0
    idp.write_jwks(folder / "jwks.json")
    toml = (folder / "guard.toml").read_text()
    toml = toml.replace("https://id.example", idp.issuer).replace("pipelines", audience)
    if client is not None:
        toml = toml.replace(
            'roles_claim = "roles"',
            f'roles_claim = "roles"\ntoken_endpoint = "{idp.token_endpoint}"\n'
            f'client = {{ client_id = "{client}", client_secret_env = "SHOP_SECRET" }}',
        )
    (folder / "guard.toml").write_text(toml)
    policy = folder / "policies" / "tenants" / "acme" / "policy.csv"
    policy.write_text(policy.read_text() + lines)
    return folder


@contextlib.contextmanager
def running(service: str, folder: Path, **environment: str):
    """Give the port of a service that runs until the block ends."""
    process = subprocess.Popen(
        [sys.executable, str(SERVICES / f"{service}.py")], cwd=folder, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **environment},
    )  # fmt: skip
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        assert process.wait(30) == 0
        process.stdout.close()


@pytest.fixture(scope="module")
def crossed(tmp_path_factory):
    """Both services' folders and what clients were told, after a permit, a denial, a restart."""
    root = tmp_path_factory.mktemp("crossing")
    told = {}
    with IdentityProvider.serve() as idp:
        idp.register("shop-app", secret="shop-secret")
        billing = place(
            root, "billing", "billing", idp,
            "p, role:agent, acme, tool, refund, call, allow\n"
            "g, svc:shop-app, role:refunds, acme\n"
            "p, role:refunds, acme, tool, refund, call, allow\n"
            "p, role:agent, acme, tool, close_account, call, allow\n", None,
        )  # fmt: skip
        shop = place(
            root, "shop", "shop", idp,
            "p, role:agent, acme, stage, desk/*, run, allow\n"
            "p, role:agent, acme, tool, billing/*, call, allow\n", "shop-app",
        )  # fmt: skip
        token = idp.mint(sub="bob", tenant="acme", roles=["agent"], aud="shop")
        auth = {"authorization": f"Bearer {token}"}
        with running("billing", billing) as port:
            there = {
                "BILLING": f"http://127.0.0.1:{port}/mcp", "SHOP_SECRET": "shop-secret",
            }  # fmt: skip
            with running("shop", shop, **there) as own, httpx.Client(timeout=120) as http:
                url = f"http://127.0.0.1:{own}/desk/"
                body = {"order": 7, "note": f"write to {MAIL}"}
                told["permit"] = http.post(f"{url}refund", json=body, headers=auth | GIVEN)
                told["nobody"] = http.post(f"{url}refund", json=body, headers=GIVEN)
                told["minted"] = http.post(f"{url}refund", json=body, headers=auth)
                bad = {"traceparent": f"00-{'4111111111111111'.rjust(32, '0')}-{SPAN}-01"}
                told["readable"] = http.post(f"{url}refund", json=body, headers=auth | bad)
            with (
                running("shop", shop, **there, STRANGERS="1") as own,
                httpx.Client(timeout=120) as http,
            ):
                url = f"http://127.0.0.1:{own}/desk/refund"
                told["stranger"] = http.post(url, json=body, headers=auth | GIVEN)
    return shop, billing, told, token


def records(folder: Path):
    """All records of a service."""
    return [record for _, record in iter_records(folder / "audit")]


def test_a_request_that_crosses_keeps_its_caller(crossed):
    """Tenant and subject reach the last tool, with the service that acts for them."""
    shop, billing, told, _ = crossed
    assert told["permit"].status_code == 200, told["permit"].text
    assert "of acme for user:bob through shop-app" in told["permit"].json()["answer"]
    assert MAIL not in told["permit"].text
    for record in records(billing):
        if record.get("run") and record["kind"] != "auth":
            assert (record["tenant"], record["actor"]["subject"]) == ("acme", "user:bob")
            assert record["on_behalf"] == ["shop-app"]
    (exchange, *_) = [r for r in records(shop) if r.get("action") == "exchange"]
    assert exchange["resource"] == "audience:billing" and exchange["on_behalf"] == ["shop-app"]


def test_every_record_of_a_request_names_its_trace(crossed):
    """One trace id in both logs, on every record of the runs; nothing of it is the caller's text."""
    shop, billing, _, _ = crossed
    for folder in (shop, billing):
        runs = [r for r in records(folder) if r.get("run")]
        assert runs and all(len(r["trace"]) == 49 for r in runs)
        begun = [r for r in runs if r["kind"] == "run_start" and r["trace"].startswith(TRACE)]
        assert begun
    (first,) = [
        r for r in records(shop) if r["kind"] == "run_start" and r["trace"].startswith(TRACE)
    ]
    assert first["note"] == {"caller_span": SPAN}
    spans = {r["trace"][33:] for r in records(shop) if r.get("run") == first["run"]}
    assert len(spans) == 1 and SPAN not in spans
    there = [r for r in records(billing) if r["kind"] == "run_start"]
    called = [r for r in there if (r.get("note") or {}).get("caller_span") in spans]
    assert called, "the second service's runs name the run that called them"


def test_a_refusal_before_a_run_is_in_the_trace(crossed):
    """Who came without a token is in the trace that the request named."""
    shop, _, told, _ = crossed
    assert told["nobody"].status_code == 401
    index = int(told["nobody"].json()["ref"].partition("#")[2])
    refused = records(shop)[index]
    assert refused["decision"] == "deny" and refused["trace"].startswith(TRACE)


def test_a_trace_begins_where_none_is_given_or_it_could_carry_something(crossed):
    """Without a header, with one that can be read, and for strangers: an id of the guard's own."""
    shop, billing, told, token = crossed
    assert {told[n].status_code for n in ("minted", "readable", "stranger")} == {200}
    here = {r["trace"][:32] for r in records(shop) if r["kind"] == "run_start"}
    assert len(here) == 4 and TRACE in here
    assert here == {r["trace"][:32] for r in records(billing) if r["kind"] == "run_start"}
    for folder in (shop, billing):
        raw = json.dumps(records(folder))
        for leak in (MAIL, "4111111111111111", "vendor=", token):
            assert leak not in raw


def test_one_timeline_shows_both_services(crossed, capsys, monkeypatch):
    """`audit timeline --trace` over both logs: in order, who for whom, what came of it."""
    shop, billing, _, _ = crossed
    logs = ["--dir", str(shop / "audit"), "--dir", str(billing / "audit")]
    assert main(["audit", "timeline", "--trace", GIVEN["traceparent"], *logs, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert all(r["trace"].startswith(TRACE) for r in found)
    assert [r["wall_ns"] for r in found] == sorted(r["wall_ns"] for r in found)
    steps = [r["resource"] for r in found if r.get("attempt") and r["kind"] == "decision"]
    assert steps == ["stage:desk/settle", "tool:billing/refund", "tool:refund"]
    assert {r["agreement"] for r in found if r.get("attempt") and r["kind"] == "decision"} == {
        "agree"
    }
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["audit", "timeline", "--trace", TRACE, *logs]) == 0
    table = capsys.readouterr().out
    line = next(one for one in table.splitlines() if " tool:refund " in one and "permit" in one)
    assert "user:bob" in line and "acme" in line and "shop-app" in line
    for folder in (shop, billing):  # a reading is on record beside each
        reads = [r for _, r in iter_records(folder / "audit.reads" / "r0")]
        assert all(r["note"]["asked"]["trace"] == TRACE for r in reads) and len(reads) == 2


@pytest.mark.parametrize("trace", ["", "ada@example.org", "123", "0" * 31, "-", "a-b-c-d-" + TRACE])
def test_a_timeline_of_no_trace_says_what_one_is(crossed, capsys, trace):
    """An id that no record can have is an error, not an empty answer that looks like all is well."""
    logs = ["--dir", str(crossed[0] / "audit")]
    assert main(["audit", "timeline", "--trace", trace, *logs]) == 2
    assert "trace" in capsys.readouterr().err
