"""A text that arrives in pieces."""

from __future__ import annotations

from stageflow_guard.redaction import Redactor, Vault


def assert_equals_whole(redactor: Redactor, text: str, cuts: list[int]) -> None:
    """The stream of a text cut at `cuts`, in their order, says what the whole text does."""
    scope = Vault().scope("t", "s")
    whole = redactor.redact_in(text, scope, "output")[0]
    stream, out = redactor.stream(scope), []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        out.append(stream.feed(text[start:end]))
    assert "".join(out) + stream.finish() == whole
