"""Thailand, and the words of Thai."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    patients,
    staff,
    students,
)


def personal_number(value: str) -> bool:
    """Personal identification number: weights 13 to 2, modulus 11."""
    total = sum(int(d) * (13 - i) for i, d in enumerate(value[:12]))
    return (11 - total % 11) % 10 == int(value[12])


COUNTRY = Country(
    code="th", language="th",
    words={"phone": "โทร|โทรศัพท์|เบอร์โทร|เบอร์|มือถือ|เบอร์มือถือ", "card": "บัตรเครดิต|หมายเลขบัตร", "account": "เลขบัญชี|บัญชี", "passport": "หนังสือเดินทาง", "other": "คำสั่งซื้อ|เลขที่ใบสั่งซื้อ"},
    fields={
        "PERSON": "ชื่อลูกค้า|ชื่อผู้ป่วย|ชื่อผู้รับ|ชื่อผู้ส่ง|ชื่อผู้สมัคร|ชื่อพนักงาน|ชื่อเจ้าของบัญชี|ชื่อบัญชี|ผู้รับ|ผู้ป่วย|ชื่อ|ชื่อเต็ม|ชื่อ-นามสกุล|นามสกุล", "STREET_ADDRESS": "ที่อยู่", "PHONE_NUMBER": "โทร|โทรศัพท์|เบอร์โทร|เบอร์โทรศัพท์|มือถือ", "SECRET": "รหัสผ่าน|รหัส",
        "DATE_OF_BIRTH": "วันเกิด|วันเดือนปีเกิด", "EMAIL_ADDRESS": "อีเมล", "TH_PIN": "เลขบัตรประชาชน|เลขประจำตัวประชาชน",
    },
    said="ฉันชื่อ|ผมชื่อ|ดิฉันชื่อ|ชื่อของฉันคือ", titles="นาย|นางสาว|คุณ", born="วันเกิด|เกิดวันที่",
    documents=(
        staff("รหัสพนักงาน|เลขประจำตัวพนักงาน"),
        members("หมายเลขสมาชิก|รหัสสมาชิก|เลขที่สมาชิก|เลขสมาชิก|รหัสลูกค้า|หมายเลขลูกค้า|เลขที่กรมธรรม์|กรมธรรม์เลขที่"),
        patients("เลขผู้ป่วย|รหัสผู้ป่วย|เลขที่ผู้ป่วย|เลขประจำตัวผู้ป่วย"),
        students("รหัสนักศึกษา|รหัสนักเรียน|เลขประจำตัวนักเรียน"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{8}", names="ใบขับขี่|เลขใบขับขี่|ใบอนุญาตขับขี่|ใบขับขี่เลขที่"),
        Document(entity="LICENSE_PLATE", value=r"[0-9]?[\u0e01-\u0e2e]{1,2}[ -]?[0-9]{1,4}", names="ทะเบียนรถ|เลขทะเบียนรถ|ป้ายทะเบียน|ทะเบียนรถยนต์|หมายเลขทะเบียน"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{3}-[0-9]-[0-9]{5}-[0-9]|[0-9]{10,12}", names="เลขบัญชี|เลขที่บัญชี|บัญชีเลขที่"),
        Document(entity="TH_PIN", value=r"[1-8][ -]?[0-9]{4}[ -]?[0-9]{5}[ -]?[0-9]{2}[ -]?[0-9]", names="เลขบัตรประชาชน|เลขประจำตัวประชาชน|บัตรประชาชน|thai id|thai national id|tnin|thai id number", check=personal_number),
        Document(entity="PASSPORT", value=r"[A-Z]{1,2}[0-9]{6,7}", names="หนังสือเดินทาง|เลขหนังสือเดินทาง"),
    ),
)  # fmt: skip
