"""`frozen`: a dataclass that cannot be changed, at little cost to define and to make.

Half of what importing this package took beside NumPy went into methods that `dataclasses` compiles anew for each class.
Here all classes share those that need no compiling. And a frozen dataclass sets each field by `object.__setattr__`,
twice the work in all: here an instance is of an open class while it gets its fields, and of its own from then on.
To `dataclasses` these classes are as any others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool = True, eq: bool = True) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: Any = None, /, *, kw_only: bool = True, eq: bool = True) -> Any:
    """Make a class a frozen dataclass with slots; instances are equal where their fields are, unless told otherwise."""

    def made(cls: Any) -> Any:
        bases = [vars(base)[PARAMS] for base in cls.__mro__[1:] if PARAMS in vars(base)]
        for known in bases:
            known.frozen = False  # of bases that are, `dataclasses` takes only what it has frozen itself
        own: Any = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
        for known in (*bases, vars(own)[PARAMS]):
            known.frozen = True
        shared = SHARED | EQUALITY if eq else SHARED
        for name in shared.keys() - cls.__dict__.keys():
            setattr(own, name, shared[name])
        own._key = attrgetter(*(f.name for f in fields(own)))
        own.__init__ = _init(own, kw_only)
        return own

    return made if cls is None else made(cls)


def _init(cls: Any, kw_only: bool) -> Any:
    """The one method that is compiled: Python is quick at names it can see."""
    opened = type(cls.__name__, (cls,), OPEN)
    names = {"assign": object.__setattr__, "opened": opened, "cls": cls, "MISSING": MISSING}
    parameters, lines = [], []
    for f in fields(cls):
        default, value = _default(f)
        names |= {f"default_{f.name}": default, f"make_{f.name}": f.default_factory}
        parameters.append(f.name if default is NONE else f"{f.name}=default_{f.name}")
        lines.append(f" self.{f.name} = {value}")
    head = ", ".join(["self", *["*"] * kw_only, *parameters])
    ready = [" self.__post_init__()"] * hasattr(cls, "__post_init__")
    begin, end = " assign(self, '__class__', opened)", " self.__class__ = cls"
    exec("\n".join([f"def __init__({head}):", begin, *lines, end, *ready]), names)  # of names of fields alone
    init: Any = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {f.name: f.type for f in fields(cls)} | {"return": None}
    return init


NONE = object()
PARAMS = "__dataclass_params__"
OPEN = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}


def _default(f: Field[Any]) -> tuple[Any, str]:
    """What a field is when it is not given, as the default of a parameter; and what it is set to."""
    if f.default_factory is not MISSING:
        return MISSING, f"make_{f.name}() if {f.name} is MISSING else {f.name}"
    return NONE if f.default is MISSING else f.default, f.name


def _repr(self: Any) -> str:
    return f"{type(self).__qualname__}({', '.join(f'{f.name}={getattr(self, f.name)!r}' for f in fields(self))})"


def _setattr(self: Any, name: str, value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _setstate(self: Any, state: Any) -> None:
    """For copies and pickles, which set fields one by one."""
    for name, value in state[1].items():
        object.__setattr__(self, name, value)


def _eq(self: Any, other: Any) -> Any:
    return self._key(self) == other._key(other) if self.__class__ is other.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(self._key(self))


SHARED = {"__repr__": _repr, "__setattr__": _setattr, "__delattr__": _delattr, "__setstate__": _setstate}
EQUALITY = {"__eq__": _eq, "__hash__": _hash}
