"""Redaction opens no socket: neither its own recognizers nor presidio's stock ones."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# an audit hook sees every socket of the process, whoever opens it; it cannot be taken off again
DENIED = textwrap.dedent("""
    import sys

    def deny(event, args):
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
            address = args[1] if event == "socket.connect" else args[0]
            if isinstance(address, (str, bytes)) and event == "socket.connect":
                return  # a socket file of this machine
            raise SystemExit(f"SOCKET {event}")

    sys.addaudithook(deny)
""")
STOCK = DENIED + textwrap.dedent("""
    import inspect
    from presidio_analyzer import predefined_recognizers as stock
    from stageflow_guard.redaction.engines.presidio import Registry

    made, skipped = [], []
    for name, one in sorted(vars(stock).items()):
        if not inspect.isclass(one) or inspect.isabstract(one):
            continue
        try:
            found = one()
        except SystemExit:
            raise
        except BaseException as exc:  # a model or a service that is not installed here
            skipped.append(name)
            continue
        if getattr(found, "supported_language", None) == "en":
            made.append(found)
    texts = TEXTS
    registry = Registry(made, language="en", floor=0.0)
    found = {hit.entity for text in texts for hit in registry.hits(text)}
    assert "EMAIL_ADDRESS" in found, found
    print(len(made), sorted(found)[:5])
""")
TEXTS = [
    "write to ada.lovelace@example.co.uk or see https://www.example.com/path?q=1",
    "ada@sub.example.blogspot.com, ada@xn--bcher-kva.example, ada@192.0.2.1",
    "4111 1111 1111 1111, DE89 3704 0044 0532 0130 00, 078-05-1120, 192.0.2.1, +1 212 555 0100",
    "bitcoin 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, NHS 943 476 5919, passport 123456789",
    "born 1815-12-10 in London, ada@com, @example.org, a@b, ada@localhost",
]


def run(code, folder):
    """Run code in a process of its own whose caches are empty; return what it printed."""
    env = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *sys.path]),
        "TLDEXTRACT_CACHE": str(folder / "cache"), "HOME": str(folder),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, cwd=folder,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "SOCKET" not in done.stderr
    return done.stdout


def test_no_stock_recognizer_of_presidio_goes_online(tmp_path):
    """Every recognizer that presidio ships and can be made here, at its first use, caches empty."""
    count = int(run(STOCK.replace("TEXTS", repr(TEXTS)), tmp_path).split()[0])
    assert count > 20
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("preset", ["strict", "balanced", "precise"])
def test_no_recognizer_of_ours_goes_online(tmp_path, preset):
    """All entities, each preset, texts of every kind."""
    code = DENIED + (
        "from stageflow_guard.redaction import Redactor\n"
        f"r = Redactor(preset={preset!r}, ner=None)\n"
        f"print(sum(len(r.find(t)) for t in {TEXTS!r}))\n"
    )
    assert int(run(code, tmp_path)) > 5


def test_the_hook_sees_a_download():
    """The check itself: `tldextract` as it comes does open a socket, and the hook says so."""
    done = subprocess.run(
        [sys.executable, "-c", DENIED + "import tldextract; tldextract.TLDExtract(cache_dir=None)('a.example')"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "SOCKET" in done.stderr


SUITE = [
    "tests/unit/test_redaction.py", "tests/unit/test_operators.py", "tests/conformance/test_presidio.py",
    "tests/adversarial/test_redaction_gaps.py",
]  # fmt: skip


# what keeps a vault in a database, or asks a peer, is about sockets
CONNECTED = ("vault", "sinks", "at_rest", "no_socket", "models")


def every_redaction_test():
    """Return each file of tests that imports redaction and needs no server."""
    found = []
    servers = ("postgres", "redis_url", ".serve(", "HTTPServer")
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        text = file.read_text()
        about = "stageflow_guard.redaction" in text and not any(s in text for s in servers)
        if about and not any(one in file.name for one in CONNECTED):
            found.append(str(file.relative_to(ROOT)))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("extent", ["smoke", pytest.param("everything", marks=pytest.mark.soak)])
def test_the_redaction_suite_runs_without_a_socket(tmp_path, extent):
    """What its tests exercise opens none either; `make soak` runs all of them so."""
    there = [one for one in SUITE if (ROOT / one).exists()]
    if extent == "everything":
        there = every_redaction_test()
    (tmp_path / "denied_sockets.py").write_text(DENIED)
    env = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT / "src"), *sys.path]),
        "TLDEXTRACT_CACHE": str(tmp_path / "cache"),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "denied_sockets", "-p", "no:cacheprovider", *there],
        capture_output=True, text=True, env=env, cwd=ROOT, timeout=3600, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert "SOCKET" not in said, said[-3000:]
    assert " passed" in said or "[100%]" in said
    assert extent == "everything" or done.returncode == 0, said[-3000:]
