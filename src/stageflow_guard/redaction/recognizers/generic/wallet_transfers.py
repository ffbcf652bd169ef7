"""The telephone number of who sends or gets money by a wallet: `MB WAY: recebeu 30 EUR de TIAGO M. (912448173)`. Pure.

Such wallets know people by their number, and write it in brackets behind the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_WALLETS = Heads(("mb way", "mbway", "bizum", "satispay", "swish", "wero", "twint", "tikkie", "paylib", "venmo", "zelle", "cash app", "cashapp", "vipps", "mobilepay", "blik", "lydia", "pix ", "gpay", "google pay", "phonepe", "paytm", "nequi", "daviplata", "yape", "m-pesa", "mpesa", "mobile money", "bancomat pay", "payconiq", "upi "))  # fmt: skip
_BEHIND_A_NAME = re.compile(
    r"[^\W\d_]\.?[ ]?\([ ]?(?:tel\.?|n[.º°]|nr\.?)?[ :]{0,2}(?P<number>\+?[0-9](?:[ .-]?[0-9]){7,13})[ ]?\)"
)


def recognize(text: str) -> Iterator[Hit]:
    """Yield numbers in brackets behind a name, on the line of a wallet."""
    if not numbered(text) or "(" not in text:
        return
    reached = 0
    for at in _WALLETS.places(lowered(text)):
        begin = max(reached, text.rfind("\n", max(0, at - _WIDTH), at) + 1, at - _WIDTH)
        end = text.find("\n", at, at + _WIDTH)
        reached = end if end >= 0 else at + _WIDTH
        for match in _BEHIND_A_NAME.finditer(text, begin, reached):
            word = text[max(begin, match.start() - _LONGEST) : match.start() + 1].rpartition(" ")[2]
            if word[:1].isupper():
                yield Hit(*match.span("number"), "PHONE_NUMBER", 0.5, "phone", "label phone")


_WIDTH, _LONGEST = 200, 24  # characters of a line on either side; of a name
