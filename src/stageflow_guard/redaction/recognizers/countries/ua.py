"""Ukraine."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, members, staff

COUNTRY = Country(
    code="ua", language="uk",
    words={"phone": "телефон|моб"},
    fields={"STREET_ADDRESS": "адреса|адреса доставки|місце проживання", "SECRET": "пароль", "PERSON": "піб|повне імʼя|пацієнт|пацієнтка|клієнт|отримувач|замовник|власник|платник", "PERSON_PART": "прізвище|імʼя|ім'я|по батькові", "PHONE_NUMBER": "телефон|номер телефону|моб"},
    said="мене звати|моє ім'я",
    born="дата народження|народився|народилася",
    documents=(
        staff("табельний номер|номер працівника|номер співробітника"),
        members("номер клієнта|номер поліса|особовий рахунок|номер абонента"),
        Document(entity="US_DRIVER_LICENSE", value=r"[A-ZА-ЯІ]{3}[ ]?[0-9]{6}", names="посвідчення водія|водійське посвідчення"),
        Document(entity="LICENSE_PLATE", value=r"[АВЕІКМНОРСТХA-Z]{2}[ ]?[0-9]{4}[ ]?[АВЕІКМНОРСТХA-Z]{2}", names="держномер|номер авто|номер машини|номерний знак|автомобіль"),
        Document(entity="UA_TAX_ID", value=r"[0-9]{10}", names="рнокпп|іпн|ідентифікаційний код|идентификационный код|rnokpp"),
        Document(entity="PASSPORT", value=r"[A-ZА-ЯІЇЄ]{2}[ ]?[0-9]{6}|[0-9]{9}", names="паспорт|номер паспорта|серія паспорта"),
    ),
)  # fmt: skip
