"""`init`: a working set of files, and what to do next."""

from __future__ import annotations

import argparse
import shlex
import shutil
from importlib.util import find_spec
from pathlib import Path

from stageflow_guard.cli import HOLDS, shipped
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


# by the name of a host: its file below `examples/hosts`
FILES = {
    "celery": "celery_tasks.py",
    "fastapi": "fastapi_app.py",
    "fastmcp": "fastmcp_server.py",
    "langchain": "langchain_agent.py",
    "langgraph": "langgraph_app.py",
    "mcp": "mcp_server.py",
    "openai-agents": "openai_agent.py",
    "pydantic-ai": "pydantic_ai_agent.py",
}


# what an example imports, and where it comes from
NEEDS = {
    "celery": {"celery": "stageflow-guard[celery]"},
    "fastapi": {"fastapi": "fastapi", "uvicorn": "uvicorn", "websockets": "websockets"},
    "fastmcp": {"fastmcp": "stageflow-guard[fastmcp]", "mcp": "stageflow-guard[fastmcp]"},
    "langgraph": {"langgraph": "stageflow-guard[langgraph]"},
    "langchain": {"langchain": "langchain", "langchain_core": "stageflow-guard[langgraph]"},
    "mcp": {"mcp": "stageflow-guard[mcp]"},
    "openai-agents": {"agents": "stageflow-guard[openai-agents]"},
    "pydantic-ai": {"pydantic_ai": "stageflow-guard[pydantic-ai]"},
}


def init(args: argparse.Namespace) -> int:
    """Write a working set into a folder that holds none of its files yet."""
    folder = Path(args.folder)
    if args.host and (args.issuer or args.adopt):
        raise ConfigError("`--host` writes an example beside a test issuer: leave the others out")
    names = ["guard.toml", "policies"] + ([] if args.issuer else ["jwks.json"])
    if args.adopt:
        names.append("policies-strict")
    elif not args.issuer:
        names.append("example.py")
    taken = [n for n in names if (folder / n).exists()]
    if taken:
        raise ConfigError(f"`{folder}` already holds {', '.join(taken)}; nothing was written")
    block, first = LOCAL_ISSUER, ""
    if args.issuer:
        from stageflow_guard.cli.issuer import issuer_block, read_token

        block, seen, first, warnings = issuer_block(
            args.issuer, read_token(), audience=args.audience
        )
        print(f"the token holds: {seen}")
        for warning in warnings:
            print(f"warning: {warning}")
    folder.mkdir(parents=True, exist_ok=True)
    rest = REST
    if args.adopt:
        from stageflow_guard.cli import adopt

        name, last = adopt.write_trial(folder, args.adopt, tenant=args.tenant, days=args.days)
        rest = REST.replace(POLICY, adopt.SETTINGS)
    elif args.issuer:
        write_first_policies(folder / "policies", first)
    else:
        copy_policies(folder / "policies")
    if not args.issuer:
        from stageflow_guard.testing import IdentityProvider

        IdentityProvider("https://id.example").write_jwks(folder / "jwks.json")
        if not args.adopt:
            (folder / "example.py").write_text(_example(args.host))
    (folder / "guard.toml").write_text(block + rest)
    names += ignored(folder)
    print(f"wrote {', '.join(names)} into {folder}")
    _say_next(args, folder, name if args.adopt else first, last if args.adopt else "")
    return HOLDS


def _example(host: str | None) -> str:
    """Return the text of the example of a host."""
    if host is None:
        return EXAMPLE
    file = FILES[host]
    text = (shipped("examples") / "hosts" / file).read_text()
    return text.replace(file, "example.py").replace(file.removesuffix(".py") + ":", "example:")


def _say_next(args: argparse.Namespace, folder: Path, name: str, last: str) -> None:
    """Print the next command, as it works from the current folder."""
    there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    if args.adopt:
        print(
            f"next: `guard.mount(pipeline, name={name!r})`; until {last} every subject of {args.tenant}"
        )
        print(
            f"may run it; `{there}stageflow-guard policy replay --policies policies-strict` lists"
        )
        print("what the strict policies will refuse from then on")
    elif args.issuer:
        print(f"the tenant {name} is there, from the starter `{STARTER}`: its roles are an example")
        print(f"next: {there}stageflow-guard config check --online")
    else:
        needed = NEEDS.get(args.host, {})
        missing = [shlex.quote(name) for module, name in needed.items() if not find_spec(module)]
        first = f"pip install {' '.join(missing)} && " if missing else ""
        print(f"next: {first}{there}stageflow-guard config check && python example.py")


STARTER = "saas"
IGNORED = ("*.key", "*.keys/", "audit/", "audit.*/", "*.db", "tokens.json", "demo-out/")


def ignored(folder: Path) -> list[str]:
    """Write a `.gitignore` for keys, log and stores; leave one that is there alone."""
    file = folder / ".gitignore"
    if file.exists():
        return []
    file.write_text("# keys, logs and stores of stageflow-guard: never in a repository\n")
    with file.open("a") as stream:
        stream.writelines(f"{line}\n" for line in IGNORED)
    return [".gitignore"]


def write_first_policies(target: Path, tenant: str) -> None:
    """Write the starter set with one tenant of this name, and none of the demo's.

    Raises `ConfigError` for a name that cannot be a tenant's.
    """
    from stageflow_guard.policy.edit import tenants

    starter = shipped("policies") / "starters" / STARTER
    shutil.copytree(starter, target, ignore=shutil.ignore_patterns("tenants", "platform"))
    (target / "tenants").mkdir()
    (target / "platform").mkdir()
    (target / "platform" / "suspended.csv").write_text(tenants.SUSPENDED)
    for path in [target, *target.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    tenants.add(target, tenant, source=starter / "tenants" / tenants.EXAMPLE)


def copy_policies(target: Path) -> None:
    """Copy the demo's policy set, readable by its owner and writable by no other user."""
    shutil.copytree(shipped("policies"), target, ignore=shutil.ignore_patterns("starters"))
    for path in [target, *target.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
