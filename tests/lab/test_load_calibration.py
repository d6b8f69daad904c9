"""The load generator is an instrument: held against another, against arithmetic, against its own clock."""

import os
import re
import shutil
import signal
import statistics
import subprocess
import threading

import psutil
import pytest

from minigram.lab.load import Event, Known, closed_loop, open_loop

from .asking import only
from .planted import planted, prompt

ASK = only("ask")


def test_a_closed_loop_agrees_with_wrk_or_hey() -> None:
    """16 connections to a server that takes 20 ms: throughput and median within 10 % of another tool's."""
    other = _wrk if shutil.which("wrk") else _hey if shutil.which("hey") else None
    if other is None:
        pytest.skip("neither wrk nor hey is installed to compare with")
    for seconds in (1, 2):  # a shared machine may be noisy: twice as long before it is called a difference
        throughputs, medians = [], []
        with planted(delay=0.020) as url:
            for _ in range(3):
                theirs, their_median = other(url, seconds)
                ours = closed_loop(url, ASK, Known(), connections=16, seconds=seconds)
                throughputs.append(ours.throughput / theirs)
                medians.append(ours.latency.ms(50) / their_median)
        ratios = statistics.median(throughputs), statistics.median(medians)
        if ratios == pytest.approx((1, 1), abs=0.1):
            break
    print(f"throughput {throughputs}, median {medians}")
    assert ratios == pytest.approx((1, 1), abs=0.1)


def test_an_open_loop_finds_the_stall_that_a_closed_loop_hides() -> None:
    """100 people a second, 0.5 s of stall every 5 s: p99 is what arithmetic says; a closed loop misses it."""
    rate, every, long = 100, 5.0, 0.5
    # Whoever comes x seconds into a stall waits long - x, so (long - t) / every of all wait more than t:
    # one in a hundred waits more than t = long - every / 100.
    expected = 1000 * (long - every / 100)
    for seconds in (10, 20):
        with planted(stall=(every, long)) as url:
            opened = open_loop(url, ASK, Known(), rate=rate, seconds=seconds, spacing="even")
        if opened.trustworthy and opened.latency.ms(99) == pytest.approx(expected, rel=0.1):
            break
    print(f"p99 {opened.latency.ms(99)} ms, expected {expected} ms")
    assert opened.trustworthy, opened.doubts
    assert opened.latency.ms(99) == pytest.approx(expected, rel=0.1)
    with planted(stall=(2.0, long)) as url:
        closed = closed_loop(url, ASK, Known(), connections=1, seconds=2.6)
    assert closed.latency.ms(100) > 0.9 * 1000 * long
    assert closed.latency.ms(99) < expected / 10


def test_two_thousand_sends_a_second_are_on_time() -> None:
    """At 2,000 requests a second 99 % of the sends are within 5 ms of their time; none is lost."""
    for seconds in (3, 6):
        with planted(delay=0.005) as url:
            result = open_loop(url, ASK, Known(), rate=2000, seconds=seconds, spacing="even")
        if result.lag.ms(99) <= 5:
            break
    print(f"lag p50 {result.lag.ms(50)} p99 {result.lag.ms(99)} max {result.lag.ms(100)} ms")
    assert result.count == 2000 * seconds
    assert result.lag.count == result.count
    assert result.lag.ms(99) <= 5
    assert result.trustworthy, result.doubts
    assert not result.errors
    assert result.throughput == pytest.approx(2000, rel=0.02)


def test_a_generator_that_was_held_up_is_unknown() -> None:
    """Stopped for 0.3 of 2 s, the generator says itself that its run cannot be trusted, open or closed."""
    with planted() as url:
        opened = open_loop(url, ASK, Known(), rate=200, seconds=2, beside=[_HoldUp()])
        closed = closed_loop(url, only("ask"), Known(), connections=2, seconds=2, beside=[_HoldUp()])
    for result in (opened, closed):
        assert result.lag.ms(100) > 200
        assert not result.trustworthy
        assert any("late" in doubt for doubt in result.doubts)


def test_an_impossible_rate_is_unknown_and_bounded() -> None:
    """Asked for more than it can send, the generator stops in time and says what it did not send."""
    with planted() as url:
        result = open_loop(url, ASK, Known(), rate=400_000, seconds=1)
    assert result.unsent > 0
    assert not result.trustworthy
    assert result.elapsed < 8


class _HoldUp:
    """Stops the newest generator for 0.3 s in the middle of its run."""

    def begin(self, started: float) -> None:
        (self.generator,) = [
            child.pid for child in psutil.Process().children() if "minigram.lab.load" in child.cmdline()
        ]
        self.timers = [
            threading.Timer(0.7, os.kill, (self.generator, signal.SIGSTOP)),
            threading.Timer(1.0, os.kill, (self.generator, signal.SIGCONT)),
        ]
        for timer in self.timers:
            timer.start()

    def end(self) -> list[Event]:
        for timer in self.timers:
            timer.join()
        return []


def _wrk(url: str, seconds: int) -> tuple[float, float]:
    said = _output("wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", f"{url}/anything")
    value, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)  # type: ignore[union-attr]
    return float(rate), float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def _hey(url: str, seconds: int) -> tuple[float, float]:
    said = _output("hey", "-c", "16", "-z", f"{seconds}s", f"{url}/anything")
    median = re.search(r"50% in ([\d.]+) secs", said).group(1)  # type: ignore[union-attr]
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)  # type: ignore[union-attr]
    return float(rate), 1000 * float(median)


def _output(*command: str) -> str:
    # as prompt as ours, or a busy machine would be measured
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, preexec_fn=prompt)
    return done.stdout
