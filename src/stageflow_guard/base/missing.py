"""One sentence for what is not there: what, where it was looked for, what to do."""

from __future__ import annotations

from pathlib import Path


def no_such(what: str, path: str | Path, remedy: str) -> str:
    """Return the sentence; a relative path names the folder that it starts from."""
    where = "" if Path(path).is_absolute() else f" in `{Path.cwd()}`"
    return f"there is no {what} `{path}`{where}; {remedy}"


NO_SETTINGS = (
    "change to the application's folder, or name the file by its path; `stageflow-guard init` "
    "writes one"
)
