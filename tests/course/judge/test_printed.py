"""What a student's code printed is told from what the web server and Python say of errors."""

from pathlib import Path

from minigram.course.judge.printed import printed

TRACEBACK = """\
[2026-11-28 01:00:00 +0000] [7] [ERROR] Error handling request /fresh/7
Traceback (most recent call last):
  File "/usr/lib/python3/flask/app.py", line 917, in full_dispatch_request
    rv = self.dispatch_request()
NotImplementedError

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/somewhere/minigram/system.py", line 129, in get
    return self.made(instance)
minigram.databases.Unavailable: db1 does not answer
"""


def test_tracebacks_are_left_out(tmp_path: Path) -> None:
    """However long the log is: no fragment of one is taken for what the student printed."""
    for many in (1, 60, 1_000):
        log = many * TRACEBACK + "photo 7\n" + TRACEBACK
        (tmp_path / "web1.log").write_text(log)
        assert printed(tmp_path) == ["photo 7"]


def test_the_last_lines_of_many_are_shown(tmp_path: Path) -> None:
    """Without an error, the end of what was printed, in whole lines."""
    (tmp_path / "student.log").write_text("".join(f"line {n} of many\n" for n in range(5_000)))
    assert printed(tmp_path, most=2) == ["line 4998 of many", "line 4999 of many"]
