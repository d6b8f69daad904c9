"""The student's side, shut in: what it sees, where it writes, whom it reaches, how much it takes."""

import json
import os
import socket
from pathlib import Path
from textwrap import indent

import psutil
import pytest

from minigram.course.judge.exercises import Exercise
from minigram.course.judge.judging import Judged, judge
from minigram.course.judge.shut.ways import Way, offered
from minigram.lab import LabError
from minigram.lab.leftovers import runs
from minigram.lab.machine import ROOT
from tests.course.classroom import SOLUTION


def tried(planted: Exercise, way: Way, deed: str) -> Judged:
    """Judge a file that does something first, and raises what it found."""
    text = f"import json, os, pathlib, socket, subprocess\n\ndef found():\n{indent(deed, '    ')}\n\n"
    return judge(planted, (text + "raise ValueError(json.dumps(found()))\n").encode(), way, 1, hidden=True)


def answer(judged: Judged) -> object:
    """What `found` returned."""
    told = judged.trouble.partition("ValueError: ")[2].splitlines()[0]
    return json.loads(told)


def test_what_is_the_instructors_is_not_there(planted: Exercise, way: Way) -> None:
    """Neither solutions nor hidden checks, nor anything else of the clone but its code, can be seen."""
    seen = answer(tried(planted, way, f"return sorted(os.listdir({str(ROOT)!r}))"))
    assert set(map(str, seen)) <= {"minigram", ".venv"}  # type: ignore[call-overload]
    hidden = planted.solutions / "hidden.py"
    assert answer(tried(planted, way, f"return os.path.exists({str(hidden)!r})")) is False


def test_nobody_else_is_there(planted: Exercise, way: Way) -> None:
    """Of the machine's processes it sees its own alone, so there is no environment or command line to read."""
    seen = answer(tried(planted, way, "return [int(name) for name in os.listdir('/proc') if name.isdigit()]"))
    assert isinstance(seen, list) and len(seen) <= 4


def test_it_is_nobody(planted: Exercise, way: Way) -> None:
    """It is not root, has no rights, and gets none by running a program of root's."""
    status = "dict(line.split(':\\t') for line in open('/proc/self/status') if ':\\t' in line)"
    seen = answer(
        tried(planted, way, f"s = {status}\nreturn [os.getuid() == 0, s['CapEff'].strip(), s['NoNewPrivs'].strip()]")
    )
    mine = os.getuid() == 0
    assert seen == [False, "0" * 16, "1"] or (not mine and isinstance(seen, list) and seen[1:] == ["0" * 16, "1"])


def test_no_network(planted: Exercise, way: Way) -> None:
    """It reaches neither a port of this machine nor anything beyond it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        deed = f"""outcomes = []
for address in (("127.0.0.1", {port}), ("192.0.2.1", 80)):
    try:
        socket.create_connection(address, 1).close()
        outcomes.append("reached")
    except OSError:
        outcomes.append("refused")
return outcomes"""
        assert answer(tried(planted, way, deed)) == ["refused", "refused"]


def test_it_writes_nowhere_but_into_its_doors(planted: Exercise, way: Way) -> None:
    """The code, its packages, its exercise and the system cannot be written; scratch space is bounded."""
    deed = """outcomes = {}
work = os.environ["PYTHONPATH"].split(":")[0]
for place in ("/", "/usr", "/etc", "/dev", work, os.path.dirname(json.__file__)):
    try:
        pathlib.Path(place, "written").write_text("x")
        outcomes[place] = "written"
    except OSError:
        pass
size = 0
try:
    for n in range(100):
        size += pathlib.Path("/tmp", str(n)).write_bytes(b"x" * 2**22)
except OSError:
    pass
outcomes["scratch"] = size // 2**20
return outcomes"""
    seen = answer(tried(planted, way, deed))
    assert isinstance(seen, dict) and seen.pop("scratch") <= 64 and not seen


def test_no_namespaces_within(planted: Exercise, way: Way) -> None:
    """It cannot make namespaces of its own, in which it could mount memory that nobody counts."""
    seen = answer(
        tried(planted, way, "return subprocess.run(['unshare', '-Ur', 'true'], capture_output=True).returncode")
    )
    assert seen != 0


def test_a_fork_bomb_ends(planted: Exercise, way: Way) -> None:
    """Processes are counted, and when it is over none is left."""
    before = len(psutil.pids())
    bomb = "while True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
    assert tried(planted, way, bomb).points == 0
    assert len(psutil.pids()) < before + 20


def test_the_disk_is_not_filled(planted: Exercise, way: Way) -> None:
    """Nothing of this machine can be written to; where a directory has to be, who fills it is ended."""
    fill = """import sys
servers = os.path.dirname(sys.argv[1])
for place in (servers, servers[: -len("servers")] + "doors"):
    for n in range(1000 if os.access(place, os.W_OK) else 0):
        pathlib.Path(place, str(n)).write_bytes(b"x" * 2**23)"""
    trouble = tried(planted, way, fill).trouble
    assert ("wrote more than" in trouble) != way.hands and ("ValueError: null" in trouble) == way.hands


def test_nothing_is_left(planted: Exercise, way: Way) -> None:
    """A child that goes its own way ends with the judging, and so does every file."""
    before = own_runs()
    stray = "subprocess.Popen(['sleep', '977'], start_new_session=True)"
    judge(planted, (f"import subprocess\n{stray}\n" + SOLUTION).encode(), way, 1, hidden=True)
    assert own_runs() == before
    assert not [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "977"]]


def own_runs() -> list[Path]:
    return [run for run, owner in runs().items() if owner.pid == os.getpid()]


def test_the_same_mark_in_every_way(planted: Exercise, way: Way) -> None:
    """However it is shut in, a solution gets every point and a half-right one gets its half."""
    assert judge(planted, SOLUTION.encode(), way, 7, hidden=True).points == 5
    assert judge(planted, SOLUTION.replace("number\n", "abs(number)\n").encode(), way, 7, hidden=True).points == 3


def test_refused_where_nothing_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a way of shutting in there are no marks, and the message says why and what to do."""
    with pytest.raises(LabError, match="no way of doing it"):
        offered("good will")
