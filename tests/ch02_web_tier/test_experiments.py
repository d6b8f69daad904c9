"""What the notebook says of deaths, restarts and names is said by these, and not by chance."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from minigram.lab.experiments.crowd import crowd
from minigram.lab.experiments.dns import Name, by_name
from minigram.lab.experiments.one_dies import one_dies
from minigram.lab.experiments.redeploy import all_at_once, one_after_the_other, redeploy
from minigram.lab.load import Known
from minigram.lab.people import fill
from minigram.lab.running import Running, running
from minigram.lab.town import SIZES
from minigram.stages.ch02_web_tier import WebTier

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Town:
    run: Running
    known: Known


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with running(WebTier) as run:
        yield Town(run, crowd(run, fill(run.system, SIZES["tiny"])))  # type: ignore[arg-type]


def test_a_death_that_nginx_hides_is_noticed(town: Town) -> None:
    """Through nginx people are answered while one web server is down; at that one itself nobody is."""
    hidden = one_dies(town.run, town.known, town.run.url, "web2", rate=30, seconds=3)
    seen = one_dies(town.run, town.known, town.run.processes["web2"].url, "web2", rate=30, seconds=3)
    assert hidden.answered_while_down > 0
    assert (seen.answered_while_down, seen.failed["GET"] > 0) == (0, True)


def test_a_restart_of_all_at_once_is_noticed(town: Town) -> None:
    """It drops requests, and one after the other does not: whichever of the two is put in the other's place fails."""
    assert redeploy(town.run, town.known, all_at_once, rate=30, seconds=4).failed > 0
    assert redeploy(town.run, town.known, one_after_the_other, rate=30, seconds=6).failed == 0


def test_a_name_that_is_looked_up_each_time_is_noticed(town: Town) -> None:
    """With nothing kept, nothing fails once the dead one is out of the name; kept for a second, something does."""
    urls = [process.url for process in town.run.processes.values()]
    assert not [at for at in by_name(town.run, town.known, Name(urls), "web1", ttl=0).failed if at > 0]
    assert by_name(town.run, town.known, Name(urls), "web2", ttl=1).failed
