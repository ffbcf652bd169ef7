"""Addresses of a home's network beside the hardware that got them: `device 3c:52:… leased 10.4.7.9`. Pure.

Such an address alone is nobody's; with the machine that it was given to, it tells whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit

_PAIR = re.compile(r"[:-](?<=[0-9A-Fa-f]{2}[:-])(?:[0-9A-Fa-f]{2}[:-]){4}[0-9A-Fa-f]{2}(?![:-]?[0-9A-Fa-f])")  # fmt: skip
_QUAD = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w/]|\.[0-9])")
_LIMITS = (0, 255)
_NEAR, _LEAD = 70, 24
_VERSION = re.compile(
    r"(?i)(?<![a-z])(?:firmware|fw|versión|versione|versão|version|versie|ver|v|release|rel|build|bios|sw|hw)[ .:]{0,3}$"
)


def recognize(text: str) -> Iterator[Hit]:
    """Yield addresses on the line of a hardware address; a mask and an address of all are none."""
    if text.count(".") < _DOTS:
        return
    seen: set[int] = set()
    for mac in _macs(text):
        low = max(0, mac.start() - _NEAR, text.rfind("\n", 0, mac.start()) + 1)
        stop = text.find("\n", mac.end(), mac.end() + _NEAR)
        high = stop if stop >= 0 else min(len(text), mac.end() + _NEAR)
        for quad in _QUAD.finditer(text, low, high):
            parts = [int(part) for part in quad[0].split(".")]
            if (
                quad.start() in seen
                or max(parts) > _LIMITS[1]
                or parts[-1] in _LIMITS
                or parts[0] in (0, 127, 255)
                or _VERSION.search(text, max(low, quad.start() - _LEAD), quad.start()) is not None
            ):
                continue
            seen.add(quad.start())
            yield Hit(*quad.span(), "IP_ADDRESS", 0.5, "beside its hardware", "mac")


def _macs(text: str) -> Iterator[re.Match[str]]:
    """Yield the hardware's addresses, from the sign behind their first two digits on."""
    for sign in ":-":
        at = text.find(sign)
        while at >= 0:
            mac = _PAIR.match(text, at) if text[at + 3 : at + 4] in _SIGNS else None
            if mac is not None:
                yield mac
            at = text.find(sign, at + 1 if mac is None else mac.end())


_SIGNS = frozenset(":-")
_DOTS = 3
