"""Pages that are made from code when the site is built, so that none can be out of date.

`PAGES` maps a page's path below docs to the function that returns its text.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import api_pages  # type: ignore[import-not-found]
import command_page  # type: ignore[import-not-found]
import records_page  # type: ignore[import-not-found]

PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": command_page.text,
    "reference/records.md": records_page.text,
    **api_pages.PAGES,
}


def on_files(files: Any, config: Any) -> Any:
    """Add every generated page to the site."""
    from mkdocs.structure.files import File

    for path, make in PAGES.items():
        files.append(File.generated(config, path, content=make()))
    return files
