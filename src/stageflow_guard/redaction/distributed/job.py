"""What a worker of an engine needs to redact: plain values, and where a key is, never the key."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from stageflow_guard.base.first_fault import first_fault
from stageflow_guard.base.tenant_name import legal_tenant
from stageflow_guard.errors import ConfigError
from stageflow_guard.keys.provider import read_key

KEYED = ("hash", "format")
_HEX = re.compile(r"[0-9a-f]{64}")


class RedactionJob(BaseModel):
    """Which columns are redacted, for whom, and how; safe in a task's arguments and in its logs.

    `columns` are redacted, `keep` pass unread; a column in neither is refused. The tenant is
    `tenant`, or stands in the column `tenant_column` of each row. `key` says where a worker finds
    the tenant's key of 32 bytes, as 64 hex digits: `file:PATH` (0600) or `env:NAME`, `{tenant}`
    standing for the tenant. `findings` names a column that is added: each row's finds by entity,
    as JSON.

    The operators write the same for the same value whichever worker sees it first: `hash` (a keyed
    mark per tenant and entity: rows can still be joined), `format` (other digits and letters),
    `mask`, `mask_last_4`, `replace`, `drop`. Pseudonyms count per conversation, so they are none of
    these. Raises `ConfigError` where it is made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    columns: tuple[str, ...]
    keep: tuple[str, ...] = ()
    tenant: str | None = None
    tenant_column: str | None = None
    key: str | None = None
    operator: Literal["hash", "format", "mask", "mask_last_4", "replace", "drop"] = "hash"
    preset: Literal["strict", "balanced", "precise"] = "balanced"
    entities: tuple[str, ...] | None = None
    allow: tuple[str, ...] = Field(default=(), repr=False)  # it may hold names
    language: str = "en"
    findings: str | None = None

    def __init__(self, **values: object) -> None:
        try:
            super().__init__(**values)
        except ValidationError as exc:
            place, said = first_fault(exc, RedactionJob)
            where = ".".join(map(str, place)) or "job"
            raise ConfigError(f"redaction job: `{where}`: {said}") from None

    @field_validator("tenant")
    @classmethod
    def _tenant(cls, value: str | None) -> str | None:
        if value is not None and not legal_tenant(value):
            raise ValueError("this cannot be a tenant's name")
        return value

    @field_validator("key")
    @classmethod
    def _key(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("file:", "env:")):
            raise ValueError("a reference, `file:PATH` or `env:NAME`: never the key itself")
        return value

    @model_validator(mode="after")
    def _whole(self) -> RedactionJob:
        if not self.columns:
            raise ValueError("`columns` names at least one column")
        if (self.tenant is None) == (self.tenant_column is None):
            raise ValueError("give `tenant` or `tenant_column`")
        named = [*self.columns, *self.keep]
        if self.findings is not None:
            named.append(self.findings)
        if len({*named}) < len(named):
            raise ValueError("a column is named twice")
        if self.tenant_column is not None and self.tenant_column not in self.keep:
            raise ValueError("`tenant_column` is one of `keep`: it is read, and not redacted")
        if self.operator in KEYED and self.key is None:
            raise ValueError(f"operator `{self.operator}` needs `key`")
        if self.tenant_column is not None and self.key is not None and "{tenant}" not in self.key:
            raise ValueError("with `tenant_column`, `key` holds `{tenant}`: a key each")
        return self

    def digest(self) -> str:
        """Return what says that two jobs do the same."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def key_of(self, tenant: str) -> bytes | None:
        """Return a tenant's key, read here and now; raise `ConfigError` where there is none."""
        if self.key is None:
            return None
        if not legal_tenant(tenant):  # it goes into a path
            raise ConfigError("redaction job: a row's tenant cannot be a tenant's name")
        kind, _, place = self.key.replace("{tenant}", tenant).partition(":")
        if kind == "file":
            return read_key(Path(place), create=False)
        given = os.environ.get(place, "")
        if not _HEX.fullmatch(given):
            raise ConfigError(f"redaction job: `{place}` in the environment is no key of 64 digits")
        return bytes.fromhex(given)
