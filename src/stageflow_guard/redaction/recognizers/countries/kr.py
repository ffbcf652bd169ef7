"""Korea, and the words of Korean."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    Number,
    members,
    staff,
    students,
)

_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def resident_registration(value: str) -> bool:
    """Resident registration number: modulus 11 with weights 2 to 9, 2 to 5."""
    return (11 - weighted(value, _WEIGHTS) % 11) % 10 == int(value[12])


_BORN = re.compile(r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[1-8]")

_ELDER, _YOUNGER = frozenset("1256"), frozenset("3478")


def of_a_birth(value: str) -> bool:
    """Say whether a right number begins with a day and the digit of a century."""
    return _BORN.match(value) is not None and issued(value)


def foreign_registration(value: str) -> bool:
    """Foreigner's registration number: the same sum, 2 more."""
    return (13 - weighted(value, _WEIGHTS) % 11) % 10 == int(value[12])


_FOREIGN = frozenset("5678")


def issued(value: str) -> bool:
    """Say whether the check digit is that of a resident, or of a foreigner where it is one's."""
    return resident_registration(value) or (value[6] in _FOREIGN and foreign_registration(value))


_NO_CHECK = "2010"  # year and month of birth from which on the last digits are drawn


def dated(value: str) -> bool:
    """Say whether a number that may have no check digit begins with a day of 1930 to 2029.

    Since October 2020 it has none: that is who was born since, and a foreigner of any age.
    """
    year, century = int(value[:2]), value[6]
    lived = (century in _ELDER and year >= 30) or (century in _YOUNGER and year < 30)
    drawn = century in _FOREIGN or (century in _YOUNGER and value[:4] >= _NO_CHECK)
    return lived and drawn and _BORN.match(value) is not None


def of_a_province(value: str) -> bool:
    """Say whether a driving licence begins with the number of a province, 11 to 28."""
    return 11 <= int(value[:2]) <= 28


def in_one_piece(value: str) -> bool:
    """Say whether thirteen digits are surely one: no moment, no barcode, no number of an order.

    The digit of the century has to make the year one of 1930 to 2012.
    """
    year, century = int(value[:2]), value[6]
    lived = (century in _ELDER and year >= 30) or (century in _YOUNGER and year <= 12)
    barcode = weighted(value, (1, 3) * 6 + (1,)) % 10 == 0
    return lived and not barcode and of_a_birth(value)


COUNTRY = Country(
    code="kr", language="ko",
    words={
        "phone": "전화|전화번호|휴대폰|핸드폰|연락처|휴대전화|번호는|전화는", "card": "카드번호|카드|신용카드|카드번호는", "account": "계좌번호|계좌", "passport": "여권|여권번호", "dob": "생년월일|생일",
        "other": "빌드|빌드 번호|빌드 번호는|빌드번호|버전 번호|버전번호|모델 번호|주문|주문번호|청구서|쪽|가격|금액|버전|송장|송장번호",
    },
    fields={
        "PERSON": "받는 사람|보내는 사람|승객|탑승자|예약자|직원|세입자|가입자|입금자|신고자|대표자|학부모|방문자|담당의|주문자|신청인|계약자|피보험자|수령인|담당자|보험계약자|임차인|임대인|참석자|받는 분|보내는 분|보내는사람|환자|학생|보호자|이름|성명|성함|예금주|받는사람|수취인|고객명|환자명", "STREET_ADDRESS": "주소|배송지|집주소|배송주소", "PHONE_NUMBER": "전화|전화번호|휴대폰|핸드폰|연락처|휴대전화|휴대폰번호",
        "SECRET": "비밀번호|암호|인증번호|비번|비밀키", "DATE_OF_BIRTH": "생년월일|생일", "CREDIT_CARD": "카드번호|신용카드번호", "US_BANK_NUMBER": "계좌번호", "KR_RRN": "주민등록번호|주민번호|외국인등록번호",
        "PASSPORT": "여권번호|여권", "EMAIL_ADDRESS": "이메일|메일|전자우편", "USERNAME": "아이디|사용자명|사용자|사용자 이름",
    },
    said="예금주는|예금주명은|성함은|고객명은|제 이름은|저는|내 이름은|이름은|나는", titles="", born="생년월일|생일|출생",
    numbers=(
        Number(entity="KR_RRN", sizes=(13,), label="rrn", check=of_a_birth, shapes=((6, 7),), bare=0.4),
        Number(entity="KR_RRN", sizes=(13,), label="rrn", check=in_one_piece, shapes=((13,),), bare=0.4),
        Number(entity="KR_RRN", sizes=(13,), label="rrn", check=dated, shapes=((6, 7),), bare=0.4, dashed=True),
        Number(entity="US_DRIVER_LICENSE", sizes=(12,), label="운전면허", check=of_a_province, shapes=((2, 2, 6, 2),), bare=0.4, dashed=True),
    ),
    documents=(
        staff("사번|사원번호|사원 번호|직원번호|직원 번호|교번"),
        members("고객번호|고객 번호|멤버십 번호|멤버십번호"),
        students("학번|수험번호"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{2,6}(?:-[0-9]{2,8}){1,3}|[0-9]{10,14}", names="계좌번호|계좌"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"[A-Z]{0,3}-?[0-9]{5,12}", names="등록번호|환자번호|차트번호|병록번호|진료번호"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="증권번호|회원번호"),
        Document(entity="LICENSE_PLATE", value=r"[0-9]{2,3}[ ]?[\uac00-\ud7a3][ ]?[0-9]{4}", names="차량번호|번호판|차량|차번호|자동차|차량 번호"),
        Document(entity="KR_RRN", value=r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9][0-9]{6}", names="주민등록번호|주민번호|외국인등록번호|주민등록번호는|rrn|resident registration number|frn|foreigner registration number|foreign registration number|alien registration number|korean id|korean rrn|korean frn", check=issued),
        Document(entity="PASSPORT", value=r"[A-Z]{1,2}[0-9]{7,8}|[A-Z][0-9]{3}[A-Z][0-9]{4}", names="여권|여권번호"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{2}-?[0-9]{2}-?[0-9]{6}-?[0-9]{2}", names="운전면허|운전면허번호|면허번호"),
    ),
)  # fmt: skip
