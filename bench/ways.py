"""Write what each host's own hooks, and the guard, do against the eight ways round, as a page.

Run: python bench/ways.py > docs/reference/ways-round.md. Every way is tried anew.
"""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import warnings
from pathlib import Path

from stageflow_guard.testing.conformance import WAYS, Contender, try_ways

CONTENDERS = Path(__file__).parents[1] / "tests" / "conformance" / "bypass" / "contenders.py"
HEAD = """# Eight ways round a guard

Bypasses that users of these hosts report, each tried for real against a guard made of the host's \
own hooks and against this package's guard. Made by `python bench/ways.py`; no model and no key is \
used. A way counts as **bypassed** when the guarded body ran although the guard denied, crashed or \
gave no answer, when an answer of the body was handed out, or when raw text left. `closed`: the \
guard refuses that way to everybody. `-`: the host has nothing of the kind. Each way is first tried \
while the guard permits, and has to lead to the body then.
"""


def contenders() -> tuple:
    spec = importlib.util.spec_from_file_location("contenders", CONTENDERS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.contenders()


def page(reports: list, tried: tuple) -> str:
    """Return the page of these reports."""
    lines = [HEAD, "| way | what people report |", "| --- | --- |"]
    lines += [f"| {way.name} | {way.told} |" for way in WAYS]
    lines += ["\n## What holds\n", "| host | guard | " + " | ".join(w.name for w in WAYS) + " |"]
    lines += ["| --- | --- |" + " --- |" * len(WAYS)]
    words = {"bypassed": "**bypassed**", "not offered": "-"}
    for report in reports:
        cells = [words.get(one.status, one.status) for one in report.outcomes]
        lines.append(f"| {report.host} | {report.guard} | " + " | ".join(cells) + " |")
    lines += ["\n## How each guard stands\n"]
    lines += [f"- {one.host}: {inspect.getdoc(type(one))}" for one in tried]
    lines += ["\n## Which form each way has\n"]
    seen = set()
    for one in tried:
        for way in WAYS:
            method = getattr(type(one), way.method)
            said = inspect.getdoc(method) or ""
            inherited = method is getattr(Contender, way.method)
            if inherited or not said or said == inspect.getdoc(getattr(Contender, way.method)):
                continue
            key = (one.host, way.name)
            if key not in seen:
                seen.add(key)
                lines.append(f"- {one.host}, {way.name}: {said[0].lower()}{said[1:]}")
    lines += ["\n## What is closed\n"]
    for report in reports:
        lines += [
            f"- {report.host}, {one.way}: {one.why}."
            for one in report.outcomes
            if one.status == "closed"
        ]
    lines += [
        "\nTo run another guard through it: [write an adapter](../how-to/write-an-adapter.md)."
    ]
    return "\n".join(lines)


async def shown() -> str:
    tried = contenders()
    return page(list(await asyncio.gather(*map(try_ways, tried))), tried)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(asyncio.run(shown()))
