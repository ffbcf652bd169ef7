"""What to say of a line that has too few or too many columns: their names, and which is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stageflow_guard.policy.engine.text import Malformed

Fits = Callable[[str], bool]


def miscounted(
    fields: Sequence[str], names: Sequence[str], fits: Sequence[Fits] | None = None
) -> Malformed:
    """Return the error for a line whose columns are not `names`; the first is the line's type.

    `fits` says of each column after the first whether a value can stand there: with it a single
    missing column is named, where there is one way alone to read the rest.
    """
    article = "an" if names[0][0] in "aeiou" else "a"
    said = (
        f"{article} {names[0]} line has {len(names)} columns here, this one {len(fields)}: "
        f"{', '.join(names)}"
    )
    missing = _missing(fields[1:], fits) if fits is not None else None
    if missing is not None:
        said += f"; `{names[missing + 1]}` is missing"
    return Malformed(said)


def _missing(values: Sequence[str], fits: Sequence[Fits]) -> int | None:
    if len(values) != len(fits) - 1:
        return None
    found = [
        gap
        for gap in range(len(fits))
        if all(
            fit(value) for fit, value in zip([*fits[:gap], *fits[gap + 1 :]], values, strict=True)
        )
    ]
    return found[0] if len(found) == 1 else None
