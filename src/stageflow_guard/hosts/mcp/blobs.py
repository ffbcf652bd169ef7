"""A result as it stands on the wire: its text is inspected, its base64 is bytes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.enforcement.step import Step
    from stageflow_guard.model import Finding

HELD = "\u2063blob\u2063"  # stands for bytes while the text around them is inspected


async def inspected_result(
    pep: PolicyEnforcementPoint, run: Run, result: dict[str, Any], step: Step | None
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """Return a result redacted, and what was found; bytes in it need policy's word at `step`."""
    texts: list[str] = []
    bare = _without_blobs(result, texts)
    found: tuple[Finding, ...] = ()
    for text in texts:
        _, bytes_found = await pep.inspect(run, _decoded(text), direction="output", step=step)
        found += bytes_found
    redacted, text_found = await pep.inspect(run, bare, direction="output", step=step)
    _put_back(redacted, texts)
    return redacted, found + text_found


def _is_blob(holder: Mapping[str, Any], key: str) -> bool:
    if key == "blob":
        return "uri" in holder
    return key == "data" and holder.get("type") in ("image", "audio")


def _without_blobs(value: Any, texts: list[str]) -> Any:
    """Return a copy with bytes in base64 replaced by a mark, each in order in `texts`."""
    if isinstance(value, Mapping):
        copy: dict[str, Any] = {}
        for key, one in value.items():
            if isinstance(one, str) and _is_blob(value, key):
                texts.append(one)
                copy[key] = HELD
            else:
                copy[key] = _without_blobs(one, texts)
        return copy
    if isinstance(value, list):
        return [_without_blobs(one, texts) for one in value]
    return value


def _put_back(value: Any, texts: list[str]) -> None:
    if isinstance(value, dict):
        for key, one in value.items():
            if one == HELD and _is_blob(value, key):
                value[key] = texts.pop(0)
            else:
                _put_back(one, texts)
    elif isinstance(value, list):
        for one in value:
            _put_back(one, texts)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode()
