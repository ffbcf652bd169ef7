"""Ethiopia, and the words of Amharic."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country

COUNTRY = Country(
    code="et", language="am",
    words={"phone": "ስልክ|ሞባይል", "dob": "የትውልድ"},
    fields={"PERSON": "ሙሉ ስም", "PERSON_PART": "ስም|የአባት ስም", "PHONE_NUMBER": "ስልክ|ስልክ ቁጥር|ሞባይል", "SECRET": "የይለፍ ቃል", "DATE_OF_BIRTH": "የትውልድ ቀን", "STREET_ADDRESS": "አድራሻ"},
    said="ስሜ|የእኔ ስም", born="የትውልድ ቀን",
)  # fmt: skip
