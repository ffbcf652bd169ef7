"""No type of value carries text past the inspector: it is redacted, or the value is refused."""

from __future__ import annotations

import array
import collections
import contextvars
import datetime
import decimal
import enum
import fractions
import functools
import importlib.util
import io
import ipaddress
import itertools
import operator
import pathlib
import queue
import re
import sys
import threading
import types
import uuid
import weakref
import zoneinfo
from collections import deque
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from pydantic import BaseModel, ConfigDict, PrivateAttr, SecretStr

from stageflow_guard.errors import InspectorUnavailable
from stageflow_guard.hosts.stageflow.outputs import copied
from stageflow_guard.redaction import Redactor

MAIL = "ada.lovelace@example.com"
REDACTOR = Redactor()


@dataclass
class AfterInit:
    n: int = 0

    def __post_init__(self):
        self.raw = MAIL


@dataclass
class Cached:
    n: int = 0

    @functools.cached_property
    def mail(self):
        return MAIL


class Private(BaseModel):
    model_config = ConfigDict(extra="allow")
    n: int = 0
    _p: str = PrivateAttr(default=MAIL)

    @functools.cached_property
    def _late(self):
        return MAIL


class Callable:
    def __init__(self):
        self.text = MAIL

    def __call__(self):
        """Nothing; being callable is the point."""


class Mixed:
    __slots__ = ("__dict__", "text")

    def __init__(self):
        self.text = MAIL


class Queue(deque):
    pass


class Loud(Exception):
    def __str__(self):
        raise RuntimeError(f"cannot render {MAIL}")


def redacted(value):
    return REDACTOR.redact([value]).value[0]


def test_an_exception_leaves_as_its_redacted_text():
    """An exception's arguments are read; what leaves is text."""
    out = redacted(ValueError(f"no such user {MAIL}"))
    assert out.startswith("ValueError: no such user ⟦EMAIL_ADDRESS_1·")


def test_an_exception_that_cannot_be_read_is_refused_without_its_text():
    """A raising `__str__` is a typed refusal that does not quote it."""
    with pytest.raises(InspectorUnavailable) as caught:
        redacted(Loud())
    assert MAIL not in str(caught.value)
    assert caught.value.__cause__ is None


def test_state_of_a_dataclass_outside_its_fields_is_redacted():
    """What `__post_init__` and cached properties leave behind is read too."""
    cached = Cached()
    assert cached.mail == MAIL
    for value in (AfterInit(), cached):
        out = redacted(value)
        assert type(out) is type(value)
        assert MAIL not in str(vars(out))
        assert "⟦EMAIL_ADDRESS" in str(vars(out))
        assert MAIL in str(vars(value))


def test_private_extra_and_cached_state_of_a_pydantic_model_is_redacted():
    """Private attributes, extra fields and cached properties are read like fields."""
    model = Private(more=MAIL)
    assert model._late == MAIL
    out = redacted(model)
    assert type(out) is Private
    state = f"{vars(out)} {out.__pydantic_extra__} {out.__pydantic_private__}"
    assert MAIL not in state
    assert state.count("⟦EMAIL_ADDRESS") == 3
    assert model._p == MAIL


@pytest.mark.parametrize("make", [Callable, Mixed, lambda: SimpleNamespace(text=MAIL)])
def test_callable_slotted_and_bare_objects_are_redacted(make):
    """An object is walked whether or not it can be called or has slots."""
    out = redacted(make())
    assert type(out) is type(make())
    assert out.text.startswith("⟦EMAIL_ADDRESS_1·")


@pytest.mark.parametrize(
    "make",
    [
        lambda: io.StringIO(MAIL),
        lambda: io.BytesIO(MAIL.encode()),
        lambda: Queue([MAIL]),
        lambda: deque([MAIL]),
        lambda: functools.partial(print, MAIL),
    ],
    ids=["StringIO", "BytesIO", "deque subclass", "deque", "partial"],
)
def test_state_kept_outside_python_is_refused(make):
    """A type with storage that the walk cannot see is a typed refusal, never a pass."""
    with pytest.raises(InspectorUnavailable):
        redacted(make())


@pytest.mark.parametrize("leaf", [print, len, redacted, dict, "x".upper, "x".__len__],
    ids=lambda leaf: leaf.__qualname__)  # fmt: skip
def test_functions_and_classes_pass(leaf):
    """Real functions, methods and classes are not content."""
    assert redacted(leaf) is leaf


class Whole(int):
    pass


class Part(float):
    pass


class Raw(bytes):
    pass


class Word(str):
    def __str__(self):
        return "nothing"


class Moment(datetime.datetime):
    pass


class Name(uuid.UUID):
    pass


class Day(datetime.date):
    pass


class Clock(datetime.time):
    pass


class Span(datetime.timedelta):
    pass


class Phase(complex):
    pass


class Amount(decimal.Decimal):
    pass


class Address(ipaddress.IPv4Address):
    pass


class Liar:
    """Claims to be a number."""

    __slots__ = ("text",)

    def __init__(self):
        self.text = MAIL

    @property
    def __class__(self):
        return int


class Role(enum.Enum):
    OWNER = MAIL


class Kept(enum.StrEnum):
    OWNER = MAIL


class Labelled(enum.Enum):
    OWNER = 1

    def __init__(self, _value):
        self.mail = MAIL


class Zone(datetime.tzinfo):
    def __init__(self):
        self.mail = MAIL


class Loaded(dict):
    pass


class Row(NamedTuple):
    mail: str


def with_mail(value):
    """Return `value` with an attribute that the walk has to see."""
    vars(value)["mail"] = MAIL
    return value


def noted(error):
    """Return an exception whose text is hidden beside its message."""
    error.add_note(MAIL)
    error.__cause__ = ValueError(MAIL)
    return with_mail(error)


def closing(text):
    return lambda: text


def defaulting(text):
    def run(one=text, *, two=text):
        return one, two

    return run


def generating(text):
    yield text


async def awaiting(text):
    return text


def coroutine():
    made = awaiting(MAIL)
    made.close()
    return made


class Holder:
    def __init__(self):
        self.text = MAIL

    def method(self):
        return self.text

    def __iter__(self):
        return iter([self.text])


HOLDER = with_mail(Holder())
CARD = 4111111111111111
IP = "203.0.113.42"
# everything here shows MAIL, CARD or IP to who holds it
CARRIERS = {
    "int subclass": lambda: with_mail(Whole(7)), "float subclass": lambda: with_mail(Part(7)),
    "str subclass": lambda: with_mail(Word(MAIL)), "bytes subclass": lambda: with_mail(Raw(b"x")),
    "datetime subclass": lambda: with_mail(Moment(2026, 1, 1)), "UUID subclass": lambda: with_mail(Name(int=7)),
    "Decimal subclass": lambda: with_mail(Amount(7)), "address subclass": lambda: with_mail(Address(IP)),
    "bound method": lambda: HOLDER.method, "bound builtin": lambda: [MAIL].append, "method wrapper": lambda: MAIL.__len__,
    "partial": lambda: functools.partial(print, MAIL), "partial keyword": lambda: functools.partial(print, sep=MAIL),
    "partial attribute": lambda: with_mail(functools.partial(print)), "partialmethod": lambda: functools.partialmethod(print, MAIL),
    "closure": lambda: closing(MAIL), "default": lambda: defaulting(MAIL), "literal": lambda: eval(f"lambda: {MAIL!r}"),
    "nested literal": lambda: eval(f"lambda: (lambda: {MAIL!r})"), "function attribute": lambda: with_mail(closing("x")),
    "local class": lambda: type("Local", (), {"mail": MAIL}), "class of a local class": lambda: type("Deep", (type("Local", (), {"mail": MAIL}),), {}),
    "local property": lambda: type("Local", (), {"mail": property(closing(MAIL))}), "staticmethod": lambda: staticmethod(closing(MAIL)),
    "classmethod": lambda: classmethod(closing(MAIL)), "property": lambda: property(closing(MAIL)),
    "generator": lambda: generating(MAIL), "coroutine": coroutine, "iterator": lambda: iter([MAIL]), "map": lambda: map(str, [MAIL]),
    "zip": lambda: zip([MAIL]), "filter": lambda: filter(None, [MAIL]), "enumerate": lambda: enumerate([MAIL]), "reversed": lambda: reversed([MAIL]),
    "chain": lambda: itertools.chain([MAIL]), "cycle": lambda: itertools.cycle([MAIL]), "text iterator": lambda: iter(MAIL),
    "dict keys": lambda: {MAIL: 1}.keys(), "dict values": lambda: {1: MAIL}.values(), "dict items": lambda: {1: MAIL}.items(),
    "weak reference": lambda: weakref.ref(HOLDER), "weak proxy": lambda: weakref.proxy(HOLDER), "weak method": lambda: weakref.WeakMethod(HOLDER.method),
    "array": lambda: array.array("w" if sys.version_info >= (3, 13) else "u", MAIL), "mapping proxy": lambda: types.MappingProxyType({"a": MAIL}), "dict subclass": lambda: with_mail(Loaded(a=MAIL)),
    "ordered dict": lambda: collections.OrderedDict({MAIL: MAIL}), "default dict": lambda: collections.defaultdict(closing(MAIL), {1: MAIL}),
    "counter": lambda: collections.Counter([MAIL]), "chain map": lambda: collections.ChainMap({"a": MAIL}), "user dict": lambda: collections.UserDict({"a": MAIL}),
    "named tuple": lambda: Row(MAIL), "enum value": lambda: Role.OWNER, "text enum": lambda: Kept.OWNER, "enum attribute": lambda: Labelled.OWNER,
    "dynamic enum": lambda: enum.Enum("Made", {"A": MAIL}).A, "exception": lambda: ValueError(1, MAIL), "exception around it": lambda: noted(KeyError(MAIL)),
    "exception group": lambda: ExceptionGroup(MAIL, [ValueError(MAIL)]), "path": lambda: pathlib.Path("/home") / MAIL, "pure path": lambda: pathlib.PureWindowsPath(MAIL),
    "IPv4 address": lambda: ipaddress.ip_address(IP), "IPv4 network": lambda: ipaddress.ip_interface(f"{IP}/24"), "SecretStr": lambda: SecretStr("hunter-lives-here"),
    "time zone": lambda: datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(0), MAIL)), "bare time zone": lambda: datetime.timezone(datetime.timedelta(0), MAIL),
    "own time zone": lambda: datetime.time(1, tzinfo=Zone()), "card as int": lambda: CARD, "card as float": lambda: float(CARD), "card as Decimal": lambda: decimal.Decimal(CARD),
    "card as key": lambda: {CARD: 1}, "module": lambda: with_mail(types.ModuleType("m")), "code": lambda: compile(repr(MAIL), "x", "eval"), "pattern": lambda: re.compile(MAIL),
    "match": lambda: re.match(".*", MAIL), "attrgetter": lambda: operator.attrgetter(MAIL), "itemgetter": lambda: operator.itemgetter(MAIL), "StringIO": lambda: io.StringIO(MAIL),
    "bytes view of more": lambda: memoryview(MAIL.encode())[:1], "slice": lambda: slice(MAIL), "object": lambda: HOLDER, "liar": Liar, "context": contextvars.copy_context,
    "cell": lambda: closing(MAIL).__closure__[0], "super": lambda: super(Holder, HOLDER), "queue": lambda: queued(MAIL), "simple queue of lists": lambda: collections.UserList([MAIL]),
    "user string": lambda: collections.UserString(MAIL), "cached": lambda: cached(MAIL), "fraction": lambda: with_mail(Ratio(1, 2)), "thread local": lambda: with_mail(threading.local()),
    "lock holder": lambda: types.SimpleNamespace(lock=threading.Lock(), mail=MAIL), "cached property": lambda: type("L", (), {"m": functools.cached_property(closing(MAIL))}),
}  # fmt: skip


class Ratio(fractions.Fraction):
    pass


def queued(text):
    made = queue.SimpleQueue()
    made.put(text)
    return made


def cached(text):
    @functools.lru_cache
    def run():
        return text

    run()
    return run


def shown(value, depth=0):
    """Print all that can be got out of a value: text, attributes, closures, items."""
    if depth > 9:
        return ""
    said = [repr(value), str(value)]
    for name in ("mail", "text", "obj", "__self__", "__func__", "__defaults__", "__closure__", "__notes__", "__cause__", "args", "keywords", "func", "_value_", "__wrapped__"):  # fmt: skip
        part = getattr(value, name, None)
        if part is not None and not isinstance(part, type) and part is not value:
            said.append(shown(part, depth + 1))
    if isinstance(value, dict):
        said += [shown(x, depth + 1) for pair in value.items() for x in pair]
    if hasattr(value, "get_secret_value"):
        said.append(value.get_secret_value())
    if type(value) in (list, tuple, set):
        said += [shown(x, depth + 1) for x in value]
    if type(value) is types.FunctionType:
        said.append(repr(value.__code__.co_consts))
    return " ".join(said)


SECRETS = (MAIL, str(CARD), IP, "hunter-lives", "ada.l")


@pytest.mark.parametrize("name", CARRIERS)
def test_no_type_of_value_passes_unread(name):
    """Whatever carries a text, in itself or beside itself: it is redacted, or it is refused."""
    try:
        found = shown(redacted(CARRIERS[name]()))
    except InspectorUnavailable as refused:
        found = str(refused)
    for secret in SECRETS:
        assert secret not in found


CLEAN = {
    "function": shown, "builtin": len, "class": Row, "int": 7, "long int": 1764031268123456789, "float": 1.5, "infinite": float("inf"), "Decimal": decimal.Decimal("1.5"),
    "fraction": fractions.Fraction(1, 3), "complex": 1j, "bool": True, "UUID": uuid.UUID(int=7), "date": datetime.date(2026, 1, 1), "time": datetime.time(1),
    "utc": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), "zone": datetime.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo("UTC")), "delta": datetime.timedelta(1),
    "path": pathlib.Path("/etc/hosts"), "local address": ipaddress.ip_address("127.0.0.1"), "range": range(3), "ellipsis": ..., "enum": re.RegexFlag.I,
    "bytes": b"x", "method of a text": "x".upper, "no number": decimal.Decimal("NaN"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLEAN)
def test_a_leaf_that_holds_nothing_passes_as_it_is(name):
    """Reading what is beside a leaf costs nobody a leaf that has nothing there."""
    assert redacted(CLEAN[name]) is CLEAN[name]


# something can be hung on these later: a reader gets a copy that does the same
COPIED = {
    "closure": (lambda: closing("fine"), lambda v: v()),
    "partial": (lambda: functools.partial("".join, ["fine"]), lambda v: v()),
    "bound method": (lambda: with_note(Holder).method, lambda v: v()),
    "bound builtin": (lambda: ["fine"].copy, lambda v: v()),
    "method wrapper": (lambda: types.SimpleNamespace(a=1).__repr__, lambda v: v()),
    "default": (lambda: defaulting("fine"), lambda v: v()),
    "property": (lambda: property(closing("fine")), lambda v: v.fget()),
    "staticmethod": (lambda: staticmethod(closing("fine")), lambda v: v()),
    "int subclass": (lambda: Whole(7), int), "float subclass": (lambda: Part(7.5), float),
    "Decimal subclass": (lambda: Amount("7.50"), str), "Fraction subclass": (lambda: Ratio(1, 3), str),
    "datetime subclass": (lambda: Moment(2026, 1, 1, 2, 3, tzinfo=datetime.UTC, fold=1), repr),
    "date subclass": (lambda: Day(2026, 1, 1), repr), "time subclass": (lambda: Clock(1, fold=1), repr),
    "timedelta subclass": (lambda: Span(1, 2, 3), repr), "complex subclass": (lambda: Phase(1, 2), repr),
    "UUID subclass": (lambda: Name(int=7), str),
}  # fmt: skip


def with_note(cls):
    made = cls.__new__(cls)
    made.text = "fine"
    return made


@pytest.mark.parametrize("name", COPIED)
def test_a_leaf_that_can_be_given_something_later_is_copied(name):
    """What a reader hangs on its copy is on nobody else's."""
    make, says = COPIED[name]
    given = make()
    for own in (redacted(given), copied(given)):
        assert own is not given
        assert type(own) is type(given)
        assert says(own) == says(given)


class Account(BaseModel):
    ssn: int = 0
    birthdate: datetime.date | None = None


@dataclass
class Patient:
    ssn: int
    card_number: float = 0.0


NUMBERED = {
    "int": {"ssn": 536904399}, "float": {"ssn": 536904399.0}, "Decimal": {"ssn": decimal.Decimal(536904399)}, "int subclass": {"ssn": Whole(536904399)},
    "list": {"ssn": [536904399]}, "tuple": {"ssn": (536904399,)}, "nested list": {"ssn": [[536904399]]}, "dict around a value": {"ssn": {"value": 536904399}},
    "dataclass": Patient(536904399), "dataclass float": Patient(0, 4000123412341234.0), "pydantic": Account(ssn=536904399), "pydantic date": Account(birthdate=datetime.date(1987, 5, 12)),
    "date": {"dob": datetime.date(1987, 5, 12)}, "datetime": {"date_of_birth": datetime.datetime(1987, 5, 12)}, "namespace": types.SimpleNamespace(ssn=536904399),
    "negative": {"pin": -4711}, "address": {"ip": ipaddress.ip_address("10.1.2.3")}, "fraction": {"pin": fractions.Fraction(4711, 3)}, "complex": {"pin": 4711j},
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERED)
def test_numbers_and_dates_under_telling_names_are_replaced(name):
    """What the name says is personal is, whatever type it has."""
    out = repr(redacted(NUMBERED[name]))
    assert "⟦" in out
    for secret in ("536904399", "4000123412341234", "1987", "4711", "10.1.2.3"):
        assert secret not in out


def test_an_idle_number_under_a_telling_name_stays():
    """NaN, None and True are no value that somebody has."""
    value = {"ssn": float("nan"), "pin": None, "password": True}
    assert repr(redacted(value)) == repr(value)


# numpy is no dependency of this package; where it is installed, its numbers are numbers
np = importlib.import_module("numpy") if importlib.util.find_spec("numpy") else None
needs_numpy = pytest.mark.skipif(np is None, reason="numpy is not installed")


@needs_numpy
def test_numbers_of_numpy_are_numbers():
    """A score of a model passes as it is; a card's number does not, nor what a name gives away."""
    for value in (np.int64(7), np.float32(0.25), np.uint8(3), np.bool_(True), np.complex64(1j)):
        assert redacted(value) is value
    assert redacted(np.int64(4111111111111111)).startswith("⟦CREDIT_CARD_1·")
    assert redacted(np.longdouble(4111111111111111)).startswith("⟦CREDIT_CARD_1·")
    assert redacted({"ssn": np.int64(536904399)})["ssn"].startswith("⟦US_SSN_1·")


@needs_numpy
@pytest.mark.parametrize("of", ["int64", "float32", "bool_"])
def test_what_only_calls_itself_a_number_of_numpy_is_read(of):
    """A subclass, and a class that borrows the module's name, keep what hangs on them to read."""
    sub = type("int64", (getattr(np, of),), {"__module__": "numpy"}) if of != "bool_" else None
    value = (sub or type("bool_", (), {"__module__": "numpy"}))(*((1,) if sub else ()))
    value.note = MAIL
    try:
        out = redacted(value)
    except InspectorUnavailable:
        return
    assert MAIL not in repr(vars(out))
