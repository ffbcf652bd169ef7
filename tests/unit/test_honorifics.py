"""Names beside an honorific in scripts without capitals, and what takes the honorific and is no name."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("text", "name"),
    [("田中太郎様、お世話になっております", "田中太郎"), ("佐藤さんに連絡してください", "佐藤"), ("担当はスミス様です", "スミス"), ("山田 花子 様", "山田 花子"), ("王小明先生您好", "王小明"), ("请联系李经理", "李"), ("박서연님, 안녕하세요", "박서연"),
     ("김민준 씨에게 전화 주세요", "김민준"), ("السيد يوسف الحداد المحترم، يرجى إرسال العقد", "يوسف الحداد"), ("الدكتورة ليلى حسن", "ليلى حسن"), ("श्री राजेश कुमार को भेजें", "राजेश कुमार"), ('ד"ר יוסי כהן', "יוסי כהן")],
)  # fmt: skip
def test_who_takes_an_honorific_is_a_person(text, name):
    """The name is covered, the honorific stays."""
    found = [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "PERSON"]
    assert found == [name]


@pytest.mark.parametrize(
    "text",
    ["仕様は同様です。お客様各位", "取引先様へ。担当者様", "模様、多様、皆様", "お父さん、お母さん", "たくさんあります", "고객님 안녕하세요", "이용자님 주문자님 사장님", "先生,您好", "各位老师", "السيد الرئيس", "السيدات والسادة", "श्री गणेश"],
)  # fmt: skip
def test_a_role_with_an_honorific_is_nobody(text):
    """Customers, firms, specifications and gods stay."""
    assert [s for s in REDACTOR.find(text) if s.entity == "PERSON"] == []
