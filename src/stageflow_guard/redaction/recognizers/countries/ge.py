"""Georgia, and the words of Georgian."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="ge", language="ka",
    words={"phone": "ტელეფონი|მობილური|ტელ|მობ", "dob": "დაბადების", "passport": "პასპორტი"},
    fields={"PERSON": "სახელი და გვარი|სახელი გვარი|სრული სახელი", "PERSON_PART": "სახელი|გვარი", "PHONE_NUMBER": "ტელეფონი|მობილური|ტელეფონის ნომერი|ტელ", "SECRET": "პაროლი", "DATE_OF_BIRTH": "დაბადების თარიღი", "STREET_ADDRESS": "მისამართი"},
    said="ჩემი სახელია|სახელად მქვია|მე მქვია|მქვია|სახელია", born="დაბადების თარიღი|დაბადებული",
    documents=(
        Document(entity="GE_ID", value=r"[0-9]{11}", names="პირადი ნომერი|პირადი №|პ/ნ"),
        Document(entity="PASSPORT", value=r"[0-9]{2}[A-Z]{2}[0-9]{5}", names="პასპორტი|პასპორტის ნომერი"),
    ),
)  # fmt: skip
