"""Names before an address in angle brackets that are of one word, turned, or in a script without capitals. Pure.

`Manon <manon@…>`, `AGUIRRE, Lourdes <l.aguirre@…>`, `보낸 사람: 배은경 <ek.bae@…>`. A box of an office stands
there, too, so a given name, a family name or the length of names decides.
"""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.people.given_names import ALL_GIVEN_NAMES, GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.honorifics import CHINESE_SURNAMES, KOREAN
from stageflow_guard.redaction.recognizers.people.somebody import is_somebody

_BORDER = r"(?:^|(?<=[\s\"'(,;:：|>]))"
_CAPITAL = r"[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’-][^\W\d_]+)*"
# `Will Riley`: a little word, that is a given name, too, may stand before it
_ONE = re.compile(rf"{_BORDER}(?:(?P<first>{_CAPITAL})[ ])?(?P<name>{_CAPITAL})$")
# the surname before a comma or in capitals before the given name
_TURNED = re.compile(
    rf"{_BORDER}(?P<name>{_CAPITAL}(?:[ ]{_CAPITAL})?,[ ](?P<given>{_CAPITAL})(?:[ ][^\W\d_a-zß-ÿ]\.?)?)$"
)
_HAN, _ARABIC = r"[\u3400-\u4dbf\u4e00-\u9fff々]", r"[\u0620-\u064a\u0670-\u06d3]"
# offices, shops and services, by how they end or begin
_OFFICES = r"部課係室局社店団庁院校所窓会館中心客服組组処处科公司銀行银行事務務通知担当"
_SCRIPTED = (
    re.compile(rf"(?<![가-힣] )(?<![가-힣])(?P<name>[{KOREAN}][가-힣]{{2}})(?<![팀실부처국점])$"),
    re.compile(rf"(?<!{_HAN})(?P<name>[{CHINESE_SURNAMES}]{_HAN}{{1,2}})(?<![{_OFFICES}])$"),
    re.compile(rf"(?<!{_HAN})(?<!{_HAN}[ \u3000])(?P<name>{_HAN}{{2,5}}|{_HAN}{{1,3}}[ \u3000]{_HAN}{{1,3}})(?<![{_OFFICES}])$"),
    re.compile(rf"(?<!{_ARABIC})(?<!{_ARABIC} )(?P<name>(?!ال|خدمة|فريق|قسم|إدارة|ادارة|مركز|شركة|مكتب|بنك|دعم|نشرة){_ARABIC}{{3,}}(?:[ ]{_ARABIC}{{2,}}){{1,2}})$"),
)  # fmt: skip
# before the address of somebody that a line of a mail's head names
_HEAD = re.compile(r"(?:差出人|送信者|宛先|送信元|発信者|[Cc][Cc]|[Ff]rom|[Tt]o|受信者)[ ]?[:：][ ]{0,2}[\"']?$")  # fmt: skip
# boxes of machines and offices: whose name stands before them is nobody's
_OF_MACHINES = re.compile(
    r"[\"']? ?<(?:ci|bot|bots|builds?|git|github|gitlab|notifications?|noreply|no-reply|alerts?|monitoring|robot|daemon|root|postmaster|mailer|jenkins|travis|newsletter|news)[@+.-]",
    re.IGNORECASE,
)
_JAPANESE = 2  # the pattern of names that need such a line


def before_address(text: str, low: int, at: int) -> tuple[int, int] | None:
    """Return the range of such a name that ends at `at`, where ` <address>` or a quote begins; None where none is."""
    turned = _TURNED.search(text, low, at)
    if turned is not None and turned["given"].lower() in ALL_GIVEN_NAMES:
        return turned.span("name")
    one = _ONE.search(text, low, at)
    if _OF_MACHINES.match(text, at) is not None:
        return None
    if one is not None and one["name"].lower() in GIVEN_NAMES and is_somebody(one["name"]):
        led = one["first"] is not None and one["first"].lower() in ALL_GIVEN_NAMES
        return one.start("first") if led else one.start("name"), one.end()
    if text[at - 1 : at].isascii():
        return None
    for place, pattern in enumerate(_SCRIPTED):
        name = pattern.search(text, low, at)
        if name is not None and (
            place != _JAPANESE or _HEAD.search(text, max(low, name.start() - 12), name.start())
        ):
            return name.span("name")
    return None
