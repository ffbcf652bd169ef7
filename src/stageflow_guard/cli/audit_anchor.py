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
class Anchor:
    """Where the checkpoint and the key came from that a log, here or in a sink, was held against.

    `compared` is how many records that checkpoint commits to.
    """

    checkpoint: From = "nowhere"
    key: From = "nowhere"
    compared: int | None = None

    @property
    def by(self) -> str:
        """What from outside vouches for the log: none, vkey or checkpoint."""
        if self.checkpoint == "elsewhere":
            return "checkpoint"
        return "vkey" if self.key == "elsewhere" else "none"

    @property
    def warning(self) -> str | None:
        """What would not show, although something might have been given; None where it would."""
        if self.checkpoint == "the log itself":
            return OWN_CHECKPOINT
        if self.by != "none":
            return None
        return OWN_KEY if self.key == "the log itself" else NOTHING_GIVEN

    def as_json(self) -> dict[str, Any]:
        """Return what a program asks of the comparison."""
        return {
            "anchored": self.by,
            "checkpoint_size": self.compared if self.checkpoint == "elsewhere" else None,
            "own_checkpoint": self.checkpoint == "the log itself",
            "own_vkey": self.key == "the log itself",
        }


NO_ANCHOR = Anchor()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One log that holds, and what it was held against."""

    report: VerificationReport
    anchor: Anchor = NO_ANCHOR

    @property
    def vouched(self) -> str | None:
        """What vouches for the log, and how far; None where nothing does."""
        if self.anchor.by == "vkey":
            return KEY_ONLY
        if self.anchor.by == "none":
            return None
        compared = self.anchor.compared or 0
        since = self.report.size - compared
        after = f"; of the {since} after it, nothing kept elsewhere says anything" if since else ""
        return f"anchored by a checkpoint of {compared} records{after}"

    @property
    def told(self) -> str:
        """Say both in one sentence."""
        return "; ".join(one for one in (self.anchor.warning, self.vouched) if one)


class Given:
    """What the caller gave with `--checkpoint`, `--vkey` and `--witness`, by the log it is about."""

    def __init__(self, args: argparse.Namespace) -> None:
        from stageflow_guard.audit.tlog.checkpoint import parse

        self._keys = list(getattr(args, "vkey", None) or [])
        self.lines = [text_of(key) for key in self._keys]
        self._paths = [Path(value) for value in getattr(args, "checkpoint", None) or []]
        self._witnesses = tuple(text_of(one) for one in getattr(args, "witness", None) or [])
        self._notes = [path.read_bytes() for path in self._paths]
        self._heads = [parse(note)[0] for note in self._notes]
        self._by_origin = numbered("checkpoint", [head.origin for head in self._heads])
        self._by_name = numbered("vkey", [line.split("+")[0] for line in self.lines])
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

        alone = folder == self._single
        key = 0 if alone and len(self._keys) == 1 else self._by_name.get(origin)
        note = 0 if alone and len(self._notes) == 1 else self._by_origin.get(origin)
        report = verify(
            folder,
            vkey=None if key is None else self.lines[key],
            checkpoint=None if note is None else self._notes[note],
            minimum=self._minimum if self._minimum_asked else read_minimum(folder) or None,
            witnesses=self._witnesses,
        )
        return Checked(report=report, anchor=self._anchor(note, key, [folder]))

    @property
    def notes(self) -> dict[str, bytes]:
        """The checkpoints by their origin."""
        return {origin: self._notes[place] for origin, place in self._by_origin.items()}

    def anchor_in_sink(self, origin: str, logs: Iterable[Path], *, compared: bool) -> Anchor:
        """Return what vouches for a sink's copy; `compared`: the checkpoint is of this very log.

        What lies in one of the `logs` here vouches for none. One key line gives those of its
        log's other shards.
        """
        key = self._by_name.get(origin, 0 if self._keys else None)
        return self._anchor(self._by_origin[origin] if compared else None, key, logs)

    def _anchor(self, note: int | None, key: int | None, logs: Iterable[Path]) -> Anchor:
        logs = list(logs)
        return Anchor(
            checkpoint=_given_from(
                None if note is None else self._paths[note], [one / "checkpoint" for one in logs]
            ),
            key=_given_from(
                None if key is None else self._keys[key], [one / "vkey" for one in logs]
            ),
            compared=None if note is None else self._heads[note].size,
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

    given, found, origins = Given(args), [], set()
    receipts = [(parse_receipt(one)[0], one) for one in getattr(args, "receipt", None) or []]
    for folder in (folders := logs_in(args.dir)):
        own = origin_of(folder)
        origins.add(own)
        try:
            found.append((folder, given.check(folder, own)))
        except VerificationError as error:
            if len(folders) > 1:  # which of them
                error.message = f"{folder.name}: {error.message}"
            raise
        for origin, receipt in receipts:
            if origin == own:
                require_receipt(folder, receipt)
    if not origins.issuperset(origin for origin, _ in receipts):
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


def _given_from(given: str | Path | None, own: Iterable[Path]) -> From:
    """Say whether what was given is a log's own file, by whatever name or link."""
    if given is None:
        return "nowhere"
    return "the log itself" if any(_same(Path(given), one) for one in own) else "elsewhere"


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # a key line itself, which is no file
        return False
