"""The arguments of one call, bound by a callable's signature as Python binds them.

`inspect.Signature.bind` takes more time than most decisions. Most tools are called with names alone
and take no `*args`: for these the names are all there is to bind. Everything else, and every call
that Python would refuse, goes through `inspect`.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class Bound:
    """Arguments by parameter. What `arguments` holds when `call` is called is what is passed."""

    __slots__ = ("_binder", "arguments")

    def __init__(self, binder: Binder, arguments: dict[str, Any]) -> None:
        self._binder = binder
        self.arguments = arguments

    def call(self, function: Callable[..., Any]) -> Any:
        """Return what `function` returns for these arguments."""
        args, kwargs = self._binder.passed(self.arguments)
        return function(*args, **kwargs)

    def whole(self) -> dict[str, Any]:
        """Return every argument by parameter, defaults included."""
        return self._binder.whole(self.arguments)


class Binder:
    """Binds the calls of one callable."""

    __slots__ = ("_defaults", "_named", "_plan", "_required", "signature")

    def __init__(self, signature: inspect.Signature) -> None:
        self.signature = signature
        parameters = signature.parameters.values()
        empty = inspect.Parameter.empty
        self._named = all(one.kind in _NAMED for one in parameters)  # each one has a name
        self._plan = tuple((one.name, one.kind is _NAMED[0]) for one in parameters)
        self._required = frozenset(one.name for one in parameters if one.default is empty)
        self._defaults = {one.name: one.default for one in parameters if one.default is not empty}

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Bound:
        """Return the arguments by parameter; raise `TypeError` as the callable itself would."""
        given = kwargs.keys()
        if (
            self._named and not args and self._required <= given
            and given <= self.signature.parameters.keys()
        ):  # fmt: skip
            return Bound(self, dict(kwargs))
        return Bound(self, dict(self.signature.bind(*args, **kwargs).arguments))

    def passed(self, arguments: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return what is passed by position, as far as that goes, and what by name."""
        if not self._named:
            bound = inspect.BoundArguments(self.signature, arguments)
            return bound.args, bound.kwargs
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        in_place = True  # until one is left out: what follows has to be named
        for name, by_position in self._plan:
            if name not in arguments:
                in_place = False
            elif by_position and in_place:
                args.append(arguments[name])
            else:
                kwargs[name] = arguments[name]
        return args, kwargs

    def whole(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return every argument by parameter, defaults included."""
        if self._named:
            return {**self._defaults, **arguments}
        made = inspect.BoundArguments(self.signature, dict(arguments))
        made.apply_defaults()
        return dict(made.arguments)
