"""Mapping a claim's value to a tenant in guard.toml, without touching anything else in the file."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stageflow_guard.errors import ConfigError

HEADER = re.compile(r"^\s*\[\[\s*auth\.issuers\s*\]\]\s*(#.*)?$")
INLINE = re.compile(r"^(\s*tenants\s*=\s*\{)(.*)(\}\s*(?:#.*)?)$")


def claim_mapped(
    config: Path, claim: str, tenant: str, *, issuer: str | None, known: Iterable[str]
) -> str:
    """Return the text of guard.toml with `claim` mapped to `tenant`; raise `ConfigError`.

    Where an issuer had no `tenants`, the claim's value was the tenant; a table ends that, so the
    tenants in force are listed as themselves beside the new one.
    """
    try:
        text = config.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as exc:
        raise ConfigError(f"`{config}` cannot be read ({exc.strerror})") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"`{config}` is not TOML; run `stageflow-guard config check`") from None
    at, block = _issuer(content, issuer, config)
    by_hand = f"add `{json.dumps(claim)} = {json.dumps(tenant)}` to its `tenants` by hand"
    if "tenant" in block:
        raise ConfigError(f"that issuer speaks for one tenant alone (`tenant`); {by_hand}")
    mapping = dict(block.get("tenants", {name: name for name in known}))
    if mapping.get(claim, tenant) != tenant:
        raise ConfigError("that claim is mapped to another tenant already")
    mapping[claim] = tenant
    done = _edited(text, at, mapping, replace="tenants" in block)
    block["tenants"] = mapping
    if done is None or tomllib.loads(done) != content:
        raise ConfigError(f"`{config}` is laid out in a way that is not edited here; {by_hand}")
    return done


def _issuer(
    content: dict[str, Any], issuer: str | None, config: Path
) -> tuple[int, dict[str, Any]]:
    auth = content.get("auth")
    listed = auth.get("issuers") if isinstance(auth, dict) else None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ConfigError(f"`{config}` has no `[[auth.issuers]]`")
    found = [(i, one) for i, one in enumerate(listed) if issuer in (None, one.get("issuer"))]
    if len(found) != 1:
        named = ", ".join(str(one.get("issuer")) for one in listed)
        raise ConfigError(f"name the issuer with `--issuer`; there are {named}")
    return found[0]


def _edited(text: str, at: int, mapping: dict[str, str], *, replace: bool) -> str | None:
    lines = text.split("\n")
    headers = [i for i, line in enumerate(lines) if HEADER.match(line)]
    if at >= len(headers):
        return None
    inside = ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in mapping.items())
    if not replace:
        lines.insert(headers[at] + 1, f"tenants = {{ {inside} }}")
        return "\n".join(lines)
    for i in range(headers[at] + 1, len(lines)):
        if lines[i].lstrip().startswith("["):
            return None
        found = INLINE.match(lines[i])
        if found:
            lines[i] = f"{found[1]} {inside} {found[3]}"
            return "\n".join(lines)
    return None


def is_mapped(config: Path, tenant: str) -> bool:
    """Say whether an issuer's block of guard.toml names a tenant; False where there is no file."""
    try:
        auth = tomllib.loads(config.read_text(encoding="utf-8")).get("auth")
    except (OSError, ValueError, RecursionError):
        return False
    issuers = auth.get("issuers", []) if isinstance(auth, dict) else []
    for one in issuers:
        table = one.get("tenants") if isinstance(one, dict) else None
        mapped = list(table.values()) if isinstance(table, dict) else []
        if isinstance(one, dict) and tenant in [one.get("tenant"), *mapped]:
            return True
    return False


def tenant_renamed(config: Path, old: str, new: str) -> str | None:
    """Return the text of guard.toml with a tenant's new name in every issuer's block, or None.

    Raises `ConfigError` for a file that is laid out in a way that is not edited here.
    """
    try:
        text = config.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, ValueError, RecursionError):
        raise ConfigError(f"`{config}` is not TOML; run `stageflow-guard config check`") from None
    value = re.compile(rf"""(=\s*)(["\']){re.escape(old)}\2""")
    section, lines = "", text.split("\n")
    for i, line in enumerate(lines):
        if line.lstrip().startswith("["):
            section = line.strip()
        key = line.partition("=")[0].strip()
        if "auth.issuers" in section and (key in ("tenant", "tenants") or "tenants]" in section):
            lines[i] = value.sub(lambda m: f"{m[1]}{m[2]}{new}{m[2]}", line)
    done = "\n".join(lines)
    auth = content.get("auth")
    for one in auth.get("issuers", []) if isinstance(auth, dict) else []:
        if one.get("tenant") == old:
            one["tenant"] = new
        if isinstance(one.get("tenants"), dict):
            one["tenants"] = {k: new if v == old else v for k, v in one["tenants"].items()}
    if tomllib.loads(done) != content:
        raise ConfigError(f"`{config}` is laid out in a way that is not edited here; do it by hand")
    return done if done != text else None
