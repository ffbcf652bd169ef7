"""What vouches for a log from outside it: the keys, checkpoints and witnesses that were given.

A log whose files were all put back to an earlier state holds: every hash, every signature. Only
something newer that was kept elsewhere shows what is missing, so every answer says whether the log
was compared with such a thing. A checkpoint or key line that lies in the log goes back with it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.cli.audit_args import text_of
from stageflow_guard.errors import ConfigError, VerificationError

if TYPE_CHECKING:
    from stageflow_guard.audit.verification.verify import VerificationReport

From = Literal["nowhere", "the log itself", "elsewhere"]
NOTHING_GIVEN = (
    "NOT ANCHORED: nothing from outside the log vouches for it, and the key was taken from "
    "the log itself; keep a checkpoint elsewhere"
)
OWN_CHECKPOINT = (
    "NOT ANCHORED: the checkpoint that was given is the log's own, which proves nothing about a "
    "rollback; give a copy that was taken earlier and kept elsewhere"
)
OWN_KEY = (
    "NOT ANCHORED: the key that was given is the log's own file, which proves nothing about a "
    "rewritten log; keep the key line, or better a checkpoint, elsewhere"
)
KEY_ONLY = "anchored by its key only: a rollback, or a rewrite by the key's holder, would not show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One log that holds, and where the checkpoint and the key came from that it was held against.

    `compared` is how many records that checkpoint commits to.
    """

    report: VerificationReport
    checkpoint: From = "nowhere"
    key: From = "nowhere"
    compared: int | None = None

    @property
    def anchored(self) -> str:
        """What from outside vouches for the log: none, vkey or checkpoint."""
        if self.checkpoint == "elsewhere":
            return "checkpoint"
        return "vkey" if self.key == "elsewhere" else "none"

    @property
    def warning(self) -> str | None:
        """What would not show, although something might have been given; None where it would."""
        if self.checkpoint == "the log itself":
            return OWN_CHECKPOINT
        if self.anchored != "none":
            return None
        return OWN_KEY if self.key == "the log itself" else NOTHING_GIVEN

    @property
    def vouched(self) -> str | None:
        """What vouches for the log, and how far; None where nothing does."""
        if self.anchored == "vkey":
            return KEY_ONLY
        if self.anchored == "none":
            return None
        since = self.report.size - (self.compared or 0)
        after = f"; of the {since} after it, nothing kept elsewhere says anything" if since else ""
        return f"anchored by a checkpoint of {self.compared} records{after}"

    @property
    def told(self) -> str:
        """Say both in one sentence."""
        return "; ".join(one for one in (self.warning, self.vouched) if one)

    def as_json(self) -> dict[str, Any]:
        """Return what a program asks of the comparison."""
        return {
            "anchored": self.anchored,
            "checkpoint_size": self.compared if self.checkpoint == "elsewhere" else None,
            "own_checkpoint": self.checkpoint == "the log itself",
            "own_vkey": self.key == "the log itself",
        }


class Given:
    """What the caller gave with `--checkpoint`, `--vkey` and `--witness`, by the log it is about."""

    def __init__(self, args: argparse.Namespace) -> None:
        from stageflow_guard.audit.tlog.checkpoint import parse

        self._keys = list(getattr(args, "vkey", None) or [])
        self._paths = [Path(value) for value in getattr(args, "checkpoint", None) or []]
        self._witnesses = tuple(text_of(one) for one in getattr(args, "witness", None) or [])
        self._notes = [path.read_bytes() for path in self._paths]
        self._by_origin = numbered("checkpoint", [parse(note)[0].origin for note in self._notes])
        self._by_name = numbered("vkey", [text_of(key).split("+")[0] for key in self._keys])
        self._minimum = getattr(args, "min", None)
        self._minimum_asked = "min" in args
        self._single = Path(args.dir)

    @property
    def anything(self) -> bool:
        """Whether there is something to compare a log with."""
        return bool(self._keys or self._notes or self._witnesses)

    def require_known(self, origins: Iterable[str]) -> None:
        """Raise `VerificationError` for a key or checkpoint of a log that is not here."""
        for origin in sorted({*self._by_name, *self._by_origin} - {*origins}):
            raise VerificationError(
                f"no log here has the origin `{origin}` that a key or checkpoint names"
            )

    def check(self, folder: Path, origin: str) -> Checked:
        """Verify one log with the key and the checkpoint that are its own.

        A verb without `--min` takes what the log's own records say was pruned.
        """
        from stageflow_guard.audit import verify
        from stageflow_guard.audit.tlog.checkpoint import parse

        alone = folder == self._single
        key = 0 if alone and len(self._keys) == 1 else self._by_name.get(origin)
        note = 0 if alone and len(self._notes) == 1 else self._by_origin.get(origin)
        report = verify(
            folder,
            vkey=None if key is None else text_of(self._keys[key]),
            checkpoint=None if note is None else self._notes[note],
            minimum=self._minimum if self._minimum_asked else read_minimum(folder) or None,
            witnesses=self._witnesses,
        )
        return Checked(
            report=report,
            checkpoint=given_from(
                None if note is None else self._paths[note], folder / "checkpoint"
            ),
            key=given_from(None if key is None else self._keys[key], folder / "vkey"),
            compared=None if note is None else parse(self._notes[note])[0].size,
        )


def numbered(option: str, origins: list[str]) -> dict[str, int]:
    """Return the place of each origin; a second one of a log would be compared with nothing."""
    found = {origin: place for place, origin in enumerate(origins)}
    for origin, place in found.items():
        if origins.index(origin) != place:
            raise ConfigError(
                f"--{option} is given twice for `{origin}`: verify with one of them at a time"
            )
    return found


def check_all(args: argparse.Namespace) -> list[tuple[Path, Checked]]:
    """Verify every log in `args.dir`; raise `VerificationError` for the first that does not hold."""
    from stageflow_guard.audit.read.receipts import require_receipt
    from stageflow_guard.audit.tlog.receipt import parse_receipt

    given, receipts = Given(args), getattr(args, "receipt", None) or []
    found, origins = [], set()
    for folder in logs_in(args.dir):
        own = origin_of(folder)
        origins.add(own)
        found.append((folder, given.check(folder, own)))
        for one in receipts:
            if parse_receipt(one)[0] == own:
                require_receipt(folder, one)
    for one in receipts:
        if parse_receipt(one)[0] not in origins:
            raise VerificationError("no log here has the origin of a receipt")
    given.require_known(origins)
    return found


def origin_of(folder: Path) -> str:
    """Return the origin that a log's key line names; nothing where it names none."""
    from stageflow_guard.audit.read.signed_head import key_line

    try:
        return key_line(folder).split("+")[0]
    except (OSError, VerificationError):
        return ""


def given_from(given: str | Path | None, own: Path) -> From:
    """Say whether what was given is the log's own file, by whatever name or link."""
    if given is None:
        return "nowhere"
    path = Path(given)
    try:
        same = path.samefile(own)
    except OSError:  # a key line itself, which is no file
        same = False
    return "the log itself" if same else "elsewhere"
