"""Names that a text announces: "my name is", a title, a field. What is not announced needs a model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import folded, positions, present
from stageflow_guard.redaction.recognizers.hit import Hit

_NAME = r"[^\W\d_a-z][^\W\d_]*(?:['’-][^\W\d_]+)?\.?"
_FULL = rf"{_NAME}(?:[ ](?:(?:de|da|di|van|von|der|den|del|la|le|bin|al|el|dos|du)[ ]){{0,2}}{_NAME}){{0,3}}"
_SAID = re.compile(
    rf"(?:(?i:my name is|my name's|name is|i am called|this is|i'm|call me|signed,|regards,|sincerely,|thanks,|cheers,|yours,))[ \n]{{1,2}}({_FULL})"
)
_TITLE = re.compile(
    rf"(?<!\w)(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam|Herr|Frau|Mme|Mlle|M(?=\.)|Sr|Sra|Sig)(?:\.[ ]?|[ ])({_FULL})"
)
_FIELD = re.compile(
    rf"(?<!\w)(?:Full Name|First Name|Last Name|Surname|Given Name|Name|Patient(?: Name)?|Customer(?: Name)?|Client(?: Name)?|Employee(?: Name)?|Contact(?: Name)?|Applicant|Cardholder|Account Holder|Beneficiary|Dear|Attn|Attention|Directed By|User|Subject|Author|From|Physician|Provider|Doctor|Nurse|Plaintiff|Defendant|Witness|Judge|Attorney|Counsel|Decedent|Petitioner|Respondent)[ \"']?[:=,]?[ \n]{{1,5}}[\"']?({_FULL})"
)
# a key or a heading: its value has two words, or one where the label names a part of a name
_KEYED = ("name", "prénom", "apellido", "holder", "recipient", "applicant", "traveller", "passenger", "author", "ship to", "bill to",
          "deliver to", "sold to", "kontoinhaber", "titular", "empfänger", "destinataire")  # fmt: skip
_KEY = re.compile(
    rf"(?i:names?|prénom|apellidos?|holder|recipient|applicant|traveller|passenger|author|(?:ship|bill|deliver|sold) to|kontoinhaber|titular|empfänger|destinataire)"
    rf"[\"']?(?P<sign>[ ]?[:=][ ]{{0,2}}[\"']?|[ ])(?P<name>{_FULL})"
)
_PART = re.compile(
    r"(?i)(?<![a-z])(?:(?:first|last|given|middle|family|maiden)[ _]?|sur|fore|vor|nach)$"
)
_WHOLE = re.compile(r"(?i)(?<![a-z])(?:full|customer|patient|user|contact|client|account)[ _]?$")
_SAYING = (
    "name is",
    "name's",
    "am called",
    "this is",
    "i'm",
    "call me",
    "signed,",
    "regards,",
    "sincerely,",
    "thanks,",
    "cheers,",
    "yours,",
)
# capitalised words that a title or a field begins with: one look at all capitals of a text
_CAPITAL = re.compile(r"[A-Z][a-z]*")
_TITLES = frozenset("Mr Mrs Ms Miss Dr Prof Sir Madam Herr Frau Mme Mlle M Sr Sra Sig".split())  # noqa: SIM905 - a list of words
_FIELDS = frozenset(
    "Full First Last Surname Given Name Patient Customer Client Employee Contact Applicant Cardholder Account Beneficiary Dear Attn Attention"  # noqa: SIM905 - a list of words
    " Directed User Subject Author From Physician Provider Doctor Nurse Plaintiff Defendant Witness Judge Attorney Counsel Decedent Petitioner"
    " Respondent".split()
)
_NOT = frozenset(
    [
        "The",
        "A",
        "An",
        "In",
        "On",
        "At",
        "And",
        "Or",
        "But",
        "Error",
        "Warning",
        "Info",
        "Debug",
        "Your",
        "Our",
        "This",
        "That",
        "It",
        "He",
        "She",
        "We",
        "They",
        "I",
        "You",
        "Not",
        "No",
        "Yes",
        "New",
        "Unknown",
        "None",
        "Null",
        "True",
        "False",
        "Test",
        "Admin",
        "Root",
        "System",
        "Please",
        "Thanks",
        "Hello",
        "Hi",
        "All",
        "Team",
        "Sir",
        "Madam",
        "Customer",
        "Service",
        "Support",
        "Name",
        "Email",
        "Phone",
        "Address",
        "Date",
        "Account",
        "Number",
        "User",
        "Id",
        "Agent",
        "Exception",
        "Request",
        "Response",
        "Build",
        "Status",
        "Server",
        "Client",
        "Type",
        "Value",
        "Key",
        "File",
        "Class",
        "Function",
        "Method",
        "Module",
        "Package",
        "Version",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ]
)


def recognize(text: str) -> Iterator[Hit]:
    """Yield announced names; a field's value counts from two words on, a title's from one."""
    lower = folded(text)
    if present(lower, _SAYING):
        for match in _SAID.finditer(text):
            yield from _hit(match, 0.5, "said", least=1)
    capitals = set(_CAPITAL.findall(text))
    if not _TITLES.isdisjoint(capitals):
        for match in _anchored(_TITLE, text, _TITLES):
            yield from _hit(match, 0.5, "title", least=1)
    yield from _keyed(text, lower)
    if not _FIELDS.isdisjoint(capitals):
        for match in _anchored(_FIELD, text, _FIELDS):
            yield from _hit(match, 0.4, "field", least=2)


def _keyed(text: str, lower: str) -> Iterator[Hit]:
    for at in positions(lower, _KEYED) if present(lower, _KEYED) else ():
        match = _KEY.match(text, at)
        if match is None:
            continue
        before = text[max(0, at - 12) : at]
        if _PART.search(before) and match["sign"] != " ":
            least = 1
        elif before[-1:].isalnum() or before[-1:] in ("_", ".", "-"):
            if not _WHOLE.search(before):
                continue
            least = 2
        else:
            least = 2 if lower.startswith("name", at) or match["sign"] == " " else 1
        yield from _hit(match, 0.45 if least == 1 else 0.4, "field", least=least)


def _anchored(
    pattern: re.Pattern[str], text: str, words: frozenset[str]
) -> Iterator[re.Match[str]]:
    """Match where one of `words` stands, as a search through the whole text would."""
    reached = 0
    for word in _CAPITAL.finditer(text):
        if word[0] in words and word.start() >= reached:
            match = pattern.match(text, word.start())
            if match is not None:
                reached = match.end()
                yield match


def _hit(match: re.Match[str], score: float, rule: str, *, least: int) -> Iterator[Hit]:
    place = match.re.groups
    found = match[place].rstrip(".")
    words = found.split(" ")
    while words and words[-1] in _NOT:
        words.pop()
    if len(words) < least or words[0] in _NOT or any(len(w) > 1 and w.isupper() for w in words):
        return
    if rule == "said" and match[0][:4].lower() in ("this", "i'm ") and len(words) < 2:
        return
    size = len(" ".join(words))
    yield Hit(
        match.start(place),
        match.start(place) + size,
        "PERSON",
        score,
        f"name, {rule}",
        f"label {rule}",
    )
