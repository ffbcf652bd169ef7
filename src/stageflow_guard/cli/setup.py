"""`init` and `config`."""

from __future__ import annotations

import argparse
import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.cli import HOLDS, UNAVAILABLE, print_json, shipped
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.guard import Guard
    from stageflow_guard.settings import Settings

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

LOCAL_ISSUER = """\
[auth]
[[auth.issuers]]
issuer = "https://id.example"
audiences = ["pipelines"]
algorithms = ["RS256"]
jwks_file = "jwks.json"
tenant_claim = "org_id"
roles_claim = "roles"
"""

POLICY = """
[policy]
path = "policies"
"""

REST = f"""{POLICY}
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
    names = ["guard.toml", "policies"] + ([] if args.issuer else ["jwks.json"])
    if args.adopt:
        names.append("policies-strict")
    elif not args.issuer:
        names.append("example.py")
    taken = [n for n in names if (folder / n).exists()]
    if taken:
        raise ConfigError(f"`{folder}` already holds {', '.join(taken)}; nothing was written")
    block = LOCAL_ISSUER
    if args.issuer:
        from stageflow_guard.cli.issuer import issuer_block, read_token

        block, seen = issuer_block(args.issuer, read_token())
        print(f"the token holds: {seen}")
    folder.mkdir(parents=True, exist_ok=True)
    rest = REST
    if args.adopt:
        from stageflow_guard.cli import adopt

        name, last = adopt.write_trial(folder, args.adopt, tenant=args.tenant, days=args.days)
        rest = REST.replace(POLICY, adopt.SETTINGS)
    else:
        copy_policies(folder / "policies")
    if not args.issuer:
        from stageflow_guard.testing import IdentityProvider

        IdentityProvider("https://id.example").write_jwks(folder / "jwks.json")
        if not args.adopt:
            (folder / "example.py").write_text(EXAMPLE)
    (folder / "guard.toml").write_text(block + rest)
    print(f"wrote {', '.join(names)} into {folder}")
    if args.adopt:
        print(
            f"next: `guard.mount(pipeline, name={name!r})`; until {last} every subject of {args.tenant}"
        )
        print("may run it; `stageflow-guard policy replay audit --path policies-strict` lists what")
        print("the strict policies will refuse from then on")
        return HOLDS
    print(
        "next: write your tenant's lines under policies/tenants, then stageflow-guard config check --online"
        if args.issuer
        else "next: stageflow-guard config check && python example.py"
    )
    return HOLDS


def copy_policies(target: Path) -> None:
    """Copy the demo's policy set, readable by its owner and writable by no other user."""
    shutil.copytree(shipped("policies"), target, ignore=shutil.ignore_patterns("starters"))
    for path in [target, *target.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def config(args: argparse.Namespace) -> int:
    """Check or show the effective configuration, secrets masked."""
    from stageflow_guard.guard import Guard
    from stageflow_guard.settings import Settings

    settings = Settings.load(args.config)
    print_json(settings.masked())
    if args.action == "show":
        return HOLDS
    guard = Guard.from_settings(settings)
    for problem in guard.problems:
        print(f"problem: {problem}")
    if not settings.redaction.ner:
        print(
            "not covered: names, organizations and places that nothing announces; without "
            "`redaction.ner` about half of the labelled characters are found "
            "(docs/explanation/redaction.md); see `stageflow-guard models list`"
        )
    if args.online:
        return asyncio.run(_online(guard, settings))
    print("ok")
    return HOLDS


async def _online(guard: Guard, settings: Settings) -> int:
    """Try keys, policies, log and sinks for real; say what each answered."""
    from stageflow_guard.audit.export.assemble import probe_sinks
    from stageflow_guard.auth.build_verifier import probe

    code = HOLDS
    for issuer, answer in await probe(settings.auth):
        print(f"keys      {issuer}: {answer or 'ok'}")
        code = UNAVAILABLE if answer else code
    print(f"policies  {guard.health()['policy_revision'][:12]}: {len(guard.problems)} problems")
    async with guard:
        if settings.audit.sinks:  # something to ship, so that the sinks are tried for real
            await guard._pep.note(kind="heartbeat", action="config check")
        audit = guard.health()["audit"]
        print(f"log       {audit['origin']}: {audit['durable']} records")
    for sink, problem in probe_sinks(settings.audit):
        print(f"sink      {sink}: {problem or 'ok'}")
        code = UNAVAILABLE if problem else code
    print("ok" if code == HOLDS else "not ok")
    return code
