"""Hostile records, policies, settings, file names and tokens: no verb sends them to a terminal."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.cli import main

EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\x08\x7f"
NAME = "\x1b[2Jx\u202ey\nok"  # as a file's name may be
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
POLICIES = Path(__file__).parents[2] / "policies"


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A home whose log, policies, settings, documents and file names are all hostile."""
    home = tmp_path_factory.mktemp("evil") / "home"
    assert main(["init", str(home)]) == 0

    async def write():
        log = await Log.open(home / "audit", origin="example.com/pipelines",
                             key_file=home / "audit.key")  # fmt: skip
        for kind in ("decision", "auth", "run_start", "effect"):
            record = dict.fromkeys(("run", "tenant", "resource", "action", "reason", "error",
                                    "stage", "session", "pipeline", "outcome", "owner"), EVIL)  # fmt: skip
            if kind == "effect":
                record["decision_index"] = 0
            await log.append({
                **record, "kind": kind, "decision": "deny", "actor": {"subject": EVIL},
                "rules": [EVIL], "findings": [{"entity": EVIL, "count": 1, "direction": EVIL}],
            })  # fmt: skip
        await log.close()

    asyncio.run(write())
    bad = home / "bad"
    shutil.copytree(home / "policies", bad)
    line = f"p, role:{EVIL}, acme, stage, {EVIL}, run, allow\n"
    with (bad / "tenants/acme/policy.csv").open("a") as file:
        file.write(line)
    (bad / "tenants/globex" / f"{NAME}.csv").write_text(line)
    (home / NAME).write_text(f"{EVIL} write to ada@example.com {EVIL}\n")
    (home / "evil.toml").write_text(f"[auth]\n{json.dumps(EVIL)} = 1\n")
    (home / "worse.toml").write_text(EVIL)
    return home


VERBS = [
    ["audit", "query"], ["audit", "query", "--json"], ["audit", "query", "--format", "jsonl"],
    ["audit", "query", "--format", "csv"], ["audit", "denied"], ["audit", "stats"],
    ["audit", "stats", "--json"], ["audit", "tail"], ["audit", "tail", "--json"],
    ["audit", "timeline", "--since", "1h"], ["audit", "why", "#0"], ["audit", "why", "#0", "--json"],
    ["audit", "why", EVIL], ["audit", "export"], ["audit", "prove", "0", "--json"],
    ["audit", "verify", "--json"], ["audit", "verify"], ["audit", "verify", NAME],
    ["audit", "query", "--dir", NAME], ["audit", "query", "--since", EVIL],
    ["audit", "bundle", "--out", f"{NAME}.b", "--kind", "auth"],
    ["audit", "report", "--out", f"{NAME}.html"], ["audit", "ship", "--config", "worse.toml"],
    ["policy", "lint", "bad"], ["policy", "lint", "bad", "--json"], ["policy", "test", "bad"],
    ["policy", "fmt", "bad", "--check"], ["policy", "diff", "policies", "bad"],
    ["policy", "explain", "--path", "bad", EVIL, "acme", "stage", EVIL, "run"],
    ["policy", "replay", "audit", "--path", "policies"],
    ["config", "check", "--config", "evil.toml"], ["config", "check", "--config", "worse.toml"],
    ["config", "show", "--config", NAME], ["redact", NAME, "--check"], ["redact", NAME, "--explain"],
    ["redact", NAME, "--check", "--json"], ["redact", f"{NAME}.none"],
    ["init", NAME], [EVIL], ["audit", EVIL], ["audit", "query", EVIL],
]  # fmt: skip


@pytest.mark.parametrize(
    "args", VERBS, ids=lambda a: " ".join(a).encode("ascii", "replace").decode()
)
def test_no_verb_sends_a_control_character(lived, monkeypatch, capsys, args):
    """Whatever a record, a policy line, a setting or a file's name holds is shown, never obeyed."""
    monkeypatch.chdir(lived)
    capsys.readouterr()
    code = main(args)
    out = capsys.readouterr()
    assert code in (0, 1, 2, 3)
    assert not RAW.search(out.out.replace("\r\n", "\n")), out.out
    assert not RAW.search(out.err), out.err
    assert "internal_error" not in out.err
    assert "Traceback" not in out.err
    assert not any(line.startswith("ok") for line in (out.out + out.err).splitlines())


def test_a_tokens_claims_are_shown_only(lived, monkeypatch):
    """`token inspect` reads what anybody may have made up."""
    part = [base64.urlsafe_b64encode(json.dumps(x).encode()).rstrip(b"=").decode() for x in (
        {"alg": EVIL, "kid": EVIL}, {"iss": EVIL, "sub": EVIL, EVIL: EVIL, "aud": [EVIL]})]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from stageflow_guard.cli import main; sys.exit(main())",
         "token", "inspect"],
        input=f"{part[0]}.{part[1]}.AAAA", cwd=lived, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode in (1, 2, 3)
    assert not RAW.search(done.stdout + done.stderr)


def test_a_redacted_document_in_a_pipe_keeps_its_bytes(lived):
    """It is data, not talk: what is no personal data stays byte by byte."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from stageflow_guard.cli import main; sys.exit(main())",
         "redact", "-"],
        input=f"{EVIL}\n".encode(), cwd=lived, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == f"{EVIL}\n".encode()


OURS = {
    "lang", "charset", "name", "content", "class", "id", "href", "role", "scope", "data-label",
    "aria-label", "aria-labelledby",
}  # fmt: skip


def test_a_report_holds_no_markup_of_a_record(tmp_path, monkeypatch):
    """Script, quotes, entities and event attributes arrive as text, in every column."""
    monkeypatch.chdir(tmp_path)
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;"

    async def write():
        log = await Log.open("audit", origin="e.x/<b>o", key_file="k")
        for kind in ("decision", "auth"):
            await log.append({
                "kind": kind, "decision": "deny", "tenant": evil, "resource": evil, "reason": evil,
                "actor": {"subject": evil}, "rules": [evil], "outcome": evil, "error": evil,
                "findings": [{"entity": evil, "count": 1, "direction": evil}],
            })  # fmt: skip
        await log.close()

    asyncio.run(write())
    assert main(["audit", "report", "--out", "r.html"]) == 0
    page = Path("r.html").read_text()
    from html.parser import HTMLParser

    tags = set()

    class Seen(HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.add(tag)
            assert {name for name, _ in attrs} <= OURS, attrs
            assert not any("alert" in (value or "") for _, value in attrs)

    Seen().feed(page)
    assert tags <= {
        "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section",
        "footer", "ul", "li", "a", "h1", "h2", "p", "strong", "code", "dl", "dt", "dd", "table",
        "caption", "thead", "tbody", "tr", "th", "td", "span", "wbr",
    }  # fmt: skip
    assert page.count("&lt;script&gt;") >= 6
