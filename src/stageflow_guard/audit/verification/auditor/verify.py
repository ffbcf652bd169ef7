"""Check this folder. Python's standard library and the `openssl` command; nothing else.

    python3 verify.py [VKEY [WITNESS]]

Every record in `records/` must stand, byte for byte, in the tree whose root the checkpoint names
(RFC 6962, C2SP tlog-proof), and the checkpoint must be signed by the key in `vkey` (C2SP
signed-note). Give the key line that you received by another way as VKEY; without it, the key is
taken from this folder, and the result says so. An earlier key's line will do when `records/` holds
the handovers that lead from it to the key in `vkey`, each signed by the key before. Give a
witness's key line as WITNESS to check its cosignature (C2SP cosignature/v1).
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent

# RFC 8032, 5.1: the field's prime, and the y of the points of order 8; 0, 1 and -1 are of order 1
# to 4. With such a key one signature fits every message.
PRIME = 2**255 - 19
ORDER_8 = [
    int.from_bytes(bytes.fromhex(y), "little")
    for y in (
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    )
]


def fail(why: str) -> None:
    """Say what does not hold, and stop."""
    sys.exit(f"DOES NOT HOLD: {why}")


def require_listed() -> None:
    """Stop unless the folder holds what `SHA256SUMS` lists, unchanged, and nothing more."""
    listed = {}
    lines = (HERE / "SHA256SUMS").read_bytes().decode().split("\n")
    if lines.pop():
        fail("the list of files is cut short")
    for line in lines:
        digest, _, name = line.partition("  ")
        listed[name] = digest
    own = {"SHA256SUMS", "SHA256SUMS.sig"}
    for path in sorted(HERE.rglob("*")):
        name = path.relative_to(HERE).as_posix()
        if (path.is_dir() and not path.is_symlink()) or name in own:
            continue
        if path.is_symlink() or name not in listed:
            fail(f"{name!a} is not in the list of files")
        if hashlib.sha256(path.read_bytes()).hexdigest() != listed.pop(name):
            fail(f"{name!a} is not the file that was listed")
    if listed:
        fail(f"{min(listed)!a} is missing")


def public_key(vkey: str, kind: int = 1) -> tuple[str, bytes]:
    """Return (name, Ed25519 public key) of a key line; of a witness's when `kind` is 4."""
    name, digits, encoded = vkey.strip().split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    want = hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8]
    if len(raw) != 33 or raw[0] != kind or digits != want:
        fail("the key line is malformed")
    y = int.from_bytes(raw[1:], "little") & (2**255 - 1)
    if y >= PRIME or y * (y * y - 1) % PRIME == 0 or y in ORDER_8:
        fail("the key line holds a key under which anybody can sign")
    return name, raw[1:]


def signature_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Ask openssl whether an Ed25519 signature (RFC 8032) is right."""
    der = bytes.fromhex("302a300506032b6570032100") + public
    pem = "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
    with tempfile.TemporaryDirectory() as folder:
        key, said, text = (Path(folder) / n for n in ("key.pem", "signature", "message"))
        key.write_text(pem % base64.b64encode(der).decode())
        said.write_bytes(signature)
        text.write_bytes(message)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin",
             "-in", str(text), "-sigfile", str(said)],
            capture_output=True, check=False,
        )  # fmt: skip
    return done.returncode == 0


def open_checkpoint(note: bytes, name: str, public: bytes) -> tuple[int, bytes]:
    """Return (size, root) of a checkpoint that the key signed."""
    text, separator, tail = note.partition(b"\n\n")
    text += b"\n"
    lines = text.decode().split("\n")
    if not separator or len(lines) != 4 or lines[0] != name:
        fail("the checkpoint is malformed, or of another log")
    want = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    for line in tail.decode().splitlines():
        _, who, blob = line.split(" ")
        raw = base64.b64decode(blob, validate=True)
        if who == name and raw[:4] == want and signature_holds(public, raw[4:], text):
            return int(lines[1]), base64.b64decode(lines[2], validate=True)
    fail("the checkpoint is not signed by this key")
    raise AssertionError


def handed_over(given: str, own: str, records: list[Path]) -> bool:
    """Follow the handovers on record: each key signed the line of the next."""
    reached = given
    for record in records:
        content = json.loads(record.read_bytes())
        note = content.get("note") or {}
        if content.get("kind") != "key_rotation" or note.get("old_vkey") != reached:
            continue
        name, public = public_key(reached)
        text = f"stageflow-guard key rotation v1\n{name}\n{reached}\n{note['new_vkey']}\n\n"
        signature = base64.b64decode(note["signature"], validate=True)
        if not signature_holds(public, signature, text.encode()):
            fail(f"record {record.stem} hands over to a key without a signature")
        reached = note["new_vkey"]
    return reached == own


def require_cosigned(note: bytes, witness: str) -> str:
    """Return what the witness said; stop unless its cosignature holds."""
    name, public = public_key(witness, 4)
    text, _, tail = note.partition(b"\n\n")
    want = hashlib.sha256(name.encode() + b"\n\x04" + public).digest()[:4]
    for line in tail.decode().splitlines():
        _, who, blob = line.split(" ")
        raw = base64.b64decode(blob, validate=True)
        seen = int.from_bytes(raw[4:12], "big")
        message = b"cosignature/v1\ntime %d\n" % seen + text + b"\n"
        if who == name and raw[:4] == want and signature_holds(public, raw[12:], message):
            return f", cosigned by {name} at {seen}"
    fail("the checkpoint is not cosigned by this witness")
    raise AssertionError


def in_tree(entry: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Follow the audit path from the entry to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node = hashlib.sha256(b"\x00" + entry).digest()
    at, last = index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def main() -> None:
    """Check every record of the folder."""
    require_listed()
    given = sys.argv[1] if len(sys.argv) > 1 else None
    own = (HERE / "vkey").read_text()
    name, public = public_key(own)
    note = (HERE / "checkpoint").read_bytes()
    size, root = open_checkpoint(note, name, public)
    records = sorted((HERE / "records").glob("*.json"), key=lambda p: int(p.stem))
    proofs = {p.name.split(".")[0] for p in (HERE / "proofs").iterdir()}
    if proofs != {p.stem for p in records}:
        fail("records and proofs do not pair")
    key = "the key in this folder (NOT ANCHORED)"
    if given is not None and given.strip() == own.strip():
        key = "the key you gave"
    elif given is not None:
        if not handed_over(given.strip(), own.strip(), records):
            fail("this folder's key is not the one you were given")
        key = "a key that the one you gave handed over to"
    if len(sys.argv) > 2:
        key += require_cosigned(note, sys.argv[2])
    for record in records:
        head, _, rest = (
            (HERE / "proofs" / f"{record.stem}.tlog-proof").read_bytes().partition(b"\n\n")
        )
        magic, index, *hashes = head.decode().split("\n")
        path = [base64.b64decode(line, validate=True) for line in hashes]
        entry = record.read_bytes()
        if magic != "c2sp.org/tlog-proof@v1" or index != f"index {record.stem}" or rest != note:
            fail(f"the proof of record {record.stem} is malformed")
        if not in_tree(entry, int(record.stem), size, path, root):
            fail(f"record {record.stem} is not in the tree")
    print(f"HOLDS: {len(records)} records of {name}, tree of {size}, signed by {key}")


if __name__ == "__main__":
    main()
