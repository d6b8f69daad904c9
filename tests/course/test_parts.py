"""What a stage is made of can be read without starting it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from minigram.course.commands import parts
from minigram.course.parts import parts_of
from minigram.stages import stages
from minigram.system import part

ROOT = Path(__file__).parents[2]
FIRST = stages()[0]


class Younger(FIRST):  # type: ignore[valid-type,misc]
    """Overrides one part and adds one."""

    @part
    def feed(self) -> object:
        return super().feed

    @part
    def weather(self) -> dict[str, str]:
        return {}


def test_each_part_has_a_class_and_a_file() -> None:
    """Every part of every stage leads to a file that exists."""
    for stage in stages():
        rows = parts_of(stage)
        assert {row.name for row in rows} >= {"databases", "feed", "pages"}
        assert all(row.made and (ROOT / row.file).is_file() for row in rows)


def test_an_override_is_seen_over_its_parent() -> None:
    """An overridden part names both stages; a new one comes last, with its return type."""
    rows = {row.name: row for row in parts_of(Younger)}
    assert rows["feed"].stages == ("Younger", FIRST.__name__)
    assert rows["photos"].stages == (FIRST.__name__,)
    assert list(rows)[-1] == "weather"
    assert rows["weather"].made == "dict[str, str]" and rows["weather"].file == "tests/course/test_parts.py"


@pytest.mark.parametrize("words", [(), ("1",), (FIRST.stem,)])
def test_the_command_shows_them(words: tuple[str, ...]) -> None:
    """A chapter is named by its number or stem; without one it is the newest."""
    done = CliRunner().invoke(parts, words)
    assert done.exit_code == 0 and "minigram/social/photos.py" in done.output
