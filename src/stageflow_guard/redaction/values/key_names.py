"""What a key or a column name says about its value, in any common spelling. Pure.

A few names say that the whole value is personal data. Any other that holds a label is read before
its value, as `key: value` in a text would be: structured data finds what the text finds.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Any, cast

from stageflow_guard.redaction.recognizers.addresses.postcodes import LABELS
from stageflow_guard.redaction.recognizers.anchors import begins_any
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.generic.announced import BY_NAME as DOCUMENT_NAMES
from stageflow_guard.redaction.recognizers.generic.secret_values import about, is_password
from stageflow_guard.redaction.recognizers.generic.secrets import NAMES as SECRET_NAMES
from stageflow_guard.redaction.recognizers.labels import OTHER, before
from stageflow_guard.redaction.recognizers.people.labelled import is_name
from stageflow_guard.redaction.recognizers.people.roles import FIELDS, LINE_HEADS
from stageflow_guard.redaction.recognizers.phrases import Index

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

# what recognizers know as patterns: as keys and columns these tell, too
IDENTIFIERS = (
    "imei", "imei sv", "vin", "vehicle identification number", "vehicle identification", "case number", "case no", "docket number", "docket no", "cause number", "cause no", "age",
    "diagnosis", "accession number", "accession no", "encounter id", "encounter number", "encounter no", "visit number", "visit id", "visit no", "specimen id", "specimen number",
    "prescription number", "prescription id", "rx number", "rx id", "rx no", "requisition number", "chart number", "chart no", "chart id", "hospital number", "hospital no", "hospital id", "csn", "hicn",
    "claim number", "claim no", "group number", "group no", "group id", "policy number", "policy id", "policy no", "subscriber id", "member id", "beneficiary id", "beneficiary number",
    "certificate holder id", "badge number", "badge id", "badge no", "staff id", "staff number", "personnel number", "personnel id", "technician id", "employee id", "student id", "student number",
    *(name for names in LABELS.values() for name in names),
    "license plate", "plate number", "registration plate", "number plate", "reg", "rego", "vehicle reg", "tag no", "kennz", "kontrollschild", "nummernschild", "kfz kz", "autonummer", "nummerntafel", "plaques", "immat", "immatriculation", "chapa", "chapa patente", "patente vehículo", "dominio vehículo", "placas", "tg", "targhe", "nr plaat", "nrplaat", "plaatnummer", "kentekennr", "emplacamento", "user id", "login id", "db user", "screen name", "mac address", "travel document",
)  # fmt: skip
# under these, a value is what the name around it says: {"ssn": {"value": 536904399}}
_GENERAL = frozenset({
    "value", "values", "number", "text", "raw", "data", "content", "current", "old", "new",
    "secret_value",
})  # fmt: skip


def called(name: Any, around: Any) -> Any:
    """Return what a value is called: by its own name, or by the one around a general one."""
    if around is None:
        return name
    text, outer = told_name(name), told_name(around)
    return name if text is None or outer is None else called_text(text, outer)


_SHORT = frozenset({"pin", "otp", "cvv", "cvc"})  # names of much else, too


@lru_cache(maxsize=4096)
def called_text(name: str, around: str) -> str:
    """Return what `called` does, of names that are plain text.

    A telling name speaks for everything under it: what stands in a password is the password, and
    what stands in anything else that is personal is read behind it, as `primary.ssn`.
    """
    if name.strip("_").lower() in _GENERAL:
        return around
    if len(name) > _LONGEST or len(around) > _LONGEST or tells(name):
        return name
    entity = entity_of(around)
    secret = entity == "SECRET" or (entity is None and _secret(around))
    if not (secret or entity is not None or "." in around) or around.lower() in _SHORT:
        return name
    if about(name):
        return name
    return around if secret else f"{name}.{around}"


_LONGEST = 60


def _secret(name: str) -> bool:
    """Say whether a name in which several words stand is a secret's: `db_password`."""
    return any(match.kind == "secret" and match.end == len(name) for match in _phrases().find(name))


def told_name(name: Any) -> str | None:
    """Return a name as text: of a subclass of text, or of a member whose value is text."""
    kind = type(name)
    if kind is str:
        return cast("str", name)
    if issubclass(kind, str):
        return str.__str__(name)
    if issubclass(kind, Enum) and type(name._value_) is str:
        return name._value_
    return None


@lru_cache(maxsize=4096)
def entity_of(name: str) -> str | None:
    """Return the entity that values under `name` are, or None."""
    if len(name) > _LONGEST:
        return None
    known = _BY_NAME.get(_solid(name))
    return "SECRET" if known is None and is_password(name) else known


def declared(name: str, value: str) -> str | None:
    """Return the entity that `value` is because of `name` alone, whatever it looks like, or None."""
    entity = entity_of(name)
    if entity is None or not carries(value) or _echo(name, value):
        return None
    if entity == "IP_ADDRESS" and _ADDRESSED.search(value) is None:
        return None  # where the address is found: `"ip": "KernelManager.ip"`
    return entity


_ADDRESSED = re.compile(r"[0-9]|::")


def _echo(name: str, value: str) -> bool:
    """Say whether `value` is the name once more: `"password": "Password"`, `"apiKey": "YOUR_API_KEY"`.

    In small letters it may be a password that was chosen so.
    """
    if len(value) > _LONGEST or not value[:1].isupper():
        return False
    said = _solid(value).removeprefix("your")
    return said in (_solid(name), _solid(re.split(r"[./:]", name)[-1]))


def _solid(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@lru_cache(maxsize=1)
def _phrases() -> Index:
    """Return all that a text would read before a value; built at the first key."""
    return Index({
        "label": [
            *DOCUMENT_NAMES,
            *(p for c in COUNTRIES for kind, names in c.fields.items() if kind != "SECRET" for p in names.split("|")),
            *(w for c in COUNTRIES for kind, words in c.words.items() if kind != OTHER for w in words.split("|")),
            *(p for c in COUNTRIES for p in c.born.split("|")), *IDENTIFIERS, *(p for p in FIELDS["PERSON"] if p not in LINE_HEADS),
        ],
        "secret": [*(p for c in COUNTRIES for p in c.fields.get("SECRET", "").split("|")), *SECRET_NAMES],
    })  # fmt: skip


@lru_cache(maxsize=4096)
def labels(name: str) -> bool:
    """Say whether `name` is read together with its value."""
    # with its sign: `to`, `cc` and other short ones are labels only before one
    return len(name) <= 80 and next(_phrases().find(f"{name}:"), None) is not None


class Way(Enum):
    """How a value is read: by itself, behind its name, or both."""

    ALONE = "alone"
    BEHIND = "behind"
    BOTH = "both"


@lru_cache(maxsize=4096)
def way_of(name: str) -> Way:
    """Return how a value under `name` is read, where `name` does not speak for the whole of it.

    A label is read before its value, and so is a word that says of a number that it is nobody's
    (`order_id`). What any recognizer looks for may announce something, too: it is listed nowhere.
    """
    if labels(name):
        return Way.BEHIND
    if len(name) > _LONGEST:
        return Way.ALONE
    if before(f"{name}: ", len(name) + 2) == OTHER:
        return Way.BEHIND
    return Way.BOTH if begins_any(f"{name}:".lower()) else Way.ALONE


def way_to(name: str, value: str) -> Way:
    """Return how `value` under `name` is read: a person's name is one behind any name but a work's."""
    way = way_of(name)
    return Way.BEHIND if way is Way.ALONE and len(name) <= _LONGEST and is_name(value) else way


@lru_cache(maxsize=4096)
def last_label(text: str) -> str:
    """Return the longest of such names that ends where `text` ends, or nothing."""
    ending = [text[m.start :] for m in _phrases().find(text) if m.end == len(text)]
    return max(ending, key=len, default="")


@lru_cache(maxsize=4096)
def tells(name: str) -> bool:
    """Say whether `name` says anything about its value."""
    return entity_of(name) is not None or labels(name)


@lru_cache(maxsize=4096)
def says(name: str) -> bool:
    """Say whether `name` may say what a value is: a word that only lets a number pass does not."""
    return tells(name) or (len(name) <= _LONGEST and begins_any(f"{name}:".lower()))


def is_saying(text: str) -> bool:
    """Say whether a value may say what another is: `DB_PASSWORD`, `--token`. It is not kept for that."""
    return len(text) <= _LONGEST and _NAMING.fullmatch(text) is not None and (
        labels.__wrapped__(text) or begins_any(f"{text}:".lower())
    )  # fmt: skip


_NAMING = re.compile(r"-{0,2}[0-9]{0,2}[^\W\d]\S*(?: \S+){0,4}")


def asks(name: str, value: Any) -> bool:
    """Say whether `value` is looked at together with `name`; what is no text, under a telling one."""
    return tells(name) or (issubclass(type(value), str) and way_to(name, value) is not Way.ALONE)


def beside(name: str, value: str) -> str:
    """Return `value` as a text reads it behind its name; it is the end of what is returned."""
    return f"{name}: {value}"


def carries(value: str) -> bool:
    """Say whether a value under such a name is one at all: no blank, no placeholder."""
    return len(value) >= 2 and _IDLE.match(value.strip()) is None
