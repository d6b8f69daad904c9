"""What a load does, and what it tells afterwards."""

import random
import socket
import time
from pathlib import Path

import pytest

from minigram.lab.load import EVERYDAY, Known, LoadError, Mix, closed_loop, open_loop

from . import asking
from .asking import only
from .calm import calm
from .planted import planted

TOWN = Known(names=["ada", "bob", "cleo"], photos=[11, 12, 13], tokens={"ada": "A", "bob": "B"}, jpegs=[__file__])


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org:80",
        "http://localhost:8000",
        "https://127.0.0.1:1",
        "http://127.0.0.1",
        "http://127.0.0.1:80@x:1",
    ],
)
def test_a_load_goes_to_this_machine_and_nowhere_else(url: str) -> None:
    """Any other host is refused before anything is sent."""
    with pytest.raises(LoadError, match="nowhere else"):
        open_loop(url, only("ask"), Known(), rate=1, seconds=1)


def test_a_load_is_bounded() -> None:
    """A load without an end, or with too many arrivals, is refused with the bound."""
    url = "http://127.0.0.1:1"
    with pytest.raises(LoadError, match="at most 600 seconds"):
        closed_loop(url, only("ask"), Known(), connections=1, seconds=float("inf"))
    with pytest.raises(LoadError, match="at most 500,000 arrivals"):
        open_loop(url, only("ask"), Known(), rate=1e6, seconds=1)


def test_a_mix_that_cannot_be_made_is_refused() -> None:
    """An unknown action, or one that needs what is not known, is named before anything is sent."""
    with pytest.raises(LoadError, match="no action called dance"):
        open_loop("http://127.0.0.1:1", Mix(asking.__name__, {"dance": 1}), Known(), rate=1, seconds=1)
    with pytest.raises(LoadError, match="home_feed cannot make a request"):
        open_loop("http://127.0.0.1:1", EVERYDAY, Known(), rate=1, seconds=1)


def test_errors_are_told_by_kind() -> None:
    """A 503, a reset, silence and a refused connection are four kinds; answers of any framing are good."""
    with planted() as url:
        mix = only("ask", "chunked", "last", "unavailable", "hang_up", "silence")
        result = open_loop(url, mix, Known(), rate=200, seconds=1, patience=0.5)
    assert set(result.errors) == {"503", "reset", "timeout"}
    assert min(result.errors.values()) > 10
    good = result.count - sum(result.errors.values())
    assert {name for name, share in result.mix_achieved.items() if share} == {"ask", "chunked", "last"}
    assert result.latency.count == good + result.errors["timeout"]
    assert 500 <= result.latency.ms(100) < 700
    assert result.elapsed < 3

    refused = open_loop(url, only("ask"), Known(), rate=50, seconds=0.5)
    assert refused.errors == {"refused": refused.count}
    assert refused.error_share == 1
    assert refused.throughput == 0


def test_the_mix_that_was_achieved_stands_beside_the_one_asked_for() -> None:
    """Three reads to one write are about what is sent; what fails is missing from what was achieved."""
    with planted() as url:
        asked = Mix(asking.__name__, {"ask": 3, "write": 1})
        result = open_loop(url, asked, Known(), rate=500, seconds=1)
        failing = open_loop(url, Mix(asking.__name__, {"ask": 1, "unavailable": 1}), Known(), rate=200, seconds=0.5)
    assert result.mix_asked == {"ask": 0.75, "write": 0.25}
    assert result.mix_achieved["write"] == pytest.approx(0.25, abs=0.08)
    assert failing.mix_achieved == {"ask": 1.0, "unavailable": 0.0}


def test_a_seed_repeats_a_load() -> None:
    """The same seed sends the same number of the same actions; another seed does not."""
    with planted() as url:
        counts = []
        for seed in (1, 1, 2):
            result = open_loop(url, only("ask", "chunked"), Known(), rate=300, seconds=0.5, seed=seed)
            counts.append((result.count, result.latency_of("ask").count))
    assert counts[0] == counts[1] != counts[2]


def test_acknowledged_writes_are_told_one_by_one() -> None:
    """Each acknowledged write is told with its person, path and the id from the answer; the others apart."""
    with planted() as url:
        result = open_loop(url, only("write", "unlucky_write", "ask"), Known(), rate=300, seconds=0.5)
    good = result.acknowledged
    assert good and {(w.action, w.method, w.path, w.person) for w in good} == {("write", "POST", "/write", "ada")}
    assert len({write.id for write in good}) == len(good)
    assert {w.outcome for w in result.writes if w.action == "unlucky_write"} == {"500"}


def test_the_series_shows_what_those_saw_who_came_at_that_time() -> None:
    """Those who come while the server stalls wait until its end; those who come at another time do not."""
    with planted(stall=(2.5, 0.4)) as url:
        result = calm(lambda: open_loop(url, only("ask"), Known(), rate=200, seconds=2.5, spacing="even"))
    series = result.series(0.1)
    assert [moment.count for moment in series] == [20] * 25
    waits = [moment.worst_ms for moment in series]
    assert max(waits) == pytest.approx(400, rel=0.15)
    assert sorted(waits)[18] < 50


def test_people_who_come_wait_in_line_for_a_connection() -> None:
    """Two connections of 50 ms serve 40 a second: of 100 a second the later wait longer, none is lost."""
    with planted(delay=0.05) as url:
        few = calm(lambda: open_loop(url, only("ask"), Known(), rate=100, seconds=1, spacing="even", connections=2))
    assert few.count == 100 and not few.errors
    assert few.latency.ms(100) == pytest.approx(1500, rel=0.15)  # 2.5 s of work in 1 s
    assert few.throughput == pytest.approx(40, rel=0.1)
    assert few.trustworthy, few.doubts


def test_a_load_that_is_interrupted_leaves_no_generator() -> None:
    """When something beside the load fails, the generator ends at once."""

    class Breaking:
        def begin(self, started: float) -> None:
            raise RuntimeError("broken")

        def end(self) -> list[object]:
            return []

    begun = time.monotonic()
    with planted() as url, pytest.raises(RuntimeError, match="broken"):
        open_loop(url, only("ask"), Known(), rate=10, seconds=60, beside=[Breaking()])  # type: ignore[list-item]
    assert time.monotonic() - begun < 10


def test_every_action_of_the_everyday_mix_makes_its_request() -> None:
    """The everyday mix speaks the API: methods, paths, tokens and bodies, and the popular come first."""
    EVERYDAY.check(TOWN)
    rng = random.Random(5)
    made = {name: action(TOWN, rng) for name, action in EVERYDAY.actions().items()}
    assert made["home_feed"].path == "/api/feed"
    assert made["profile"].path in {f"/api/people/{name}" for name in TOWN.names}
    assert made["profile_photos"].path.endswith("/photos")
    assert made["photo"].path in {f"/api/photos/{photo}" for photo in TOWN.photos}
    assert [made[name].method for name in ("like", "unlike", "comment", "follow", "post")] == [
        "PUT",
        "DELETE",
        "POST",
        "PUT",
        "POST",
    ]
    assert made["like"].path.endswith("/like") and made["follow"].path.endswith("/follow")
    assert b'{"text": ' in made["comment"].body
    assert Path(__file__).read_bytes() in made["post"].body
    for request in made.values():
        assert request.person is not None
        assert request.headers["Authorization"] == f"Bearer {TOWN.tokens[request.person]}"
    follow = EVERYDAY.actions()["follow"]
    assert all(f"/{request.person}/" not in request.path for request in (follow(TOWN, rng) for _ in range(50)))
    photos = [EVERYDAY.actions()["photo"](TOWN, rng).path for _ in range(300)]
    assert photos.count("/api/photos/11") > 1.5 * photos.count("/api/photos/13")


def test_a_server_that_never_accepts_costs_no_more_than_patience() -> None:
    """A full accept queue is a time-out for everybody, and the run still ends."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        result = open_loop(url, only("ask"), Known(), rate=50, seconds=0.5, patience=0.5)
    assert result.errors == {"timeout": result.count}
    assert result.elapsed < 3
