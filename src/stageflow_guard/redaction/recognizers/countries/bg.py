"""Bulgaria."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, members, staff


def egn(value: str) -> bool:
    """ЕГН: modulus 11, 10 counts as 0."""
    return weighted(value[:9], (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == int(value[9])


COUNTRY = Country(
    code="bg", language="bg",
    words={"phone": "телефон|мобилен"},
    fields={"PERSON_PART": "име|фамилия", "SECRET": "парола", "DATE_OF_BIRTH": "дата на раждане", "STREET_ADDRESS": "адрес", "PHONE_NUMBER": "телефон|мобилен"},
    said="казвам се|името ми е",
    documents=(
        staff("служебен номер|номер на служител"),
        members("клиентски номер|номер на клиент|номер на полица|членски номер|абонатен номер"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{9}", names="шофьорска книжка|свидетелство за управление"),
        Document(entity="LICENSE_PLATE", value=r"[АВЕКМНОРСТУХA-Z]{1,2}[ ]?[0-9]{4}[ ]?[АВЕКМНОРСТУХA-Z]{2}", names="регистрационен номер|рег номер|рег №"),
        Document(entity="PASSPORT", value=r"[0-9]{9}", names="номер на паспорт|паспорт"),
        Document(entity="BG_EGN", value=r"[0-9]{10}", names="егн|egn|е.г.н.|единен граждански номер", check=egn), Document(entity="BG_PNF", value=r"[0-9]{10}", names="лнч|lnch|л.н.ч.")),
)  # fmt: skip
