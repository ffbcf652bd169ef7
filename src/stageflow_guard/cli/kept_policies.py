"""The policy revisions that are kept beside a log: where they are, and which were changed since."""

from __future__ import annotations

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
        f"ALARM: the kept revision `{revision[:12]}` was changed since it was kept: what its rules "
        "said is no evidence any more"
    )
