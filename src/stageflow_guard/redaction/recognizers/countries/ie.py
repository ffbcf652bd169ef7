"""Ireland."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def pps(value: str) -> bool:
    """PPS number: modulus 23; a second letter counts nine times."""
    value = value.upper()
    total = sum(int(d) * w for d, w in zip(value[:7], range(8, 1, -1), strict=True))
    if len(value) > 8 and value[8] != "W":
        total += 9 * (ord(value[8]) - 64)
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == value[7]


COUNTRY = Country(
    code="ie", language="en",
    fields={"IE_PPS": "pps|pps number|ppsn|pps no"},
    documents=(Document(entity="IE_PPS", value=r"[0-9]{7}[A-Wa-w][A-IWTa-iwt]?", names="pps|p.p.s.|p.p.s. no|p.p.s. number|personal public service number|public services card|pps number|ppsn|pps no", check=pps),),
)  # fmt: skip
