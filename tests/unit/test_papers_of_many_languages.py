"""Numbers of staff, members, patients and students, plates and licences are found behind the words of each language."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

# language, text, type and value
FOUND = (
    ("pl", "Numer klienta: 4821-339", "MEMBER_ID", "4821-339"),
    ("pl", "nr albumu 304821, wydział prawa", "STUDENT_ID", "304821"),
    ("pl", "prawo jazdy 04821/15/1465", "US_DRIVER_LICENSE", "04821/15/1465"),
    ("sv", "Anst.nr: 53852", "EMPLOYEE_ID", "53852"),
    ("sv", "Kundnummer 4821-33", "MEMBER_ID", "4821-33"),
    ("tr", "Sicil No: 48213", "EMPLOYEE_ID", "48213"),
    ("tr", "öğrenci numarası 20214417", "STUDENT_ID", "20214417"),
    ("hi", "कर्मचारी संख्या: EMP-4821", "EMPLOYEE_ID", "EMP-4821"),
    ("ar", "الرقم الوظيفي: 48213", "EMPLOYEE_ID", "48213"),
    ("ar", "رقم اللوحة: أ ب ج 1234", "LICENSE_PLATE", "أ ب ج 1234"),
    ("zh", "工号：20481，已登记", "EMPLOYEE_ID", "20481"),
    ("zh", "学号 2021114417", "STUDENT_ID", "2021114417"),
    ("ja", "社員番号は A-20481 です", "EMPLOYEE_ID", "A-20481"),
    ("ko", "사번 2018-0442 입니다", "EMPLOYEE_ID", "2018-0442"),
    ("ko", "학번 20214417", "STUDENT_ID", "20214417"),
    ("th", "ทะเบียนรถ กข 1017 กรุงเทพ", "LICENSE_PLATE", "กข 1017"),
    ("th", "รหัสพนักงาน 48213", "EMPLOYEE_ID", "48213"),
    ("no", "Ansattnr. 48213", "EMPLOYEE_ID", "48213"),
    ("no", "førerkort 12 34 567890 1", "US_DRIVER_LICENSE", "12 34 567890 1"),
    ("da", "Medarbejdernummer 48213", "EMPLOYEE_ID", "48213"),
    ("da", "nummerplade AB 12 345", "LICENSE_PLATE", "AB 12 345"),
    ("fi", "Henkilöstönumero 48213", "EMPLOYEE_ID", "48213"),
    ("fi", "rekisteritunnus KTB-504", "LICENSE_PLATE", "KTB-504"),
    ("cs", "Osobní číslo: 48213", "EMPLOYEE_ID", "48213"),
    ("cs", "SPZ 4AB 1234", "LICENSE_PLATE", "4AB 1234"),
    ("sk", "číslo zamestnanca 48213", "EMPLOYEE_ID", "48213"),
    ("ro", "număr de înmatriculare B 123 XYZ", "LICENSE_PLATE", "B 123 XYZ"),
    ("ro", "cod client 4821339", "MEMBER_ID", "4821339"),
    ("el", "αριθμός πελάτη 4821339", "MEMBER_ID", "4821339"),
    ("he", "מספר עובד 48213", "EMPLOYEE_ID", "48213"),
    ("ru", "табельный номер 04821", "EMPLOYEE_ID", "04821"),
    ("ru", "госномер А482ВС77", "LICENSE_PLATE", "А482ВС77"),
    ("uk", "держномер АА 4821 ВС", "LICENSE_PLATE", "АА 4821 ВС"),
    ("hu", "törzsszám: 48213", "EMPLOYEE_ID", "48213"),
    ("hu", "rendszám AB CD-123", "LICENSE_PLATE", "AB CD-123"),
    ("vi", "biển số 51F-482.13", "LICENSE_PLATE", "51F-482.13"),
    ("vi", "mã nhân viên NV-4821", "EMPLOYEE_ID", "NV-4821"),
    ("id", "nomor karyawan 48213", "EMPLOYEE_ID", "48213"),
    ("id", "plat nomor B 1234 XYZ", "LICENSE_PLATE", "B 1234 XYZ"),
    ("hr", "registarska oznaka ZG 1234-AB", "LICENSE_PLATE", "ZG 1234-AB"),
    ("bg", "клиентски номер 4821339", "MEMBER_ID", "4821339"),
    ("sl", "registrska številka LJ AB-123", "LICENSE_PLATE", "LJ AB-123"),
    ("nl", "personeelsnr 48213", "EMPLOYEE_ID", "48213"),
)
NOT_FOUND = (
    "Kundnummer saknas, se sida 3",
    "Sicil No: belirtilmemiş",
    "工号：未登记",
    "nr albumu: brak",
    "личный кабинет, страница 48213",
    "číslo účtu: neuvedeno",
)


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.parametrize(("language", "text", "kind", "value"), FOUND)
def test_a_number_is_found_behind_the_word_of_its_language(
    redactor: Redactor, language: str, text: str, kind: str, value: str
) -> None:
    """Whoever has a label in a language of the docs has documents there, too."""
    found = {(s.entity, text[s.start : s.end]) for s in redactor.find(text)}
    assert (kind, value) in found, (language, found)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_a_label_without_a_value_tells_nothing(redactor: Redactor, text: str) -> None:
    """The word alone is no find."""
    assert not redactor.find(text)
