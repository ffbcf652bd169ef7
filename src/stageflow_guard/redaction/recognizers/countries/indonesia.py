"""Indonesia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="id", language="id",
    words={"phone": "telepon|hp|ponsel"},
    fields={"STREET_ADDRESS": "alamat", "PHONE_NUMBER": "telepon|nomor telepon|no hp|nomor hp|no telepon", "SECRET": "kata sandi|sandi", "PERSON": "nama lengkap"},
    said="nama saya|saya bernama",
    born="tanggal lahir|tgl lahir",
    documents=(
        Document(entity="ID_NIK", value=r"[0-9]{16}", names="nik|nomor induk kependudukan|no ktp|ktp|nomor ktp"),
        Document(entity="ID_NPWP", value=r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}\.?[0-9]-?[0-9]{3}\.?[0-9]{3}|[0-9]{16}", names="npwp"),
    ),
)  # fmt: skip
