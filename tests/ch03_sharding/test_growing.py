"""More servers: which shards move, the commands in another terminal, and what the notebook counts."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from minigram.addresses import VARIABLE
from minigram.databases.sharded.balance import plan
from minigram.lab import LabError
from minigram.lab.experiments.crowd import crowd
from minigram.lab.experiments.growing import grow
from minigram.lab.experiments.moving import move_under_load, shard_to_move
from minigram.lab.operating.shards import COMMANDS
from minigram.lab.people import Residents, fill
from minigram.lab.running import Running, running
from minigram.lab.town import SIZES
from tests.behaviour.client import Someone
from tests.behaviour.waiting import eventually
from tests.ch03_sharding.moving import Two, left, lets_in, named

pytestmark = pytest.mark.slow

SERVERS = [f"db{n}" for n in range(1, 7)]


@given(st.lists(st.sampled_from(SERVERS[:4]), min_size=1, max_size=80), st.integers(4, 6))
def test_a_plan_moves_as_few_as_possible(lie: list[str], count: int) -> None:
    """Afterwards no server has two more than another; no shard moves twice, or from a server that has not enough."""
    owners, servers = dict(enumerate(lie)), SERVERS[:count]
    transfers = plan(owners, servers)
    after = owners | {transfer.shard: transfer.target for transfer in transfers}
    counts = [Counter(after.values())[server] for server in servers]
    assert max(counts) - min(counts) <= 1 and len({transfer.shard for transfer in transfers}) == len(transfers)
    assert all(owners[transfer.shard] == transfer.source != transfer.target for transfer in transfers)
    least, more = divmod(len(owners), count)
    before = sorted((Counter(lie)[server] for server in servers), reverse=True)
    needed = sum(max(0, many - least - (rank < more)) for rank, many in enumerate(before))
    assert len(transfers) == needed


@pytest.fixture(scope="module")
def app() -> Iterator[Running]:
    with running(Two) as found:
        yield found


@pytest.fixture(scope="module")
def residents(app: Running) -> Residents:
    return fill(app.system, SIZES["tiny"])  # type: ignore[arg-type]


def environment(app: Running | None) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if name != VARIABLE}
    return known if app is None else known | {VARIABLE: str(app.path)}


def shards(app: Running, *arguments: str, status: int = 0) -> str:
    """What the command says, in another terminal."""
    command = [sys.executable, "-m", "minigram", "shards", *arguments]
    done = subprocess.run(command, env=environment(app), capture_output=True, text=True, check=False, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == status and "Traceback" not in said, said
    return said


def rows_of(said: str) -> list[list[str]]:
    """The cells of each row below the heading."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if line.startswith("│")]


def table(said: str) -> list[list[str]]:
    """The same, where all servers answer."""
    rows = rows_of(said)
    assert all(int(cell.replace(",", "")) >= 0 for row in rows for cell in row[1:3])
    return rows


def test_a_third_server_comes_and_gets_its_part(app: Running, residents: Residents) -> None:
    """The plan is shown first; then two or three of eight shards lie there, and whoever lives there writes on."""
    assert [row[:2] for row in table(shards(app, "list"))] == [["db1", "4"], ["db2", "4"]]
    ann = Someone(app.url)
    photos = [ann.post() for _ in range(3)]
    assert "db3 runs" in shards(app, "add-server")
    assert "db3" in [row[0] for row in table(shards(app, "list"))]
    planned = shards(app, "rebalance", "--dry-run")
    assert "2 of 8 shards would move" in planned and planned.count("→ db3") == 2
    assert "2 of 8 shards have moved" in shards(app, "rebalance")
    assert [row[:2] for row in table(shards(app, "list"))] == [["db1", "3"], ["db2", "3"], ["db3", "2"]]
    assert "0 of 8 shards would move" in shards(app, "rebalance", "--dry-run")
    assert ann.all(f"/api/people/{ann.name}/photos") == photos[::-1]
    others = [Someone(app.url) for _ in range(8)]
    for other in others:
        other.follow(ann)
    eventually("all of them are counted", lambda: ann.get(f"/api/people/{ann.name}")["followers"] == 8)
    assert left(app) == []


def test_a_shard_is_moved_by_hand(app: Running) -> None:
    """Each step is told, and at the end the rows, the time and the pause; a number names the server, too."""
    to = "2" if named(app, 0) != "db2" else "1"
    said = shards(app, "move", "0", "--to", to)
    assert f"Shard 0 lies on db{to} now" in said and "copied" in said and " ms" in said
    assert lets_in(app, 0) == [f"db{to}"]


def test_repair_finds_nothing_after_a_clean_run(app: Running) -> None:
    """Whatever has moved: both ends of everything are there."""
    assert "Nothing is half done." in shards(app, "repair", "--dry-run")
    assert "Nothing is half done." in shards(app, "repair")


def test_ctrl_c_says_how_to_go_on(app: Running) -> None:
    """The shard stays in use, and the command that is told brings the move to its end, or takes it back."""
    here, to = named(app, 1), "db1" if named(app, 1) != "db1" else "db2"
    command = [sys.executable, "-m", "minigram", "shards", "move", "1", "--to", to]
    with subprocess.Popen(
        command, env=environment(app), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as p:
        assert p.stdout is not None and p.stderr is not None
        assert "begun" in p.stdout.readline()
        p.send_signal(signal.SIGINT)
        said = p.stderr.read()
        assert p.wait(30) == 1
    assert f"To go on: minigram shards move 1 --to {to}" in said and "--give-up" in said and "Traceback" not in said
    assert lets_in(app, 1) == [here]
    assert "Shard 1 is on its way" in shards(app, "list")
    assert f"Shard 1 stays on {here}" in shards(app, "move", "1", "--give-up")
    assert left(app) == []


def test_a_server_that_is_dead_is_shown_as_such(app: Running) -> None:
    """The others are listed, and it is said how it is started."""
    app.servers["db2"].kill()
    try:
        said = shards(app, "list")
        assert [row[2] == "no answer" for row in rows_of(said)][:2] == [False, True]
        assert "db2 does not answer. If it has died: minigram start db2" in said
    finally:
        app.servers["db2"].start()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("move 99 --to db1", "There is no shard 99. There are 8: 0 to 7."),
        ("move 1 --to db9", "There is no server 'db9'"),
        ("move 1 --give-up", "not on its way"),
        ("move 1", "say where it is to go"),
        ("move 1 --to db2 --give-up", "say where it is to go"),
        ("move one --to db2", "not a valid integer"),
        ("move -1 --to db2", "No such option"),
    ],
)
def test_bad_input_is_answered_in_a_sentence(app: Running, arguments: str, why: str) -> None:
    """What was wrong and what was expected; what is raised is what `minigram` tells without a traceback."""
    done = CliRunner().invoke(COMMANDS[0], arguments.split(), env={VARIABLE: str(app.path)})
    assert done.exit_code != 0 and isinstance(done.exception, LabError | SystemExit)
    assert why in f"{done.output} {done.exception}"


def test_without_the_app_there_is_nothing_to_move() -> None:
    """The message says how to start it."""
    command = [sys.executable, "-m", "minigram", "shards", "list"]
    known = environment(None) | {VARIABLE: "/nowhere/addresses.json"}
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 3 and "minigram run" in done.stderr and "Traceback" not in done.stderr


def test_what_the_notebook_counts(app: Running, residents: Residents) -> None:
    """A shard moves under load: nothing acknowledged is lost, nothing fails, and the pause is short."""
    known = crowd(app, residents)
    shard, to = shard_to_move(app, known)
    found = move_under_load(app, residents, known, shard, to, times=3, rate=20, seconds=5)
    assert found.acknowledged > 50 and not found.lost and not found.failed
    assert [moved.target for moved in found.moves] == [to, found.moves[0].source, to]
    assert found.begun < found.ended and 0 < found.pause_ms < 2000
    assert len(found.met) >= 3, "somebody's write was on its way each time"


def test_rows_that_move_are_counted(app: Running, residents: Residents) -> None:
    """Of four servers two have been added before; a fifth gets its part, and the rows are counted where they are."""
    shards(app, "add-server")
    shards(app, "rebalance")
    growth = grow(app)
    assert [row[1] for row in table(shards(app, "list"))] == ["2", "2", "2", "1", "1"]
    assert growth.rows > 1_000
    assert 0 < growth.shards < growth.rows / 2 < growth.remainder
