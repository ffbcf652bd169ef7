"""Many files made durable at once: one that fails, fails them all, and nothing is left open."""

from __future__ import annotations

import contextlib
import os

import pytest
from tests.own_files import is_below

from stageflow_guard.base.durable import write_all_durably, write_durably


def files(folder, count):
    return [(folder / f"{i}", b"%d" % i) for i in range(count)]


@pytest.mark.parametrize("count", [3, 40])
def test_many_files_are_on_disk_before_any_has_its_name(tmp_path, monkeypatch, count):
    """Every file is synced before the first replacement, and the directory after the last."""
    said = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)

        def call(*args, name=name, real=real):
            if is_below(tmp_path, args[0]):
                said.append(name)
            return real(*args)

        monkeypatch.setattr(os, name, call)
    write_all_durably(iter(files(tmp_path, count)))
    assert said == ["fsync"] * count + ["replace"] * count + ["fsync"]
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        f"{i}": b"%d" % i for i in range(count)
    }


def opened_below(folder):
    """Return what this process holds open below a folder."""
    found = []
    for fd in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the listing's own, closed by now
            found.append(os.readlink(f"/proc/self/fd/{fd}"))
    return [path for path in found if path.startswith(f"{folder}/") or path == str(folder)]


@pytest.mark.parametrize("count", [3, 40, 200])
@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_one_file_that_fails_fails_all_of_them(tmp_path, monkeypatch, count, call):
    """None is replaced, and no descriptor stays open, wherever the error came from."""
    real, calls = getattr(os, call), []

    def broken(*args):
        if not is_below(tmp_path, args[0]):
            return real(*args)
        calls.append(args)
        if len(calls) == max(2, count // 2):
            raise OSError(5, "Input/output error")
        return real(*args)

    monkeypatch.setattr(os, call, broken)
    with pytest.raises(OSError, match="Input/output"):
        write_all_durably(iter(files(tmp_path, count)))
    monkeypatch.undo()
    assert all(p.name.endswith(".new") for p in tmp_path.iterdir())
    assert opened_below(tmp_path) == []


def test_content_that_cannot_be_made_leaves_nothing_in_place(tmp_path):
    """An error of the one who makes the content comes out as it is, after the threads have ended."""

    def made():
        yield from files(tmp_path, 20)
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        write_all_durably(made())
    assert all(p.name.endswith(".new") for p in tmp_path.iterdir())


def test_a_link_in_the_way_is_not_followed(tmp_path):
    """Who may write beside a file does not choose which one is overwritten."""
    (tmp_path / "theirs").write_text("precious")
    (tmp_path / "copy.new").symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError, match="symbolic links"):
        write_durably(tmp_path / "copy", b"x")
    (tmp_path / "copy.new").unlink()
    (tmp_path / "copy").symlink_to(tmp_path / "theirs")
    write_durably(tmp_path / "copy", b"x")
    assert not (tmp_path / "copy").is_symlink()
    assert (tmp_path / "theirs").read_text() == "precious"
