"""What a guard is built from, in a folder: policies, `guard.toml`, a test issuer's keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stageflow_guard.testing.idp import IdentityProvider

_GUARD_TOML = """\
[[auth.issuers]]
issuer = {issuer}
audiences = ["pipelines"]
algorithms = ["RS256"]
jwks_file = "jwks.json"
tenant_claim = "org_id"
roles_claim = "roles"

[policy]
path = {policies}
{policy}

[redaction]
{redaction}

[audit]
path = "audit"
origin = {origin}
key_file = "audit.key"
"""


def write_policies(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a policy folder, by their names below it; return the folder.

    One that has no `model.conf` yet gets the shipped one. Whatever the umask, nobody else may write
    there: a guard refuses a folder that others may change.
    """
    from stageflow_guard.policy.engine.rules import MODEL

    wanted = dict(files)
    if not (folder / "model.conf").exists():
        wanted.setdefault("model.conf", MODEL)
    for name, content in wanted.items():
        write_file(folder / name, content)
    return folder


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file that nobody else may write, in folders that nobody else may write."""
    _make(path.parent)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(0o644)


def _make(folder: Path) -> None:
    """Make a folder and those above it; one that is there is not touched, its times neither."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir()
        folder.chmod(0o755)


def write_settings(
    folder: Path, idp: IdentityProvider, *, policies: str | Path = "policies",
    policy: Mapping[str, Any] | None = None, redaction: Mapping[str, Any] | None = None,
) -> Path:  # fmt: skip
    """Write `guard.toml` and the issuer's keys; return the path of `guard.toml`.

    `policy` and `redaction` are further settings of these sections.
    """
    idp.write_jwks(folder / "jwks.json")
    content = settings_text(idp.issuer, policies=policies, policy=policy, redaction=redaction)
    (folder / "guard.toml").write_text(content, encoding="utf-8")
    return folder / "guard.toml"


def settings_text(
    issuer: str, *, policies: str | Path = "policies", policy: Mapping[str, Any] | None = None,
    redaction: Mapping[str, Any] | None = None, origin: str = "test.example/pipelines",
) -> str:  # fmt: skip
    """Return a `guard.toml` of one issuer whose keys lie in `jwks.json` beside it."""
    return _GUARD_TOML.format(
        issuer=json.dumps(issuer), policies=json.dumps(str(policies)), origin=json.dumps(origin),
        policy=_lines(policy or {}), redaction=_lines(redaction or {}),
    )  # fmt: skip


def _lines(settings: Mapping[str, Any]) -> str:
    """Return settings as TOML: JSON's texts, numbers and lists are TOML, too."""
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())
