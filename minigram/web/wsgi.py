"""The app of one web process, imported after gunicorn has forked: each process builds its own Minigram."""

from typing import TYPE_CHECKING, cast

from minigram.addresses import Addresses
from minigram.stages import build
from minigram.web.app import create_app

if TYPE_CHECKING:
    from minigram.stages.ch01_one_server import OneServer

system = cast("OneServer", build(Addresses.load()))
app = create_app(system)
