"""What a country's file declares: its words, its numbers and documents, its streets. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Check = Callable[[str], bool]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of digits alone that a word within reach names.

    `label` is the class of that word (see `Country.words`). `shapes` are groupings that are typical
    of the number: there the check digit alone gives `bare` as score; 0 means that a word is needed.
    `dashed` is a number whose check is no digit of its own: only dashes make its shapes, and a word
    for something else beside it is believed.
    """

    entity: str
    sizes: tuple[int, ...]
    label: str
    check: Check | None = None
    shapes: tuple[Shape, ...] = ()
    bare: float = 0.0
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An identifier behind its name: `names` are phrases, `value` is a pattern of what follows.

    `check` takes the value without spaces, dots, dashes and slashes, in capitals. `bare` is the
    score of a value that no name announces; 0 means that a name is needed. `bare_valid` is its
    score where the check holds. `letters` is how many letters can be all of it, without a digit.
    """

    entity: str
    value: str
    names: str = ""
    check: Check | None = None
    bare: float = 0.0
    bare_valid: float = 0.0
    letters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """One country or language.

    All phrases are lower case and separated by `|`; a space in a phrase stands for any usual
    separator of words, or none. `words` are classes of words beside numbers (see `labels`).
    `fields` are, by entity, the names of fields, columns and keys. `said` comes before a person's
    name in a sentence, `titles` before a surname, `born` before a date of birth. `of` links a label
    to what it is about (`password for the vpn: …`), `has` puts a value behind it (`my passport has
    the number …`), and `people` are who is meant by `name of the …`. `people_by_name` are who has to have a given name
    to be meant: the same words name things, too (`Kurier: Deutsche Post`).
    """

    code: str
    language: str
    words: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    titles: str = ""
    greetings: str = ""
    born: str = ""
    months: str = ""
    of: str = ""
    has: str = ""
    people: str = ""
    people_by_name: str = ""
    numbers: tuple[Number, ...] = ()
    documents: tuple[Document, ...] = ()


# a number under which somebody is kept; no day of the calendar
_NO_DAY = r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))"
_OF_STAFF = r"[A-Z]{0,3}[ -]?[0-9]{3,9}(?:-[0-9]{1,4})?"
_OF_MEMBERS = (
    r"(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}"
)
_OF_PATIENTS = r"[A-Z]{0,3}[ -]?[0-9]{4,12}(?:[/-][0-9]{1,4})?"
_OF_STUDENTS = r"[A-Z]{0,3}[ -]?[0-9]{4,12}"


def staff(names: str) -> Document:
    """Return the number of somebody who is employed, in any usual form."""
    return Document(entity="EMPLOYEE_ID", value=_NO_DAY + _OF_STAFF, names=names)


def members(names: str) -> Document:
    """Return the number of a customer, a member or a policy, in any usual form."""
    return Document(entity="MEMBER_ID", value=_NO_DAY + _OF_MEMBERS, names=names)


def patients(names: str) -> Document:
    """Return the number of a patient or of what is kept about one, in any usual form."""
    return Document(entity="MEDICAL_RECORD_NUMBER", value=_NO_DAY + _OF_PATIENTS, names=names)


def students(names: str) -> Document:
    """Return the number of a student or a pupil, in any usual form."""
    return Document(entity="STUDENT_ID", value=_NO_DAY + _OF_STUDENTS, names=names)


def weighted11(digits: str, weights: tuple[int, ...]) -> int:
    """Return the sum of digit times weight, modulo 11."""
    return sum(int(d) * w for d, w in zip(digits, weights, strict=False)) % 11
