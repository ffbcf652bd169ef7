"""From settings to sinks and exporters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.reading import LogReading
from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.errors import GuardError
from stageflow_guard.settings.sinks import (
    CloudWatchSettings,
    DatadogSettings,
    KafkaSettings,
    NatsSettings,
    OtlpSettings,
    ParquetSettings,
    PostgresSettings,
    S3Settings,
    SplunkSettings,
    SqliteSettings,
    SyslogSettings,
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
    if isinstance(settings, SyslogSettings | SplunkSettings | S3Settings | KafkaSettings):
        return _soc_sink(settings)
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


def _soc_sink(settings: SyslogSettings | SplunkSettings | S3Settings | KafkaSettings) -> Sink:
    """Build a sink that a security operations centre reads."""
    match settings:
        case SyslogSettings():
            from stageflow_guard.audit.export.sinks.syslog import SyslogSink

            return SyslogSink(
                settings.address, render=text_of(settings.format), ca_file=settings.ca_file,
                cert_file=settings.cert_file, key_file=settings.client_key_file,
                enterprise=settings.enterprise, octets=settings.max_octets,
            )  # fmt: skip
        case SplunkSettings():
            from stageflow_guard.audit.export.sinks.splunk import SplunkSink

            return SplunkSink(
                settings.url, secret(settings.token_env), index=settings.index,
                sourcetype=settings.sourcetype, truncate=settings.truncate,
                render=_render(settings.format), ca_file=settings.ca_file, proxy=settings.proxy,
            )  # fmt: skip
        case S3Settings():
            from stageflow_guard.audit.export.sinks.s3 import S3Sink

            return S3Sink(
                settings.bucket, days=settings.retain_days, prefix=settings.prefix,
                region=settings.region,
            )  # fmt: skip
        case KafkaSettings():
            from stageflow_guard.audit.export.sinks.kafka import KafkaSink

            return KafkaSink(
                settings.servers, settings.topic, security=_kafka_security(settings),
                render=_render(settings.format),
            )  # fmt: skip


def _kafka_security(settings: KafkaSettings) -> dict[str, str]:
    """Return the client's security settings: TLS, but on loopback."""
    hosts = [one.rpartition(":")[0].strip("[] ") for one in settings.servers.split(",")]
    local = all(host in ("127.0.0.1", "::1", "localhost") for host in hosts)
    found = {"security.protocol": "PLAINTEXT" if local and settings.ca_file is None else "SSL"}
    if settings.ca_file is not None:
        found["ssl.ca.location"] = settings.ca_file
    if settings.username_env is not None and settings.password_env is not None:
        found["security.protocol"] = "SASL_" + found["security.protocol"]
        found["sasl.mechanism"] = settings.mechanism
        found["sasl.username"] = secret(settings.username_env)
        found["sasl.password"] = secret(settings.password_env)
    return found


def text_of(name: str) -> Callable[[Shipped], str]:
    """Return what renders an entry as one line of text in a format."""
    if name == "cef":
        from stageflow_guard.audit.records.formats.cef import line

        return line
    render = _render(name)
    return lambda one: json.dumps(render(one), ensure_ascii=False)


def _render(name: str) -> Callable[[Shipped], dict[str, Any]]:
    if name == "record":
        return lambda one: one.record
    if name == "cloudevents":
        from stageflow_guard.audit.records.formats import cloudevents

        return cloudevents.event
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
    readings = {folder: LogReading(folder) for folder in folders}
    made: list[Exporter] = []
    try:
        for one in audit.sinks:
            made += [
                Exporter(
                    folder, sink_from(one), state_of(audit, one), known=audit.known_logs,
                    reading=reading,
                )
                for folder, reading in readings.items()
            ]  # fmt: skip
    except BaseException:
        for exporter in made:
            exporter.close()
        raise
    return made
