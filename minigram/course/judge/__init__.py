"""The judge: it puts a student's module into the running system, watches it from outside, and says what it saw.

A check is a sentence that must be true, and how that is measured. What a file of checks needs is here:

    from minigram.course.judge import Measured, check, exactly

    @check(points=2, hint=1)
    def counts_a_stall(case: Called) -> Measured:
        \"\"\"A stall counts against everybody who came during it.\"\"\"

The student's side runs in another process, and in a grading shut in (`shut/`): it speaks JSON or HTTP through
sockets, and what it says is data to be compared, never more.
"""

from minigram.course.judge.called import Called
from minigram.course.judge.checks import Measured, Unclear, check
from minigram.course.judge.staged import Staged
from minigram.lab.claims import at_least, at_most, between, exactly

__all__ = ["Called", "Measured", "Staged", "Unclear", "at_least", "at_most", "between", "check", "exactly"]
