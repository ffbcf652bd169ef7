"""Vietnam."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="vn", language="vi",
    words={"phone": "điện thoại|sđt"},
    fields={"STREET_ADDRESS": "địa chỉ", "PHONE_NUMBER": "điện thoại|số điện thoại|sđt|di động", "SECRET": "mật khẩu", "PERSON": "họ tên|họ và tên"},
    said="tên tôi là|tôi tên là",
    born="ngày sinh|sinh ngày",
    documents=(
        Document(entity="VN_ID", value=r"[0-9]{12}|[0-9]{9}", names="cccd|cmnd|căn cước công dân|số cccd|số cmnd|chứng minh nhân dân"),
        Document(entity="VN_TAX_ID", value=r"[0-9]{10}(?:-?[0-9]{3})?", names="mst|mã số thuế"),
    ),
)  # fmt: skip
