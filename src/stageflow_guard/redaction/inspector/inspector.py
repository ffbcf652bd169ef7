"""The redactor off the event loop, with a deadline, a process for long texts, and policy's say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeVar

from stageflow_guard.errors import ContentBlocked, GuardError, InspectorUnavailable
from stageflow_guard.model import EntitySpan, Finding
from stageflow_guard.redaction.inspector.fair_queue import FairQueue
from stageflow_guard.redaction.inspector.scan_pool import SHORT, ScanPool
from stageflow_guard.redaction.inspector.span_cache import SHORTEST, SpanCache
from stageflow_guard.redaction.inspector.streams import Lane, OffLoopRestoring, OffLoopStream
from stageflow_guard.redaction.redactor import Redactor
from stageflow_guard.redaction.text.stream import Stream
from stageflow_guard.redaction.values.binary import of_bytes
from stageflow_guard.redaction.values.joined import joints
from stageflow_guard.redaction.values.key_names import Way, beside, entity_of, way_to
from stageflow_guard.redaction.values.plain import NotPlainError, plain_contents, plain_texts
from stageflow_guard.redaction.values.tree import MOST, TooLarge, contents
from stageflow_guard.redaction.vault.restore_stream import Restoring
from stageflow_guard.redaction.vault.vault import Vault, VaultScope

if TYPE_CHECKING:
    from collections.abc import Sequence

HASHED = 256 * 1024  # bytes whose digest is taken on the event loop: well under a millisecond
T = TypeVar("T")
NODES = 2_000  # parts of a value that are walked on the event loop: about a millisecond
SMALL = 2_048  # characters that a thread may scan: a few milliseconds at most
LITTLE = 256  # characters that the event loop may scan: less than handing them to a thread costs
FEW = 64  # texts that are looked up and put together on the event loop
STORES, OF_A_TENANT = 8, 4  # calls to a vault's store at a time, and those of one tenant


class _Contents(NamedTuple):
    """A copy of a value, its texts and bytes, and whether a name says what is under it."""

    value: Any
    texts: list[str]
    blobs: list[bytes]
    telling: bool


def _looked_through(value: Any, most: int, *, always: bool) -> _Contents:
    try:
        return _heard(value, None, always=always)
    except NotPlainError:
        return _heard(value, most, always=always)


def _heard(value: Any, most: int | None, *, always: bool = False) -> _Contents:
    """Return what is in `value`; with None as `most`, of small and plain ones alone.

    `always`: words that an application knows may say of a value what it is.
    """
    telling = False
    behind: list[str] = []  # what is read together with its name

    def heard(key: str, text: str) -> str | None:
        nonlocal telling
        if entity_of(key) is not None:
            telling = True
            return None
        way = way_to(key, text)
        if way is not Way.ALONE:
            behind.append(beside(key, text))
        return text if way is Way.BEHIND else None

    blobs: list[bytes] = []
    if most is None:
        own, found = plain_contents(value, heard)
    else:
        own, found, blobs = contents(value, heard, most=most)
    if any(len(text) >= SHORTEST for text in found) or behind:
        behind += [
            joint.text for joint in joints(own, always=always)
        ]  # last: a find is counted where it stands
    return _Contents(own, found + behind if behind else found, blobs, telling)


def _holds_none(value: Any, scope: VaultScope) -> bool:
    """Say whether `value` is short, plain, and holds no placeholder, whoever wrote one."""
    try:
        texts = plain_texts(value)
    except NotPlainError:
        return False
    if sum(map(len, texts)) > SMALL:
        return False
    return not scope.may_hold("\n".join(texts))  # what is in one of them is in this


class Rules(Protocol):
    """What policy says of finds; `policy.guardrails.Guardrails` is one."""

    def verdict(
        self, tenant: str, *, entity: str, score: float, text: str, direction: str, stage: str = ""
    ) -> Any:
        """Return what is to happen: `.action` is `pass`, `redact` or `block`."""
        ...

    def blocks_at(self, tenant: str, stage: str, *, entity: str, direction: str) -> bool:
        """Say whether a rule about this stage blocks `entity` there."""
        ...

    def scores(self) -> dict[str, float]:
        """Return the lowest score that is asked for, by entity; `*` is every entity."""
        ...


class OffLoopInspector:
    """An `Inspector` over a `Redactor` and a `Vault`. `deadline` is in seconds per value.

    `rules` is asked at every call, so that a reload of the policies counts at once. Bytes are
    reported by length and digest, for policy to decide about; with `binary="refuse"` they block.
    """

    def __init__(
        self, redactor: Redactor, vault: Vault, *, deadline: float = 20.0,
        binary: Literal["policy", "refuse"] = "policy",
    ) -> None:  # fmt: skip
        self._binary = binary
        self.rules: Callable[[], Any] = lambda: None
        self._redactor = redactor
        self._vault = vault
        self._deadline = deadline
        # the work of a thread holds the interpreter anyway; what is short never waits for the rest
        self._short = FairQueue("inspect", 1, budget=1)
        self._long = FairQueue("inspect-long", 2, budget=1, short=SHORT)
        self._scans = ScanPool(redactor.spec())
        # stores of a vault may be slow, or not answer: they hold up no inspection
        self._stores = FairQueue("vault", STORES, budget=OF_A_TENANT)
        self._seen = SpanCache()

    def scope(self, tenant: str, key: str) -> VaultScope:
        """Return the pseudonym scope of (tenant, key)."""
        return self._vault.scope(tenant, key)

    def scope_for(self, tenant: str, key: str, subject: str) -> VaultScope:
        """Return the scope of (tenant, key) whose kept contents belong to `subject`."""
        return self._vault.scope(tenant, key, subject)

    async def open_scope(self, tenant: str, key: str, subject: str) -> VaultScope:
        """Return what `scope_for` returns; one that comes from a store is read off the loop."""
        if not self._vault.kept:
            return self.scope_for(tenant, key, subject)
        return await self.in_background(lambda: self.scope_for(tenant, key, subject), tenant=tenant)

    async def in_background(self, work: Callable[[], T], *, tenant: str) -> T:
        """Return what `work` returns, done on a thread for slow scopes, within the deadline."""
        return await self._stores.run(tenant, 0, lambda _: work(), self._deadline)

    def erase(self, tenant: str, subject: str) -> None:
        """Make what the vault holds of `subject` unreadable."""
        self._vault.erase(tenant, subject)

    @property
    def covers_names(self) -> bool:
        """Say whether a model looks for names that nothing announces."""
        return self._redactor.covers_names

    async def redact(
        self, value: Any, *, scope: Any, direction: str
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return a redacted copy and what was found; raise `InspectorUnavailable` otherwise.

        Raises `ContentBlocked` where policy says that a find blocks.
        """
        error: GuardError
        try:
            if not isinstance(scope, VaultScope):
                raise InspectorUnavailable("the scope is not one of this vault")
            return await self._redacted(value, scope, direction)
        except GuardError as exc:
            error = exc
        except TimeoutError:
            error = InspectorUnavailable("inspection took too long")
        except Exception:  # its text may hold the text
            error = InspectorUnavailable("inspection failed")
        error.__context__ = None  # raised where nothing of a collaborator's hangs on it
        raise error

    async def _redacted(
        self, value: Any, scope: VaultScope, direction: str
    ) -> tuple[Any, tuple[Finding, ...]]:
        tenant, left = scope.tenant, self._remaining()
        always = not self._redactor.is_own
        # 1. a copy, and what is in it; a long walk is no work for the loop
        try:
            own, texts, blobs, telling = _looked_through(value, NODES, always=always)
        except TooLarge:
            own, texts, blobs, telling = await self._long.run(
                tenant, MOST, lambda _: _looked_through(value, MOST, always=always), left()
            )
        # 2. bytes are for policy to decide about
        if not blobs:
            passing: tuple[Finding, ...] = ()
        elif sum(map(len, blobs)) <= HASHED:
            passing = self._passing(blobs, direction)
        else:
            passing = await self._long.run(
                tenant, MOST, lambda _: self._passing(blobs, direction), left()
            )
        few = len(texts) <= FEW
        if few and not telling and all(len(text) < SHORTEST for text in texts):
            return own, passing  # too short for any recognizer
        # 3. what was read before is known
        rules = self.rules() or None
        limits = {} if rules is None else rules.scores()
        size = sum(map(len, texts)) if few else MOST
        small = size <= SMALL
        if small:
            known, missing = self._known(texts, tenant, limits)
        else:
            known, missing = await self._long.run(
                tenant, size, lambda _: self._known(texts, tenant, limits), left()
            )
        # 4. a process reads what is long
        answers: list[list[EntitySpan]] | None = None
        if missing and (self._redactor.needs_worker or sum(map(len, missing)) > SMALL):
            answers = await self._scans.scan(tenant, missing, limits, left())

        def finished(_: int = 0) -> tuple[Any, tuple[Finding, ...]]:
            if missing:
                fresh = self._read(missing, answers, limits)
                self._seen.keep(fresh, tenant, limits)
                known.update(fresh)
            return self._replaced(own, known, rules, scope, direction, telling=telling)

        # 5. the rest is read, and all is replaced: here, when it is no more than a hand-over costs
        if self._vault.kept:
            redacted, findings = await self._stores.run(tenant, size, finished, left())
        elif small and self._is_little(missing):
            redacted, findings = finished()
        else:
            lane = self._short if small else self._long
            redacted, findings = await lane.run(tenant, size, finished, left())
        return redacted, (*findings, *passing)

    def _is_little(self, missing: list[str]) -> bool:
        """Say whether `missing` is read sooner than it is handed to a thread.

        Not what an application brought: a model, a recognizer or an operator of its own.
        """
        return not missing or (self._redactor.is_own and sum(map(len, missing)) <= LITTLE)

    def _remaining(self) -> Callable[[], float]:
        """Return what says how many seconds of the deadline are left."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._deadline
        return lambda: until - loop.time()

    def stream(self, scope: Any, direction: str = "output") -> OffLoopStream:
        """Return a stream whose released text is redacted in `scope`, as `redact` would."""
        if not isinstance(scope, VaultScope):
            raise InspectorUnavailable("the scope is not one of this vault")
        rules = self.rules() or None  # a stream is one value: what holds at its start, holds
        limits = {} if rules is None else rules.scores()
        stream = Stream(
            self._redactor,
            scope,
            find=lambda text: self._redactor.find_all([text], limits)[0],
            find_whole=lambda text: self._found_in(text, scope.tenant, limits),
            judge=None
            if rules is None
            else lambda text, spans: self._judged(text, spans, rules, scope.tenant, direction),
        )
        little = LITTLE if self._redactor.is_own else 0
        lane = self._lane(scope.tenant, lambda: little)
        return OffLoopStream(stream, lane, direction=direction)

    def _found_in(self, text: str, tenant: str, limits: Mapping[str, float]) -> list[EntitySpan]:
        """Return the spans of a text that was streamed; the stage often returns it as well."""
        if len(text) > SMALL:
            return self._redactor.find_all([text], limits)[0]
        known, missing = self._seen.split([text], tenant, limits)
        if missing:
            known[text] = self._redactor.find_all(missing, limits)[0]
            self._seen.keep(known, tenant, limits)
        return known[text]

    async def restore(self, value: Any, *, scope: Any) -> Any:
        """Return `value` with the pseudonyms of `scope` replaced by the originals."""
        if not isinstance(scope, VaultScope):
            raise InspectorUnavailable("the scope is not one of this vault")
        try:
            if self._vault.kept:
                return await self.in_background(lambda: scope.restore(value), tenant=scope.tenant)
            if _holds_none(value, scope):
                return value
            return await self._long.run(
                scope.tenant, SHORT, lambda _: scope.restore(value), self._deadline
            )
        except GuardError:
            raise
        except Exception:
            raise InspectorUnavailable("the value could not be restored") from None

    def restore_stream(self, scope: Any) -> OffLoopRestoring:
        """Return a stream that restores the pseudonyms of `scope`."""
        if not isinstance(scope, VaultScope):
            raise InspectorUnavailable("the scope is not one of this vault")

        def little() -> int:  # a placeholder is short, and a key that it stands for is not
            return SMALL if scope.longest <= LITTLE else 0

        return OffLoopRestoring(Restoring(scope), self._lane(scope.tenant, little))

    def _lane(self, tenant: str, little: Callable[[], int]) -> Lane:
        """Return where the chunks of a stream of `tenant` are read; up to `little`, by the loop."""

        async def run(size: int, work: Callable[[], str]) -> str:
            if self._vault.kept:
                return await self.in_background(work, tenant=tenant)
            if size <= little():
                return work()
            lane = self._short if size <= SMALL else self._long
            return await lane.run(tenant, size, lambda _: work(), self._deadline)

        return run

    def blocked_at(
        self, tenant: str, stage: str, findings: Sequence[Finding]
    ) -> tuple[Finding, ...]:
        """Return those findings that policy blocks at `stage` (`<pipeline>/<stage>`)."""
        rules: Rules | None = self.rules() or None
        if rules is None:
            return ()
        return tuple(
            one
            for one in findings
            if one.personal
            and rules.blocks_at(tenant, stage, entity=one.entity, direction=one.direction)
        )

    def _passing(self, blobs: list[bytes], direction: str) -> tuple[Finding, ...]:
        """Return what is recorded of bytes: length and digest; or refuse them."""
        marks = of_bytes(blobs, direction)
        if marks and self._binary == "refuse":
            raise ContentBlocked(marks, reason="bytes_refused")
        return marks

    def _known(
        self, texts: Sequence[str], tenant: str, limits: Mapping[str, float]
    ) -> tuple[dict[str, list[EntitySpan]], list[str]]:
        self._redactor.require_size(sum(map(len, texts)))
        return self._seen.split(texts, tenant, limits)

    def _read(
        self, texts: Sequence[str], answers: list[list[EntitySpan]] | None,
        limits: Mapping[str, float],
    ) -> dict[str, list[EntitySpan]]:  # fmt: skip
        """Return the spans of each text: from the process, with what objects of yours find here."""
        if answers is None:
            spans = self._redactor.find_all(texts, limits)
        else:
            spans = self._redactor.joined(texts, answers, limits)
        return dict(zip(texts, spans, strict=True))

    def _replaced(
        self, value: Any, found: Mapping[str, list[EntitySpan]], rules: Rules | None,
        scope: VaultScope, direction: str, *, telling: bool,
    ) -> tuple[Any, tuple[Finding, ...]]:  # fmt: skip
        """Return `value`, a copy of its own, redacted.

        `telling` says that some name in it tells what is under it.
        """
        if rules is not None:
            found = {
                text: self._judged(text, spans, rules, scope.tenant, direction)
                for text, spans in found.items()
            }
        if not telling and not any(found.values()):
            return value, ()  # there is nothing that would be replaced
        return self._redactor.redact_in(value, scope, direction, found=found)

    @staticmethod
    def _judged(
        text: str, spans: list[EntitySpan], rules: Rules, tenant: str, direction: str
    ) -> list[EntitySpan]:
        kept: list[EntitySpan] = []
        blocking: dict[str, int] = {}
        for span in spans:
            verdict = rules.verdict(
                tenant, entity=span.entity, score=span.score,
                text=text[span.start : span.end], direction=direction,
            )  # fmt: skip
            if verdict.action == "block":
                blocking[span.entity] = blocking.get(span.entity, 0) + 1
            elif verdict.action != "pass":
                kept.append(span)
        if blocking:
            raise ContentBlocked(
                tuple(Finding(e, n, direction) for e, n in sorted(blocking.items()))
            )
        return kept

    def stop_worker(self) -> None:
        """End the scanning processes; the next long text starts another."""
        self._scans.kill()

    def close(self) -> None:
        """End the scanning processes, and take no more work."""
        self._scans.close()
        for queue in (self._short, self._long, self._stores):
            queue.close()
