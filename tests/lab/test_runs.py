"""A run puts together what people saw, what servers counted and what it cost; a comparison takes turns."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import psycopg
import pytest

from minigram.lab.claims import at_least, ratio
from minigram.lab.cpu import cpu_seconds
from minigram.lab.load import Known, Result, open_loop
from minigram.lab.running import Running
from minigram.lab.runs import Comparison, Run, compare, run

from .asking import only
from .planted import planted


def test_a_run_tells_load_counts_and_processor_time(bench: Running) -> None:
    """While a load runs, what the app's role asks PostgreSQL is counted, and so is the server's CPU time."""
    with planted() as url:

        def work() -> Result:
            with psycopg.connect(bench.servers["main"].url, autocommit=True) as app:
                app.execute("SELECT count(*) FROM generate_series(1, 3000000)")
            return open_loop(url, only("ask"), Known(), rate=100, seconds=0.5)

        for _ in range(3):  # until the generator was on time
            measured = run(bench, work)
            if measured.trustworthy:
                break
        again = run(bench, lambda: None)
        broken = run(bench, bench.servers["main"].restart)
    assert measured.trustworthy, measured.doubts
    assert measured.counts == {"main": measured.counts["main"]}
    assert measured.sum("statements") == measured.counts["main"]["statements"] == 1
    assert measured.cpu["main"] > 0.05
    assert measured.load is not None and measured.load.count > 20
    assert measured.summary()["counts"]["main"]["rows"] == 1
    assert again.sum("statements") == 0
    assert again.cpu["main"] < measured.cpu["main"]
    assert not broken.trustworthy
    assert {"main was started anew in between"} < set(broken.doubts)


def test_processor_time_includes_children_and_the_dead() -> None:
    """An idle process shows the time of the child that worked for it, while that lives and afterwards."""
    script = (
        "import subprocess, sys\n"
        "work = 'import sys, time\\nwhile time.process_time() < 0.3: pass\\n'\n"
        "work += 'print(1, flush=True)\\nsys.stdin.read()'\n"
        "child = subprocess.Popen([sys.executable, '-c', work], stdin=subprocess.PIPE)\n"
        "input(); child.communicate(); print(2, flush=True); input()\n"
    )
    with _talking(script) as parent:
        assert parent.stdin and parent.stdout
        parent.stdout.readline()
        living = cpu_seconds([parent.pid])
        parent.stdin.write(b"\n")
        parent.stdin.flush()
        parent.stdout.readline()
        dead = cpu_seconds([parent.pid])
        assert not psutil.Process(parent.pid).children()
    assert 0.28 <= living <= 0.6
    assert living - 0.02 <= dead <= living + 0.3


def test_processor_time_counts_nobody_twice() -> None:
    """Naming a process and its parent is naming one family; a pid that is gone has used nothing."""
    script = "import time\nwhile time.process_time() < 0.2: pass\nprint(1, flush=True)\ninput()"
    with _talking(script) as one:
        assert one.stdout
        one.stdout.readline()
        assert cpu_seconds([one.pid, one.pid]) == pytest.approx(cpu_seconds([one.pid]), abs=0.05)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert cpu_seconds([gone.pid]) == 0


def test_a_comparison_takes_turns() -> None:
    """a, b, a, b: five rounds, each with its ratio, their median and spread."""
    order: list[str] = []

    def a() -> float:
        order.append("a")
        return [1, 2, 1, 1, 4][order.count("a") - 1]

    def b() -> float:
        order.append("b")
        return [2, 4, 3, 1, 8][order.count("b") - 1]

    compared: Comparison[float] = compare(a, b, float)
    assert order == ["a", "b"] * 5
    assert compared.ratios == [2, 2, 3, 1, 2]
    assert compared.median == 2
    assert compared.spread == (1, 1.5, 2.5, 3)
    assert compared.trustworthy
    assert compared.judged(" ms").before == "1 ms"
    with pytest.raises(ValueError, match="at least 5 rounds"):
        compare(a, b, float, rounds=3)


@dataclass
class Took:
    value: float
    doubts: tuple[str, ...] = ()


def test_a_doubt_about_one_run_is_a_doubt_about_the_comparison() -> None:
    """A run that cannot be trusted is repeated at double length, and then the claim over it is unknown."""
    lengths = []

    def measure(length: float, trusted_from: float) -> Comparison[Took]:
        lengths.append(length)
        doubts = () if length >= trusted_from else ("late",)
        return compare(lambda: Took(1), lambda: Took(2, doubts), lambda took: took.value)

    second = ratio("b is twice a", lambda length: measure(length, 2).judged(), at_least(1.5))
    never = ratio("b is twice a", lambda length: measure(length, 3).judged(), at_least(1.5))
    assert lengths == [1, 2, 1, 2]
    assert second.verdict == "pass"
    assert never.verdict == "unknown" and "late" in never.why


def test_nothing_over_nothing_is_no_ratio() -> None:
    """Where the first variant's value is 0 there is no ratio, and the comparison says so."""
    compared = compare(lambda: Took(0), lambda: Took(2), lambda took: took.value)
    assert not compared.trustworthy
    assert ratio("it is more", lambda _: compared.judged(), at_least(1)).verdict == "unknown"


def test_a_run_without_a_load_is_judged_by_its_counts_alone() -> None:
    """Nothing was sent, nothing is doubted."""
    assert Run(None, 1.0, {"main": {"statements": 4}}, {}, ()).sum("statements") == 4


@contextmanager
def _talking(script: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
