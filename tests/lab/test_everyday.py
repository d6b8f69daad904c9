"""The everyday mix speaks the API that the newest stage really has."""

from typing import cast

from minigram.lab.experiments.crowd import crowd
from minigram.lab.load import EVERYDAY, Mix, open_loop
from minigram.lab.people import fill
from minigram.lab.running import running
from minigram.lab.town import SIZES
from minigram.stages import newest
from minigram.stages.ch01_one_server import OneServer


def test_everything_that_people_do_is_answered() -> None:
    """Every action of the mix, as often as every other, is answered well, and the writes with what they made."""
    each = Mix(EVERYDAY.module, dict.fromkeys(EVERYDAY.weights, 1))
    with running(newest()) as found:
        known = crowd(found, fill(cast(OneServer, found.system), SIZES["tiny"]))
        result = open_loop(found.url, each, known, rate=20, seconds=4, patience=30)
    assert result.errors == {}
    assert all(result.mix_achieved.values()), result.mix_achieved
    assert {w.action for w in result.acknowledged} == {"like", "unlike", "comment", "follow", "post"}
    assert all(w.id is not None for w in result.acknowledged if w.action in ("comment", "post"))
