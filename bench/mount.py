"""Cost of the mount on the allow path, against the host's defaults, interleaved in one process.

Run: python bench/mount.py [rounds]. CPU time; medians of ratios. A 10-stage chain of no-op stages,
cached identity and policy, empty text.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from pathlib import Path

from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.audit import Log, UnsafeMemoryLog
from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.policy import PolicySet
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
from stageflow_guard.testing import IdentityProvider

ROOT = Path(__file__).parents[1]


class Counting:
    """Counts records and keeps none: the bench's stand-in for a log."""

    origin = "bench"

    def __init__(self) -> None:
        self.n = 0

    def enqueue(self, record) -> int:
        self.n += 1
        return self.n

    async def append(self, record) -> int:
        return self.enqueue(record)


async def noop(ctx):
    return StageOutput.ok()


def chain() -> Pipeline:
    pipeline, before = Pipeline(name="support"), None
    for i in range(10):
        pipeline = pipeline.with_stage(f"s{i}", noop, StageKind.TRANSFORM, after=before or ())
        before = f"s{i}"
    return pipeline


async def main(rounds: int) -> None:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as tmp:
        folder = Path(tmp)
        idp = IdentityProvider()
        idp.write_jwks(folder / "jwks.json")
        issuer = IssuerPolicy(
            issuer=idp.issuer, audiences=frozenset({"pipelines"}), tenant_claim="org_id",
            algorithms=frozenset({"RS256"}), roles_claim="roles",
        )  # fmt: skip
        durable = await Log.open(folder / "audit", origin="bench", key_file=folder / "key")
        graphs = {"defaults": chain().build()}
        for name, log in (
            ("counted", Counting()), ("memory", UnsafeMemoryLog()), ("durable", durable)
        ):  # fmt: skip
            guard = Guard(
                authenticator=TokenVerifier([(issuer, FileKeys(folder / "jwks.json"))]),
                decisions=PolicySet.load(ROOT / "policies"),
                inspector=OffLoopInspector(Redactor(), Vault()), log=log,
            )  # fmt: skip
            graphs[name] = guard.mount(chain()).build()
        token = idp.mint(sub="ada", tenant="acme", roles=["supervisor"], ttl=3600)
        spent: dict[str, list[float]] = {name: [] for name in graphs}
        for turn in range(rounds + 1):
            for name, graph in graphs.items():
                data = {} if name == "defaults" else {"auth_token": token}
                start = time.process_time()
                for _ in range(20):
                    await graph.run(PipelineContext.create(topology="support", data=data))
                if turn:
                    spent[name].append((time.process_time() - start) / 200 * 1e6)
        await durable.close()
    base = spent["defaults"]
    for name, values in spent.items():
        ratio = statistics.median(v / b for v, b in zip(values, base, strict=True))
        print(f"{name:<9} {statistics.median(values):7.0f} us/stage   {ratio:.2f}x")


asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
