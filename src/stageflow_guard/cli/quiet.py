"""Silence for verbs whose table says what log lines would say again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what logs refusals (the table shows them), and give every level back."""
    noisy = ("stageflow_guard", "pipeline_dag", "interceptors", "presidio-analyzer")
    levels = {logging.getLogger(name): logging.getLogger(name).level for name in noisy}
    for logger in levels:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)
