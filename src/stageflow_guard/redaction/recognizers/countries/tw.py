"""Taiwan."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

_AREAS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # the order in which the letters count from 10


def identity_number(value: str) -> bool:
    """National identity number: the area's two digits weigh 1 and 9, the others 8 to 1 and 1."""
    area = _AREAS.index(value[0]) + 10
    total = area // 10 + area % 10 * 9
    total += sum(int(d) * w for d, w in zip(value[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True))
    return total % 10 == 0


COUNTRY = Country(
    code="tw", language="zh",
    fields={"PERSON": "姓名", "PHONE_NUMBER": "電話|手機|行動電話", "SECRET": "密碼"},
    said="我叫",
    born="出生日期|生日",
    documents=(
        Document(entity="TW_ID", value=r"[A-Z][1289][0-9]{8}", names="身分證字號|身分證|身份證字號|國民身分證", check=identity_number),
        Document(entity="TW_UBN", value=r"[0-9]{7}-?[0-9]", names="統一編號|統編"),
    ),
)  # fmt: skip
