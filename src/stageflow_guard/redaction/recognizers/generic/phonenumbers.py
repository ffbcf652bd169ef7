"""What libphonenumber's metadata says of a national number. The only file that imports it.

It comes with presidio and is loaded at the first number that asks for it. A number is one of a
region where its digits fit a fixed or a mobile line there and its groups are those that the region
writes; a trunk prefix in front lets any grouping pass.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from stageflow_guard.errors import ConfigError

REGIONS = (
    "US", "GB", "DE", "FR", "ES", "IT", "NL", "PT", "BR", "PL", "SE", "IN", "JP", "KR", "CN", "CH", "AT", "BE", "IE", "AU", "TR", "DK", "NO", "FI", "MX", "SG", "HK",
    "CZ", "RO", "GR", "HU", "IL", "ZA", "NZ", "AR", "CL", "CO", "TH", "TW", "SA", "AE",
)  # fmt: skip
Shape = tuple[int, ...]


class Region(NamedTuple):
    """One region's numbers: its trunk prefix, which digits are numbers, how they are grouped."""

    trunk: str
    numbers: re.Pattern[str]
    shapes: frozenset[Shape]
    mobile: re.Pattern[str]


@lru_cache(maxsize=300)
def region(code: str) -> Region:
    """Return the numbers of the region `code`; raise `ConfigError` where there is none."""
    from phonenumbers import PhoneMetadata

    metadata: Any = PhoneMetadata.metadata_for_region(code.upper(), None)
    if metadata is None:
        raise ConfigError(f"`phone_regions`: there is no region `{code}`")
    kinds = (metadata.fixed_line, metadata.mobile, metadata.voip, metadata.toll_free)
    patterns = [
        k.national_number_pattern for k in kinds if k is not None and k.national_number_pattern
    ]
    formats = metadata.number_format
    trunk = metadata.national_prefix or ""
    # where a number is not dialled without its first 0, the 0 is a part of it
    numbers = re.compile("|".join(f"(?:{p})" for p in patterns) or "(?!)")
    mobile = re.compile(getattr(metadata.mobile, "national_number_pattern", None) or "(?!)")
    shapes = frozenset(s for f in formats for s in _shapes(f.pattern, trunk))
    return Region(trunk, numbers, shapes, mobile)


def _shapes(pattern: str, trunk: str) -> set[Shape]:
    """Return the sizes of the groups that a format's pattern has, with and without the trunk."""
    sizes: list[tuple[int, ...]] = [()]
    for group in re.findall(r"\(((?:\?:)?(?:[^()]|\([^()]*\))*)\)", pattern):
        widths = _widths(group)
        sizes = [(*have, width) for have in sizes for width in widths]
    found = {s for s in sizes if s}
    if trunk:
        found |= {(s[0] + len(trunk), *s[1:]) for s in found} | {(len(trunk), *s) for s in found}
    return found


def _widths(group: str) -> list[int]:
    least = most = 0
    for part in re.finditer(r"(?:\\d|\d|\[[^\]]+\]|\(\?:[^()]*\))(?:\{(\d)(?:,(\d))?\})?", group):
        low = int(part[1] or 1)
        least, most = least + low, most + int(part[2] or low)
        if part[0].startswith("(?:"):
            inner = [_widths(option)[-1] for option in part[0][3:-1].split("|")]
            least, most = least - low + min(inner), most - low + max(inner)
    return list(range(least, most + 1))


@lru_cache(maxsize=4096)
def national(digits: str, shape: Shape, regions: tuple[str, ...] = REGIONS) -> float:
    """Return how sure `digits`, grouped as `shape`, are a number of one of `regions`; 0 for none."""
    best = 0.0
    for code in regions:
        one = region(code)
        trunk = bool(one.trunk) and digits.startswith(one.trunk)
        rest = digits[len(one.trunk) :] if trunk else digits
        if not (one.numbers.fullmatch(rest) or one.numbers.fullmatch(digits)):
            continue
        if shape in one.shapes:
            return 0.45
        grouped = trunk and len(shape) > 1 and min(shape[1:]) >= 2 and 2 <= shape[0] <= 5
        if grouped or (shape in _BY_HAND and one.mobile.fullmatch(rest)):
            best = max(best, 0.4)
    return best


# groupings of a mobile number that people use and no region's format has
_BY_HAND = frozenset({(3, 3, 2, 2), (3, 2, 2, 3), (3, 2, 2, 2), (3, 2, 3, 2)})
