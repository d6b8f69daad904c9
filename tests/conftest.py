"""What all tests share: the newest stage running, and the rule that nothing is skipped where it has to run."""

import contextlib
import os
import signal
from collections.abc import Generator, Iterator

import pytest

from minigram.course.leavings import keep_inside
from minigram.lab import LabError
from minigram.lab.running import Running, running
from minigram.lab.servers import ports
from minigram.lab.servers.kinds import kind
from minigram.lab.servers.native import programs
from minigram.lab.servers.provider import VARIABLE
from minigram.stages import newest

keep_inside()  # before anything imports what would write elsewhere


def pytest_configure() -> None:
    """Stages run natively where they can: a stage of twenty servers is there in seconds. What either provider has to
    keep is tested on both, in tests/servers.

    A shell that starts the tests in the background lets them ignore Ctrl-C, and so would what they start, on which some
    press it.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # those that run beside one another share the ports out
        share = 10_000 // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        first = 20_000 + share * int(worker.removeprefix("gw"))
        os.environ[ports.VARIABLE] = f"{first}-{first + share}"
    if VARIABLE not in os.environ:
        with contextlib.suppress(LabError):
            for name in {need.kind for need in newest().needs()}:
                programs(name, kind(name).software)
            os.environ[VARIABLE] = "native"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI is set everything is there that a test may need, so a test that is skipped has failed."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and with CI set nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def live() -> Iterator[Running]:
    """The newest stage with its servers and processes, one for the whole session."""
    with running(newest()) as found:
        yield found
