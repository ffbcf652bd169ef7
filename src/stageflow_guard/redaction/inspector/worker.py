"""Scanning in a process of its own, so that a long text never holds the event loop's interpreter.

The child is this module run by the same interpreter; of the application it imports the recognizers
that settings give by name, and nothing else. Parent
and child speak length-prefixed `marshal` frames over a pipe: texts in, spans out. Nothing touches
the disk. A child that is too slow is killed, and the next call starts another.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from stageflow_guard.errors import InspectorUnavailable
from stageflow_guard.model import EntitySpan

_FRAME = struct.Struct(">Q")
Spans = list[EntitySpan]


class ScanWorker:
    """One child process. `scan` blocks the calling thread, not the interpreter."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """`settings` are plain values, as `Redactor.spec` gives them."""
        self._settings = dict(settings)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def scan(self, texts: Sequence[str], limits: Mapping[str, float]) -> list[Spans]:
        """Return the spans of each text; raise `InspectorUnavailable` when the child fails."""
        with self._lock:
            try:
                child = self._started()
                assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - pipes
                _send(child.stdin, (list(texts), dict(limits)))
                answer = _receive(child.stdout)
            except (OSError, EOFError, ValueError):
                self.kill()
                raise InspectorUnavailable("the scanning process ended") from None
        if answer is None:
            raise InspectorUnavailable("the scanning process failed on a text")
        return [[EntitySpan(*span) for span in spans] for spans in answer]

    @property
    def running(self) -> bool:
        """Say whether there is a child."""
        return self._child is not None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.kill()  # what is left of the last one
            root = str(Path(__file__).resolve().parents[3])  # where this package is imported from
            code = f"import sys; sys.path.insert(0, {root!r}); from {__name__} import main; main()"
            self._child = subprocess.Popen(  # noqa: S603 - this interpreter, this module
                [sys.executable, "-I", "-c", code],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            assert self._child.stdin is not None  # noqa: S101 - a pipe
            _send(self._child.stdin, self._settings)
        return self._child

    def kill(self) -> None:
        """End the child now; a caller that waits for it gets `InspectorUnavailable`."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):  # what was not read is of no use any more
                        pipe.close()

    def __del__(self) -> None:
        """Leave no child behind."""
        try:  # noqa: SIM105 - `contextlib` may be gone when the interpreter closes
            self.kill()
        except Exception:  # noqa: S110
            pass


def _send(pipe: IO[bytes], value: Any) -> None:
    body = marshal.dumps(value)
    pipe.write(_FRAME.pack(len(body)) + body)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(_FRAME.size)
    if len(head) < _FRAME.size:
        raise EOFError
    body = pipe.read(_FRAME.unpack(head)[0])
    return marshal.loads(body)  # noqa: S302 - from our own child, over its own pipe


def main() -> None:
    """Serve frames from standard input until it closes."""
    from stageflow_guard.redaction.engines.ner import load
    from stageflow_guard.redaction.text.scan import Scanner

    source, target = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a model's library prints is no frame
    settings = _receive(source)
    extra = [load(name).hits for name in settings["models"]]
    if settings["recognizers"]:
        extra.append(_registry(settings).hits)
    if settings["presidio"]:
        from stageflow_guard.redaction.engines.presidio_import import ConfiguredAnalyzer

        least, language = settings["threshold"], settings["language"]
        extra.append(ConfiguredAnalyzer(settings["presidio"], language=language, least=least).hits)
    scanner = replace(Scanner.of(settings), extra=tuple(extra))
    while True:
        try:
            texts, limits = _receive(source)
        except EOFError:
            return
        try:
            now = scanner.limited(limits)
            answer: Any = [
                [
                    (s.start, s.end, s.entity, s.score)
                    for s in (now.find(text) if settings["whole"] else now.spans(text))
                ]
                for text in texts
            ]
        except Exception:  # its text may hold the text
            answer = None
        _send(target, answer)


def _registry(settings: Mapping[str, Any]) -> Any:
    from stageflow_guard.redaction.engines import by_name as named
    from stageflow_guard.redaction.engines.presidio import Registry

    named.look_in(settings["path"])
    given = [one for name in settings["recognizers"] for one in named.load(name)]
    return Registry(given, language=settings["language"], floor=settings["floor"])


if __name__ == "__main__":
    main()
