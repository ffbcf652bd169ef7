"""Indonesia."""

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
    code="id", language="id",
    words={"phone": "telepon|hp|ponsel"},
    fields={"STREET_ADDRESS": "alamat", "PHONE_NUMBER": "telepon|nomor telepon|no hp|nomor hp|no telepon", "SECRET": "kata sandi|sandi", "PERSON": "nama lengkap"},
    said="nama saya|saya bernama",
    born="tanggal lahir|tgl lahir",
    documents=(
        staff("nomor karyawan|nomor pegawai|nomor induk pegawai|nik karyawan|id karyawan"),
        members("nomor pelanggan|id pelanggan|nomor anggota|nomor polis|no polis|nomor kartu member"),
        patients("nomor rekam medis|no rekam medis|rekam medis"),
        students("nomor induk mahasiswa|nisn|nim"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{12,14}", names="nomor sim|no sim"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{1,2}[ ]?[0-9]{1,4}[ ]?[A-Z]{1,3}", names="nomor polisi|plat nomor|nopol|nomor plat"),
        Document(entity="PASSPORT", value=r"[A-Z][0-9]{7}", names="paspor|nomor paspor|no paspor"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{10,16}", names="nomor rekening|no rekening|norek|rekening"),
        Document(entity="ID_NIK", value=r"[0-9]{16}", names="nik|nomor induk kependudukan|no ktp|ktp|nomor ktp"),
        Document(entity="ID_NPWP", value=r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}\.?[0-9]-?[0-9]{3}\.?[0-9]{3}|[0-9]{16}", names="npwp"),
    ),
)  # fmt: skip
