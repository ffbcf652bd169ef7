"""Japan, and the words of Japanese."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    staff,
    students,
)


def my_number(value: str) -> bool:
    """Individual number (My Number): modulus 11."""
    total = 0
    for place, digit in enumerate(reversed(value[:11]), 1):
        total += int(digit) * (place + 1 if place <= 6 else place - 5)
    check = total % 11
    return int(value[11]) == (0 if check <= 1 else 11 - check)


COUNTRY = Country(
    code="jp", language="ja",
    words={
        "phone": "電話|電話番号|携帯|携帯電話|携帯番号|番号は|連絡先|お電話|tel番号", "card": "カード番号|カード|クレジットカード|クレジットカード番号", "account": "口座番号|口座", "passport": "パスポート|旅券番号|旅券",
        "dob": "生年月日|誕生日", "ip": "ipアドレス", "other": "ビルド番号|ビルド|バージョン番号|リリース番号|型番|製品番号|注文番号|注文|請求書|版|頁|価格|金額|追跡番号|バージョン",
    },
    fields={
        "PERSON": "お客様名|ご契約者名|会員名|ご氏名|従業員|社員|患者様|お客様|宿泊者|予約者|搭乗者|乗客|生徒|申請者|届出人|契約者名|ご注文者|注文者|発送先氏名|送り先氏名|扶養者名|契約者|被保険者|申込者|依頼者|緊急連絡先氏名|代表者|参加者|出席者|お届け先お名前|担当の|お届け先氏名|患者|保護者|送り主|氏名|名前|お名前|名義|口座名義|受取人|宛名|担当者|患者名|フリガナ", "STREET_ADDRESS": "住所|ご住所|お届け先|送付先|現住所", "PHONE_NUMBER": "電話|電話番号|携帯|携帯電話|携帯番号|連絡先|お電話",
        "SECRET": "パスワード|暗証番号|秘密鍵|認証コード|確認コード", "DATE_OF_BIRTH": "生年月日|誕生日", "CREDIT_CARD": "カード番号|クレジットカード番号", "US_BANK_NUMBER": "口座番号",
        "JP_MY_NUMBER": "マイナンバー|個人番号", "PASSPORT": "パスポート番号|旅券番号|パスポート", "EMAIL_ADDRESS": "メール|メールアドレス|電子メール", "USERNAME": "ユーザー名|ユーザ名|ユーザー|ユーザーid|ログインid",
    },
    said="私の名前は|名前は|私は|わたしは|僕は|名義は", titles="", born="生年月日|誕生日|生まれ",
    documents=(
        staff("社員番号|従業員番号|職員番号|社員コード"),
        members("お客様番号|顧客番号|契約者番号|会員証番号"),
        students("学籍番号|学生番号|受験番号"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{7}", names="普通|普通預金|当座|普通口座|口座番号 普通"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"[A-Z]{0,3}-?[0-9]{5,12}", names="カルテ番号|患者番号|診察券番号|患者id"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="証券番号|会員番号|保険証番号"),
        Document(entity="LICENSE_PLATE", value=r"[\u4e00-\u9fff\u3041-\u3096]{2,4}[ ]?[0-9]{2,3}[ ]?[\u3041-\u3096][ ]?[0-9・]{1,4}(?:-[0-9]{2})?", names="車両番号|ナンバー|ナンバープレート|車のナンバー|自動車登録番号|車番|登録番号"),
        Document(entity="JP_MY_NUMBER", value=r"[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}", names="マイナンバー|個人番号|my number|マイナンバーは", check=my_number),
        Document(entity="JP_CORPORATE_NUMBER", value=r"[0-9]{13}", names="法人番号"),
        Document(entity="PASSPORT", value=r"[A-Z]{2}[0-9]{7}", names="パスポート|パスポート番号|旅券番号"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{12}", names="運転免許証|免許証番号|運転免許証番号|免許証"),
    ),
)  # fmt: skip
