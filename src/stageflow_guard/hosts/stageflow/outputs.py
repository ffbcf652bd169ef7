"""A stage's output as the guard's own: rebuilt, inspected, kept; readers get copies.

1. `rebuilt` makes the guard's own output before inspection: nothing that the stage holds is in it
2. `output_carriers` and `with_carriers` take its text out and put the redacted text back
3. `run.outputs` keeps it; later stages and the host get what `copy_of` makes of it
4. `results_of` gives it to the caller when the run is over

Copying is the walk of inspection, so it covers what inspection covers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from stageflow.core import StageArtifact, StageEvent, StageOutput, StageStatus
from stageflow.pipeline.results import PipelineResults

from stageflow_guard.errors import InspectorUnavailable
from stageflow_guard.redaction.values.leaves import SHORT
from stageflow_guard.redaction.values.tree import mapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stageflow_guard.enforcement.run import Run


def copied(value: Any) -> Any:
    """Return a copy of `value` that shares no container or object with it.

    Raises `InspectorUnavailable` for what inspection cannot walk.
    """
    kind = type(value)
    if kind is str or value is None:
        return value
    if kind is dict and not value:
        return {}
    return mapped(value, _unchanged, beside=False)


def _unchanged(text: str) -> str:
    return text


def rebuilt(output: StageOutput) -> StageOutput:
    """Return the guard's own copy of what a stage gave: the host's exact types, a known status.

    Raises `InspectorUnavailable` for a status that is none of the host's, for data that is no dict,
    and for what inspection cannot walk.
    """
    status = output.status
    if type(status) is not StageStatus:  # its value would stand on record
        raise InspectorUnavailable("a stage's status is none of the host's")
    artifacts, events, data = output.artifacts, output.events, copied(output.data)
    if type(data) is not dict:  # the host asks it for keys
        raise InspectorUnavailable("a stage's data is no dict")
    error, version = output.error, output.version
    return made(
        status,
        data,
        # `==` would ask what is no list about itself
        [] if artifacts is None or (type(artifacts) is list and not artifacts)
        else [_artifact(one) for one in artifacts],
        [] if events is None or (type(events) is list and not events)
        else [_event(one) for one in events],
        error if error is None else copied(error),
        version if version is None else copied(version),
    )  # fmt: skip


def _setters() -> list[Any]:
    return [vars(StageOutput)[name].__set__ for name in _FIELDS]


_FIELDS = ("status", "data", "artifacts", "events", "error", "duration_ms", "version")
_status, _data, _artifacts, _events, _error, _duration, _version = _setters()


def made(  # noqa: PLR0917 - the host's fields, in its order
    status: StageStatus, data: Any, artifacts: list[Any], events: list[Any], error: Any,
    version: Any,
) -> StageOutput:  # fmt: skip
    """Return the host's output of these parts; its own constructor takes twice as long.

    The host measures the duration.
    """
    output = object.__new__(StageOutput)
    _status(output, status)
    _data(output, data)
    _artifacts(output, artifacts)
    _events(output, events)
    _error(output, error)
    _duration(output, None)
    _version(output, version)
    return output


def _artifact(one: Any) -> StageArtifact:
    return StageArtifact(copied(one.type), copied(one.payload), _moment(one.timestamp))


def _event(one: Any) -> StageEvent:
    return StageEvent(copied(one.type), copied(one.data), _moment(one.timestamp))


def _moment(value: Any) -> Any:
    return value if is_moment(value) else copied(value)


def is_moment(value: Any) -> bool:
    """Say whether `value` is a time without text: a zone of another type has a name."""
    return type(value) is datetime and (value.tzinfo is None or value.tzinfo is UTC)


def copy_of(own: StageOutput) -> StageOutput:
    """Return a copy of the guard's own output, for a reader."""
    data, error, version = own.data, own.error, own.version
    return made(
        own.status,
        copied(data) if data or type(data) is not dict else {},
        [_artifact(one) for one in own.artifacts] if own.artifacts else [],
        [_event(one) for one in own.events] if own.events else [],
        error if error is None else copied(error),
        version if version is None else copied(version),
    )


def output_carriers(own: StageOutput) -> dict[str, Any]:
    """Return the textual carriers of a rebuilt output that hold anything."""
    found: dict[str, Any] = {}
    if own.data:
        found["data"] = own.data
    if own.error:
        found["error"] = own.error
    if own.version:
        found["version"] = own.version
    if own.artifacts:
        found["artifacts"] = [
            _told(a.timestamp, type=a.type, payload=a.payload) for a in own.artifacts
        ]
    if own.events:
        found["events"] = [_told(e.timestamp, type=e.type, data=e.data) for e in own.events]
    return found


def _told(timestamp: Any, **parts: Any) -> dict[str, Any]:
    if not is_moment(timestamp):
        parts["timestamp"] = timestamp
    return parts


def with_carriers(own: StageOutput, redacted: dict[str, Any]) -> StageOutput:
    """Return `own` with its carriers replaced by their redacted copies."""
    if not redacted:
        return own
    artifacts, events = own.artifacts, own.events
    if "artifacts" in redacted:
        artifacts = [
            StageArtifact(new["type"], new["payload"], new.get("timestamp", old.timestamp))
            for new, old in zip(redacted["artifacts"], artifacts, strict=True)
        ]
    if "events" in redacted:
        events = [
            StageEvent(new["type"], new["data"], new.get("timestamp", old.timestamp))
            for new, old in zip(redacted["events"], events, strict=True)
        ]
    return StageOutput(
        own.status,
        redacted.get("data", own.data),
        artifacts,
        events,
        redacted.get("error", own.error),
        own.duration_ms,
        redacted.get("version", own.version),
    )


def prior_outputs(run: Run, names: Iterable[str]) -> dict[str, StageOutput]:
    """Return copies of the outputs of earlier stages: the guard's own, never the host's."""
    return {name: copy_of(run.outputs[name]) for name in names if name in run.outputs}


def results_of(run: Run, answers: Mapping[str, StageOutput]) -> PipelineResults:
    """Return what the caller gets for the host's answers: the guard's own outputs.

    Called once, when no stage reads them any more: `run` keeps none of them.
    """
    outputs, run.outputs = run.outputs, {}
    results = PipelineResults()
    for name, answer in answers.items():
        own = outputs.get(name)
        if own is not None:
            took = answer.duration_ms
            measured = type(took) is int and abs(took) < SHORT
            object.__setattr__(own, "duration_ms", took if measured else None)
            results[name] = own
    return results
