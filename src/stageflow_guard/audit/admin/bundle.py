"""A folder for an auditor: records, proofs, keys, policies, and how to check them without us."""

from __future__ import annotations

import base64
import json
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stageflow_guard.audit.read.proofs import prove
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.read.signed_head import key_line, signed_head
from stageflow_guard.audit.records.schema_check import readable
from stageflow_guard.audit.tlog.checkpoint import open_note, parse_vkey
from stageflow_guard.audit.tlog.key_rotation import KIND
from stageflow_guard.base.durable import create_new, make_dirs
from stageflow_guard.base.kept_files import ChangedSince, KeptFiles
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stageflow_guard.audit.tlog.signing import SigningKey

_DER = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo of Ed25519, RFC 8410


class Bundled(NamedTuple):
    """How many records a folder holds, and which revisions it lacks because they were changed."""

    records: int
    changed: list[str]


def bundle(
    path: str | Path,
    out: str | Path,
    *,
    indices: Iterable[int],
    key: SigningKey | None,
    policies: Path | None = None,
    asked: dict[str, Any] | None = None,
    checkpoint: bytes | None = None,
) -> Bundled:
    """Write the folder `out`; return how many of the chosen records it holds, and what it lacks.

    `key` signs the list of files; without it the page says that it is unsigned. `asked` says how
    the records were chosen and goes into the manifest. `policies` is where revisions are kept; of
    a question about one tenant, its files alone are handed over: the rest names other people. All
    proofs lead to one checkpoint, beside a running writer too: to `checkpoint`, an earlier one that
    a witness cosigned perhaps, else to the present one. Handovers to another key come along, so
    that the holder of an earlier key line can follow. `out` must not exist yet. Raises
    `VerificationError` for a record that does not prove, `ConfigError` when nothing was chosen.
    """
    folder, target = Path(path), Path(out)
    if target.exists():
        raise ConfigError(f"`{target}` exists already")
    tenant = (asked or {}).get("tenant")
    head, note = signed_head(folder)
    vkey = key_line(folder) + "\n"
    if checkpoint is not None:
        # of another history, it proves no record of this one
        head, note = open_note(checkpoint, vkey.strip()), checkpoint
    files: dict[str, bytes] = {"vkey": vkey.encode(), "checkpoint": note, "key.pem": _pem(vkey)}
    revisions: set[str] = set()
    chosen = sorted(set(indices))
    handovers = [i for i in _handovers(folder) if i < head.size and i not in chosen]
    for index in sorted([*chosen, *handovers] if chosen else []):
        proof, entry = prove(folder, index, note=note)
        files[f"records/{index}.json"] = entry
        files[f"proofs/{index}.tlog-proof"] = proof
        revisions.add(str((readable(entry).get("policy") or {}).get("sha256")))
    if not chosen:
        raise ConfigError("no record was chosen; nothing was written")
    kept, changed = _kept(policies, sorted(revisions))
    for revision, held in kept.items():
        for name, content in sorted(held.items()):
            if tenant is None or name.startswith(f"tenants/{tenant}/"):
                files[f"policies/{revision}/{name}"] = content
    found = {f.split("/")[1] for f in files if f.startswith("policies/")}
    manifest = {
        "format": "stageflow-guard bundle 1", "origin": parse_vkey(vkey)[0], "asked": asked or {},
        "indices": chosen, "handovers": handovers,
        "policies_of": tenant, "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "missing_policies": sorted(revisions - {"None"} - found), "changed_policies": changed,
    }  # fmt: skip
    files["manifest.json"] = json.dumps(manifest, indent=1, ensure_ascii=False).encode() + b"\n"
    here = Path(__file__).parent.parent / "verification" / "auditor"
    files |= {name: (here / name).read_bytes() for name in ("verify.py", "VERIFY.md")}
    if key is None:
        files["VERIFY.md"] = _unsigned(files["VERIFY.md"])
    _write(target, files, key)
    return Bundled(len(chosen), changed)


def _kept(
    policies: Path | None, revisions: list[str]
) -> tuple[dict[str, dict[str, bytes]], list[str]]:
    """Return the files of each revision that is kept as it was, and which were changed since."""
    found: dict[str, dict[str, bytes]] = {}
    changed: list[str] = []
    if policies is None:
        return found, changed
    store = KeptFiles(policies)
    for revision in revisions:
        try:
            found[revision] = store.files(revision) or {}
        except ChangedSince:
            changed.append(revision)
    return found, changed


def _handovers(folder: Path) -> list[int]:
    marked = b'"kind":"%s"' % KIND.encode()  # canonical bytes, so this is how it is written
    return [
        index
        for index, entry in iter_entries(folder)
        if marked in entry and json.loads(entry).get("kind") == KIND
    ]


def _unsigned(page: bytes) -> bytes:
    """Return the page for a folder whose list of files is unsigned."""
    lines = [line for line in page.split(b"\n") if b"openssl pkeyutl" not in line]
    return b"\n".join(lines).replace(
        b"and the list of files was signed with it:", b"and the list of files is not signed:"
    )


def _write(target: Path, files: dict[str, bytes], key: SigningKey | None) -> None:
    sums = "".join(f"{sha256(files[n]).hexdigest()}  {n}\n" for n in sorted(files)).encode()
    files = {**files, "SHA256SUMS": sums}
    if key is not None:
        files["SHA256SUMS.sig"] = key.sign(sums)
    for name, content in files.items():
        one = target / name
        make_dirs(one.parent.absolute(), above=Path("/"))
        create_new(one, content)


def _pem(vkey: str) -> bytes:
    encoded = base64.b64encode(_DER + parse_vkey(vkey)[1])
    return b"-----BEGIN PUBLIC KEY-----\n" + encoded + b"\n-----END PUBLIC KEY-----\n"
