"""A reader beside a running writer: what the writer replaces meanwhile is found in its place."""

from __future__ import annotations

import os
import shutil

import pytest

from stageflow_guard.audit.tlog import storage
from stageflow_guard.audit.tlog.storage import bundles, pack, tile
from stageflow_guard.audit.tlog.tree import WIDTH, tile_path
from stageflow_guard.audit.verification.verify import _check_strays
from stageflow_guard.errors import VerificationError

ENTRIES = [f"{n}".encode() for n in range(WIDTH)]


def put(folder, width):
    """Write the bundle of `width` entries, as the writer does, and return its path."""
    path = folder / tile_path("entries", 0, width)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pack(ENTRIES[:width]))
    return path


def grown_at_each_read(folder, monkeypatch, first):
    """Make the writer replace the bundle by one that is an entry wider before each reading."""
    state = {"width": first}
    put(folder, first)
    whole = storage.read

    def overtaken(folder, name, *, cap=None):
        old = state["width"]
        if old < WIDTH:
            state["width"] = old + 1
            put(folder, old + 1)
            if old + 1 == WIDTH:
                shutil.rmtree((folder / tile_path("entries", 0, WIDTH + 1)).parent)
            else:
                (folder / tile_path("entries", 0, old)).unlink()
        return whole(folder, name, cap=cap)

    monkeypatch.setattr(storage, "read", overtaken)


@pytest.mark.parametrize("first", [1, 44, 200, 254, 255])
def test_a_writer_that_overtakes_at_every_reading_loses_no_reader(tmp_path, monkeypatch, first):
    """The reader goes on until the writer has filled the bundle, and gets its own beginning."""
    grown_at_each_read(tmp_path, monkeypatch, first)
    assert list(bundles(tmp_path, first)) == [(0, ENTRIES[:first], tile_path("entries", 0, first))]


def test_a_directory_that_goes_away_while_it_is_listed_is_an_empty_one(tmp_path, monkeypatch):
    """The full bundle is in place before the directory of the partial ones is removed."""
    put(tmp_path, 44).unlink()
    listed = os.listdir

    def too_late(path):
        put(tmp_path, WIDTH)
        shutil.rmtree(path, ignore_errors=True)
        return listed(path)

    monkeypatch.setattr(storage.os, "listdir", too_late)
    assert tile(tmp_path, "entries", 0, 44) == pack(ENTRIES[:44])


@pytest.mark.parametrize("planted", [None, "0", "256", "300", "999", "044", "x"])
def test_a_bundle_that_is_missing_is_said_to_be_missing(tmp_path, planted):
    """Whatever else lies there, the search ends."""
    partial = (tmp_path / tile_path("entries", 0, 44)).parent
    partial.mkdir(parents=True)
    if planted is not None:
        os.symlink("nowhere", partial / planted)
    with pytest.raises(VerificationError, match=r"missing|cannot be read"):
        tile(tmp_path, "entries", 0, 44)


def test_a_directory_that_the_writer_removes_is_no_stray(tmp_path, monkeypatch):
    """`verify` of a growing log lists it without the directory; at rest that is an error."""
    partial = put(tmp_path, 44).parent
    listed = os.scandir

    def removed(path):
        if str(path) == str(partial):
            shutil.rmtree(path, ignore_errors=True)
        return listed(path)

    monkeypatch.setattr(os, "scandir", removed)
    _check_strays(tmp_path, set(), True, 300)
    put(tmp_path, 44)
    with pytest.raises(FileNotFoundError):
        _check_strays(tmp_path, set(), False, 300)
