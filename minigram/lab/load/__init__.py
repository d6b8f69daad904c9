"""Load: what many people do at once, over real HTTP, on a web server of this machine and no other.

result = open_loop(url, EVERYDAY, known, rate=200, seconds=10)
result.latency.ms(99), result.throughput, result.errors, result.lag.ms(99), result.trustworthy
"""

from minigram.lab.load.everyday import EVERYDAY
from minigram.lab.load.mix import Known, LoadError, Mix, Request
from minigram.lab.load.result import Event, Result, Write
from minigram.lab.load.running import closed_loop, open_loop

__all__ = [
    "EVERYDAY",
    "Event",
    "Known",
    "LoadError",
    "Mix",
    "Request",
    "Result",
    "Write",
    "closed_loop",
    "open_loop",
]
