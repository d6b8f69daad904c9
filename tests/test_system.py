"""A part is built once in each process, read-only, and closed in reverse; `super()` reaches the part beneath."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from minigram.system import part
from tests.written_down import NOWHERE, First, Made, log


class Second(First):
    @part
    def feed(self) -> list[str]:
        return [*super().feed, "cached"]


class Third(Second):
    @part
    def base(self) -> Made:
        return Made("sharded base")

    @part
    def feed(self) -> list[str]:
        return [*super().feed, "pushed"]


@pytest.fixture(autouse=True)
def clean_log() -> None:
    log.clear()


def test_nothing_is_built_before_it_is_asked_for() -> None:
    """A system costs nothing; a part brings what it stands on, and no more."""
    system = First(NOWHERE)
    assert log == []
    assert system.people.name == "people on base"
    assert log == ["made base", "made people on base"]


def test_a_part_is_built_once_under_many_threads() -> None:
    """Thirty-two threads that ask at the same moment get the same object, and it was built once."""
    system, start = First(NOWHERE), threading.Barrier(32)

    def ask() -> int:
        start.wait()
        return id(system.people)

    with ThreadPoolExecutor(32) as pool:
        assert len(set(pool.map(lambda _: ask(), range(32)))) == 1
    assert log == ["made base", "made people on base"]


@pytest.mark.parametrize("first", ["feed", "super"])
def test_super_is_the_part_beneath_whoever_asks_first(first: str) -> None:
    """Three stages deep: each sees the one beneath, also when that one was asked for before, and it is kept."""
    system = Third(NOWHERE)
    if first == "super":
        assert super(Second, system).feed == ["pulled"]
        assert super(Third, system).feed == ["pulled", "cached"]
    assert system.feed == ["pulled", "cached", "pushed"]
    assert super(Third, system).feed == ["pulled", "cached"]
    assert super(Third, system).feed is super(Third, system).feed
    assert super(Second, system).feed == ["pulled"]


def test_parts_beneath_see_what_the_stage_overrides() -> None:
    """Chapter 1's people stand on the base of the stage at hand."""
    assert Third(NOWHERE).people.name == "people on sharded base"


def test_a_part_is_read_only() -> None:
    """Setting or deleting it is refused with its name and what to do; it stays what it was."""
    system = First(NOWHERE)
    with pytest.raises(AttributeError, match=r"'base' is read-only: override it in a subclass of First"):
        system.base = Made("other")
    with pytest.raises(AttributeError):
        del system.base
    assert system.base.name == "base"


def test_two_systems_share_nothing() -> None:
    """Parts belong to a system, not to its class."""
    assert First(NOWHERE).base is not First(NOWHERE).base


def test_parts_are_closed_in_reverse_also_when_one_fails() -> None:
    """What was built last is closed first, every one, and the failure is told."""

    class Broken(First):
        @part
        def people(self) -> Made:
            return Made(f"broken on {self.base.name}", broken=True)

        @part
        def top(self) -> Made:
            return Made(f"top of {self.people.name}")

    system = Broken(NOWHERE)
    assert system.top.name == "top of broken on base"
    assert system.feed == ["pulled"]
    with pytest.raises(RuntimeError, match="broken on base does not close"):
        system.close()
    assert log[3:] == ["closed top of broken on base", "closed broken on base", "closed base"]


def test_closing_twice_closes_once() -> None:
    """And what was never built is not closed at all."""
    system = First(NOWHERE)
    assert system.base
    system.close()
    system.close()
    assert log == ["made base", "closed base"]


def test_a_part_that_could_not_be_built_is_tried_again() -> None:
    """A failure is not kept, and what had been built for it is."""

    class Late(First):
        ready = False

        @part
        def people(self) -> Made:
            if not self.base or not self.ready:
                raise ConnectionError("not yet")
            return Made("late people")

    system = Late(NOWHERE)
    with pytest.raises(ConnectionError):
        assert system.people
    system.ready = True
    assert system.people.name == "late people"
    assert log == ["made base", "made late people"]


def test_a_circle_is_told_as_a_circle() -> None:
    """Parts that need each other are refused with the chain of names, and not by a stack that overflows."""

    class Circle(First):
        @part
        def base(self) -> Made:
            return Made(self.people.name)

    system = Circle(NOWHERE)
    for _ in range(2):
        with pytest.raises(RecursionError, match="Circle need each other in a circle: people → base → people"):
            assert system.people
    assert log == []


def test_the_parts_of_a_stage_are_listed_with_who_defines_them() -> None:
    """By name, oldest class first, each as the youngest class has it; the class itself tells what a part is for."""
    found = Third.parts()
    assert list(found) == ["base", "people", "number", "feed"]
    assert {name: p.owner for name, p in found.items()} == {
        "base": Third,
        "people": First,
        "number": First,
        "feed": Third,
    }
    assert First.base.__doc__ == "What the others stand on."
