"""What a key or a column name says about its value. Whole names only, in any common spelling. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_NAMES: dict[str, str] = {
    "US_SSN": "ssn|socialsecuritynumber|socialsecurity|ssnumber",
    "EMAIL_ADDRESS": "email|emailaddress|mail|useremail|contactemail|customeremail|mailaddress",
    "PHONE_NUMBER": "phone|phonenumber|phoneno|telephone|mobile|mobilephone|mobilenumber|cellphone|cell|fax|faxnumber|homephone|workphone|tel",
    "CREDIT_CARD": "creditcard|creditcardnumber|cardnumber|cardno|ccnumber|ccnum|pan",
    "IBAN_CODE": "iban",
    "US_BANK_NUMBER": "accountnumber|bankaccount|bankaccountnumber|accountno",
    "DATE_OF_BIRTH": "dob|dateofbirth|birthdate|birthday|birthdate",
    "PERSON": "firstname|lastname|fullname|surname|givenname|familyname|middlename|patientname|customername|employeename|cardholdername|cardholder|maidenname|contactname",
    "STREET_ADDRESS": "street|streetaddress|address|addressline1|addressline2|homeaddress|postaladdress|mailingaddress|billingaddress|shippingaddress",
    "SECRET": "password|passwd|pwd|secret|apikey|apitoken|accesstoken|refreshtoken|clientsecret|privatekey|secretkey|cvv|cvc|pin|otp",
    "PASSPORT": "passport|passportnumber|passportno",
    "US_DRIVER_LICENSE": "driverslicense|driverlicense|licensenumber|drivinglicence",
    "MEDICAL_RECORD_NUMBER": "mrn|medicalrecordnumber|patientid",
    "IP_ADDRESS": "ipaddress|clientip|remoteaddr|sourceip|ip",
    "USERNAME": "username|login|loginname",
}  # fmt: skip
_BY_NAME = {name: entity for entity, names in _NAMES.items() for name in names.split("|")}
_IDLE = re.compile(
    r"(?i)^(?:n/?a|none|null|nil|unknown|nan|true|false|yes|no|-+|\*+|x+|redacted|)$"
)


@lru_cache(maxsize=4096)
def entity_of(name: str) -> str | None:
    """Return the entity that values under `name` are, or None."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower()) if len(name) <= 60 else ""
    return _BY_NAME.get(plain)


def carries(value: str) -> bool:
    """Say whether a value under such a name is one at all: no blank, no placeholder."""
    return len(value) >= 2 and _IDLE.match(value.strip()) is None
