"""From settings to sinks and exporters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.errors import GuardError
from stageflow_guard.settings.sinks import (
    CloudWatchSettings,
    DatadogSettings,
    NatsSettings,
    OtlpSettings,
    ParquetSettings,
    PostgresSettings,
    SqliteSettings,
    place,
    secret,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stageflow_guard.audit.export.sink import Shipped, Sink
    from stageflow_guard.settings import AuditSettings
    from stageflow_guard.settings.sinks import SinkSettings


def sink_from(settings: SinkSettings, *, reading: bool = False) -> Sink:
    """Build a sink; raise `ConfigError` for a missing extra, variable or folder."""
    match settings:
        case SqliteSettings():
            from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection

            return SqliteProjection(settings.path)
        case ParquetSettings():
            from stageflow_guard.audit.export.sinks.parquet import ParquetSink

            return ParquetSink(settings.path)
        case PostgresSettings():
            from stageflow_guard.audit.export.sinks.postgres import PostgresSink

            variable = settings.reader_dsn_env if reading else None
            return PostgresSink(secret(variable or settings.dsn_env), table=settings.table)
        case NatsSettings():
            from stageflow_guard.audit.export.sinks.nats import NatsSink

            return NatsSink(
                secret(settings.url_env), stream=settings.stream, subject=settings.subject,
                replicas=settings.replicas,
            )  # fmt: skip
        case CloudWatchSettings():
            from stageflow_guard.audit.export.sinks.cloudwatch import CloudWatchSink

            chosen = _render(settings.format) if settings.format != "record" else None
            return CloudWatchSink(settings.group, region=settings.region, render=chosen)
        case DatadogSettings():
            from stageflow_guard.audit.export.sinks.datadog import DatadogSink

            return DatadogSink(
                settings.url, secret(settings.api_key_env), service=settings.service,
                render=_render(settings.format), ca_file=settings.ca_file, proxy=settings.proxy,
            )  # fmt: skip
        case OtlpSettings():
            from stageflow_guard.audit.export.sinks.otlp import OtlpSink

            variable = settings.authorization_env
            headers = {"authorization": secret(variable)} if variable else {}
            return OtlpSink(
                settings.url, headers=headers, service=settings.service,
                render=_render(settings.format), ca_file=settings.ca_file, proxy=settings.proxy,
            )  # fmt: skip


def _render(name: str) -> Callable[[Shipped], dict[str, Any]]:
    if name == "record":
        return lambda one: one.record
    from stageflow_guard.audit.records.formats.ocsf import NEXT, VERSION, event

    version = NEXT if name == "ocsf-1.9" else VERSION
    return lambda one: event(one, version)


def state_of(audit: AuditSettings, sink: SinkSettings) -> Path:
    """Return the folder of a sink's cursors, beside the log."""
    return Path(f"{audit.path}.sinks") / place(sink)


def probe_sinks(audit: AuditSettings) -> Iterator[tuple[str, str | None]]:
    """Bring each sink up to the log; yield its name, and what failed if something did."""
    for one in audit.sinks:
        problem = None
        try:
            sink = sink_from(one)
            try:
                for folder in logs_in(audit.path):
                    Exporter(folder, sink, state_of(audit, one), known=audit.known_logs).run()
            finally:
                sink.close()
        except GuardError as error:
            problem = str(error)
        yield place(one), problem


def exporters_from(audit: AuditSettings, *, log: Path | None = None) -> list[Exporter]:
    """Return an exporter per sink, for one log directory or for all shards."""
    folders = [log] if log is not None else logs_in(audit.path)
    made: list[Exporter] = []
    try:
        for one in audit.sinks:
            made += [
                Exporter(f, sink_from(one), state_of(audit, one), known=audit.known_logs)
                for f in folders
            ]
    except BaseException:
        for exporter in made:
            exporter.close()
        raise
    return made
