"""`[[audit.sinks]]`: one model per kind. Secrets by the name of a variable, or by a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stageflow_guard.errors import ConfigError

Format = Literal["record", "ocsf", "ocsf-1.9", "cloudevents"]


class _Sink(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class SqliteSettings(_Sink):
    """A file for questions."""

    kind: Literal["sqlite"]
    path: str


class ParquetSettings(_Sink):
    """A folder of files."""

    kind: Literal["parquet"]
    path: str


class PostgresSettings(_Sink):
    """A table that `stageflow-guard audit schema postgres` makes."""

    kind: Literal["postgres"]
    dsn_env: str = Field(min_length=1)
    reader_dsn_env: str | None = None
    table: str = Field(default="audit_records", pattern=r"^[a-z_][a-z0-9_]{0,40}$")


class NatsSettings(_Sink):
    """A JetStream stream."""

    kind: Literal["nats"]
    url_env: str = Field(min_length=1)
    stream: str = Field(default="AUDIT", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    subject: str = Field(default="audit", pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")
    replicas: int = Field(default=1, ge=1, le=5)


class SyslogSettings(_Sink):
    """A syslog daemon, over TLS only."""

    kind: Literal["syslog"]
    address: str = Field(pattern=r"^\S+:[1-9][0-9]{0,4}$")
    ca_file: str | None = None
    cert_file: str | None = None
    client_key_file: str | None = None
    enterprise: int = Field(default=32473, ge=1)
    max_octets: int = Field(default=8192, ge=480)
    format: Literal["record", "ocsf", "ocsf-1.9", "cloudevents", "cef"] = "record"


class S3Settings(_Sink):
    """A bucket with Object Lock."""

    kind: Literal["s3"]
    bucket: str = Field(min_length=3)
    prefix: str = Field(default="", pattern=r"^([A-Za-z0-9._-]+/)*$")
    region: str | None = None
    retain_days: int = Field(ge=1, le=36_500)


class KafkaSettings(_Sink):
    """A topic."""

    kind: Literal["kafka"]
    servers: str = Field(min_length=1)
    topic: str = Field(default="audit", pattern=r"^[A-Za-z0-9._-]{1,249}$")
    ca_file: str | None = None
    username_env: str | None = None
    password_env: str | None = None
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    format: Format = "record"

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.username_env is None) is not (self.password_env is None):
            raise ValueError("`username_env` and `password_env` belong together")
        return self


class CloudWatchSettings(_Sink):
    """A log group."""

    kind: Literal["cloudwatch"]
    group: str = Field(min_length=1)
    region: str | None = None
    format: Format = "record"


class _HttpSink(_Sink):
    ca_file: str | None = None  # as in `[http]`, which is the default
    proxy: str | None = None


class DatadogSettings(_HttpSink):
    """The logs intake of your site."""

    kind: Literal["datadog"]
    url: str = "https://http-intake.logs.datadoghq.com/api/v2/logs"
    api_key_env: str = Field(min_length=1)
    service: str = "stageflow-guard"
    format: Format = "record"


class SplunkSettings(_HttpSink):
    """An HTTP Event Collector whose token has indexer acknowledgment."""

    kind: Literal["splunk"]
    url: str = Field(min_length=1)
    token_env: str = Field(min_length=1)
    index: str | None = None
    sourcetype: str = Field(default="stageflow:audit", min_length=1)
    truncate: int = Field(default=10_000, ge=1_000)
    format: Format = "record"


class OtlpSettings(_HttpSink):
    """A collector's `/v1/logs`."""

    kind: Literal["otlp"]
    url: str = Field(min_length=1)
    authorization_env: str | None = None
    service: str = "stageflow-guard"
    format: Format = "record"


SinkSettings = Annotated[
    SqliteSettings
    | ParquetSettings
    | PostgresSettings
    | NatsSettings
    | CloudWatchSettings
    | DatadogSettings
    | OtlpSettings
    | SyslogSettings
    | SplunkSettings
    | S3Settings
    | KafkaSettings,
    Field(discriminator="kind"),
]


def secret(variable: str) -> str:
    """Return what an environment variable holds; raise `ConfigError` that names it when unset."""
    value = os.environ.get(variable)
    if not value:
        raise ConfigError(f"environment variable `{variable}` is not set")
    return value


def place(settings: SinkSettings) -> str:
    """Return a name for a sink's cursors: stable, and different for different sinks."""
    match settings:
        case SqliteSettings() | ParquetSettings():
            detail = Path(settings.path).name
        case PostgresSettings():
            detail = settings.table
        case NatsSettings():
            detail = settings.stream
        case CloudWatchSettings():
            detail = settings.group.strip("/").replace("/", "_")
        case SyslogSettings():
            detail = settings.address
        case S3Settings():
            detail = f"{settings.bucket}/{settings.prefix}".strip("/").replace("/", "_")
        case KafkaSettings():
            detail = settings.topic
        case DatadogSettings() | OtlpSettings() | SplunkSettings():
            detail = settings.url.partition("://")[2].replace("/", "_")
    return f"{settings.kind}-{detail}"
