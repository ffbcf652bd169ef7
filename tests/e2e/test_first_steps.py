"""`init`, `config check`, `--version`, help, and one way to name a folder."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import time

import pytest

from stageflow_guard import ConfigError, Guard, __version__
from stageflow_guard.auth.trust import generic_audience, issuer_warnings
from stageflow_guard.cli import main, parser
from stageflow_guard.policy import PolicySet
from stageflow_guard.settings import AuthSettings, IssuerSettings, Settings
from stageflow_guard.testing import IdentityProvider


@pytest.fixture
def idp():
    """A provider with discovery over HTTP."""
    with IdentityProvider.serve() as served:
        yield served


def init(monkeypatch, idp, folder, token, *more):
    """Run `init --issuer` with a token on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{token}\n"))
    return main(["init", str(folder), "--issuer", idp.issuer, *more])


def left_behind(folder):
    """Every path below a folder."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


# -- which audience is yours -----------------------------------------------------------------------

GENERIC = [
    "account", "master-realm", "realm-management", "broker", "authenticated",
    "00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com/",
    "https://management.azure.com", "sts.amazonaws.com", "https://kubernetes.default.svc",
    "https://kubernetes.default.svc.cluster.local",
]  # fmt: skip


def test_several_audiences_are_listed_and_none_is_guessed(idp, tmp_path, monkeypatch, capsys):
    """Keycloak's `["account", "pipelines"]`: exit 2, both named, nothing written."""
    token = idp.mint(aud=["account", "pipelines", "web"])
    assert init(monkeypatch, idp, tmp_path / "new", token) == 2
    said = capsys.readouterr().err
    assert "`account` (not yours alone), `pipelines`, `web`" in said and "--audience" in said
    assert not (tmp_path / "new").exists()
    assert init(monkeypatch, idp, tmp_path / "new", token, "--audience", "pipelines") == 0
    assert Settings.load(tmp_path / "new" / "guard.toml").auth.issuers[0].audiences == ["pipelines"]


@pytest.mark.parametrize("audience", GENERIC)
def test_an_audience_that_every_client_gets_is_refused(
    idp, tmp_path, monkeypatch, capsys, audience
):
    """Alone, chosen by hand, or beside another: it opens the door to every client."""
    assert init(monkeypatch, idp, tmp_path / "a", idp.mint(aud=audience)) == 2
    assert "not yours alone" in capsys.readouterr().err
    token = idp.mint(aud=[audience, "pipelines"])
    assert init(monkeypatch, idp, tmp_path / "b", token, "--audience", audience) == 2
    assert not (tmp_path / "a").exists() and not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "audience",
    [
        "https://t.eu.auth0.com/userinfo",
        "https://t.eu.auth0.com/api/v2/",
        "https://t.eu.auth0.com/",
    ],
)
def test_a_providers_own_api_is_no_audience_of_yours(audience):
    """Auth0's userinfo and management API; Okta's built-in server."""
    assert generic_audience(audience, "https://t.eu.auth0.com/") is not None
    assert generic_audience("https://pipelines.example", "https://t.eu.auth0.com/") is None


def test_an_audience_the_token_does_not_name_is_refused(idp, tmp_path, monkeypatch, capsys):
    """A slip at `--audience` writes nothing."""
    assert init(monkeypatch, idp, tmp_path / "a", idp.mint(), "--audience", "pipeline") == 2
    assert "--audience" in capsys.readouterr().err and not (tmp_path / "a").exists()


@pytest.mark.parametrize("sign", [{"azp": "pipelines"}, {"nonce": "n"}, {"auth_time": 1}])
def test_an_id_token_is_warned_of(idp, tmp_path, monkeypatch, capsys, sign):
    """Its audience is the client's id: it says who logged in, not what may be called."""
    token = idp.mint(typ="JWT", **sign)
    assert init(monkeypatch, idp, tmp_path / "a", token) == 0
    assert "ID token" in capsys.readouterr().out


PUBLIC = {
    "Google": {"issuer": "https://accounts.google.com", "tenant": "acme"},
    "GitHub": {"issuer": "https://token.actions.githubusercontent.com", "tenant": "acme"},
    "GitLab": {"issuer": "https://gitlab.com", "tenant": "acme"},
    "Google, any domain": {"issuer": "https://accounts.google.com", "tenant_claim": "hd"},
    "Terraform": {"issuer": "https://app.terraform.io", "tenant": "acme"},
}


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_issuer_without_required_values_is_warned_of(name):
    """It signs for everyone: values of yours, or a list of tenants, end the warning."""
    one = {"audiences": ["a"], "algorithms": ["RS256"], **PUBLIC[name]}

    def warnings(**more):
        return issuer_warnings(AuthSettings(issuers=[IssuerSettings(**{**one, **more})]))

    assert len(warnings()) == 1 and "require_claims" in warnings()[0]
    assert warnings(require_claims={"hd": "example.com"}) == []
    assert warnings(tenant=None, tenant_claim="hd", tenants={"example.com": "acme"}) == []
    assert len(warnings(require_claims={"hd": "x"}, audiences=["account"])) == 0


# -- what init writes ------------------------------------------------------------------------------


def test_init_with_an_issuer_writes_the_tokens_tenant_and_no_demo(
    idp, tmp_path, monkeypatch, capsys
):
    """The tenant of the token, from a starter; no acme, no globex; the check passes."""
    folder = tmp_path / "new place"
    assert init(monkeypatch, idp, folder, idp.mint(tenant="initech", roles=["member"])) == 0
    assert PolicySet.load(folder / "policies").tenants == ("initech",)
    out = capsys.readouterr().out
    assert f"next: cd '{folder}' && stageflow-guard config check --online" in out
    assert main(["config", "check", "--online", "--config", str(folder / "guard.toml")]) == 0


def test_next_works_from_where_one_stands(tmp_path, monkeypatch, capsys):
    """In the folder itself there is no `cd`; the printed command runs as it is."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    assert "next: stageflow-guard config check && python example.py" in capsys.readouterr().out
    assert main(["init", "sub"]) == 0
    assert "next: cd sub && stageflow-guard config check" in capsys.readouterr().out


def test_keys_log_and_stores_are_ignored_by_git(tmp_path, capsys):
    """What a guard writes beside guard.toml never gets into a repository; an own file stays."""
    if subprocess.run(["git", "init", "-q", str(tmp_path)], check=False).returncode != 0:
        pytest.skip("no git")
    assert main(["init", str(tmp_path)]) == 0
    made = ["audit.key", "audit.key.keys/x", "audit/checkpoint", "audit.policies/x", "audit.sinks/x",
            "a.db", "tokens.json"]  # fmt: skip
    for name in made:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    listed = subprocess.run(
        ["git", "-C", str(tmp_path), "status", "--porcelain", "-uall"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert not [name for name in made if name in listed]
    assert "guard.toml" in listed and "policies/model.conf" in listed
    other = tmp_path / "other"
    other.mkdir()
    (other / ".gitignore").write_text("mine\n")
    assert main(["init", str(other)]) == 0
    assert (other / ".gitignore").read_text() == "mine\n"


# -- config check ----------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A fresh `init`, as the current folder."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    return tmp_path


def checked(capsys, *more):
    """Return (exit code, the first line, everything)."""
    capsys.readouterr()
    code = main(["config", "check", *more])
    out = capsys.readouterr().out
    return code, out.splitlines()[0], out


def test_the_verdict_stands_first(home, capsys):
    """Then what it rests on, then the settings."""
    code, first, out = checked(capsys, "--online")
    assert (code, first) == (0, "ok")
    assert out.index("log       ") < out.index('"auth"')


def test_a_verdict_that_is_not_ok_is_the_last_line_too(home, capsys):
    """The settings come between them: whoever looks at the end of the output sees it."""
    assert checked(capsys)[2].splitlines()[-1] == "}"
    (home / "policies/tenants/acme/policy.csv").write_text("nonsense\n")
    code, first, out = checked(capsys)
    assert (code, first) == (1, "not ok: 1 problem")
    assert out.splitlines()[-1] == first


def settings_in(out):
    """Return the settings that a check printed."""
    return json.loads(out[out.index("{\n") :].rpartition("}")[0] + "}")


def test_a_check_shows_the_settings_that_are_not_the_defaults(home, capsys):
    """What was chosen, and how to see the rest; `--all` prints what `config show` does."""
    toml = home / "guard.toml"
    toml.write_text(toml.read_text().replace("[audit]\n", "[audit]\nheartbeat = 301\n"))
    out = checked(capsys)[2]
    found = settings_in(out)
    assert found["audit"] == {
        "path": str(home / "audit"), "origin": "example.com/pipelines", "heartbeat": 301,
        "key_file": str(home / "audit.key"),
    }  # fmt: skip
    assert "redaction" not in found and "leeway" not in found["auth"]["issuers"][0]
    assert "config check --all" in out
    whole = settings_in(checked(capsys, "--all")[2])
    assert main(["config", "show"]) == 0
    assert json.loads(capsys.readouterr().out) == whole == Settings.load("guard.toml").masked()


FLOW = """\
flow:
  narrow: {at_most: 3, of: {kind: tool, act: call, obj: refund}}
"""
WIDE = """\
  wide: {at_most: 3, of: {kind: tool, act: call, obj: refund}, within: subject, window: 3600}
"""
LIMITS = "limits: {searches: {of: calls, limit: 2, window: 60}}\n"


def test_a_check_says_what_each_machine_or_process_keeps_for_itself(home, capsys):
    """A history, counts, requests: named where they are in force, and what shares them."""

    def written(name, text):
        file = home / "policies" / name
        file.write_text(text)
        file.chmod(0o644)

    def notes(more=""):
        toml.write_text(plain.replace("[audit]\n", f"{more}[audit]\n"))
        return [line[10:] for line in checked(capsys)[2].splitlines() if line.startswith("note")]

    toml = home / "guard.toml"
    plain = toml.read_text()
    written("flow.yaml", FLOW)
    assert notes() == []
    written("flow.yaml", FLOW + WIDE)
    written("limits.yaml", LIMITS)
    history, counts = notes()
    assert history.startswith("flow.yaml:3: rule `wide` looks beyond one run")
    assert "another machine does not know it" in history
    assert "each process counts for itself" in counts
    _, counts = notes('[limits]\nkind = "sqlite"\npath = "limits.db"\n')
    assert "another machine for itself" in counts
    assert len(notes('[limits]\nkind = "redis"\nurl_env = "URL"\n')) == 1
    plain = plain.replace("[audit]\n", '[audit]\nshard = "auto"\n')
    history, _, requests = notes()
    assert "a second one does not start" in history
    assert "keeps its requests in the worker that asked" in requests


BROKEN = {
    "a tenant's file": ("tenants/acme/policy.csv", "p, role:x, acme, stage, *, run, alow\n"),
    "a share's tenant": (
        "platform/shares.csv",
        "share, acme, globx, data, x, read, 2999-01-01T00:00:00Z\n",
    ),
    "a suspension's name": ("platform/suspended.csv", "bob, left, never\n"),
    "a stranger": ("platform/suspend.csv", "user:bob, left, never\n"),
    "a tenant's guardrails": ("tenants/acme/guardrails.yaml", "guardrails: [{entity: [x]}]\n"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_problem_is_a_problem_everywhere(home, capsys, caplog, what):
    """Exit 1 with file and line; a warning at open; `health`, `problems`."""
    import asyncio

    from stageflow_guard import Guard

    name, text = BROKEN[what]
    file = home / "policies" / name
    file.write_text(text)
    file.chmod(0o644)
    code, first, out = checked(capsys)
    assert (code, first) == (1, "not ok: 1 problem")
    assert f"problem   {name}:1:" in out

    async def opened():
        async with Guard.load("guard.toml") as guard:
            return guard.health(), guard.problems

    health, problems = asyncio.run(opened())
    assert f"policy problem: {name}:1:" in caplog.text
    assert health["policy_problems"] == len(problems) == 1
    assert health["policy"]["problems"][0].startswith(f"{name}:1:")


@pytest.mark.parametrize(
    "shard", ["", 'shard = "auto"\n', 'shard = "one"\n', 'checkpoint_copy = "copy"\n']
)
def test_a_check_leaves_nothing_behind(home, capsys, shard):
    """No log, no key, no keyring, no copy: what is checked can still be chosen otherwise."""
    toml = home / "guard.toml"
    toml.write_text(toml.read_text().replace("[audit]\n", f"[audit]\n{shard}"))
    before = left_behind(home)
    assert checked(capsys, "--online")[0] == 0
    assert left_behind(home) == before


def test_a_check_leaves_a_log_as_it_is(home, capsys):
    """A log that is there is opened and closed; no record is added."""
    import asyncio

    from stageflow_guard import Guard

    async def opened():
        async with Guard.load("guard.toml") as guard:
            await guard.redact("ada@example.com")

    asyncio.run(opened())
    before = {p: p.read_bytes() for p in (home / "audit").rglob("*") if p.is_file()}
    code, _, out = checked(capsys, "--online")
    assert code == 0 and "log       example.com/pipelines: " in out
    assert {p: p.read_bytes() for p in (home / "audit").rglob("*") if p.is_file()} == before


def test_a_log_without_shards_is_named_where_shards_are_wanted(home, capsys):
    """`shard = "auto"` over one log: said by the check, with the folder."""
    import asyncio

    from stageflow_guard import Guard

    async def opened():
        async with Guard.load("guard.toml"):
            pass

    asyncio.run(opened())
    toml = home / "guard.toml"
    toml.write_text(toml.read_text().replace("[audit]\n", '[audit]\nshard = "auto"\n'))
    assert main(["config", "check", "--online"]) == 2
    assert "without shards" in capsys.readouterr().err


# -- names of folders, help, version ---------------------------------------------------------------

VERBS = [
    ["policy", "lint"], ["policy", "test"], ["policy", "fmt", "--check"], ["policy", "prove"],
    ["policy", "who-can", "stage", "chat/answer", "run", "--tenant", "acme"],
    ["policy", "tenant", "list"], ["policy", "revisions"], ["audit", "verify"], ["audit", "stats"],
    ["audit", "tail"], ["audit", "query"], ["policy", "replay"], ["policy", "suggest"],
]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_takes_its_folders_from_one_place(tmp_path, monkeypatch, verb, capsys):
    """From `--config`, from a guard.toml here, or by `--policies` and `--audit`: the same answer."""
    import asyncio

    from stageflow_guard import Guard

    home = tmp_path / "home"
    assert main(["init", str(home)]) == 0
    toml = home / "guard.toml"
    toml.write_text(
        toml.read_text()
        .replace('path = "policies"', 'path = "rules"')
        .replace('path = "audit"', 'path = "log"')
    )
    (home / "policies").rename(home / "rules")
    monkeypatch.chdir(home)

    async def opened():
        async with Guard.load("guard.toml") as guard:
            await guard.redact("ada@example.com")

    asyncio.run(opened())
    policies, audit = ["--policies", str(home / "rules")], ["--audit", str(home / "log")]
    given = {"policy": policies, "audit": audit}[verb[0]]
    if verb[1] in ("revisions", "replay", "suggest"):
        given = policies + audit
    codes = {main(verb)}
    monkeypatch.chdir(tmp_path)
    codes |= {main([*verb, *given]), main([*verb, "--config", str(toml)])}
    assert codes <= {0} or codes <= {1}, capsys.readouterr().err
    assert main([*verb, "--config", str(tmp_path / "none.toml")]) == 2


def every_argument(top, name="stageflow-guard"):
    """Yield (command, argument, help) for all that can be typed."""
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            texts = {choice.dest: choice.help for choice in action._choices_actions}
            for verb, below in action.choices.items():
                yield name, verb, texts.get(verb)
                yield from every_argument(below, f"{name} {verb}")
        else:
            yield name, action.dest, action.help


def test_every_argument_and_verb_has_help():
    """Nothing that can be typed is without a word of explanation."""
    found = list(every_argument(parser()))
    assert len(found) > 300
    assert [one for one in found if not one[2]] == []


@pytest.mark.parametrize(
    "words",
    [
        ["-m", "stageflow_guard"],
        ["-c", "from stageflow_guard.cli import main; raise SystemExit(main())"],
    ],
)
def test_the_version_is_printed(words):
    """`--version`, and `python -m stageflow_guard` for where no script is on the path."""
    done = subprocess.run(
        [sys.executable, *words, "--version"], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout == f"stageflow-guard {__version__}\n"


# -- rollback and suspensions ----------------------------------------------------------------------


@pytest.fixture
def rolled(home):
    """A folder with a kept revision, then bob suspended and a role widened."""
    import asyncio

    from stageflow_guard import Guard

    async def opened():
        async with Guard.load("guard.toml") as guard:
            return guard.health()["policy_revision"]

    before = asyncio.run(opened())
    assert main(["policy", "tenant", "suspend", "user:bob", "--reason", "left"]) == 0
    file = home / "policies" / "tenants" / "acme" / "policy.csv"
    file.write_text(file.read_text() + "p, role:supervisor, acme, data, *, read, allow\n")
    return home, before


def suspended(home):
    return set(PolicySet.load(home / "policies").suspended)


def test_a_rollback_that_would_lift_a_suspension_is_refused(rolled, capsys):
    """It names who would come back, and the two ways on; nothing has changed."""
    home, before = rolled
    now = PolicySet.load(home / "policies").revision
    assert main(["policy", "rollback", before[:12]]) == 2
    said = capsys.readouterr().err
    assert "user:bob" in said and "--include-suspensions" in said and "--keep-suspensions" in said
    assert PolicySet.load(home / "policies").revision == now


@pytest.mark.parametrize(
    ("flag", "left"), [("--keep-suspensions", {"user:bob"}), ("--include-suspensions", set())]
)
def test_a_rollback_does_what_is_asked_with_suspensions(rolled, capsys, flag, left):
    """Everything else is as it was then; the files before it are kept, and can be put back."""
    home, before = rolled
    edited = PolicySet.load(home / "policies").revision
    assert main(["policy", "rollback", before[:12], flag]) == 0
    assert suspended(home) == left
    text = (home / "policies" / "tenants" / "acme" / "policy.csv").read_text()
    assert "data, *, read, allow" not in text
    assert edited[:12] in capsys.readouterr().out
    assert main(["policy", "rollback", edited[:12], "--include-suspensions"]) == 0
    assert PolicySet.load(home / "policies").revision == edited


def test_a_suspension_that_has_ended_refuses_no_rollback(home, capsys):
    """Only who is suspended now would come back."""
    import asyncio

    from stageflow_guard import Guard

    async def opened():
        async with Guard.load("guard.toml") as guard:
            return guard.health()["policy_revision"]

    before = asyncio.run(opened())
    past = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    with open("policies/platform/suspended.csv", "a") as file:
        file.write(f"user:bob, x, {past}\n")
    assert main(["policy", "rollback", before[:12]]) == 0


def test_a_running_guard_rolls_back_and_keeps_who_is_suspended(rolled):
    """`guard.rollback` in memory: the rights of then, the suspensions of now, on record by revision."""
    import asyncio

    from stageflow_guard import AccessRequest, Guard

    _, before = rolled
    asked = {"ten": "acme", "own": "acme", "kind": "data", "obj": "x", "act": "read"}

    async def opened():
        async with Guard.load("guard.toml") as guard:
            decide = guard._pep.decisions.decide
            widened = decide(AccessRequest(sub="user:x", roles=("supervisor",), **asked)).permitted
            in_force = await guard.rollback(before[:12])
            return (
                widened, in_force,
                decide(AccessRequest(sub="user:x", roles=("supervisor",), **asked)).permitted,
                decide(AccessRequest(sub="user:bob", **asked)).reason,
            )  # fmt: skip

    widened, in_force, still, bob = asyncio.run(opened())
    assert (widened, still, bob) == (True, False, "suspended")
    assert in_force != before


def test_on_a_terminal_a_rollback_shows_the_change_and_asks(rolled, monkeypatch, capsys):
    """`no` changes nothing; a script has decided by running the verb."""
    home, before = rolled
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer, code in (("n", 1), ("", 1), ("yes", 0)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert main(["policy", "rollback", before[:12], "--keep-suspensions"]) == code
        assert "grants" in capsys.readouterr().out
    assert suspended(home) == {"user:bob"}


# -- the clock, on record --------------------------------------------------------------------------


def test_a_corrected_clock_is_on_record(home, caplog):
    """A wall clock that stays back is followed: one warning, one record, one count in `health`."""
    import asyncio

    from stageflow_guard import Guard
    from stageflow_guard.audit.read.query import iter_records
    from stageflow_guard.base.clock import FOLLOWS
    from stageflow_guard.testing import FakeClock

    fake = FakeClock()
    idp = IdentityProvider("https://id.example", clock=fake.clock)
    idp.write_jwks(home / "jwks.json")

    async def opened():
        guard = Guard.load("guard.toml")
        guard._pep.authenticator.clock.clock = fake.clock
        async with guard:
            authenticate = guard._pep.authenticator.authenticate
            await authenticate(idp.mint())
            fake.step(86_400)
            with pytest.raises(Exception, match="expired|valid"):
                await authenticate(
                    idp.mint(iat=int(fake.wall()) - 86_400, exp=int(fake.wall()) - 86_100)
                )
            fake.step(-86_400)
            with pytest.raises(Exception, match="expired"):
                await authenticate(idp.mint())
            fake.advance(FOLLOWS + 1)
            await authenticate(idp.mint())
            await asyncio.sleep(0.05)
            return guard.health()["policy"]["clock_corrections"]

    assert asyncio.run(opened()) == 1
    (record,) = [r for _, r in iter_records(home / "audit") if r.get("action") == "clock_corrected"]
    assert 86_000 < record["note"]["seconds_back"] < 87_000 and record["kind"] == "auth"
    assert caplog.text.count("it is followed now") == 1


@pytest.mark.parametrize("ner", ["no-such-model", "./missing", '["no-such-model"]'])
def test_a_model_that_cannot_be_loaded_is_found_by_the_check(home, capsys, ner):
    """`--online` tries everything that a run needs; the model is named, before any run is refused."""
    toml = home / "guard.toml"
    value = ner if ner.startswith("[") else f'"{ner}"'
    toml.write_text(toml.read_text().replace("[redaction]\n", f"[redaction]\nner = {value}\n"))
    assert main(["config", "check", "--online"]) in (2, 3)
    said = capsys.readouterr()
    assert "no-such-model" in said.out + said.err or "missing" in said.out + said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("module", "file", "extra"),
    [
        ("spacy", "meta.json", "ner-spacy"),
        ("onnxruntime", "m.onnx", "ner-onnx"),
        ("tokenizers", "m.onnx", "ner-onnx"),
    ],
)
def test_a_model_without_its_extra_is_refused_at_start_up(
    home, capsys, monkeypatch, module, file, extra
):
    """By the name of model, library and extra: not at the first run, which would be refused."""
    model = home / "model"
    model.mkdir()
    (model / file).touch()
    toml = home / "guard.toml"
    toml.write_text(toml.read_text().replace("[redaction]\n", '[redaction]\nner = "model"\n'))
    monkeypatch.setitem(sys.modules, module, None)  # as Python marks what cannot be imported
    with pytest.raises(ConfigError, match=rf"`.*model` needs {module}.*\[{extra}\]"):
        Guard.load(toml)
    assert main(["config", "check", "--config", str(toml)]) == 2
    assert f"stageflow-guard[{extra}]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("guard.toml", "on_finding", "on_findings", "unknown key; did you mean `on_finding`?"),
        ("guard.toml", "jwks_file", "jwks_flie", "unknown key; did you mean `jwks_file`?"),
        ("policies/tenants/acme/policy_test.yaml", "kind: stage", "kidn: stage",
         "unknown key; did you mean `kind`?"),
    ],
)  # fmt: skip
def test_a_misspelt_key_is_named_with_what_was_meant(home, capsys, file, before, after, said):
    """It comes before the key that it was to be, which is missing then."""
    path = home / file
    path.write_text(path.read_text().replace(before, after, 1))
    assert main(["policy", "test"] if file.endswith("yaml") else ["config", "check"]) == 2
    error = capsys.readouterr().err
    assert said in error and f"{after.partition(':')[0]}`" in error and "required" not in error


AWAY = {
    "approvals in a database": (
        '[approvals]\nkind = "postgres"\nurl_env = "AWAY"\n', "postgresql://127.0.0.1:1/x",
        "approvals postgres: the approvals' database cannot be used"),
    "approvals without their variable": (
        '[approvals]\nkind = "postgres"\nurl_env = "AWAY"\n', "",
        "approvals postgres: `approvals.url_env`: variable `AWAY` is not set"),
    "limits in Redis": (
        '[limits]\nkind = "redis"\nurl_env = "AWAY"\n', "redis://:secret@127.0.0.1:1/0",
        "limits    redis: the limits' state cannot be reached"),
    "limits in a file": (
        '[limits]\nkind = "sqlite"\npath = "limits.db"\n', "", "limits    sqlite: ok"),
    "a webhook": (
        '[approvals.webhook]\nurl_env = "AWAY"\nsecret_env = "AWAY"\n', "",
        "webhook   AWAY: `approvals.webhook`: variable `AWAY` is not set"),
}  # fmt: skip


@pytest.mark.parametrize("what", AWAY)
def test_approvals_and_limits_are_tried_and_nothing_is_written(home, capsys, monkeypatch, what):
    """A store that is away is named, without its address; a new file is made by nobody."""
    more, value, said = AWAY[what]
    monkeypatch.setenv("AWAY", value)
    toml = home / "guard.toml"
    toml.write_text(toml.read_text() + more)
    before = sorted(home.rglob("*"))
    code, _, out = checked(capsys, "--online")
    assert (code, said in out) == (0 if said.endswith("ok") else 3, True), out
    assert "secret" not in out.partition("{")[0] and sorted(home.rglob("*")) == before


EDITS = {
    "a tenant's broken file": (
        "tenants/acme/policy.csv",
        "p, role:agent, acme, stage, x, run, alow\n",
    ),
    "a broken catalogue": ("catalogue.yaml", "roles: [unclosed\n"),
    "a broken model": ("model.conf", "[matchers]\nm = true\n"),
    "broken guardrails": ("guardrails.yaml", "guardrails: maybe\n"),
    "a platform file": ("platform/trials.csv", "trial, acme\n"),
}


@pytest.mark.parametrize("what", EDITS)
def test_a_rollback_loses_no_edit_that_was_never_in_force(home, what):
    """What no revision holds is copied before it is written over; the folder loads again."""
    import asyncio

    from stageflow_guard import Guard

    name, text = EDITS[what]
    if what == "broken guardrails":
        (home / "policies" / name).write_text("guardrails: [{entity: US_SSN}]\n")
    if what == "a broken catalogue":
        (home / "policies" / name).write_text("tools: {mail: {}}\n")
    if what == "a platform file":
        (home / "policies" / name).write_text("trial, acme, stage, p/*, run, 1000, 2000\n")
    for path in (home / "policies").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)

    async def opened():
        async with Guard.load("guard.toml") as guard:
            return guard.health()["policy_revision"]

    before = asyncio.run(opened())
    (home / "policies" / name).write_text(text)
    assert main(["policy", "rollback", before[:12]]) == 0
    assert PolicySet.load(home / "policies").revision == before
    saved = list((home / "policies" / "removed").glob(f"rollback.*/{name}"))
    assert [one.read_text() for one in saved] == [text]
