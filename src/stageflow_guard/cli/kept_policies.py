"""The policy revisions that are kept beside a log: where they are, and which were changed since."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from stageflow_guard.base.kept_files import KeptFiles


def stores_beside(folder: str | Path) -> list[Path]:
    """Return where the revisions of a log, or of the shards in `folder`, are kept."""
    root = Path(folder).absolute()
    places = (Path(f"{base}.policies") for base in (root, root.parent))
    return [place for place in places if place.is_dir()]


def changed_beside(folder: str | Path) -> list[str]:
    """Return the kept revisions that are not what they were when they decided."""
    return sorted({one for place in stores_beside(folder) for one in KeptFiles(place).changed()})


def changed_line(revision: str) -> str:
    """Say that a kept revision was changed."""
    return (
        f"ALARM: the kept revision `{revision[:12]}` was changed since it was kept, or a part of "
        "it is gone: what its rules said is no evidence any more"
    )


def none_kept(folder: str | Path) -> str | None:
    """Say that no revision is kept beside a log, so that no rule can be shown; None where one is."""
    if any(KeptFiles(place).revisions() for place in stores_beside(folder)):
        return None
    return f"no policy revision is kept beside `{Path(folder).name}`: what a rule said is not shown"


def gone_line(revisions: Iterable[str], folder: str | Path) -> str | None:
    """Say which revisions decided and are not kept beside the log; None where all of them are."""
    there = {one for place in stores_beside(folder) for one in KeptFiles(place).revisions()}
    gone = sorted(one[:12] for one in revisions if one not in there)
    if not gone:
        return None
    return f"decided by a revision that is not kept beside the log: {', '.join(gone)}"
