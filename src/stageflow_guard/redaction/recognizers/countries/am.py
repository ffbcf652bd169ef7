"""Armenia, and the words of Armenian."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="am", language="hy",
    words={"phone": "հեռախոս|բջջային|հեռ", "dob": "ծննդյան", "passport": "անձնագիր"},
    fields={"PERSON": "անուն ազգանուն|լրիվ անուն", "PERSON_PART": "անուն|ազգանուն", "PHONE_NUMBER": "հեռախոս|հեռախոսահամար|բջջային", "SECRET": "գաղտնաբառ", "DATE_OF_BIRTH": "ծննդյան ամսաթիվ", "STREET_ADDRESS": "հասցե"},
    said="իմ անունն է|իմ անունը|անունս է|անունս", born="ծննդյան ամսաթիվ|ծնված",
    documents=(Document(entity="PASSPORT", value=r"[A-Z]{2}[0-9]{7}", names="անձնագիր|անձնագրի համար"),),
)  # fmt: skip
