"""The countries' numbers of digits, by length. Data."""

from __future__ import annotations

from collections import defaultdict

from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.countries.pack import Number

NUMBERS: tuple[Number, ...] = tuple(one for country in COUNTRIES for one in country.numbers)
NATIONAL: dict[int, list[Number]] = defaultdict(list)
for _one in NUMBERS:
    for _size in _one.sizes:
        NATIONAL[_size].append(_one)
