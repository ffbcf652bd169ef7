"""CPU of one run of six stages that pass a short text on: the host alone, guarded, and profiled.

Run: python bench/run_cost.py [rounds] [--profile] [--sinks]. With --sinks, each round ships what it
recorded to SQLite, PostgreSQL and NATS as well (`bench/sinks.py`), drained. Interleaved in one process; medians of CPU time
of the whole process, threads included. The log is durable, on a RAM disk where there is one.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.audit import Log
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.reading import LogReading
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.policy import PolicySet
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
from stageflow_guard.testing import IdentityProvider

ROOT = Path(__file__).parents[1]
TEXT = "Please tell me when order {n} was sent, and write to ada.lovelace@example.com about it."
STAGES = 6


def chain() -> Pipeline:
    """Return six stages, each of which passes on the text that it is given."""
    pipeline, before = Pipeline(name="support"), ""
    for i in range(STAGES):

        async def passing(ctx, source=before):
            text = ctx.inputs.get_from(source, "text") if source else ctx.snapshot.input_text
            return StageOutput.ok(text=text)

        pipeline = pipeline.with_stage(f"s{i}", passing, StageKind.TRANSFORM, after=before or ())
        before = f"s{i}"
    return pipeline


async def signed(log: Log) -> None:
    """Wait until the checkpoint commits to every record: sinks hold nothing else."""
    await log.flush()
    while signed_head(log.folder)[0].size < log.size:  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(0.05)


async def main(rounds: int, profiled: bool, shipped: bool) -> None:
    """Print the CPU of a run, bare and guarded."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as tmp:
        folder = Path(tmp)
        idp = IdentityProvider()
        idp.write_jwks(folder / "jwks.json")
        issuer = IssuerPolicy(
            issuer=idp.issuer, audiences=frozenset({"pipelines"}), tenant_claim="org_id",
            algorithms=frozenset({"RS256"}), roles_claim="roles",
        )  # fmt: skip
        log = await Log.open(folder / "audit", origin="bench", key_file=folder / "key")
        guard = Guard(
            authenticator=TokenVerifier([(issuer, FileKeys(folder / "jwks.json"))]),
            decisions=PolicySet.load(ROOT / "policies"),
            inspector=OffLoopInspector(Redactor(), Vault()), log=log,
        )  # fmt: skip
        graphs = {"host": chain().build(), "guarded": guard.mount(chain()).build()}
        token = idp.mint(sub="ada", tenant="acme", roles=["supervisor"], ttl=3600)
        spent: dict[str, list[float]] = {name: [] for name in graphs}
        n = 0

        async def turn(name: str, runs: int) -> float:
            nonlocal n
            data = {} if name == "host" else {"auth_token": token}
            start = time.process_time()
            for _ in range(runs):
                n += 1
                await graphs[name].run(
                    PipelineContext.create(
                        topology="support", data=data, input_text=TEXT.format(n=n),
                        pipeline_run_id=uuid4(),
                    )
                )  # fmt: skip
            return (time.process_time() - start) / runs * 1000

        for name in graphs:
            await turn(name, 20)
        if profiled:
            import cProfile
            import pstats

            profile = cProfile.Profile()
            profile.enable()
            await turn("guarded", 300)
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(45)
        exporters = []
        if shipped:
            import sinks

            reading = LogReading(folder / "audit")
            exporters = [
                Exporter(folder / "audit", of(folder), folder / of.__name__, reading=reading)
                for of in (sinks.sqlite, sinks.postgres, sinks.nats)
            ]
            spent["shipped"] = []
        for _ in range(rounds):
            for name in graphs:
                spent[name].append(await turn(name, 20))
            if exporters:
                await signed(log)
                for one in exporters:  # what the round above recorded
                    await asyncio.to_thread(one.run)
                ran = await turn("guarded", 20)
                start = time.process_time()
                await signed(log)
                for one in exporters:
                    await asyncio.to_thread(one.run)
                spent["shipped"].append(ran + (time.process_time() - start) / 20 * 1000)
        for one in exporters:
            one.close()
        await log.close()
    for name, values in spent.items():
        print(f"{name:<8} {statistics.median(values):6.2f} ms of CPU a run of {STAGES} stages")


if __name__ == "__main__":
    given = [a for a in sys.argv[1:] if not a.startswith("-")]
    asyncio.run(main(int(given[0]) if given else 15, "--profile" in sys.argv,
                     "--sinks" in sys.argv))  # fmt: skip
