"""Data at rest: what cannot be looked at, what is no text, killed runs, progress, memory."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time

import pytest

from stageflow_guard.cli import main

MAIL = "ada@example.com"
MAIN = [sys.executable, "-c", "import sys; from stageflow_guard.cli import main; sys.exit(main())"]


def without_override():
    """Give up root's right to pass over permissions: capabilities(7), CAP_DAC_OVERRIDE and _READ_SEARCH."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def bound(*words):
    """Run a verb as somebody for whom permissions count."""
    return subprocess.run(
        [*MAIN, *words], capture_output=True, text=True, check=False,
        preexec_fn=without_override if os.geteuid() == 0 else None,
    )  # fmt: skip


@pytest.fixture
def open_folder(tmp_path):
    """A folder whose permissions are put right again in the end."""
    yield tmp_path
    (tmp_path / "shut").chmod(0o755)


@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_what_cannot_be_looked_at_is_an_error(open_folder, mode):
    """A folder that cannot be read or entered is named, and the gate does not open; the rest is read."""
    (open_folder / "shut").mkdir()
    (open_folder / "shut" / "a.txt").write_text(MAIL)
    (open_folder / "clean.txt").write_text("nothing here\n")
    (open_folder / "shut").chmod(mode)
    assert bound("redact", "--check", str(open_folder / "clean.txt")).returncode == 0
    done = bound("redact", "--check", str(open_folder))
    assert done.returncode == 2
    assert str(open_folder / "shut") in done.stderr and "Permission denied" in done.stderr
    done = bound("redact", "--check", "--json", str(open_folder), "--jobs", "1")
    summary = json.loads(done.stdout)
    assert done.returncode == 2 and len(summary["errors"]) == 1 and summary["files"] == 2
    assert bound("redact", "--check", str(open_folder / "shut" / "a.txt")).returncode == 2


def test_a_pipe_is_left_out_and_said(tmp_path, capsys):
    """A named pipe has no end to read to: it is counted as skipped, and nothing waits for it."""
    (tmp_path / "a.txt").write_text("nothing\n")
    os.mkfifo(tmp_path / "pipe")
    assert main(["redact", "--check", str(tmp_path), "--jobs", "1"]) == 0
    assert "skipped: 1" in capsys.readouterr().err


RUSSIAN = "Пациент Иванов, тел. 8 800 555 35 35\n"


@pytest.mark.parametrize(
    "content",
    [
        RUSSIAN.encode("utf-16-le"), RUSSIAN.encode("utf-16"), RUSSIAN.encode("utf-32-be"), f"mail {MAIL}".encode("utf-16-be"),
        RUSSIAN.encode("cp1251"), RUSSIAN.encode("koi8-r"), b"\x89PNG\r\n\x1a\n\x00", b"\x1f\x8b\x08\x00abc", b"PK\x03\x04\x00",
        b"%PDF-1.4\n1 0 obj <</Filter /ASCII85Decode>> stream\n87cURD]i,\"Ebo80~>", b"SQLite format 3\x00" + MAIL.encode(),
        b"plain ascii first " * 9_000 + b"\x00" + MAIL.encode(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".txt", ".bin", ".csv"])
def test_what_is_no_text_is_never_clean(tmp_path, capsys, content, suffix):
    """Binary files and other encodings are errors that name the file, not files without finds."""
    file = tmp_path / f"x{suffix}"
    file.write_bytes(content)
    assert main(["redact", "--check", str(file)]) == 2
    assert str(file) in capsys.readouterr().err
    assert main(["redact", str(file), "--out", str(tmp_path / "out"), "--jobs", "1"]) == 2
    assert not (tmp_path / "out" / file.name).exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1251", "koi8-r", "utf-8-sig"])
def test_an_encoding_that_is_named_is_read(tmp_path, encoding):
    """What a file is written in can be said, and then it is looked through."""
    file = tmp_path / "x.txt"
    file.write_bytes(f"{RUSSIAN}{MAIL}\n".encode(encoding))
    assert main(["redact", "--check", "--encoding", encoding, str(file)]) == 1


def plain(folder):
    """Return each file's content without the random part of its pseudonyms."""
    return {
        str(p.relative_to(folder)): re.sub(r"·[a-z0-9]+⟧", "⟧", p.read_text(encoding="utf-8"))
        for p in folder.rglob("*")
        if p.is_file() and not p.name.startswith(".")
    }


@pytest.mark.parametrize("after", [0, 5])
def test_a_killed_run_is_resumed_to_the_same_result(tmp_path, after):
    """kill -9 in the middle, then once more: the files of an undisturbed run, no remains, all restored."""
    base, out = tmp_path / "in", tmp_path / "out"
    base.mkdir()
    for i in range(12):
        (base / f"{i:02}.txt").write_text(f"note {i} for user{i}@example.com and {MAIL}\n" * 1_200)
    kept = ["--vault", str(tmp_path / "v.db"), "--keys", str(tmp_path / "keys")]
    words = ["redact", str(base), "--out", str(out), "--jobs", "1", *kept]
    child = subprocess.Popen([*MAIN, *words], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and child.poll() is None:
        names = os.listdir(out) if out.exists() else []
        if len([n for n in names if n.endswith(".txt")]) >= after and any(
            n.endswith(".part") for n in names
        ):
            break
        time.sleep(0.002)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert len(plain(out)) < 12
    assert main(words) == 0
    assert main(["redact", str(base), "--out", str(tmp_path / "whole"), "--jobs", "1"]) == 0
    assert plain(out) == plain(tmp_path / "whole")
    assert not list(out.glob(".*.part"))
    back = tmp_path / "back"
    assert main(["redact", "--restore", str(out), "--out", str(back), *kept]) == 0
    for i in range(12):
        assert (back / f"{i:02}.txt").read_bytes() == (base / f"{i:02}.txt").read_bytes()


def test_progress_is_shown_on_a_terminal_only(tmp_path):
    """A bar that fills, on standard error, without a file's name; nothing of it in a pipe."""
    for i in range(4):
        (tmp_path / f"secret-name-{i}.txt").write_text("nothing\n")
    words = [*MAIN, "redact", "--check", str(tmp_path), "--jobs", "1"]
    ours, theirs = pty.openpty()
    done = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal is gone with its last writer
        while block := os.read(ours, 4096):
            shown += block
    os.close(ours)
    assert done.wait() == 0
    counts = [tuple(map(int, m)) for m in re.findall(rb"\r\[#* *\] (\d+)/(\d+)", shown)]
    assert counts == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert b"[" + b"#" * 30 + b"] 4/4" in shown and b"secret-name" not in shown
    piped = subprocess.run(words, capture_output=True, check=False)
    assert b"\r" not in piped.stderr and b"#" not in piped.stderr


def peak(file, out):
    """Return the most memory that one run held, in MB."""
    code = (
        "import re,sys;from stageflow_guard.cli import main;code=main(sys.argv[1:]);"
        "print(int(re.search('VmHWM:\\s+(\\d+)',open('/proc/self/status').read())[1])/1024);sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "redact", str(file), "--out", str(out), "--jobs", "1"],
        capture_output=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def test_memory_does_not_grow_with_the_file(tmp_path):
    """Five times as long a file of short lines takes as much memory: no list of lines is kept."""
    held = []
    for times in (1, 5):
        file = tmp_path / f"{times}.txt"
        with file.open("w") as out:
            for _ in range(times):
                out.write("ok\n" * 1_000_000)
        held.append(peak(file, tmp_path / "out"))
    assert held[1] < held[0] + 8


def test_a_find_far_down_is_told_by_its_line(tmp_path, capsys):
    """Line and column stay right when the ends of earlier lines are forgotten."""
    file = tmp_path / "long.txt"
    file.write_text("x y\n" * 50_000 + f"  mail {MAIL}\n" + "z\n" * 20_000 + f"{MAIL}\n")
    assert main(["redact", "--check", str(file)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{file}:50001:8: EMAIL_ADDRESS", f"{file}:70002:1: EMAIL_ADDRESS",
    ]  # fmt: skip
