"""Models: scripted, echoing, tool-calling, streaming; each slow or failing by its schedule."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

from stageflow_guard.providers.replies import ModelReply, Prompt, ToolCall
from stageflow_guard.testing.doubles.faults import Faults, Scheduled

Answer = str | ToolCall | Sequence[ToolCall] | Callable[[str], "str | ToolCall"]


class _Model(Scheduled):
    """What the models share: `seen` holds every prompt, so that a test can look what arrived."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.seen: list[str] = []

    async def complete(self, prompt: Prompt) -> ModelReply:
        """Answer a prompt: text, or messages with `role` and `content`."""
        text = _text_of(prompt)
        number = await self.begin()
        self.seen.append(text)
        answer = self._answer(text, number)
        if callable(answer):
            answer = answer(text)
        calls: tuple[ToolCall, ...] = ()
        if isinstance(answer, ToolCall):
            calls, answer = (answer,), ""
        elif not isinstance(answer, str):
            calls, answer = tuple(answer), ""
        named = tuple(
            ToolCall(one.name, one.arguments, one.id or f"call-{number}-{place}")
            for place, one in enumerate(calls, 1)
        )
        return ModelReply(answer, named, len(text.split()), len(answer.split()))

    async def stream(self, prompt: Prompt, *, size: int = 0) -> AsyncIterator[str]:
        """Answer piece by piece: words, or pieces of `size` characters. Joined it is the answer."""
        reply = await self.complete(prompt)
        if size:
            pieces: Iterable[str] = (
                reply.text[start : start + size] for start in range(0, len(reply.text), size)
            )
        else:
            words = reply.text.split(" ")
            pieces = (w if place == 0 else f" {w}" for place, w in enumerate(words))
        for piece in pieces:
            yield piece

    def _answer(self, text: str, number: int) -> Answer:
        raise NotImplementedError


class EchoModel(_Model):
    """Answers with what it was told, behind `prefix`."""

    def __init__(self, prefix: str = "You said: ", *, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.prefix = prefix

    def _answer(self, text: str, number: int) -> Answer:
        return f"{self.prefix}{text}"


class ScriptedModel(_Model):
    """Answers in order, the last one again and again; or by the first of `rules` in the prompt.

    An answer is text, a `ToolCall`, several, or a function of the prompt.
    """

    def __init__(
        self,
        answers: Sequence[Answer] = ("ok",),
        *,
        rules: Mapping[str, Answer] | None = None,
        faults: Faults | None = None,
    ) -> None:
        if not answers:
            raise ValueError("a scripted model needs an answer")
        super().__init__(faults)
        self._answers = itertools.chain(answers[:-1], itertools.repeat(answers[-1]))
        self._rules = dict(rules or {})

    def _answer(self, text: str, number: int) -> Answer:
        for word, answer in self._rules.items():
            if word.lower() in text.lower():
                return answer
        return next(self._answers)


def _text_of(prompt: Prompt) -> str:
    if isinstance(prompt, str):
        return prompt
    return "\n".join(str(message.get("content") or "") for message in prompt)
