"""The redactor off the event loop, with a deadline, a process for long texts, and policy's say."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from stageflow_guard.errors import ContentBlocked, GuardError, InspectorUnavailable
from stageflow_guard.model import EntitySpan, Finding
from stageflow_guard.redaction.inspector.streams import OffLoopRestoring, OffLoopStream
from stageflow_guard.redaction.inspector.worker import ScanWorker
from stageflow_guard.redaction.redactor import Redactor
from stageflow_guard.redaction.text.stream import Stream
from stageflow_guard.redaction.values.binary import of_bytes
from stageflow_guard.redaction.values.key_names import beside, entity_of, labels
from stageflow_guard.redaction.values.tree import MOST, TooLarge, contents
from stageflow_guard.redaction.vault.restore_stream import Restoring
from stageflow_guard.redaction.vault.vault import Vault, VaultScope

if TYPE_CHECKING:
    from collections.abc import Sequence

HASHED = 256 * 1024  # bytes whose digest is taken on the event loop: well under a millisecond
T = TypeVar("T")
NODES = 2_000  # parts of a value that are walked on the event loop: about a millisecond
SMALL = 2_048  # characters that a thread may scan: a few milliseconds at most
SHORT = 256  # characters that the event loop may scan: less than handing them to a thread costs
KEPT, WORTH = 4_096, 3  # texts whose spans are remembered, from this length on
SPANS = 256  # of one text that is remembered


def _looked_through(value: Any, most: int) -> tuple[Any, list[str], list[bytes], bool]:
    """Return a copy of `value`, its texts and bytes, and whether a name says what is under it."""
    telling = False
    behind: list[str] = []  # what is read together with its name

    def heard(key: str, text: str) -> str | None:
        nonlocal telling
        if entity_of(key) is not None:
            telling = True
        elif labels(key):
            behind.append(beside(key, text))
            return text
        return None

    own, found, blobs = contents(value, heard, most=most)
    return own, found + behind, blobs, telling


def _holds_none(value: Any, scope: VaultScope) -> bool:
    """Say whether `value` is short, plain, and holds no placeholder, whoever wrote one."""
    left, chars, todo = SHORT, 0, [value]
    while todo:
        part = todo.pop()
        kind = type(part)
        left -= 1
        if kind is str:
            chars += len(part)
            if chars > SMALL or scope.may_hold(part):
                return False
        elif kind is dict:
            todo += part
            todo += part.values()
        elif kind is list or kind is tuple:
            todo += part
        elif part is not None and kind is not bool and kind is not int and kind is not float:
            return False
        if left < 0 or len(todo) > SHORT:
            return False
    return True


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
        # one thread: the work holds the interpreter anyway, and order stays simple
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inspect")
        # stores of a vault may be slow, or not answer: they hold up no inspection
        self._stores = ThreadPoolExecutor(max_workers=8, thread_name_prefix="vault")
        self._worker = ScanWorker(redactor.spec())
        self._salt = secrets.token_bytes(16)
        self._seen: OrderedDict[bytes, list[EntitySpan]] = OrderedDict()
        self._lock = threading.Lock()

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
        return await self.in_background(lambda: self.scope_for(tenant, key, subject))

    async def in_background(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, done on a thread for slow scopes, within the deadline."""
        async with asyncio.timeout(self._deadline):
            return await asyncio.get_running_loop().run_in_executor(self._stores, work)

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
            try:
                looked = _looked_through(value, NODES)
            except TooLarge:  # a long walk is no work for the loop
                looked = None
            if looked is not None and self._is_short(looked[1], looked[2], scope):
                own, found, blobs, telling = looked
                redacted, findings = self._redact(own, found, scope, direction, telling=telling)
                return redacted, (*findings, *self._passing(blobs, direction))
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(self._deadline):
                if looked is None:
                    looked = await loop.run_in_executor(self._threads, _looked_through, value, MOST)
                own, found, blobs, telling = looked
                if sum(map(len, blobs)) <= HASHED:
                    passing = self._passing(blobs, direction)
                else:
                    passing = await loop.run_in_executor(
                        self._threads, self._passing, blobs, direction
                    )
                if not telling and len(found) <= NODES and all(len(text) < 3 for text in found):
                    return own, passing  # too short for any recognizer
                redacted, findings = await loop.run_in_executor(
                    self._threads,
                    lambda: self._redact(own, found, scope, direction, telling=telling),
                )
                return redacted, (*findings, *passing)
        except GuardError as exc:
            error = exc
        except TimeoutError:
            self._worker.kill()  # the thread that waits for it goes on
            error = InspectorUnavailable("inspection took too long")
        except Exception:  # its text may hold the text
            error = InspectorUnavailable("inspection failed")
        error.__context__ = None  # raised where nothing of a collaborator's hangs on it
        raise error

    def _is_short(self, found: list[str], blobs: list[bytes], scope: VaultScope) -> bool:
        """Say whether a value is inspected sooner than it is handed to a thread.

        Not what an application brought: a model or a recognizer of its own, a vault's store.
        """
        if scope.slow or not self._redactor.is_own or len(found) > SHORT:
            return False
        return sum(map(len, found)) <= SHORT and sum(map(len, blobs)) <= SHORT

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
            judge=None
            if rules is None
            else lambda text, spans: self._judged(text, spans, rules, scope.tenant, direction),
        )
        return OffLoopStream(stream, self._threads, deadline=self._deadline, direction=direction)

    async def restore(self, value: Any, *, scope: Any) -> Any:
        """Return `value` with the pseudonyms of `scope` replaced by the originals."""
        if not isinstance(scope, VaultScope):
            raise InspectorUnavailable("the scope is not one of this vault")
        try:
            if not scope.slow and _holds_none(value, scope):
                return value
            async with asyncio.timeout(self._deadline):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, scope.restore, value)
        except GuardError:
            raise
        except Exception:
            raise InspectorUnavailable("the value could not be restored") from None

    def restore_stream(self, scope: Any) -> OffLoopRestoring:
        """Return a stream that restores the pseudonyms of `scope`."""
        if not isinstance(scope, VaultScope):
            raise InspectorUnavailable("the scope is not one of this vault")
        return OffLoopRestoring(Restoring(scope), self._threads, deadline=self._deadline)

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

    def _redact(
        self, value: Any, found_texts: list[str], scope: VaultScope, direction: str, *,
        telling: bool,
    ) -> tuple[Any, tuple[Finding, ...]]:  # fmt: skip
        """Return `value`, a copy of its own, redacted; `telling` says that some name in it tells
        what is under it.
        """
        rules = self.rules() or None
        limits = {} if rules is None else rules.scores()
        found = self._spans(found_texts, scope.tenant, limits)
        if rules is not None:
            found = {
                text: self._judged(text, spans, rules, scope.tenant, direction)
                for text, spans in found.items()
            }
        if not telling and not any(found.values()):
            return value, ()  # there is nothing that would be replaced
        return self._redactor.redact_in(value, scope, direction, found=found)

    def _spans(
        self, given: Sequence[str], tenant: str, limits: Mapping[str, float]
    ) -> dict[str, list[EntitySpan]]:
        """Return the spans of each distinct text: remembered, from the process, or from here."""
        found: dict[str, list[EntitySpan]] = {}
        missing: list[str] = []
        for text in dict.fromkeys(given):
            known = self._recall(text, tenant, limits)
            if known is None:
                missing.append(text)
            else:
                found[text] = known
        size = sum(map(len, missing))
        self._redactor.require_size(sum(map(len, given)))
        if missing and (size > SMALL or self._redactor.needs_worker):
            answers = self._redactor.joined(missing, self._worker.scan(missing, limits), limits)
        else:
            answers = self._redactor.find_all(missing, limits)
        for text, spans in zip(missing, answers, strict=True):
            found[text] = spans
            self._remember(text, tenant, limits, spans)
        return found

    def _name(self, text: str, tenant: str, limits: Mapping[str, float]) -> bytes:
        head = f"{tenant}\0{sorted(limits.items())}\0".encode()
        body = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(head + body, key=self._salt, digest_size=16).digest()

    def _recall(
        self, text: str, tenant: str, limits: Mapping[str, float]
    ) -> list[EntitySpan] | None:
        if len(text) < WORTH:
            return None
        with self._lock:
            return self._seen.get(self._name(text, tenant, limits))

    def _remember(
        self, text: str, tenant: str, limits: Mapping[str, float], spans: list[EntitySpan]
    ) -> None:
        if len(text) < WORTH or len(spans) > SPANS:
            return
        with self._lock:
            self._seen[self._name(text, tenant, limits)] = spans
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)

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
        """End the scanning process; the next long text starts another."""
        self._worker.kill()

    def close(self) -> None:
        """End the scanning process and the thread."""
        self._worker.kill()
        self._threads.shutdown(wait=False)
        self._stores.shutdown(wait=False)
