"""`init --issuer` and `config check --online` against a real HTTP server on loopback."""

from __future__ import annotations

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from stageflow_guard.cli import main
from stageflow_guard.settings import Settings
from stageflow_guard.testing import IdentityProvider


@pytest.fixture
def provider():
    """An identity provider with discovery and keys over HTTP."""
    idp = IdentityProvider()
    documents: dict[str, object] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = documents.get(self.path)
            body = json.dumps(found).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    idp.issuer = f"http://127.0.0.1:{server.server_port}"
    documents["/.well-known/openid-configuration"] = {
        "issuer": idp.issuer,
        "jwks_uri": f"{idp.issuer}/jwks",
    }
    documents["/jwks"] = idp.jwks()
    idp.documents = documents
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield idp
    server.shutdown()
    server.server_close()


def init(monkeypatch, folder, issuer, token):
    monkeypatch.setattr("sys.stdin", io.StringIO(token + "\n"))
    return main(["init", str(folder), "--issuer", issuer])


def test_one_token_makes_a_block_that_accepts_it(provider, tmp_path, monkeypatch, capsys):
    """Discovery, keys and claim names come from the issuer and the token; the token is not kept."""
    token = provider.mint(sub="ada", tenant="acme", roles=["supervisor"])
    assert init(monkeypatch, tmp_path, provider.issuer, token) == 0
    issuer = Settings.load(tmp_path / "guard.toml").auth.issuers[0]
    assert issuer.jwks_url == f"{provider.issuer}/jwks"
    assert issuer.tenant_claim == "org_id"
    assert issuer.roles_claim == "roles"
    assert issuer.audiences == ["pipelines"]
    written = "".join(p.read_text() for p in tmp_path.rglob("*") if p.is_file())
    assert token not in written + "".join(capsys.readouterr())


def test_online_tries_keys_policies_log(provider, tmp_path, monkeypatch, capsys):
    """`config check --online` passes while the issuer answers and is exit 3 when it does not."""
    token = provider.mint(sub="ada", tenant="acme", roles=["supervisor"])
    assert init(monkeypatch, tmp_path, provider.issuer, token) == 0
    check = ["config", "check", "--online", "--config", str(tmp_path / "guard.toml")]
    assert main(check) == 0
    assert "log       example.com/pipelines: 0 records" in capsys.readouterr().out
    del provider.documents["/jwks"]
    assert main(check) == 3
    assert "cannot be fetched (status 404)" in capsys.readouterr().out


def broken(provider, what):
    token = provider.mint(sub="ada", tenant="acme", roles=[])
    if what == "nothing":
        return ""
    if what == "no JWT":
        return "abc"
    if what == "another issuer's document":
        provider.documents["/.well-known/openid-configuration"]["issuer"] = "https://evil.example"
    if what == "no discovery":
        provider.documents.clear()
    if what == "expired":
        return provider.mint(sub="ada", tenant="acme", roles=[], ttl=-3600)
    return token


@pytest.mark.parametrize(
    "what",
    ["nothing", "no JWT", "another issuer's document", "no discovery", "expired"],
)
def test_what_cannot_work_writes_nothing(provider, tmp_path, monkeypatch, capsys, what):
    """Bad input at `init --issuer`: exit 2, one line that says what, no file, no token shown."""
    token = broken(provider, what)
    folder = tmp_path / "new"
    assert init(monkeypatch, folder, provider.issuer, token) == 2
    assert not folder.exists()
    error = capsys.readouterr().err
    assert error.startswith("config_error: ")
    assert len(error.splitlines()) == 1
    assert not token or token not in error
