"""The diagram of a stage shows what the stage says of itself, and all of it can be seen."""

import re

import pytest

from minigram.addresses import Need
from minigram.lab.diagram import described
from minigram.lab.layout import Box, layout
from minigram.stages import stages
from minigram.system import Minigram


def stands_for(box: Box, stage: type[Minigram]) -> list[str]:
    """The servers of a stack; of any other box its name."""
    first, _, last = box.name.partition(" … ")
    if not last:
        return [box.name]
    alike = [need.name for need in stage.needs() if re.sub(r"\d", "#", need.name) == re.sub(r"\d", "#", first)]
    assert (alike[0], alike[-1]) == (first, last) and box.detail.startswith(f"{len(alike)} × ")
    return alike


every_stage = pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.stem)


@every_stage
def test_everything_is_there_once(stage: type[Minigram]) -> None:
    """Each server and each process has one box, or is in one stack, and so have people and photos."""
    names = [name for box in layout(stage).boxes for name in stands_for(box, stage)]
    wanted = [*(need.name for need in stage.needs()), *(process.name for process in stage.processes())]
    assert sorted(names) == sorted([*wanted, "people", "media"])


@every_stage
def test_no_box_lies_on_another(stage: type[Minigram]) -> None:
    """Boxes of a row stand at least a place apart."""
    boxes = layout(stage).boxes
    close = [(a.name, b.name) for a in boxes for b in boxes if a.y == b.y and a != b and abs(a.x - b.x) < 1]
    assert not close


@every_stage
def test_arrows_are_what_servers_lead_to(stage: type[Minigram]) -> None:
    """Each arrow is said by a need, each thing that a need says is an arrow, and all of them lead down."""
    arrows = layout(stage).arrows
    in_box = {name: box.name for box in layout(stage).boxes for name in stands_for(box, stage)}
    said = {(in_box[need.name], in_box[other]) for need in stage.needs() for other in need.before}
    assert {(one.name, other.name) for one, other in arrows} == said and len(arrows) == len(said)
    assert all(one.y < other.y for one, other in arrows)


def test_many_servers_are_drawn_as_stacks() -> None:
    """Of more than a dozen servers those that are alike but for a number are one stack, which says how many."""
    some = tuple(Need("redis", f"r{n}", before=(f"s{n}",)) for n in range(1, 9))
    others = tuple(Need("redis", f"s{n}") for n in range(1, 9))

    class Many(Minigram):
        number, stem, title = 1, "ch01_many", "Many"

        @classmethod
        def needs(cls) -> tuple[Need, ...]:
            return (*some, *others, Need("redis", "alone"))

    found = {box.name: box.detail for box in layout(Many).boxes}
    assert found == {"people": "browsers", "r1 … r8": "8 × redis", "s1 … s8": "8 × redis", "alone": "redis"}
    assert [(a.name, b.name) for a, b in layout(Many).arrows] == [("r1 … r8", "s1 … s8")]
    assert "r1 … r8 lead to s1 … s8" in described(Many)


@every_stage
def test_who_asks_whom(stage: type[Minigram]) -> None:
    """A process that says whom it asks asks all servers of these kinds, and no other; the rest ask all of the row."""
    kinds = {need.name: need.kind for need in stage.needs()}
    for process in stage.processes():
        to = [b for above, below in layout(stage).buses for b in below if process.name in [a.name for a in above]]
        asked = {name for box in to for name in stands_for(box, stage)}
        if process.asks:
            assert asked == {name for name, kind in kinds.items() if kind in process.asks}
        else:
            led_to = {other for need in stage.needs() for other in need.before}
            assert asked == {*kinds, "media"} - led_to - {box.name for box in layout(stage).buses[0][1]}


@every_stage
def test_people_go_where_their_browsers_go(stage: type[Minigram]) -> None:
    """To the servers that stand in front of processes; without one, to the last process that has a health page."""
    ((_, doors), *_) = layout(stage).buses
    processes = {process.name for process in stage.processes()}
    in_front = [need.name for need in stage.needs() if processes.intersection(need.before)]
    served = [process.name for process in stage.processes() if process.health]
    assert [box.name for box in doors] == (in_front or served[-1:])


@every_stage
def test_it_is_told_in_words(stage: type[Minigram]) -> None:
    """Who does not see it learns of every server and process, too."""
    words = described(stage)
    assert all(
        f"{box.name} " in words or f"{box.name};" in words or f"{box.name}." in words or f"{box.name}," in words
        for box in layout(stage).boxes
    )
