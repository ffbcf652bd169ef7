"""`init` and `config`."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from stageflow_guard.cli import HOLDS, emit, shipped
from stageflow_guard.errors import ConfigError

EXAMPLE = '''\
"""Run with: python example.py"""

import asyncio

from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow_guard import Guard
from stageflow_guard.testing import IdentityProvider


class Intake:
    kind = StageKind.TRANSFORM

    async def execute(self, ctx):
        return StageOutput.ok(heard=ctx.snapshot.input_text)


async def main():
    idp = IdentityProvider("https://id.example")  # a test issuer: replace with your provider
    idp.write_jwks("jwks.json")
    guard = Guard.load("guard.toml")
    async with guard:
        pipeline = Pipeline(name="support").with_stage("intake", Intake(), StageKind.TRANSFORM)
        token = idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="pipelines")
        async with guard.session(token):
            results = await guard.mount(pipeline).run(input_text="write to ada@example.com")
        print(results["intake"].data)


asyncio.run(main())
'''

TOML = """\
[auth]
[[auth.issuers]]
issuer = "https://id.example"
audiences = ["pipelines"]
algorithms = ["RS256"]
jwks_file = "jwks.json"
tenant_claim = "org_id"
roles_claim = "roles"

[policy]
path = "policies"

[redaction]
on_finding = "redact"

[audit]
path = "audit"
origin = "example.com/pipelines"
key_file = "audit.key"
"""


def init(args: argparse.Namespace) -> int:
    """Write a working set into a folder that holds none of its files yet."""
    folder = Path(args.folder)
    folder.mkdir(parents=True, exist_ok=True)
    taken = [
        n for n in ("guard.toml", "policies", "example.py", "jwks.json") if (folder / n).exists()
    ]
    if taken:
        raise ConfigError(f"`{folder}` already holds {', '.join(taken)}; nothing was written")
    from stageflow_guard.testing import IdentityProvider

    copy_policies(folder / "policies")
    IdentityProvider("https://id.example").write_jwks(folder / "jwks.json")
    (folder / "example.py").write_text(EXAMPLE)
    (folder / "guard.toml").write_text(TOML)
    print(f"wrote guard.toml, policies/, jwks.json and example.py into {folder}")
    print("next: stageflow-guard config check && python example.py")
    return HOLDS


def copy_policies(target: Path) -> None:
    """Copy the shipped policy set, readable by its owner and writable by nobody else."""
    shutil.copytree(shipped("policies"), target)
    for path in [target, *target.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def config(args: argparse.Namespace) -> int:
    """Check or show the effective configuration, secrets masked."""
    from stageflow_guard.guard import Guard
    from stageflow_guard.settings import Settings

    settings = Settings.load(args.config)
    if args.action == "check":
        guard = Guard.from_settings(settings)
        for problem in getattr(guard._pep.decisions, "problems", ()):
            print(f"problem: {problem}")
    emit(settings.masked())
    if args.action == "check":
        print("ok")
    return HOLDS
