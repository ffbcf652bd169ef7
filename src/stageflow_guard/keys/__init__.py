"""Keys by purpose and by subject; destroying a subject's key is erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.keys.provider import FileKeyProvider, KeyProvider, read_key
    from stageflow_guard.keys.subjects import SubjectKey, SubjectKeyring, open_keyring

_WHERE = {
    "FileKeyProvider": "provider",
    "KeyProvider": "provider",
    "SubjectKey": "subjects",
    "SubjectKeyring": "subjects",
    "open_keyring": "subjects",
    "read_key": "provider",
}

__all__ = [
    "FileKeyProvider", "KeyProvider", "SubjectKey", "SubjectKeyring", "open_keyring", "read_key",
]  # fmt: skip

__getattr__ = lazy(__name__, _WHERE)
