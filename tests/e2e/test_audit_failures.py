"""Every `audit` verb against every failure: the exit code, one line `code: message`, no traceback."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import subprocess
import sys

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError

ORIGIN = "example.com/pipelines"
READING = {
    "why": ["why", "#3", "--dir", "audit"],
    "query": ["query", "--dir", "audit"],
    "query --db": ["query", "--dir", "audit", "--db", "new.db"],
    "timeline": ["timeline", "--since", "1h", "--dir", "audit"],
    "denied": ["denied", "--dir", "audit"],
    "stats": ["stats", "--json", "--dir", "audit"],
    "tail": ["tail", "-n", "290", "--dir", "audit"],
    "report": ["report", "--out", "r.html", "--dir", "audit"],
    "export": ["export", "--dir", "audit"],
    "verify": ["verify", "audit", "--json"],
    "prove": ["prove", "3", "--dir", "audit"],
    "bundle": ["bundle", "--out", "b", "--run", "r3", "--dir", "audit"],
    "bundle by index": ["bundle", "--out", "b", "--index", "3", "--dir", "audit"],
    "witness": [
        "witness", "--state", "w", "--key-file", "w.key", "--name", "w.x", "--vkey", "kept-vkey",
        "--dir", "audit",
    ],
    "ship": ["ship"],
    "lag": ["lag", "--json"],
    "reconcile": ["reconcile", "--json"],
}  # fmt: skip
CHANGING = {
    "erase": ["erase", "ada"],
    "rotate": ["rotate"],
    "prune": ["prune", "--below", "256"],
}


def gone(log):
    shutil.rmtree(log)


def foreign(log):
    shutil.rmtree(log)
    log.mkdir()
    (log / "novel.txt").write_text("once upon a time")


def newer(log):
    (log / "format").write_bytes(b"stageflow-guard log 3\n")


def without_key(log):
    (log / "vkey").unlink()


def without_tile(log):
    (log / "tile/0/000").unlink()


def without_bundle(log):
    (log / "tile/entries/000").unlink()


def tampered(log):
    path = log / "tile/entries/000"
    path.write_bytes(path.read_bytes().replace(b'"r3"', b'"r4"'))


def unreadable(log):
    for name in ("tile/entries/000", "tile/0/000"):
        (log / name).unlink()
        (log / name).mkdir()  # what even root cannot read as a file


def unreadable_checkpoint(log):
    (log / "checkpoint").unlink()
    (log / "checkpoint").mkdir()


def bad_key(log):
    (log / "vkey").write_bytes(b"\xff\xfe not a key\n")


def bad_checkpoint(log):
    (log / "checkpoint").write_bytes(b"\xff\x00\x1b[2J\n\n")


def other_key(log):
    from stageflow_guard.audit.tlog.checkpoint import vkey_of

    (log / "vkey").write_text(vkey_of(ORIGIN, b"x" * 32) + "\n")


def bad_minimum(log):
    (log / "minimum").write_bytes(b"many\n")


FAILURES = {
    "no such directory": (gone, 2),
    "another directory": (foreign, 2),
    "a newer format": (newer, 2),
    "half a copy: no vkey": (without_key, 1),
    "half a copy: no hash tile": (without_tile, 1),
    "half a copy: no bundle": (without_bundle, 1),
    "a changed record": (tampered, 1),
    "a file that cannot be read": (unreadable, 2),
    "a checkpoint that cannot be read": (unreadable_checkpoint, 2),
    "a malformed vkey": (bad_key, 1),
    "a malformed checkpoint": (bad_checkpoint, 1),
    "another key": (other_key, 1),
    "a malformed minimum": (bad_minimum, 1),
}
EXPECTED = {  # where a verb answers otherwise, and why
    ("verify", "a newer format"): 1,  # it says of every change that the log does not hold
    ("report", "a newer format"): 1,
    ("lag", "half a copy: no bundle"): 0,  # it reads hashes, which name the log, and no record
    ("lag", "a changed record"): 0,
    ("witness", "half a copy: no hash tile"): 0,  # the first checkpoint needs no proof
    ("witness", "half a copy: no bundle"): 0,
    ("witness", "a changed record"): 0,
    ("witness", "a file that cannot be read"): 0,
    ("witness", "a malformed minimum"): 0,
    ("witness", "half a copy: no vkey"): 0,  # its key comes from outside
    ("witness", "a malformed vkey"): 0,
    ("witness", "another key"): 0,
    ("prove", "a malformed minimum"): 0,  # a proof stands on the tree alone
}


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A home with a log of 300 records, a configuration and a sink; nothing is wrong with it."""
    home = tmp_path_factory.mktemp("failures") / "home"
    assert main(["init", str(home)]) == 0
    with (home / "guard.toml").open("a") as toml:
        toml.write('[[audit.sinks]]\nkind = "sqlite"\npath = "audit.db"\n')

    async def write():
        log = await Log.open(home / "audit", origin=ORIGIN, key_file=home / "audit.key")
        for i in range(300):
            log.enqueue({"kind": "decision", "decision": "deny", "run": f"r{i}"})
        await log.flush()
        await log.close()

    asyncio.run(write())
    shutil.copy(home / "audit/vkey", home / "kept-vkey")
    return home


@pytest.fixture
def home(lived, tmp_path, monkeypatch):
    copy = tmp_path / "home"
    shutil.copytree(lived, copy)
    monkeypatch.chdir(copy)
    return copy


def said(capsys, args):
    capsys.readouterr()
    code = main(["audit", *args])
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err
    assert "internal_error" not in out.err
    return code, out.out, [s for s in out.err.splitlines() if "this read is unrecorded" not in s]


def said_raw(capsys, args):
    capsys.readouterr()
    code = main(["audit", *args])
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.mark.parametrize("verb", READING)
def test_a_verb_that_finds_nothing_wrong_exits_0(home, capsys, verb):
    """The same home that the failures below are done to."""
    assert said(capsys, READING[verb])[0] == 0


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("verb", READING)
def test_a_verb_names_what_is_wrong(home, capsys, verb, failure):
    """1 does not hold, 2 usage or configuration: one line, nothing of the log on stdout."""
    harm, code = FAILURES[failure]
    harm(home / "audit")
    code = EXPECTED.get((verb, failure), code)
    found, out, err = said(capsys, READING[verb])
    assert found == code, err
    if code:
        assert out == "" or verb == "witness"  # which says its own key first
        assert re.match(r"(sqlite \S+: )?(verification_failed|config_error|io_error): ", err[-1])
        assert len(err) == 1, err


@pytest.mark.parametrize("failure", ["no such directory", "another directory", "a newer format",
                                     "half a copy: no vkey", "half a copy: no hash tile",
                                     "a malformed vkey", "a malformed checkpoint", "another key",
                                     "a malformed minimum"])  # fmt: skip
@pytest.mark.parametrize("verb", CHANGING)
def test_nothing_is_changed_in_a_log_that_is_refused(home, capsys, verb, failure):
    """Erase, rotate, prune: exit 1 or 2, and every file is as it was."""
    FAILURES[failure][0](home / "audit")
    before = {p: p.read_bytes() for p in (home / "audit").rglob("*") if p.is_file()}
    if verb == "erase" and failure == "no such directory":
        return  # a new log may begin with an erasure
    code, out, err = said(capsys, CHANGING[verb])
    assert code in (1, 2)
    assert out == ""
    assert re.match(r"(verification_failed|config_error|io_error): ", err[-1])
    after = {p: p.read_bytes() for p in (home / "audit").rglob("*") if p.is_file()}
    assert {p: c for p, c in after.items() if p.name != "lock"} == {
        p: c for p, c in before.items() if p.name != "lock"
    }


@pytest.mark.parametrize("verb", ["ship", "reconcile", "verify --sink"])
def test_a_sink_that_is_away_is_unavailable(home, capsys, monkeypatch, verb):
    """Exit 3, and nothing of its connection string."""
    toml = (home / "guard.toml").read_text().partition("[[audit.sinks]]")[0]
    (home / "guard.toml").write_text(
        toml + '[[audit.sinks]]\nkind = "postgres"\ndsn_env = "AWAY"\nreader_dsn_env = "AWAY"\n'
    )
    monkeypatch.setenv("AWAY", "postgresql://x:canary@127.0.0.1:1/none")
    args = ["verify", "--sink", "postgres"] if verb == "verify --sink" else [verb]
    code, out, err = said(capsys, args)
    assert (code, out) == (3, "")
    assert "sink_unavailable: " in err[-1]
    assert "canary" not in err[-1]


def test_one_sink_that_fails_stops_no_other(home, capsys, monkeypatch):
    """The rest is shipped; the exit code is the worst: a forgery before a sink that is away."""
    with (home / "guard.toml").open("a") as toml:
        toml.write('[[audit.sinks]]\nkind = "postgres"\ndsn_env = "AWAY"\n')
        toml.write('[[audit.sinks]]\nkind = "parquet"\npath = "files"\n')
    monkeypatch.setenv("AWAY", "postgresql://127.0.0.1:1/none")
    code, out, err = said(capsys, ["ship"])
    assert (code, len(err)) == (3, 1)
    assert "sqlite example.com/pipelines: 300 sent" in out
    assert "parquet example.com/pipelines: 300 sent" in out
    shutil.rmtree(home / "audit.sinks")
    tampered(home / "audit")
    code, out, err = said(capsys, ["ship"])
    assert (code, out, len(err)) == (1, "", 3)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["verify", "audit", "--vkey", "nowhere"], 2),
        (["verify", "audit", "--vkey", "binary"], 2),
        (["verify", "audit", "--vkey", "a+b+c"], 1),
        (["verify", "audit", "--checkpoint", "binary"], 1),
        (["verify", "audit", "--checkpoint", "nowhere"], 2),
        (["verify", "audit", "--witness", "a+b+c", "--checkpoint", "audit/checkpoint"], 1),
        (["prove", "3", "--check", "binary", "--record", "binary", "--vkey", "audit/vkey"], 1),
        (["prove", "3000"], 1),
        (["query", "--db", "audit"], 2),
        (["query", "--db", "binary"], 2),
        (["query", "--format", "parquet", "--out", "audit"], 2),
        (["query", "--limit", "many"], 2),
        (["query", "--value", "x", "--config", "nowhere"], 2),
        (["report", "--out", "nowhere/r.html"], 2),
        (["bundle", "--out", "audit", "--index", "3"], 2),
        (["bundle", "--out", "b", "--index", "3", "--key-file", "binary"], 2),
        (["witness", "--state", "w", "--key-file", "w.key", "--name", "a b", "--vkey", "kept-vkey"], 2),
        (["ship", "--config", "nowhere"], 2),
        (["ship", "--config", "binary"], 2),
        (["ship", "--sink", "nats"], 2),
        (["verify", "audit", "--sink", "sqlite", "--vkey", "a+b+c"], 1),
        (["prune", "--below", "-1"], 2),
        (["prune", "--below", "1000"], 2),
        (["nonsense"], 2),
    ],
)  # fmt: skip
def test_bad_arguments_and_files_are_named(home, capsys, args, code):
    """A file that is missing, binary or of another kind is a line, never a traceback."""
    (home / "binary").write_bytes(bytes(range(256)))
    found, _, err = said(capsys, args)
    assert found == code, err
    assert err


@pytest.mark.parametrize(
    "args",
    [
        ["verify", "audit", "--vkey"],
        ["verify", "audit", "--checkpoint", "audit/checkpoint", "--witness"],
        ["verify", "audit", "--sink", "sqlite", "--vkey"],
        ["review", "--vkey"],
        ["gaps", "--vkey"],
        ["report", "--out", "r.html", "--vkey"],
        ["prove", "3", "--check", "audit/checkpoint", "--record", "audit/checkpoint", "--vkey"],
        ["witness", "--state", "w", "--key-file", "w.key", "--name", "w.x", "--vkey"],
    ],
)
def test_a_private_key_in_place_of_a_key_line_is_not_printed(home, capsys, args):
    """The slip is one letter of a name away; what is printed goes into the logs of a CI."""
    code, out, err = said(capsys, [*args, "audit.key"])
    assert (code, out) == (2, "")
    assert err == ["config_error: `audit.key` holds no key line; the file `vkey` of a log does"]


@pytest.mark.parametrize(
    "content", ["a\0b", "x" * 300, "s3cret+word+list", "two+11112222+words of it"]
)
def test_no_other_file_is_taken_for_a_key_line(home, capsys, content):
    """What stands in it is neither opened as a file nor repeated."""
    (home / "other").write_text(content)
    code, out, err = said(capsys, ["verify", "audit", "--vkey", "other"])
    assert (code, out) == (2, "")
    assert err == ["config_error: `other` holds no key line; the file `vkey` of a log does"]


@pytest.mark.parametrize("content", ["0" * 64, "a\0b", "x" * 300])
def test_the_library_says_nothing_of_a_text_that_is_no_key_line(home, content):
    """The text of a key file, given by mistake, would stand in a traceback."""
    with pytest.raises(ConfigError, match="neither a key line nor a file") as raised:
        verify("audit", vkey=content)
    assert content not in str(raised.value)
    assert raised.value.__suppress_context__


def test_an_interrupt_is_no_traceback(home):
    """Ctrl-C ends `tail -f` as a shell expects it: 130, and nothing on stderr."""
    with subprocess.Popen(
        # a shell's background job ignores the signal, and so would its children
        [sys.executable, "-c", "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
         "from stageflow_guard.cli import main; sys.exit(main())",
         "audit", "tail", "-f", "-n", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            _, error = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, error) == (130, "")


def test_an_unforeseen_failure_is_one_line(home, capsys, monkeypatch):
    """A fault of ours names its type and place, quotes nothing, and exits 3."""

    def broken(*args, **options):
        raise RuntimeError("canary")

    monkeypatch.setattr("stageflow_guard.cli.audit_query.select", broken)
    code, out, err = said_raw(capsys, ["query"])
    assert (code, out) == (3, "")
    assert re.fullmatch(r"internal_error: RuntimeError at test_audit_failures\.py:\d+\n", err)
