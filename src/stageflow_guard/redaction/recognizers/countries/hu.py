"""Hungary."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    patients,
    staff,
)

COUNTRY = Country(
    code="hu", language="hu",
    words={"phone": "telefonszám|mobil"},
    fields={"STREET_ADDRESS": "cím|lakcím|szállítási cím", "SECRET": "jelszó", "PERSON": "név|teljes név", "PHONE_NUMBER": "telefon|telefonszám|mobil"},
    said="a nevem|az én nevem",
    born="született|születési dátum|születési idő",
    documents=(
        staff("dolgozói szám|törzsszám|alkalmazotti azonosító|dolgozói azonosító"),
        members("ügyfélszám|ügyfélazonosító|tagsági szám|kötvényszám|előfizetői szám"),
        patients("betegazonosító|törzslapszám"),
        Document(entity="US_DRIVER_LICENSE", value=r"[A-Z]{2}[0-9]{6}", names="jogosítvány|jogosítvány szám|vezetői engedély|vezetői engedély szám"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{2}[ -]?[A-Z]{2}[ -]?[0-9]{3}|[A-Z]{3}[ -]?[0-9]{3}", names="rendszám|forgalmi rendszám|rendszáma"),
        Document(entity="PASSPORT", value=r"[A-Z]{2}[0-9]{6,7}", names="útlevél|útlevélszám|útlevél szám"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{8}-[0-9]{8}(?:-[0-9]{8})?", names="bankszámlaszám|számlaszám|bankszámla"),
        Document(entity="HU_TAX_ID", value=r"8[0-9]{9}|[0-9]{8}(?:-[1-5]-[0-9]{2})?", names="adóazonosító|adóazonosító jel|adószám|adószáma"),
        Document(entity="HU_TAJ", value=r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}", names="taj|taj szám|taj száma"),
        Document(entity="HU_ID_CARD", value=r"[0-9]{6}[A-Z]{2}", names="személyi igazolvány|személyi igazolvány száma|személyigazolvány"),
    ),
)  # fmt: skip
