"""A model's find alone is none in technical text: a second sign is needed."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction.engines.plausible import plausible


@pytest.mark.parametrize(
    ("text", "found"),
    [("2026-11-28 ERROR Kafka Consumer lost the leader", "Kafka"), ("at java.lang.NullPointerException", "NullPointerException"), ("image: nginx:1.25", "nginx"), ("from pathlib import Path", "Path"),
     ("def test_Alice(self): pass", "Alice(self"), ("Support Team", "Support Team"), ("SELECT Name FROM [Users] WHERE (Id = 1) AND {x}", "Name"), ("Upgraded libssl", "libssl")],
)  # fmt: skip
def test_a_word_of_a_program_is_no_name(text, found):
    """Camel case, little words, business words, one word in a line of signs."""
    at = text.index(found)
    assert not plausible(text, at, at + len(found))


@pytest.mark.parametrize(
    ("text", "found"),
    [("Yesterday Maria went to Duluth with her son.", "Maria"), ("The report is by Chiara Bianchi.", "Chiara Bianchi"), ('{"by": "Chiara Bianchi", "at": [1, 2], "ok": true}', "Chiara Bianchi"),
     ("Please ask O'Neill-Smith about it.", "O'Neill-Smith"), ("昨日、田中宏が来ました。", "田中宏")],
)  # fmt: skip
def test_a_name_in_a_sentence_counts(text, found):
    """And a first with a last name counts in code, too."""
    at = text.index(found)
    assert plausible(text, at, at + len(found))


@pytest.mark.parametrize(
    ("text", "name", "counts"),
    [
        ("Der Zug fährt um acht ab.", "Der Zug fährt", False), ("Das Gesetz trat in Kraft.", "Das Gesetz trat", False), ("El pedido llegó ayer.", "El pedido", False),
        ("Il treno parte alle otto.", "Il treno parte alle", False), ("Mit freundlichen Grüßen", "Mit freundlichen Grüßen", False), ("Die Straße ist gesperrt.", "Die Straße", False),
        ("She moved to Los Angeles in May.", "Los Angeles", True), ("He met Vincent van Gogh there.", "Vincent van Gogh", True), ("They flew to Las Vegas.", "Las Vegas", True),
        ("the Bank of England said so", "Bank of England", True), ("I wrote to Charles de Gaulle.", "Charles de Gaulle", True),
    ],
)  # fmt: skip
def test_a_piece_of_a_sentence_is_no_name(text, name, counts):
    """Small words that no name has, or an article and a noun: a model of one language misreads others."""
    at = text.index(name)
    assert plausible(text, at, at + len(name)) is counts
