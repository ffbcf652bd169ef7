"""Presidio both ways: our recognizers in your analyzer, your analyzer beside or instead of ours.

    from stageflow_guard.redaction.presidio import analyzer
    engine = analyzer()                      # an AnalyzerEngine, one recognizer per entity

Presidio is imported by `redaction.engines.presidio` alone; this module hands its objects out.
"""

from __future__ import annotations

from stageflow_guard.redaction.engines.presidio import (
    as_recognizer,
    stock,
    stock_finder,
    tokenizer,
)
from stageflow_guard.redaction.engines.presidio_export import analyzer, recognizers
from stageflow_guard.redaction.engines.presidio_import import ConfiguredAnalyzer

__all__ = [
    "ConfiguredAnalyzer",
    "analyzer",
    "as_recognizer",
    "recognizers",
    "stock",
    "stock_finder",
    "tokenizer",
]
