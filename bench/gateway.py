"""The public pii-leak-benchmark against this package: python bench/gateway.py [--serve PORT UPSTREAM].

pip install 'pii-leak-benchmark[validate]'     (Apache-2.0; never a dependency)

Runs its v2 profile (`pii-leak-benchmark-v2`): an OpenAI-compatible upstream that echoes the prompt
and streams values that were never in it, cut at random. This file is the gateway between: it redacts
the whole request, and of the answer it redacts what is new and restores what the caller sent. Prints
the profile's rates. With --serve it is the gateway alone, for `pii-leak-benchmark selfcheck`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.vault.operators import masked
from stageflow_guard.redaction.vault.restore_stream import Restoring

ASKS = Redactor()
ANSWERS = Redactor(operators={"*": masked()})  # what is new in an answer never comes back
STRUCTURAL = {"model", "name", "role", "type", "id", "object", "finish_reason"}
Path_ = tuple[str | int, ...]


class Answer:
    """The texts of a streamed answer, each by its place in the events."""

    def __init__(self, scope: Any) -> None:
        self._scope = scope
        self._streams: dict[Path_, tuple[Any, Restoring]] = {}

    def event(self, node: Any, path: Path_ = ()) -> Any:
        """Return an event with what may be released of its texts."""
        if isinstance(node, dict):
            return {k: v if k in STRUCTURAL else self.event(v, (*path, k)) for k, v in node.items()}
        if isinstance(node, list):
            return [self.event(v, (*path, i)) for i, v in enumerate(node)]
        if not isinstance(node, str):
            return node
        if path not in self._streams:
            self._streams[path] = (ANSWERS.stream(), Restoring(self._scope))
        redacting, restoring = self._streams[path]
        return restoring.feed(redacting.feed(node))

    def rest(self) -> Any:
        """Yield one event for each text with what it still holds back."""
        for path, (redacting, restoring) in self._streams.items():
            left = restoring.feed(redacting.finish()) + restoring.finish()
            event: Any = left
            for key in reversed(path):
                event = {key: event} if isinstance(key, str) else [*([{}] * key), event]
            if left:
                yield event


def handler(upstream: str) -> type[BaseHTTPRequestHandler]:
    class Gateway(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None: ...

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            scope = Vault().scope("bench", str(uuid4()))
            kept = {k: body[k] for k in STRUCTURAL if k in body}
            asked = {**ASKS.redact_in(body, scope, "input")[0], **kept}
            request = urllib.request.Request(
                upstream, json.dumps(asked).encode(), {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request) as reply:
                raw = reply.read().decode()
                kind = reply.headers.get("Content-Type", "")
            answer = Answer(scope)
            out = self._stream(raw, answer) if "event-stream" in kind else self._whole(raw, scope)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(out)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(out)
            self.close_connection = True

        def _whole(self, raw: str, scope: Any) -> bytes:
            return json.dumps(scope.restore(ANSWERS.redact(json.loads(raw)).value)).encode()

        def _stream(self, raw: str, answer: Answer) -> bytes:
            events = []
            for line in raw.split("\n"):
                if not line.startswith("data:"):
                    continue
                data = line[5:].strip()
                if data == "[DONE]":
                    events += [json.dumps(event) for event in answer.rest()]
                events.append(
                    data if data == "[DONE]" else json.dumps(answer.event(json.loads(data)))
                )
            return "".join(f"data: {event}\n\n" for event in events).encode()

    return Gateway


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--serve", nargs=2, metavar=("PORT", "UPSTREAM"))
    options.add_argument("--seed", default="5eed")
    args = options.parse_args()
    if args.serve:
        ThreadingHTTPServer(
            ("127.0.0.1", int(args.serve[0])), handler(args.serve[1])
        ).serve_forever()
    if importlib.util.find_spec("pii_leak_benchmark") is None:
        print("pii-leak-benchmark is not installed: pip install 'pii-leak-benchmark[validate]'")
        return 2
    port = 18765
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), handler(f"http://127.0.0.1:{port}/v1/chat/completions")
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary.json"
        done = subprocess.run(
            [sys.executable, "-m", "pii_leak_benchmark.v2_emitter", "--gateway-url", f"http://127.0.0.1:{server.server_address[1]}/v1/chat/completions",
             "--upstream-port", str(port), "--only", "stageflow-guard", "--seed", args.seed, "--oracle", "exhaustive-2-part", "--out", folder, "--json-out", str(summary)], check=False,
        )  # fmt: skip
        if summary.exists():
            print(summary.read_text())
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
