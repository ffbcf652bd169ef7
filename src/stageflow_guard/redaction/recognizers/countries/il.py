"""Israel."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    patients,
    staff,
)


def identity_number(value: str) -> bool:
    """Mispar Zehut: Luhn, filled with zeros to nine digits."""
    return luhn(value.zfill(9))


COUNTRY = Country(
    code="il", language="he",
    words={"phone": "טלפון|נייד|פלאפון", "card": "כרטיס אשראי"},
    fields={"PERSON": "שם מלא", "PERSON_PART": "שם פרטי|שם משפחה", "PHONE_NUMBER": "טלפון|נייד|מספר טלפון", "SECRET": "סיסמה|סיסמא", "DATE_OF_BIRTH": "תאריך לידה", "STREET_ADDRESS": "כתובת"},
    said="קוראים לי|שמי|השם שלי", born="תאריך לידה",
    documents=(
        staff("מספר עובד|מס' עובד|מס עובד"),
        members("מספר לקוח|מספר חבר|מספר מנוי|מספר פוליסה|מס' לקוח"),
        patients("מספר מטופל|מספר תיק רפואי"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{7,8}", names="רישיון נהיגה|מספר רישיון נהיגה"),
        Document(entity="LICENSE_PLATE", value=r"[0-9]{2,3}-[0-9]{2,3}-[0-9]{2,3}|[0-9]{7,8}", names="מספר רכב|לוחית רישוי|מס' רכב"),
        Document(entity="PASSPORT", value=r"[0-9]{7,8}", names="דרכון|מספר דרכון"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{2}-[0-9]{3}-[0-9]{5,9}|[0-9]{5,9}", names="מספר חשבון|חשבון בנק|חשבון מספר"),
        Document(entity="IL_ID", value=r"[0-9]{8,9}", names="teudat zehut|tz|mispar zehut|israeli id|תעודת זהות|ת.ז.|מספר זהות|ת״ז", check=identity_number),),
)  # fmt: skip
