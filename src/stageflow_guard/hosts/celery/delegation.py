"""Who a task runs for: a token, sealed for one task with these arguments and no other."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from kombu.utils import json as wire

from stageflow_guard.errors import ConfigError
from stageflow_guard.keys.provider import read_key
from stageflow_guard.keys.sealing import seal, unseal

PURPOSE = b"stageflow-guard celery delegation v1"


@dataclass(frozen=True, slots=True, repr=False)
class Delegation:
    """A token, the conversation and the trace that a task goes on with."""

    token: str
    session_id: str | None
    trace: str | None

    def __repr__(self) -> str:
        """Show nothing: requests of the host are printed."""
        return "<Delegation>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a delegation cannot be pickled")


def place_of(task_id: str, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bytes:
    """Return what a delegation is bound to; raise `ConfigError` for arguments that are no JSON."""
    try:
        written: str = wire.dumps(  # type: ignore[no-untyped-call]
            [task_id, name, list(args), dict(kwargs)], sort_keys=True
        )
    except Exception:
        raise ConfigError(
            f"the arguments of task `{name}` are no JSON: their delegation cannot be bound to them"
        ) from None
    return PURPOSE + sha256(written.encode()).digest()


class Sealer:
    """A key of 32 bytes in a file that publishers and workers share."""

    def __init__(self, key_file: str | Path) -> None:
        """Read the key, or make one; raise `ConfigError` for one that others may read or write."""
        self._key = read_key(Path(key_file), create=True)

    def __repr__(self) -> str:
        """Show nothing."""
        return "<Sealer>"

    def seal(self, given: Delegation, place: bytes) -> str:
        """Return the delegation as a header's text."""
        plain = json.dumps([given.token, given.session_id, given.trace]).encode()
        return base64.b64encode(seal(self._key, plain, bound_to=place)).decode()

    def open(self, sealed: object, place: bytes) -> Delegation:
        """Return what was sealed for `place`; raise `ValueError` for anything else."""
        if type(sealed) is not str:
            raise ValueError("the delegation is no text")
        plain = unseal(self._key, base64.b64decode(sealed, validate=True), bound_to=place)
        return Delegation(*json.loads(plain))
