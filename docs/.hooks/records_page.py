"""Every field of a record, from the schema that `audit schema record` prints."""

from __future__ import annotations

from typing import Any

HEAD = """# Fields of a record

Made from the JSON schema that `stageflow-guard audit schema record` prints. A field that is not set is left out. What kinds there are and what each says stands in [the audit log](audit-log.md).

| field | type | |
| --- | --- | --- |
"""


def text() -> str:
    """Return the page."""
    from stageflow_guard.audit.records.formats.record import SCHEMA as found

    needed = set(found["required"])
    rows = [_row(name, shape, name in needed) for name, shape in found["properties"].items()]
    return HEAD + "\n".join(rows) + "\n"


def _row(name: str, shape: dict[str, Any], needed: bool) -> str:
    kind = shape.get("type", "")
    if "const" in shape:
        kind = f"`{shape['const']}`"
    if "enum" in shape:
        kind = ", ".join(f"`{one}`" for one in shape["enum"])
    said = shape.get("description", "")
    if kind == "object" and shape.get("properties"):
        said += (": " if said else "") + ", ".join(f"`{one}`" for one in shape["properties"])
    if needed:
        said = f"always there{'; ' if said else ''}{said}"
    return f"| `{name}` | {kind} | {said} |".replace("\\|", "|")
