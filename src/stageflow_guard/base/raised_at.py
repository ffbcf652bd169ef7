"""Where an error was raised, for messages that must not hold its text."""

from __future__ import annotations

import os


def raised_at(error: BaseException) -> str:
    """Return `file:line` of the innermost frame of an error; `?` for one that was never raised."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return "?"
    return f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}"
