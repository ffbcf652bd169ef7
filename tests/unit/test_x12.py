"""Segments of X12: who is insured, who pays and who treated, by place; a stream sees the same."""

from __future__ import annotations

import pytest
from tests.cut_stream import assert_equals_whole

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()
CLAIM = (
    "ISA*00*          *00*          *ZZ*SUBMITTER      *ZZ*RECEIVER       *240411*1253*^*00501*000000905*0*P*:~"
    "NM1*85*2*MERCY CLINIC*****XX*1467857193~N3*2250 HARROW MILL RD~N4*COLUMBUS*OH*43221~REF*EI*311234567~"
    "PER*IC*IRENE VOSS*TE*6145553380*EM*i.voss@mercy.example~"
    "NM1*IL*1*EASTERBROOK*HOLLIS*T***MI*W1231653230~N3*208 SPRUCE HOLLOW RD~N4*SALEM*OR*97301~DMG*D8*19750120*M~REF*SY*536904399~"
    "CLM*EAH4004*185***11:B:1*Y*A*Y*Y~HI*ABK:M5416~SV1*HC:99213*185*UN*1***1~NM1*82*1*LUNDY*CORA****XX*1030769214~SE*31*0001~"
)
HELD = ["EASTERBROOK", "HOLLIS", "W1231653230", "208 SPRUCE HOLLOW RD", "97301", "19750120", "536904399", "EAH4004", "LUNDY", "1030769214", "IRENE VOSS", "6145553380", "i.voss@mercy.example"]  # fmt: skip
LEFT = [
    "MERCY CLINIC",
    "ABK:M5416",
    "HC:99213*185*UN*1",
    "*240411*1253*",
    "11:B:1*Y*A*Y*Y",
    "SE*31*0001",
]


@pytest.mark.parametrize("ends", ["~", "~\n", "\n", "~\r\n"])
def test_a_claim_shows_nobody(ends):
    """Names, numbers, addresses and days of persons go; codes, amounts and signs stay."""
    shown = REDACTOR.redact(CLAIM.replace("~", ends)).value
    assert [value for value in HELD if value in shown] == []
    assert [value for value in LEFT if value not in shown] == []


@pytest.mark.parametrize("size", [1, 3, 7, 31, 64])
def test_a_claim_in_a_stream_is_the_claim(size):
    """However it is cut, a segment is read whole."""
    text = CLAIM * 3
    assert_equals_whole(REDACTOR, text, list(range(size, len(text), size)))


@pytest.mark.parametrize("text", ["a = N3*x + N4*y; CLM*2", "* NM1 is a segment\n* REF is one, too", "REF*ZZ*MUTUALLY DEFINED~", "N4*foo*bar~", "DMG*D8*M~", "**REF** see *below*"])  # fmt: skip
def test_what_only_looks_like_a_segment_stays(text):
    """Arithmetic, Markdown, segments about no person."""
    assert REDACTOR.redact(text).value == text
