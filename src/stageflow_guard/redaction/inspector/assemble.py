"""`[redaction]` of guard.toml, made into an inspector."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.inspector.inspector import OffLoopInspector
from stageflow_guard.redaction.redactor import Redactor
from stageflow_guard.redaction.vault.operators import Operator, kept, named
from stageflow_guard.redaction.vault.owner import require_ring
from stageflow_guard.redaction.vault.vault import Vault, VaultStore

if TYPE_CHECKING:
    from stageflow_guard.redaction.vault.vault import SubjectKeys
    from stageflow_guard.settings import RedactionSettings, VaultSettings


def redactor_from(chosen: RedactionSettings, *, looks: bool = False) -> Redactor:
    """Return the redactor that `[redaction]` describes; raise `ConfigError` that names the key.

    One that only `looks` finds and counts the same; its operators are checked, and none runs.
    """
    key = None
    if chosen.operator_key_file is not None:
        from stageflow_guard.keys import read_key

        key = read_key(Path(chosen.operator_key_file), create=False)
    operators: Mapping[str, Operator] = {
        entity: operator
        for entity, name in chosen.operators.items()
        if (operator := named(name, key)) is not None
    }
    if looks:  # one that refuses would end the look
        operators = dict.fromkeys(operators, kept())
    return Redactor(
        preset=chosen.preset, ner=chosen.ner, entities=chosen.entities, min_score=chosen.min_score,
        thresholds=chosen.thresholds, allow=chosen.allow, allow_patterns=chosen.allow_patterns,
        operators=operators, recognizers=chosen.recognizers,
        language=chosen.language, max_chars=chosen.max_chars, phone_regions=chosen.phone_regions,
        presidio=None if chosen.presidio is None else chosen.presidio.config,
        presidio_only=chosen.presidio is not None and chosen.presidio.instead,
    )  # fmt: skip


def inspector_from(chosen: RedactionSettings, ring: Callable[[], SubjectKeys]) -> OffLoopInspector:
    """Return the inspector of `[redaction]`, its vault opened.

    `ring` gives the subject keyring, which the log's fingerprints use too: one verb erases both.
    """
    return OffLoopInspector(
        redactor_from(chosen),
        vault_from(chosen.vault, ring),
        deadline=chosen.deadline,
        binary=chosen.binary,
    )


def vault_from(
    chosen: VaultSettings | None, ring: Callable[[], SubjectKeys] | None = None
) -> Vault:
    """Return the vault of `[redaction.vault]`; without it, one in memory.

    Without `ring`, the keyring is the one that `keys` names.
    """
    if chosen is None or chosen.kind == "memory":
        return Vault()
    from stageflow_guard.keys import open_keyring

    store: VaultStore
    if chosen.kind == "sqlite":
        from stageflow_guard.redaction.vault.stores.sqlite import SqliteVault

        assert chosen.path is not None  # noqa: S101 - the settings saw to it
        store = SqliteVault(chosen.path)
    else:
        from stageflow_guard.redaction.vault.stores.psycopg import PostgresVault

        url = os.environ.get(str(chosen.url_env))
        if not url:
            raise ConfigError(
                f"`redaction.vault.url_env`: the variable `{chosen.url_env}` is unset"
            )
        store = PostgresVault(url)
    if ring is None and chosen.keys is None:
        raise ConfigError("`redaction.vault.keys`: a kept vault needs the subject keyring")
    keys = ring() if ring is not None else open_keyring(str(chosen.keys))
    require_ring(store, keys)
    return Vault(store=store, keys=keys)
