"""Vietnam."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    patients,
    staff,
    students,
)

COUNTRY = Country(
    code="vn", language="vi",
    words={"phone": "điện thoại|sđt"},
    fields={"STREET_ADDRESS": "địa chỉ", "PHONE_NUMBER": "điện thoại|số điện thoại|sđt|di động", "SECRET": "mật khẩu", "PERSON": "họ tên|họ và tên"},
    said="tên tôi là|tôi tên là",
    born="ngày sinh|sinh ngày",
    documents=(
        staff("mã nhân viên|mã số nhân viên"),
        members("mã khách hàng|mã thành viên|số thẻ thành viên|mã hội viên|số hợp đồng bảo hiểm"),
        patients("mã bệnh nhân|mã y tế"),
        students("mã sinh viên|mssv|mã số sinh viên"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{12}", names="giấy phép lái xe|bằng lái xe|số gplx"),
        Document(entity="LICENSE_PLATE", value=r"[0-9]{2}-?[A-Z][A-Z0-9]?[ -]?[0-9]{3}\.?[0-9]{1,2}", names="biển số|biển số xe|biển kiểm soát"),
        Document(entity="PASSPORT", value=r"[A-Z][0-9]{7}", names="hộ chiếu|số hộ chiếu"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{8,16}", names="số tài khoản|stk|tài khoản số"),
        Document(entity="VN_ID", value=r"[0-9]{12}|[0-9]{9}", names="cccd|cmnd|căn cước công dân|số cccd|số cmnd|chứng minh nhân dân"),
        Document(entity="VN_TAX_ID", value=r"[0-9]{10}(?:-?[0-9]{3})?", names="mst|mã số thuế"),
    ),
)  # fmt: skip
