"""Rows of a table in one worker: redacted by column, refused where a column cannot be read."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from stageflow_guard.errors import ConfigError, GuardError
from stageflow_guard.redaction.distributed.job import RedactionJob
from stageflow_guard.redaction.recognizers.people.labelled import is_name
from stageflow_guard.redaction.redactor import Redactor
from stageflow_guard.redaction.values.key_names import tells
from stageflow_guard.redaction.vault.operators import Operator, named
from stageflow_guard.redaction.vault.vault import Vault, VaultScope

MOST_JOBS = 8  # whose recognizers one process keeps
MOST_TENANTS = 10_000


class RowRedactor:
    """Redacts rows for one job. Thread-safe; one per job and process: `of` gives it out."""

    def __init__(self, job: RedactionJob) -> None:
        self.job = job
        self._operators: dict[str, Operator] = {}
        self._vault = Vault(limit=256)
        self._redactor = Redactor(
            job.preset, entities=job.entities, allow=job.allow, language=job.language,
            operators={"*": self._operate},
        )  # fmt: skip
        if job.tenant is not None:
            self._operator(job.tenant)  # a key that is missing is said before the first row

    def _operate(self, entity: str, value: str, scope: VaultScope) -> str:
        return self._operator(scope.tenant)(entity, value, scope)

    def _operator(self, tenant: str) -> Operator:
        found = self._operators.get(tenant)
        if found is None:
            made = named(self.job.operator, self.job.key_of(tenant))
            if made is None:
                raise ConfigError(f"operator `{self.job.operator}` is none for bulk redaction")
            if len(self._operators) >= MOST_TENANTS:
                self._operators.clear()
            found = self._operators[tenant] = made
        return found

    def require_columns(self, there: Sequence[str]) -> None:
        """Raise `ConfigError` that names a column that is missing, twice there or not named."""
        job = self.job
        known = {*job.columns, *job.keep}
        for name in (*job.columns, *job.keep):
            if name not in there:
                raise ConfigError(f"redaction job: there is no column `{name}`")
        for name in there:
            if name == job.findings:
                raise ConfigError(f"redaction job: there is a column `{name}` already")
            if name not in known:
                raise ConfigError(
                    f"redaction job: column `{name}` is in neither `columns` nor `keep`"
                )
        if len({*there}) < len(there):
            raise ConfigError("redaction job: two columns have one name")

    def redact(
        self, columns: Mapping[str, Sequence[Any]], tenants: Sequence[Any] | None, count: int
    ) -> tuple[dict[str, list[Any]], list[Counter[str]]]:
        """Return the named columns redacted, and each row's finds by entity.

        `columns` holds `count` values each: text, None, lists and dictionaries of these. Raises
        `ConfigError` that names column and row of what is none of them, never the value.
        """
        fresh: dict[str, list[Any]] = {name: [] for name in self.job.columns}
        found: list[Counter[str]] = []
        for row in range(count):
            scope = self._scope(tenants, row)
            counted: Counter[str] = Counter()
            for name in self.job.columns:
                value = columns[name][row]
                fresh[name].append(self._cell(name, row, value, scope, counted))
            found.append(counted)
        return fresh, found

    def _scope(self, tenants: Sequence[Any] | None, row: int) -> VaultScope:
        tenant = self.job.tenant if tenants is None else tenants[row]
        if type(tenant) is not str:
            raise ConfigError(f"redaction job: row {row} of a batch names no tenant")
        self._operator(tenant)
        return self._vault.scope(tenant, "bulk", tenant)

    def _cell(
        self, name: str, row: int, value: Any, scope: VaultScope, counted: Counter[str]
    ) -> Any:
        if value is None:
            return None
        _require_text(name, row, value)
        try:
            # the name of a column tells what stands in it, as the name of a key does
            given = {name: value} if tells(name) or _is_name(value) else value
            redacted, findings = self._redactor.redact_in(given, scope, "input")
        except GuardError:
            raise
        except Exception as exc:  # its text may hold the value
            raise ConfigError(
                f"redaction job: column `{name}`, row {row} of a batch: {type(exc).__name__}"
            ) from None
        for finding in findings:
            counted[finding.entity] += finding.count
        if given is value:
            return redacted
        if name not in redacted:  # then it told nothing about the value
            raise ConfigError("redaction job: a column's name holds personal data; rename it")
        return redacted[name]

    def require_names(self, column: str, names: Sequence[str]) -> None:
        """Raise `ConfigError` for a field inside of a column whose name would be redacted.

        The name stands in the column's type, which stays: the value under it would be lost.
        """
        scope = self._vault.scope(self.job.tenant or "bulk", "bulk", "names")
        given = dict.fromkeys(names, "")
        try:
            kept = [*self._redactor.redact_in(given, scope, "input")[0]] == [*given]
        except GuardError:  # a tenant's key is asked for where there is something to redact
            kept = False
        if not kept:
            raise ConfigError(
                f"redaction job: column `{column}` has a field whose name holds personal data; "
                "rename it"
            )


def as_json(counted: Counter[str]) -> str:
    """Return a row's finds as JSON, sorted."""
    return json.dumps(dict(sorted(counted.items())))


def _require_text(name: str, row: int, value: Any) -> None:
    """Raise `ConfigError` unless `value` is text, or lists and dictionaries of text."""
    todo = [value]
    while todo:
        one = todo.pop()
        if one is None or type(one) is str:
            continue
        if type(one) is list:
            todo += one
        elif type(one) is dict and all(type(key) is str for key in one):
            todo += one.values()
        else:
            raise ConfigError(
                f"redaction job: column `{name}`, row {row} of a batch: {type(one).__name__} is no "
                "text; cast the column, or keep it"
            )


_KEPT: dict[RedactionJob, RowRedactor] = {}
_LOCK = threading.Lock()


def of(job: RedactionJob) -> RowRedactor:
    """Return this process's redactor of a job; its recognizers are loaded once."""
    with _LOCK:
        found = _KEPT.get(job)
        if found is None:
            if len(_KEPT) >= MOST_JOBS:
                _KEPT.clear()
            found = _KEPT[job] = RowRedactor(job)
        return found


def _is_name(value: Any) -> bool:
    """Say whether a cell is a person's name, whatever its column is called."""
    return isinstance(value, str) and is_name(value)
