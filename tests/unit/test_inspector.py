"""Off the loop: long texts in a process of their own, policy's say, refusals that are typed."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass

import pytest

from stageflow_guard.errors import ContentBlocked, InspectorUnavailable
from stageflow_guard.model import Finding
from stageflow_guard.policy.engine.guardrails import GuardrailRule, Guardrails
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
from stageflow_guard.redaction.recognizers.hit import Hit

LONG = (
    "The committee met. Write to ada@example.com, SSN 536-90-4399, and go on with the plan.\n" * 400
)


async def redact(inspector, value, tenant="acme", direction="input"):
    return await inspector.redact(value, scope=inspector.scope(tenant, "s"), direction=direction)


async def test_a_long_text_equals_the_synchronous_core():
    """Where a text is scanned changes nothing."""
    inspector = OffLoopInspector(Redactor(), Vault())
    value, findings = await redact(
        inspector, {"a": LONG, "b": ["\ud800 ada@example.com", LONG[:5000]]}
    )
    scope = inspector.scope("acme", "s")
    assert scope.restore(value) == {"a": LONG, "b": ["\ud800 ada@example.com", LONG[:5000]]}
    assert {f.entity: f.count for f in findings}["US_SSN"] > 400
    inspector.close()


@pytest.mark.bars
async def test_the_loop_goes_on_while_a_long_text_is_read():
    """The longest pause of the loop stays short: p99 of its ticks under 5 ms."""
    inspector = OffLoopInspector(Redactor(), Vault())
    await redact(inspector, LONG)  # the process is up
    gaps: list[float] = []

    async def tick():
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    ticking = asyncio.create_task(tick())
    for i in range(5):
        await redact(inspector, f"{i} {LONG}"[:100_000])
    ticking.cancel()
    gaps.sort()
    assert gaps[int(len(gaps) * 0.99)] < 0.005
    inspector.close()


async def test_a_killed_process_is_a_refusal_and_then_another():
    """The child dies: the call is refused; the next call has a new one."""
    inspector = OffLoopInspector(Redactor(), Vault())
    await redact(inspector, LONG)
    child = next(w._child for w in inspector._scans._workers if w.running)
    child.kill()
    child.wait()
    value, _ = await redact(inspector, LONG + "x")
    assert "ada@" not in value

    def broken(*_):
        raise InspectorUnavailable("the scanning process ended")

    for worker in inspector._scans._workers:
        worker.scan = broken
    with pytest.raises(InspectorUnavailable):
        await redact(inspector, LONG + "y")
    inspector.close()


async def test_a_deadline_ends_the_call_and_the_child():
    """Too slow is a typed refusal; the process that is too slow does not live on."""
    inspector = OffLoopInspector(Redactor(), Vault(), deadline=0.02)
    with pytest.raises(InspectorUnavailable):
        await redact(inspector, LONG * 20)
    while inspector._scans.running:
        await asyncio.sleep(0.01)
    inspector.close()


async def test_policy_decides_about_each_find():
    """Pass, redact, block; a higher threshold of the rule and a direction count."""
    inspector = OffLoopInspector(Redactor(), Vault())
    rules = Guardrails(
        platform=(
            GuardrailRule(entity="US_SSN", action="block", direction="input"),
            GuardrailRule(entity="EMAIL_ADDRESS", allow=["support@example.com"]),
            GuardrailRule(entity="IP_ADDRESS", min_score=0.2),
        )
    )
    inspector.rules = lambda: rules
    with pytest.raises(ContentBlocked) as refused:
        await redact(inspector, "my SSN is 536-90-4399")
    assert refused.value.findings[0].entity == "US_SSN"
    out, _ = await redact(inspector, "my SSN is 536-90-4399", direction="output")
    assert "⟦US_SSN_1" in out
    out, _ = await redact(inspector, "support@example.com, ada@example.com, 127.0.0.1")
    assert "support@example.com" in out and "ada@" not in out
    assert "127.0.0.1" not in out  # the rule asks for finds that the preset would not report
    inspector.close()


async def test_remembered_spans_are_the_tenants_own():
    """The same text for another tenant is read again, under its own names."""
    inspector = OffLoopInspector(Redactor(), Vault())
    one, _ = await redact(inspector, LONG[:1000])
    again, _ = await redact(inspector, LONG[:1000])
    other, _ = await redact(inspector, LONG[:1000], tenant="globex")
    assert one == again != other
    assert len(inspector._seen) == 2


async def test_guard_toml_builds_it_all(tmp_path):
    """Preset, thresholds, operators with a key, a kept vault: as written, wrong ones named."""
    from stageflow_guard.errors import ConfigError
    from stageflow_guard.keys import open_keyring
    from stageflow_guard.redaction.inspector.assemble import inspector_from
    from stageflow_guard.settings import RedactionSettings

    def ring():
        return open_keyring(tmp_path / "keys")

    key = tmp_path / "operators.key"
    key.write_text("ab" * 32 + "\n")
    key.chmod(0o600)
    tmp_path.chmod(0o700)
    settings = RedactionSettings.model_validate(
        {
            "preset": "strict", "operators": {"EMAIL_ADDRESS": "hash"}, "operator_key_file": str(key),
            "vault": {"kind": "sqlite", "path": str(tmp_path / "vault.db")},
        }
    )  # fmt: skip
    inspector = inspector_from(settings, ring)
    scope = inspector.scope_for("acme", "s", "user:ada")
    out, _ = await inspector.redact(
        "ada@example.com SSN 536-90-4399", scope=scope, direction="input"
    )
    assert out.startswith("<EMAIL_ADDRESS:") and "⟦US_SSN_1" in out
    again = inspector_from(settings, ring).scope_for("acme", "s", "user:ada")
    assert "536-90-4399" in again.restore(out)
    ring().erase("acme", "user:ada")  # as another process would
    assert "536-90-4399" not in scope.restore(out)
    assert "536-90-4399" not in inspector.scope_for("acme", "s", "user:ada").restore(out)
    for wrong in (
        {"operators": {"EMAIL_ADDRESS": "hash"}},
        {"operators": {"X": "mask"}},
        {"ner": "nope"},
        {"recognizers": ["nope:nothing"]},
    ):
        with pytest.raises(ConfigError):
            inspector_from(RedactionSettings.model_validate(wrong), ring)


async def test_bytes_are_reported_by_digest_or_block():
    """What cannot be read is reported by length and digest, for policy; `refuse` lets none pass."""
    import hashlib

    image = b"\x89PNG ada@example.com"
    inspector = OffLoopInspector(Redactor(), Vault())
    value, findings = await redact(inspector, {"image": image, "note": "ada@example.com"})
    assert value["image"] == image
    marks = [f.entity for f in findings if not f.personal]
    assert marks == [f"BYTES:{len(image)}:sha256:{hashlib.sha256(image).hexdigest()}"]
    assert [f.entity for f in findings if f.personal] == ["EMAIL_ADDRESS"]
    strict = OffLoopInspector(Redactor(), Vault(), binary="refuse")
    for value in ({"image": image}, [bytearray(image)], memoryview(image)):
        with pytest.raises(ContentBlocked) as refused:
            await redact(strict, value)
        assert refused.value.reason == "bytes_refused"
        assert [f.entity for f in refused.value.findings] == marks
    inspector.close()
    strict.close()


async def test_more_digests_than_a_record_holds_are_counted():
    """A hundred different blobs: 64 by digest, the rest by number; none is left out in silence."""
    inspector = OffLoopInspector(Redactor(), Vault())
    _, findings = await redact(inspector, [bytes([i]) * 9 for i in range(100)])
    assert len(findings) == 65
    assert (findings[-1].entity, findings[-1].count) == ("BYTES:more", 36)
    inspector.close()


@dataclass
class Patient:
    """Its fields' names are no text; one of them says what its number is."""

    ssn: int = 536904399
    id: int = 7


@pytest.mark.parametrize(
    "value",
    [
        Patient(),
        [Patient()],
        {"ip": [10_000_000]},
        {"ssn": 536904399},
        {"pin": 12},
        [{"ssn": 536904399.0}],
    ],
    ids=["dataclass", "list", "short name", "int", "short", "float"],
)
async def test_a_value_without_any_text_is_looked_at_by_its_names(value):
    """No string anywhere is no reason to look at nothing: a number under a telling name goes."""
    inspector = OffLoopInspector(Redactor(), Vault())
    out, findings = await redact(inspector, value)
    assert "⟦" in str(out)
    assert findings[0].count == 1
    inspector.close()


async def test_a_short_value_leaves_what_a_subclass_holds_behind():
    """Text too short for any recognizer is still taken out of what carries it."""

    class Carrier(str):
        pass

    short = Carrier("x")
    short.mail = "ada@example.com"
    inspector = OffLoopInspector(Redactor(), Vault())
    out, _ = await redact(inspector, short)
    assert type(out) is str
    inspector.close()


async def test_values_that_share_their_parts_end(monkeypatch):
    """A few lists that unfold to 2**60 are a typed refusal, and the loop goes on meanwhile."""
    monkeypatch.setattr("stageflow_guard.redaction.values.tree.MOST", 200_000)
    monkeypatch.setattr("stageflow_guard.redaction.inspector.inspector.MOST", 200_000)
    value: list = ["x"]
    for _ in range(60):
        value = [value, value]
    inspector = OffLoopInspector(Redactor(), Vault())
    with pytest.raises(InspectorUnavailable):
        await redact(inspector, value)
    inspector.close()


class Staff:
    """A model of a user's own: an object of this process."""

    def hits(self, text):
        at = text.find("Zaphod")
        while at >= 0:
            yield Hit(at, at + 6, "PERSON", 0.5, "staff list", "listed")
            at = text.find("Zaphod", at + 6)

    def entities(self):
        return frozenset({"PERSON"})

    def warmup(self):
        pass


async def test_objects_of_yours_stay_here_and_the_rest_goes_to_the_process():
    """What both find is settled together: the same spans as the synchronous core."""
    redactor = Redactor(ner=Staff())
    inspector = OffLoopInspector(redactor, Vault())
    text = LONG + "ask Zaphod, or zaphod@Zaphod.example, SSN 536-90-4399\n" * 30
    value, findings = await redact(inspector, text)
    assert inspector._scans.running == 1
    expected = Redactor(ner=Staff()).redact(text).findings
    assert [(f.entity, f.count) for f in findings] == [(f.entity, f.count) for f in expected]
    assert "Zaphod" not in value
    inspector.close()


@pytest.fixture
def model(tmp_path):
    """A spaCy pipeline on disk that knows one name."""
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Zaphod"}])
    nlp.to_disk(tmp_path / "model")
    return str(tmp_path / "model")


async def test_a_model_by_name_is_loaded_by_the_process_only(model):
    """Short texts go there too: this process never holds the weights, nor waits for them."""
    redactor = Redactor(ner=model)
    inspector = OffLoopInspector(redactor, Vault())
    value, _ = await redact(inspector, "ask Zaphod about ada@example.com")
    assert "Zaphod" not in value and "ada@" not in value
    assert redactor._models[0]._nlp is None
    inspector.close()


@pytest.mark.bars
async def test_the_loop_goes_on_while_a_model_reads(model):
    """A named model holds another process's interpreter: p99 of the loop's ticks under 5 ms."""
    inspector = OffLoopInspector(Redactor(ner=model), Vault())
    await redact(inspector, "warm up Zaphod")
    gaps: list[float] = []

    async def tick():
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    ticking = asyncio.create_task(tick())
    for i in range(3):
        await redact(inspector, f"{i} Zaphod {LONG}"[:100_000])
    ticking.cancel()
    gaps.sort()
    assert gaps[int(len(gaps) * 0.99)] < 0.005
    inspector.close()


MODULE = """
import re
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer

def badges():
    return [PatternRecognizer("BADGE", patterns=[Pattern("badge", r"BX[0-9]{4}", 0.9)])]

class Slow(EntityRecognizer):  # holds the interpreter for as long as it works
    def load(self):
        pass

    def analyze(self, text, entities, nlp_artifacts=None):
        re.search(r"(?s).{1,100}qq", text)
        return []

slow = Slow(["SLOW"])
nothing = 7
"""


@pytest.fixture
def named(tmp_path, monkeypatch):
    """A module of the application with recognizers in it."""
    (tmp_path / "of_the_app.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


async def test_recognizers_by_name_are_run_by_the_process(named):
    """Short texts go there too, spans are those of the same objects given live, and none stays here."""
    import of_the_app

    redactor = Redactor(recognizers=["of_the_app:badges"])
    inspector = OffLoopInspector(redactor, Vault())
    text = "badge BX1234, card 4111 1111 1111 1111, BX99"
    value, findings = await redact(inspector, text)
    assert inspector._scans.running == 1
    assert redactor._loaded._ready is None  # never built in this process
    expected = Redactor(recognizers=of_the_app.badges()).redact(text).findings
    assert findings == expected
    assert "BX1234" not in value and "BX99" in value
    inspector.close()


async def lateness(work):
    """Return by how much a ticker that sleeps 1 ms was late while `work` ran: p99 by time, seconds.

    By time and not by tick: a pause of 200 ms is one tick among a thousand, and a fifth of a second.
    """
    late: list[float] = []

    async def tick():
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            late.append(time.perf_counter() - begun - 0.001)

    ticking = asyncio.create_task(tick())
    await work
    ticking.cancel()
    return by_time(late)


def by_time(late):
    """Return the lateness that 99 % of the time was below."""
    late.sort()
    passed, total = 0.0, sum(late) + 0.001 * len(late)
    for one in late:
        passed += one + 0.001
        if passed >= 0.99 * total:
            return one
    return late[-1]


@pytest.mark.bars
async def test_a_named_recognizer_holds_the_loop_up_less_than_a_live_one(named):
    """The same code, by name and as an object: by name the loop is late by less.

    Both on this machine at this time, the least of three rounds in turn: how late a ticker is at
    all depends on its neighbours.
    """
    import of_the_app

    held: dict[object, float] = {}
    for given in ("of_the_app:slow", of_the_app.slow) * 3:
        inspector = OffLoopInspector(Redactor(recognizers=[given]), Vault())
        await redact(inspector, "warm up Zq")

        async def work(inspector=inspector):
            for i in range(3):
                await redact(inspector, f"{i} {LONG * 3}"[:100_000])

        held[given] = min(held.get(given, 1.0), await lateness(work()))
        inspector.close()
    assert held["of_the_app:slow"] < 0.8 * held[of_the_app.slow]


@pytest.mark.parametrize(
    "wrong", ["of_the_app", "of_the_app:gone", "no_module:x", "of_the_app:nothing", ":x", "a:b c"]
)
def test_a_name_that_stands_for_no_recognizer_is_refused(named, wrong):
    """At the start, by name; what the module said stays out of it."""
    from stageflow_guard.errors import ConfigError

    with pytest.raises(ConfigError, match="recognizers"):
        Redactor(recognizers=[wrong])


async def test_a_named_recognizer_that_is_gone_is_a_typed_refusal(named):
    """The module was there at the start and is not when the process loads it: no text passes."""
    inspector = OffLoopInspector(Redactor(recognizers=["of_the_app:badges"]), Vault())
    (named / "of_the_app.py").write_text("raise ValueError('ada@example.com')")
    with pytest.raises(InspectorUnavailable):
        await redact(inspector, "badge BX1234")
    inspector.close()


async def test_a_model_that_cannot_be_loaded_is_a_typed_refusal(model):
    """Damaged after the start: no text passes unread."""
    from pathlib import Path

    inspector = OffLoopInspector(Redactor(ner=model), Vault())
    (Path(model) / "config.cfg").write_text("nothing")
    with pytest.raises(InspectorUnavailable):
        await redact(inspector, "ask Zaphod")
    inspector.close()


async def test_nothing_of_a_collaborators_error_hangs_on_a_refusal():
    """A store that fails with the text in its error: neither cause nor context holds it."""

    class Store:
        def load(self, tenant, scope):
            return []

        def save(self, tenant, scope, entity, number, sealed):
            if number:
                raise RuntimeError("cannot save ada@example.com")
            return True

        def forget(self, tenant, scope):
            pass

    class Keys:
        ring = b"one ring"

        def current(self, tenant, subject, purpose):
            return 1, bytes(32)

        def erase(self, tenant, subject):
            pass

    inspector = OffLoopInspector(Redactor(), Vault(store=Store(), keys=Keys()))
    with pytest.raises(InspectorUnavailable) as refused:
        await redact(inspector, "ada@example.com")
    assert refused.value.__context__ is None
    assert refused.value.__cause__ is None
    inspector.close()


async def test_a_text_that_was_streamed_and_is_returned_is_read_once(monkeypatch):
    """By the tenant that streamed it; another tenant's is read again, policy is asked each time."""
    inspector, read = OffLoopInspector(Redactor(), Vault()), []
    whole = inspector._redactor.find_all

    def watched(texts, limits=None):
        read.extend(texts)
        return whole(texts, limits)

    monkeypatch.setattr(inspector._redactor, "find_all", watched)
    text = "Write to ada@example.com, she can help with the order of last week."
    stream = inspector.stream(inspector.scope("acme", "s"))
    said = await stream.feed(text[:30]) + await stream.feed(text[30:]) + await stream.finish()
    assert "ada@" not in said and stream.found()[0].entity == "EMAIL_ADDRESS"
    assert await redact(inspector, text, direction="output") == (
        said, (Finding("EMAIL_ADDRESS", 1, "output"),),
    )  # fmt: skip
    assert read == [text]
    await redact(inspector, text, tenant="globex")
    assert read == [text, text]
    rules = Guardrails(platform=(GuardrailRule(entity="EMAIL_ADDRESS", action="block"),))
    inspector.rules = lambda: rules
    again = inspector.stream(inspector.scope("acme", "s"))
    await again.feed(text)
    with pytest.raises(ContentBlocked):
        await again.finish()


@pytest.mark.parametrize("own", [True, False])
async def test_a_short_rest_of_a_stream_is_read_where_it_is_asked_for(own):
    """What the shipped recognizers read in less than a hand-over costs; an object of yours never."""
    from presidio_analyzer import EntityRecognizer

    seen = []

    class Watching(EntityRecognizer):
        def load(self):
            pass

        def analyze(self, text, entities, nlp_artifacts=None):
            seen.append(threading.current_thread())
            return []

    given = [] if own else [Watching(["ODD"])]
    inspector = OffLoopInspector(Redactor(recognizers=given), Vault())
    stream = inspector.stream(inspector.scope("acme", "s"))
    await stream.feed("Write to ada@example.com.")
    assert "ada@" not in await stream.finish()
    assert threading.main_thread() not in seen and bool(seen) is not own
    assert bool(inspector._short._threads._threads) is not own
    inspector.close()


@pytest.mark.parametrize("original", ["k" * 256, "k" * 257])
async def test_what_stands_for_long_originals_is_restored_off_the_loop(original):
    """A few placeholders may come to a megabyte, whose escaping holds up every other caller."""
    inspector = OffLoopInspector(Redactor(), Vault())
    scope = inspector.scope("acme", "s")
    stream = inspector.restore_stream(scope)
    text = f"http://x/?a={scope.pseudonym('SECRET', original)}"
    assert await stream.feed(text) + await stream.finish() == f"http://x/?a={original}"
    assert bool(inspector._short._threads._threads) is (len(original) > 256)
    inspector.close()
