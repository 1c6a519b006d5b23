"""`frozen` classes are dataclasses as any others, that cannot be changed."""

from __future__ import annotations

import pickle
from copy import deepcopy
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from inspect import signature

import pytest

from engine.frozen import frozen


@frozen
class Named:
    """Has a name."""

    name: str


@frozen
class Box(Named):
    """Has things in it."""

    size: int = 3
    things: dict[str, int] = field(default_factory=dict)


@frozen(kw_only=False)
class Place:
    """A place and how far it goes; its end lies behind its beginning."""

    start: int
    end: int

    def __post_init__(self):
        if self.end < self.start:
            raise ValueError("it ends before it begins")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crate(Box):
    """What the library makes of it."""

    weight: float


def test_fields_are_given_or_have_defaults_of_their_own():
    one, other = Box(name="a"), Box(name="b", size=4, things={"c": 1})
    assert (one.name, one.size, one.things, other.size, other.things) == ("a", 3, {}, 4, {"c": 1})
    assert one.things is not Box(name="a").things
    assert [f.name for f in fields(Box)] == [*signature(Box).parameters] == ["name", "size", "things"]
    assert asdict(replace(other, name="d")) == {"name": "d", "size": 4, "things": {"c": 1}}
    assert repr(one) == "Box(name='a', size=3, things={})"


def test_two_are_equal_where_they_are_of_one_class_and_their_fields_are():
    assert Place(1, 2) == Place(1, 2) != Place(1, 3)
    assert len({Place(1, 2), Place(1, 2), Place(2, 2)}) == 2
    assert Named(name="a") != Box(name="a")


@pytest.mark.parametrize("made", [Box(name="a"), Place(1, 2), Crate(name="a", weight=1.0)])
def test_nothing_can_be_changed_and_a_copy_is_equal(made):
    name = fields(made)[0].name
    with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(made, name, 1)
    with pytest.raises(FrozenInstanceError, match=f"cannot delete field '{name}'"):
        delattr(made, name)
    assert deepcopy(made) == pickle.loads(pickle.dumps(made)) == made


def test_what_does_not_fit_is_refused():
    with pytest.raises(TypeError, match=r"Place.__init__\(\) missing 1 required positional argument: 'end'"):
        Place(1)
    with pytest.raises(TypeError, match=r"Box.__init__\(\) got an unexpected keyword argument 'nam'"):
        Box(nam="a")
    with pytest.raises(ValueError, match="it ends before it begins"):
        Place(2, 1)
