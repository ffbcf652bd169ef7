"""Stageflow's own words: which calls read an output, publish, call tools, run children."""

from __future__ import annotations

from typing import Any

READERS = {  # method of `ctx.inputs` -> (has a key, has a default, raises when absent)
    "get_from": (True, True, False),
    "require_from": (True, False, True),
    "get_output": (False, False, False),
    "has_output": (False, False, False),
}
SEARCH = "get"
PUBLISHERS = {
    "send_token": "a token",
    "send_audio_chunk": "audio",
    "send_transcript": "a transcript",
    "llm_chunk_queue": "a chunk queue",
    "tts_text_queue": "the speech queue",
    "realtime_bus": "the realtime bus",
}
TOOLS = {"tool_registry", "get_tool_registry", "ToolExecutor", "AdvancedToolExecutor"}
PORT_COROUTINES = frozenset({"send_token", "send_audio_chunk", "send_transcript", "send_status"})
_QUEUE = frozenset({"put", "close"})
PORT_METHODS = {  # port -> its coroutines
    "llm_chunk_queue": _QUEUE,
    "tts_text_queue": _QUEUE,
    "realtime_bus": frozenset({"publish", "channel", "close_channel", "close_all"}),
}
OUTPUTS = frozenset(
    f"stageflow.StageOutput.{one}" for one in ("ok", "fail", "skip", "cancel", "retry")
)
# of `Guard`: a test compares them with the class
GUARD_COROUTINES = frozenset({
    "approve", "authenticate", "authorize", "caller", "decide", "deny", "exchange_token", "filter",
    "may", "outgoing_headers", "pending_approvals", "redact", "reload", "require_approval",
    "restore", "restore_stream", "revoke", "rollback", "spend",
})  # fmt: skip
GUARD_ENTERED = frozenset({"run", "session"})
GUARD_STREAMS = frozenset({"redact_stream", "restore_stream"})
STREAM_COROUTINES = frozenset({"feed", "finish"})
PROTECTORS = frozenset({"protect", "retriever"})
RUNS = {"run", "invoke", "build"}
RUNNERS = {"run_simple_pipeline", "PipelineRunner.run"}

# (top-level package, qualified name or its prefix): what stops the event loop
BLOCKING: dict[str, tuple[str, ...]] = {
    "time": ("sleep",),
    "subprocess": ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput"),
    "os": ("system", "popen", "waitpid"),
    "posix": ("system", "popen", "waitpid"),
    "nt": ("system",),
    "requests": (
        "get", "post", "put", "patch", "delete", "head", "options", "request", "Session", "session",
    ),
    "urllib": ("urlopen", "urlretrieve"),
    "urllib3": ("request", "PoolManager"),
    "http": ("HTTPConnection", "HTTPSConnection"),
    "httpx": (
        "get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "Client",
    ),
    "socket": ("create_connection", "getaddrinfo", "gethostbyname"),
    "_socket": ("getaddrinfo", "gethostbyname"),
    "smtplib": ("SMTP", "SMTP_SSL"),
    "ftplib": ("FTP",),
    "psycopg": ("connect", "Connection.connect"),
    "psycopg2": ("connect",),
    "pymysql": ("connect",),
    "asyncio": ("run",),
    "builtins": ("input",),
    "select": ("select",),
    "stageflow_guard": ("Guard.run_sync",),
}  # fmt: skip


def is_blocking(dotted: str) -> bool:
    """Say whether a call of `package.name` stops the loop; a method counts by its class."""
    package, _, name = dotted.partition(".")
    known = BLOCKING.get(package, ())
    return any(name == one or name.startswith(f"{one}.") for one in known)


def is_guard(value: Any) -> bool:
    """Say whether `value` is a guard, by where its class is from."""
    return any(
        f"{cls.__module__}.{cls.__qualname__}" == "stageflow_guard.guard.Guard"
        for cls in type(value).__mro__
    )


def is_ports(value: Any) -> bool:
    """Say whether `value` is a set of the host's ports."""
    return type(value).__module__ == "stageflow.stages.ports"


def is_raw_pipeline(value: Any) -> bool:
    """Say whether `value` is a pipeline or graph of the host that no guard stands before."""
    names = {f"{cls.__module__}.{cls.__name__}" for cls in type(value).__mro__}
    guarded = {
        "stageflow_guard.hosts.stageflow.pipeline.GuardedPipeline",
        "stageflow_guard.hosts.stageflow.graph.GuardedGraph",
    }
    raw = {
        "stageflow.pipeline.pipeline.Pipeline",
        "stageflow.pipeline.dag.UnifiedStageGraph",
        "stageflow.pipeline.builder.PipelineBuilder",
    }
    return bool(names & raw) and not names & guarded
