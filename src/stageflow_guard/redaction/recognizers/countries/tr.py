"""Turkey, and the words of Turkish."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    patients,
    staff,
    students,
)


def tckn(value: str) -> bool:
    """T.C. Kimlik No: two check digits."""
    d = [int(c) for c in value]
    tenth = (7 * sum(d[:9:2]) - sum(d[1:8:2])) % 10
    return d[0] != 0 and tenth == d[9] and sum(d[:10]) % 10 == d[10]


COUNTRY = Country(
    code="tr", language="tr",
    words={
        "phone": "telefon|telefonum|cep|cep telefonu|numaram|arayın|gsm", "card": "kart|kart numarası|kredi kartı", "account": "hesap|hesap numarası",
        "passport": "pasaport", "dob": "doğum", "other": "sipariş|fatura|sayfa|fiyat|tutar|sürüm",
    },
    fields={
        "PERSON": "hasta|hasta adı|müvekkil|yolcu|kiracı|sürücü|personel|öğrenci|veli|veli adı|sigortalı|başvuran|katılımcılar|gönderen|hesap sahibi|ad soyad|adı soyadı|alıcı|müşteri|hesap sahibi", "PERSON_PART": "ad|adı|soyad|soyadı|isim|soyisim", "STREET_ADDRESS": "adres|ev adresi|teslimat adresi",
        "PHONE_NUMBER": "telefon|telefon numarası|cep telefonu|cep|gsm", "SECRET": "şifre|şifrem|sifre|parola|parolam|gizli anahtar", "DATE_OF_BIRTH": "doğum tarihi|dogum tarihi",
        "TR_TCKN": "t.c. no|t.c. kimlik no|t.c. kimlik|tc|tc kimlik no|kimlik no|tckn|tc no|tc kimlik|kimlik numarası", "USERNAME": "kullanıcı adı|kullanıcı", "PASSPORT": "pasaport|pasaport no|pasaport numarası",
    },
    said="benim adım|adım|ismim|ben", titles="Bay|Bayan|Sayın|Sn|Dr|Prof", greetings="sayın|merhaba|sevgili|selam|iyi günler", born="doğum tarihim|doğum tarihi|doğum|dogum tarihi",
    months="ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık",
    people_by_name="müşteri|çalışan|sahibi|sürücü|yolcu|kiracı|ev sahibi|alıcı|gönderen|gönderici|tanık|sanık|anne|baba|oğlu|kızı|eşi|kardeşi|öğrenci|öğretmen|doktor|hemşire|ebe|veli|satıcı|sigortalı|lehtar|başvuran|vekil|acil durumda aranacak kişi|kullanıcı|misafir|komşu|arkadaşı|velisi|sigortalısı",
    documents=(
        staff("sicil no|sicil numarası|personel no|personel numarası|çalışan no|çalışan numarası"),
        members("müşteri no|müşteri numarası|müşteri numaram|üye no|üye numarası|üyelik no|abone no|abone numarası|tesisat no"),
        patients("hasta no|hasta numarası|protokol no|hasta dosya no"),
        students("öğrenci no|öğrenci numarası|okul numarası"),
        Document(entity="US_DRIVER_LICENSE", value=r"[A-Z]{0,2}[0-9]{5,6}", names="ehliyet no|ehliyet numarası|sürücü belgesi no|sürücü belgesi numarası"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{4}[ -][0-9]{6,8}|[0-9]{7,16}", names="hesap no|hesap numarası|hesap numaram"),
        Document(entity="LICENSE_PLATE", value=r"[0-9]{2}[ ]?[A-Z]{1,3}[ ]?[0-9]{2,5}", names="plaka|plaka no|araç plakası|plakası|plaka numarası"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="poliçe no|poliçe numarası|üye no"),
        Document(entity="TR_TCKN", value=r"[1-9][0-9]{10}", names="tc kimlik no|t.c. kimlik no|kimlik no|tckn|tc no|tc kimlik|t.c. kimlik|kimlik numarası|kimlik numaram|kimlik numaranız|tc kimlik numarası|tckn numarası|tckn no|türk kimlik|türk kimlik no|türk kimlik numarası|turkish id|turkish national id|turkish identity number|turkish identification number", check=tckn),
        Document(entity="PASSPORT", value=r"[A-Z][0-9]{8}", names="pasaport|pasaport no|pasaport numarası"),
    ),
)  # fmt: skip
