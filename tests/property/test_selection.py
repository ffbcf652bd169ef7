"""Which records a question chooses: the reading that decodes little, against the table."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stageflow_guard.audit import Log
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.audit.log.integrate import Integrator
from stageflow_guard.audit.log.wal import LABEL, WriteAhead
from stageflow_guard.audit.read.selection import Effects, Selection, select
from stageflow_guard.audit.read.statistics import NAMES, Statistics
from stageflow_guard.audit.records.record import encoded
from stageflow_guard.audit.tlog.checkpoint import parse
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.keys import read_key

ORIGIN = "e.x/a"
# few values, so that filters hit; what JSON escapes, what looks like a field, what is a prefix
TEXTS = [
    "a", "ab", 'a"', "\\", "\u007f", "\n", "é", "\U0001f600", '"run":"a"', "field `run`", "", "%_",
]  # fmt: skip
TRACES = ["a" * 32, "a" * 32 + "-" + "b" * 16, "a" * 31]
TIMES = [-1, 0, 1, 10**18, 2**63 - 1]
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["decision", "effect", "auth", "malformed"]),
        **{
            name: st.sampled_from(TEXTS)
            for name in ("run", "tenant", "reason", "stage", "subject", "outcome", "policy")
        },
        "trace": st.sampled_from(TRACES),
        "since": st.sampled_from(TIMES),
        "until": st.sampled_from(TIMES),
    },
)


def made(rng, index):
    """Return a record of any shape, as another program under the log's key may write it."""
    may = {
        "run": [*TEXTS, 5], "tenant": TEXTS, "reason": TEXTS, "stage": [*TEXTS, ["a"]],
        "decision": ["permit", "deny"], "outcome": TEXTS, "trace": TRACES,
        "actor": [{"subject": text} for text in TEXTS] + [{"subject": 5}],
        "wall_ns": [*TIMES, 2**63, "soon"], "latency_us": [-1, 0, 9], "zz": TEXTS,
        "note": [{text: {"wall_ns": 7, "run": "a"}} for text in TEXTS],
        "decision_index": [max(0, index - back) for back in range(1, 9)],
        "policy": [{"sha256": text} for text in TEXTS],
        "findings": [[{"entity": "PERSON", "direction": "input", "count": n}] for n in range(3)],
    }  # fmt: skip
    record = {"v": 1, "kind": rng.choice(["decision", "decision", "effect", "auth"])}
    for name in rng.sample(sorted(may), rng.randrange(len(may))):
        record[name] = rng.choice(may[name])
    return encoded(record)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A signed log of 3 000 such records, and the table of it."""
    folder, rng = tmp_path_factory.mktemp("selection"), random.Random(7)

    async def begun():
        await (await Log.open(folder / "log", origin=ORIGIN, key_file=folder / "k")).close()

    asyncio.run(begun())
    key = SigningKey(read_key(folder / "k", create=False))
    head = parse((folder / "log/checkpoint").read_bytes())[0]
    tree = Integrator(folder / "log", ORIGIN, key)
    tree.load(head.size, head.root)
    note = tree.grow([made(rng, index) for index in range(head.size, 3000)])
    tree.publish(note)
    wal = WriteAhead(folder / "log", key.derive(LABEL + ORIGIN.encode()))
    wal.start(note)
    wal.close()
    table = SqliteProjection(folder / "table.db")
    table.sync(folder / "log")
    yield folder / "log", table
    table.close()


@given(FILTERS)
def test_a_question_to_the_log_chooses_what_the_table_chooses(log, asked):
    """The same records in the same order, whatever the filters, whatever the records hold."""
    folder, table = log
    assert list(select(folder, Selection(**asked))) == list(table.query(**asked))


@given(FILTERS)
def test_what_came_of_a_decision_is_the_tables_answer(log, asked):
    """Of every decision that is chosen, the outcome of its effect, found in the same reading."""
    folder, table = log
    effects, noted = Effects(), []
    for record in select(folder, Selection(**asked), effects):
        if record["kind"] == "decision":
            effects.note(ORIGIN, record["index"])
            noted.append((ORIGIN, record["index"]))
    assert set(effects.outcomes) == set(table.effects(noted))


def test_counts_of_one_reading_are_the_tables(log):
    """Kinds, decisions, reasons, tenants, outcomes, latencies and findings are the same."""
    folder, table = log
    seen, kept = Statistics(), table.statistics()
    seen.take(folder)
    for name in NAMES:
        assert getattr(seen, name) == getattr(kept, name), name
    assert seen.findings == kept.findings != {}
    took = sorted(seen.latencies.elements())
    for part in (0, 50, 95, 99, 100):
        assert seen.percentile(part) == took[min(len(took) - 1, len(took) * part // 100)]


def test_most_of_the_log_is_passed_over_without_decoding(log):
    """A question for one value looks closer at few of the entries: what it saves is real."""
    folder, table = log
    chosen = Selection(run="%_")
    from stageflow_guard.audit.read.query import iter_entries

    closer = sum(chosen.may_match(entry) for _, entry in iter_entries(folder))
    hits = len(list(table.query(run="%_")))
    assert 0 < hits <= closer < 300
