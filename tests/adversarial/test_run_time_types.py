"""A class or function that its module does not know under its name is read, or its values refused."""

from __future__ import annotations

import abc
import collections
import dataclasses
import enum
import functools
import re
import types
import typing
import weakref
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import BaseModel, Field, create_model, field_validator

from stageflow_guard.errors import InspectorUnavailable
from stageflow_guard.redaction import Redactor

MAIL = "ada.lovelace@example.com"
CARD = 4111111111111111
REDACTOR = Redactor()


def redacted(value):
    return REDACTOR.redact([value]).value[0]


def saying(text):
    """Return a function that holds `text` in a cell."""
    return lambda *_: text


def documented(text):
    def run():
        return None

    run.__doc__ = text
    return run


def annotated(text):
    def run(one):
        return one

    run.__annotations__ = {"one": text}
    return run


def renamed(**names):
    """Return a function whose code says `names`."""
    code = (lambda: None).__code__.replace(**{f"co_{k}": v for k, v in names.items()})
    return types.FunctionType(code, vars(types))


def moved(text):
    def run():
        return None

    run.__module__ = text
    return run


class Meta(type):
    """A metaclass of the program."""


class Lying(type):
    """A metaclass that says of its classes what it likes."""

    __dict__ = property(lambda cls: {})
    __mro__ = property(lambda cls: (cls, object))
    __bases__ = property(lambda cls: (object,))
    __flags__ = property(lambda cls: 0)
    __module__ = property(lambda cls: "builtins")
    __name__ = property(lambda cls: "object")
    __basicsize__ = property(lambda cls: 16)


class Base:
    """A class of the program."""


def made(**members):
    """Return a class that no module knows."""
    return type("Made", (Base,), members)


def noted(value):
    value.note = MAIL
    return value


def of_dataclass(**options):
    @dataclasses.dataclass(**options)
    class Made:
        text: str = dataclasses.field(default="", metadata={"about": MAIL})

    return Made


def of_model(**extra):
    class Made(BaseModel):
        text: str = Field(default="", **extra)

    return Made


def of_validator():
    text = MAIL

    class Made(BaseModel):
        n: int = 0

        @field_validator("n")
        @classmethod
        def _check(cls, v):
            return v if text else 0

    return Made


Counted = enum.Enum("Counted", "A")

# classes that show the text to who holds them, or an instance
CLASSES = {
    "attribute": lambda: made(note=MAIL), "number": lambda: made(card=CARD), "list": lambda: made(notes=[MAIL]),
    "name": lambda: type(MAIL, (Base,), {}), "qualified name": lambda: made(__qualname__=MAIL), "module": lambda: made(__module__=MAIL),
    "doc": lambda: made(__doc__=MAIL), "annotation": lambda: made(__annotations__={"a": MAIL}), "generic annotation": lambda: made(__annotations__={"a": list[MAIL]}),
    "literal annotation": lambda: made(__annotations__={"a": typing.Literal[MAIL]}), "annotated": lambda: made(__annotations__={"a": typing.Annotated[int, MAIL]}),
    "forward reference": lambda: made(__annotations__={"a": typing.ForwardRef(repr(MAIL)), "b": typing.Annotated[int, [MAIL]]}),
    "property": lambda: made(note=property(saying(MAIL))), "documented property": lambda: made(note=property(saying(""), doc=MAIL)),
    "method": lambda: made(note=saying(MAIL)), "documented method": lambda: made(note=documented(MAIL)), "annotated method": lambda: made(note=annotated(MAIL)),
    "static method": lambda: made(note=staticmethod(saying(MAIL))), "class method": lambda: made(note=classmethod(saying(MAIL))),
    "default": lambda: made(note=eval("lambda self, one=text: one", {"text": MAIL})), "constant": lambda: made(note=eval(f"lambda self: {MAIL!r}")),
    "globals": lambda: made(note=eval("lambda self: text", {"text": MAIL})), "cached property": lambda: made(note=functools.cached_property(saying(MAIL))),
    "descriptor": lambda: made(note=types.SimpleNamespace(text=MAIL)), "base": lambda: type("Made", (made(note=MAIL),), {}), "base of a base": lambda: type("A", (type("B", (made(note=MAIL),), {}),), {}),
    "metaclass": lambda: type("M", (type,), {"note": MAIL})("Made", (Base,), {}), "class of the metaclass": lambda: type("M", (made(note=MAIL), type), {})("Made", (Base,), {}),
    "metaclass of the program": lambda: Meta("Made", (Base,), {"note": MAIL}), "lying metaclass": lambda: Lying("Made", (Base,), {"note": MAIL}),
    "nested class": lambda: made(Inner=made(note=MAIL)), "closure in a class": lambda: made(go=(lambda c: lambda self: c)(made(note=MAIL))),
    "weak reference": lambda: made(ref=weakref.ref(KEPT)), "pattern": lambda: made(pattern=re.compile(MAIL)), "code": lambda: made(code=compile(repr(MAIL), "x", "eval")),
    "mapping proxy": lambda: made(of=types.MappingProxyType({"a": MAIL})), "module object": lambda: made(of=noted(types.ModuleType("m"))), "false module": lambda: made(of=noted(types.ModuleType("json"))),
    "iterator": lambda: made(of=iter([MAIL])), "cache": lambda: made(of=cached()), "partial": lambda: made(of=functools.partial(print, MAIL)),
    "dataclass": lambda: of_dataclass(), "frozen dataclass": lambda: of_dataclass(frozen=True), "slotted dataclass": lambda: of_dataclass(slots=True),
    "model description": lambda: of_model(description=MAIL), "model example": lambda: of_model(examples=[MAIL]), "model title": lambda: of_model(title=MAIL), "model extra": lambda: of_model(json_schema_extra={"a": MAIL}),
    "validator": of_validator, "created model": lambda: create_model("Made", text=(str, Field("", description=MAIL))), "abstract": lambda: abc.ABCMeta("Made", (Base,), {"note": MAIL}),
    "borrowed name": lambda: made(note=MAIL, __module__=__name__, __qualname__="Base"), "borrowed numpy": lambda: made(note=MAIL, __module__="numpy", __qualname__="int64"),
    "borrowed builtin": lambda: made(note=MAIL, __module__="builtins", __qualname__="int"), "init_subclass": lambda: made(__init_subclass__=classmethod(saying(MAIL))),
}  # fmt: skip

KEPT = noted(Base())


def cached():
    @functools.lru_cache
    def run():
        return MAIL

    run()
    return run


def require_refused(value):
    """The value is refused, and the refusal does not quote it."""
    with pytest.raises(InspectorUnavailable) as caught:
        redacted(value)
    said = f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"
    assert MAIL not in said
    assert str(CARD) not in said


@pytest.mark.parametrize("name", CLASSES, ids=lambda n: n.replace(" ", "_"))
def test_a_class_made_at_run_time_is_read(name):
    """All that such a class holds is read when it is handed over."""
    require_refused(CLASSES[name]())


@pytest.mark.parametrize("name", CLASSES, ids=lambda n: n.replace(" ", "_"))
def test_an_instance_of_a_class_made_at_run_time_is_read_like_the_class(name):
    """An instance hands its class over: both are read."""
    cls = CLASSES[name]()
    try:
        value = cls()
    except Exception:  # a descriptor of that kind cannot be called into being
        value = object.__new__(cls)
    require_refused(value)


# numbers, tuples, members: values that keep their class
KEEPING = {
    "int": lambda ns: type("Made", (int,), ns)(7), "float": lambda ns: type("Made", (float,), ns)(7), "complex": lambda ns: type("Made", (complex,), ns)(7),
    "Decimal": lambda ns: type("Made", (Decimal,), ns)(7), "Fraction": lambda ns: type("Made", (Fraction,), ns)(7),
    "named tuple": lambda ns: type("Made", (collections.namedtuple("Pair", "a b"),), ns)(1, 2), "enum": lambda ns: enum.Enum("Made", {"A": 1, **ns}).A,
    "namespace": lambda ns: type("Made", (types.SimpleNamespace,), ns)(), "exception": lambda ns: type("Made", (ValueError,), ns)("x"),
    "text": lambda ns: type("Made", (str,), ns)("x"), "list": lambda ns: type("Made", (list,), ns)(), "dict": lambda ns: type("Made", (dict,), ns)(),
    "set": lambda ns: type("Made", (set,), ns)(), "tuple": lambda ns: type("Made", (tuple,), ns)(), "bytes": lambda ns: type("Made", (bytes,), ns)(b"x"),
}  # fmt: skip


@pytest.mark.parametrize("member", ["plain", "method"])
@pytest.mark.parametrize("name", KEEPING)
def test_every_kind_of_value_brings_its_class(name, member):
    """A value is given as one of the interpreter's own, or its class is read."""
    value = KEEPING[name]({"note": MAIL if member == "plain" else saying(MAIL)})
    try:
        out = redacted(value)
    except InspectorUnavailable:
        assert name not in PLAIN
    else:
        assert name in PLAIN
        assert type(out) in (str, list, dict, set, tuple, bytes)


PLAIN = ("exception", "text", "list", "dict", "set", "tuple", "bytes")


FUNCTIONS = {
    "doc": lambda: documented(MAIL), "annotation": lambda: annotated(MAIL), "module": lambda: moved(MAIL), "constant": lambda: eval(f"lambda: {MAIL!r}"),
    "globals": lambda: eval("lambda: text", {"text": MAIL}), "name": lambda: renamed(name=MAIL), "names": lambda: renamed(names=(MAIL,)), "file": lambda: renamed(filename=MAIL),
    "card constant": lambda: eval(f"lambda: {CARD}"), "tuple constant": lambda: eval(f"lambda: ({MAIL!r}, 1)"), "attribute": lambda: noted(saying("")),
    "cell of a cell": lambda: saying(saying(MAIL)), "method of an instance": lambda: types.MethodType(saying(""), noted(Base())), "method of a class": lambda: types.MethodType(saying(""), made(note=MAIL)),
    "partial of a partial": lambda: functools.partial(functools.partial(saying(""), MAIL)), "partial of a method": lambda: functools.partial(types.MethodType(saying(""), [MAIL])),
    "documented property": lambda: property(saying(""), doc=MAIL), "wrapped": lambda: functools.wraps(documented(MAIL))(saying("")), "keyword default": lambda: eval("lambda *, one=text: one", {"text": MAIL}),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS, ids=lambda n: n.replace(" ", "_"))
def test_a_function_made_at_run_time_is_read(name):
    """Documentation, annotations, names, constants, globals, cells, attributes: all of it."""
    require_refused(FUNCTIONS[name]())


NUMBERS = {
    "int": CARD, "negative": -CARD, "float": float(CARD), "float and a half": CARD + 0.5, "Decimal": Decimal(CARD), "Decimal and a quarter": Decimal(CARD) + Decimal("0.25"),
    "Fraction": Fraction(CARD), "numerator": Fraction(CARD, 7), "denominator": Fraction(7, CARD), "Fraction and a half": Fraction(CARD) + Fraction(1, 2),
    "real part": complex(CARD, 1), "imaginary part": complex(1, CARD), "complex and a half": complex(CARD + 0.5), "range": range(CARD, CARD + 2), "range end": range(0, CARD), "range step": range(0, 2**60, CARD),
}  # fmt: skip


class Untrue(int):
    """A number that denies what it is."""

    def __gt__(self, other):
        return False

    def __lt__(self, other):
        return False

    def __abs__(self):
        return 0

    def __int__(self):
        return 0

    __index__ = __trunc__ = __int__

    def __repr__(self):
        return "0"

    __str__ = __repr__


class UntrueFloat(float):
    """A number that denies what it is."""

    def __gt__(self, other):
        return False

    __lt__ = __gt__

    def __float__(self):
        return 0.0

    def __trunc__(self):
        return 0


@pytest.mark.parametrize("name", NUMBERS, ids=lambda n: n.replace(" ", "_"))
def test_every_numeric_type_is_read(name):
    """A number of a card's length is read, whatever type and fraction it has."""
    try:
        out = redacted(NUMBERS[name])
    except InspectorUnavailable:
        assert name.startswith("range")
    else:
        assert "⟦CREDIT_CARD_1·" in out
        assert str(CARD) not in out


@pytest.mark.parametrize("value", [Untrue(CARD), UntrueFloat(CARD)], ids=["int", "float"])
@pytest.mark.parametrize("name", ["", "card_number"])
def test_a_number_is_not_asked_about_itself(value, name):
    """What a subclass says of its value is not what it is worth."""
    assert redacted({name: value})[name].startswith("⟦CREDIT_CARD_1·")


def numpy_values():
    np = pytest.importorskip("numpy")
    return [
        np.int64(CARD), np.uint64(CARD), np.float64(CARD), np.longdouble(CARD), np.complex128(CARD),
        np.complex128(1, CARD), np.clongdouble(CARD), np.timedelta64(CARD, "us"), np.float64(CARD + 0.5),
        np.datetime64(CARD, "us"), np.str_(MAIL), np.array([MAIL]), np.array(CARD), np.void(MAIL.encode()),
        np.array([MAIL], dtype=object), np.rec.array([(MAIL,)]), np.dtype([(MAIL, int)]), np.flatiter,
    ]  # fmt: skip


def test_every_scalar_of_numpy_is_read_or_refused():
    """Complex numbers, spans, dates, texts, arrays, records."""
    for value in numpy_values():
        try:
            out = redacted(value)
        except InspectorUnavailable:
            continue
        assert "⟦" in str(out) or isinstance(value, type)


# what applications make at run time: it is read, it holds nothing, it passes
def honest_dataclass():
    @dataclasses.dataclass
    class Item:
        name: str
        tags: list[str] = dataclasses.field(default_factory=list)
        score: float | None = None

    return Item("fine", ["a"])


def honest_slotted():
    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class Item:
        name: str
        inner: typing.Optional[dict[str, int]] = None  # noqa: UP045 - the old spelling, too

    return Item(name="fine")


def honest_model():
    class Item(BaseModel):
        name: str = Field(min_length=1, description="what it is called")
        tags: list[str] = []
        more: dict[str, typing.Any] = {}
        kind: typing.Literal["a", "b"] = "a"

        @field_validator("name")
        @classmethod
        def _check(cls, v: str) -> str:
            return v.strip()

        @property
        def shout(self) -> str:
            return self.name.upper()

    return Item(name="fine")


def honest_nested_model():
    class Inner(BaseModel):
        n: int = 0

    class Item(BaseModel):
        name: str
        inner: Inner | None = None
        many: list[Inner] = Field(default_factory=list)

    return Item(name="fine", inner=Inner(n=1))


T = typing.TypeVar("T")


def honest_generic():
    class Box(BaseModel, typing.Generic[T]):
        name: str
        value: T

    return Box[int](name="fine", value=1)


def honest_named_tuple():
    class Row(typing.NamedTuple):
        name: str
        n: int = 0

    return Row("fine")


def honest_abstract():
    class Item(abc.ABC):
        def __init__(self):
            self.name = "fine"

        @abc.abstractmethod
        def go(self): ...

    class Real(Item):
        def go(self):
            return super().__repr__()

    return Real()


def honest_protocol():
    class Named(typing.Protocol):
        name: str

    class Item(Named):
        name = "fine"

        def __eq__(self, other):
            return self.name == other.name

    return Item()


def honest_enum():
    class Color(enum.StrEnum):
        name_ = "fine"

        @property
        def shout(self):
            return self.value.upper()

    return types.SimpleNamespace(name="fine", color=Color.name_)


def honest_cached():
    class Item:
        name = "fine"
        pattern = re.compile("[a-z]+")

        @functools.cached_property
        def long(self):
            return self.name * 2

        @functools.wraps(len)
        def size(self):
            return len(self.name)

    return Item()


def honest_closure():
    count = collections.Counter()

    class Item:
        name = "fine"

        def hit(self):
            count["hit"] += 1

    return Item()


HONEST = {
    name.removeprefix("honest_"): make
    for name, make in list(globals().items())
    if name.startswith("honest_")
} | {
    "created model": lambda: create_model("Item", name=(str, ...), n=(int, 1))(name="fine"),
    "functional named tuple": lambda: collections.namedtuple("Row", "name n")("fine", 1),
    "made dataclass": lambda: dataclasses.make_dataclass("Item", ["name"])("fine"),
    "functional enum": lambda: types.SimpleNamespace(name="fine", e=enum.Enum("E", "A B").A),
    "typed": lambda: typing.TypedDict("D", {"name": str})(name="fine"),
}


@pytest.mark.parametrize("name", HONEST)
def test_what_applications_make_at_run_time_passes(name):
    """A class that holds nothing personal costs nobody its values."""
    value = HONEST[name]()
    out = redacted(value)
    assert type(out) is type(value)
    said = out["name"] if isinstance(out, dict) else out.name
    assert said == "fine"


@pytest.mark.parametrize("base", [collections.deque, int, ValueError, weakref.ref, dict])
def test_an_error_does_not_name_a_class_made_at_run_time(base):
    """The name of a class is text: an error quotes only what the program is called."""
    cls = type(MAIL, (base,), {"__str__": saying(1), "__iter__": saying(1)})
    value = cls(KEPT) if base is weakref.ref else cls()
    try:
        said = str(redacted(value))
    except InspectorUnavailable as refused:
        said = f"{refused} {refused.__cause__} {refused.__context__}"
    assert MAIL not in said
