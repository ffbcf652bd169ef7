"""An option that a verb does not take: which of its own was likely meant."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from stageflow_guard.base.near_name import near_name


class Parser(argparse.ArgumentParser):
    """A parser whose refusal of an option names the one that it is a slip for.

    The verbs below are of this class, too; the outermost alone meets what none of them takes.
    """

    _words: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Keep the words: a refusal does not say below which verb they stood."""
        self._words = [str(word) for word in (sys.argv[1:] if args is None else args)]
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong, with what was likely meant, and leave."""
        slips = message.startswith("unrecognized arguments:")
        super().error("; ".join([message, *_meant(self, self._words)]) if slips else message)


def _meant(top: argparse.ArgumentParser, words: Sequence[str]) -> Iterator[str]:
    verb = _verb(top, words)
    known = sorted(one for action in verb._actions for one in action.option_strings)
    for word in words:
        option = word.partition("=")[0]
        near = near_name(option, known) if option.startswith("--") else None
        if near is not None and option not in known:
            yield f"did you mean `{near}` for `{option}`?"


def _verb(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of the verb that these words name."""
    for word in words:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction) and word in action.choices:
                parser = action.choices[word]
                break
    return parser
