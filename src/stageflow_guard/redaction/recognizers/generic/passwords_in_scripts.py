"""Passwords in Latin letters behind their label in another script: `пароль от сети Zarya@2044`. Pure.

Among letters of another script a word of letters with digits or signs is nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import places
from stageflow_guard.redaction.recognizers.generic.secret_shapes import TRIMMED, is_made_up
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_LABELS = (
    "парол", "كلمة المرور", "كلمة مرور", "كلمة السر", "كلمة سر", "الرقم السري", "رمز الدخول", "סיסמ", "密码", "密碼", "口令", "パスワード", "暗証", "비밀번호", "비번", "암호", "รหัสผ่าน", "κωδικ", "पासवर्ड", "পাসওয়ার্ড", "رمز عبور", "گذرواژه", "პაროლ", "գաղտնաբառ",
)  # fmt: skip
_VALUE = re.compile(
    r"[^\x00-\x1f!-~\x1e⟦⟧]{0,40}[:：=]?[ ]{0,2}[\"'«“「]?(?P<value>[!-~]{5,48})(?![!-~])"
)
# it was wrong, or is to be given
_FAILS = re.compile(
    r"错误|失败|不正确|過期|过期|エラー|誤り|違い|失敗|틀|오류|실패|خطأ|خاطئة|неверн|ошибк|неправильн|שגוי"
)
_HOST = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.")


def recognize(text: str) -> Iterator[Hit]:
    """Yield such passwords."""
    if text.isascii():
        return
    lower = lowered(text)
    for label in _LABELS:
        for at in places(lower, label) if label in lower else ():
            match = _VALUE.match(text, at + len(label))
            value = "" if match is None else match["value"].rstrip(TRIMMED).lstrip("\"'(")
            if match is None or _FAILS.search(lower, at, match.start("value")) is not None:
                continue
            if value and is_made_up(value) and "://" not in value and _HOST.match(value) is None:
                start = match.start("value") + match["value"].find(value)
                yield Hit(start, start + len(value), "SECRET", 0.45, "told", "label password")
