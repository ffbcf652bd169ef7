"""Write which versions of each host the adapters and recipes take, and which were tried here.

Run: python bench/host_versions.py > docs/reference/host-versions.md, where `make recipes` has built
the environments of the hosts that exclude each other.
"""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENVS = Path(os.environ.get("STAGEFLOW_GUARD_ENVS", ROOT / ".envs"))
# the host, its packages, where the adapter or the recipe stands
MOUNTED = (
    ("Stageflow", ("stageflow-core",), "`guard.mount`"),
    ("ASGI", ("starlette", "fastapi", "uvicorn"), "`GuardMiddleware`"),
    ("MCP", ("mcp",), "`guard.mount`, `RemoteTools`"),
    ("FastMCP", ("fastmcp",), "`guard.mount`"),
    ("LangGraph, LangChain", ("langgraph", "langchain-core", "langchain"), "`guard.mount`"),
    ("OpenAI Agents", ("openai-agents",), "`guard.mount`"),
    ("pydantic-ai", ("pydantic-ai-slim",), "`guard.mount`"),
    ("Celery", ("celery",), "`guarded_tasks`"),
    ("Haystack", ("haystack-ai",), "recipe"),
    ("LlamaIndex workflows", ("llama-index-workflows",), "recipe"),
)
APART = {"prefect": "Prefect", "crewai": "CrewAI", "dagster": "Dagster", "airflow": "Airflow"}
HEAD = """# Versions of hosts

Which versions an adapter or a recipe takes, as `pyproject.toml` and the `Makefile` say, and which \
one the suite was run with last. CI installs the newest within the range and runs everything with \
it: `tests/host_contract` pins each fact of a host that its adapter relies on, so that a release \
which changes one fails there first. Made by `python bench/host_versions.py`.

| host | package | takes | tried | by |
| --- | --- | --- | --- | --- |"""


def ranges() -> dict[str, str]:
    """Return the range of each package of the extras; an extra's wins over that of `dev`."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found: dict[str, str] = {}
    lines = [*extras["dependencies"]]
    for name, one in extras["optional-dependencies"].items():
        lines += one if name != "dev" else []
    for line in [*extras["optional-dependencies"]["dev"], *lines]:
        package, wanted = re.match(r"([A-Za-z0-9-]+)(?:\[[^\]]*\])?(.*)", line).groups()
        found[package] = wanted.partition(";")[0].strip()
    return found


def apart() -> dict[str, tuple[str, str]]:
    """Return package and range of each host that has an environment of its own."""
    text = (ROOT / "Makefile").read_text()
    return {
        name: re.search(rf"^PACKAGE_{name} := ([a-z-]+)(.*)$", text, re.MULTILINE).groups()
        for name in APART
    }


def tried(package: str, env: Path | None = None) -> str:
    """Return the version that is installed here, or in the environment."""
    if env is None:
        try:
            return version(package)
        except PackageNotFoundError:
            return "-"
    if not (env / "bin" / "python").exists():
        return "-"
    code = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run(
        [env / "bin" / "python", "-c", code], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "-"


def page() -> str:
    """Return the page."""
    wanted, lines = ranges(), [HEAD]
    for host, packages, by in MOUNTED:
        lines += [
            f"| {host} | `{one}` | `{wanted[one]}` | {tried(one)} | {by} |" for one in packages
        ]
    for host, (package, takes) in apart().items():
        found = tried(package, ENVS / host)
        lines.append(f"| {APART[host]} | `{package}` | `{takes}` | {found} | recipe, apart |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(page())
