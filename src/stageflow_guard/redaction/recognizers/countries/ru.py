"""Russia, and the words of Russian."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="ru", language="ru",
    words={"phone": "телефон|тел|мобильный|номер телефона|звоните", "card": "карта|карты|номер карты", "account": "счет|счёт|номер счета", "passport": "паспорт", "dob": "рождения", "other": "заказ|заказа|счет фактура|страница|цена|сумма|версия"},
    fields={
        "PERSON": "фио|полное имя|получатель|владелец счета", "PERSON_PART": "имя|фамилия|отчество", "STREET_ADDRESS": "адрес|адрес доставки|домашний адрес|адрес проживания|место жительства", "PHONE_NUMBER": "телефон|номер телефона|тел|мобильный",
        "SECRET": "пароль|секретный ключ|код подтверждения", "DATE_OF_BIRTH": "дата рождения", "EMAIL_ADDRESS": "почта|эл почта", "USERNAME": "имя пользователя|логин",
    },
    said="меня зовут|моё имя|мое имя", titles="г-н|г-жа|господин|госпожа", greetings="уважаемый|уважаемая", born="дата рождения|родился|родилась",
    months="января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря",
    documents=(
        Document(entity="RU_PASSPORT", value=r"[0-9]{2}[ ]?[0-9]{2}[ ]?(?:№[ ]?)?[0-9]{6}", names="паспорт|серия и номер паспорта|паспорт серия"),
        Document(entity="RU_INN", value=r"[0-9]{12}|[0-9]{10}", names="инн"),
        Document(entity="RU_SNILS", value=r"[0-9]{3}-?[0-9]{3}-?[0-9]{3}[ -]?[0-9]{2}", names="снилс"),
    ),
)  # fmt: skip
