"""What a tenant may be called: a word that stays itself as a folder, in a URL and for a reader."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
# values that YAML, TOML or a shell read as something else
_VALUES = frozenset({"none", "null", "true", "false"})
# device names of Windows, with any extension, too: `con.x` opens the console there
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)


def legal_tenant(name: str) -> bool:
    """Say whether `name` can be a tenant's.

    A trailing dot is dropped by some file systems and URLs, so that `acme.` would be `acme`.
    """
    folded = name.lower()
    return (
        _WORD.fullmatch(name) is not None
        and not name.endswith(".")
        and folded not in _VALUES
        and folded.partition(".")[0] not in _DEVICES
    )
