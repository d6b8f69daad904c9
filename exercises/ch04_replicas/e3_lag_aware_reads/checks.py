"""The checks that students see. What a page has to show is known; who was asked for it, the servers count."""

import time

from exercises.ch04_replicas.e3_lag_aware_reads.lagging import Talk, talk, too_old
from exercises.ch04_replicas.e3_lag_aware_reads.lagging.planted import being_read, caught_up, paused
from exercises.ch04_replicas.e3_lag_aware_reads.stage import PRIMARY, REPLICAS
from minigram.course.judge import Measured, Staged, at_most, check, exactly
from minigram.course.judge.trouble import Trouble

READS = 120
"""Of each round in which the primary's statements are counted."""
PARTS = 10
"""In which they come."""
SLOW = 24
"""Reads a second: fewer cost the primary no less."""


@check(points=2, hint=1)
def own_comment_at_once(case: Staged) -> Measured:
    """Who sends the mark of their comment sees it at once, in every web process, however far replicas are behind."""
    on, ben = talk(case)
    for names in ([case.random.choice(REPLICAS)], REPLICAS):
        with paused(case, names):
            on.lines.append(f"{' and '.join(names)} stand still from now on; others read")
            with being_read(on):
                comment, mark = on.post(ben)
                found = on.reads(12, mark)
            on.must_show(comment, found, "with its mark, at once")
    return judged(on, "2 comments, one or both replicas standing still, 12 reads each")


@check(points=2, hint=2)
def nothing_too_old(case: Staged) -> Measured:
    """What was written a second ago is shown to everybody, however far the replicas are behind."""
    on, _ = talk(case)
    on.reads(8)
    with paused(case, REPLICAS):
        on.lines.append(f"{' and '.join(REPLICAS)} stand still from now on")
        comment = on.appears()
        on.until(too_old())
        on.must_show(comment, on.reads(16), "a second later")
    return judged(on, "a comment of somebody else, both replicas standing still, 16 reads")


@check(points=1, hint=3)
def spares_the_primary(case: Staged) -> Measured:
    """While one replica is fresh, most reads ask nothing of the primary, also those with a mark."""
    on, ben = talk(case)
    _, mark = on.post(ben)
    caught_up(case)
    on.until(too_old())  # nothing is written meanwhile
    found = [spent(on, READS, mark, None)]
    for name in REPLICAS:
        with paused(case, [name]):
            on.lines.append(f"{name} stands still from now on")
            on.appears()
            caught_up(case, [one for one in REPLICAS if one != name])
            on.until(too_old())  # for the one that stands still
            found.append(spent(on, READS, mark, None))
    workload = f"{3 * READS} reads; nobody is behind, or one of two replicas"
    return Measured(sum(found) / 3, at_most(0.25), "statements a read", workload, on.example())


@check(points=1, hint=1)
def goes_on_without_replicas(case: Staged) -> Measured:
    """When a replica is away, or both are, nobody notices."""
    on, ben = talk(case)
    on.read()
    first = case.random.choice(REPLICAS)
    (second,) = {*REPLICAS} - {first}
    with case.without(first):
        on.lines.append(f"{first} is killed")
        comment, mark = on.post(ben)
        on.must_show(comment, on.reads(16, mark), "with its mark, at once")
        with case.without(second):
            on.lines.append(f"{second} is killed")
            comment, mark = on.post(ben)
            on.must_show(comment, on.reads(16, mark), "with its mark, at once")
    on.lines.append("both are back")
    on.must_show(comment, on.reads(8, mark), "with its mark")
    return judged(on, "one replica is killed, then the other; 40 reads")


def judged(on: Talk, workload: str) -> Measured:
    """Whether every page was as it has to be."""
    return Measured(len(on.lacking), exactly(0), "times wrong", workload, on.example())


def spent(on: Talk, count: int, *marks: str | None, over: float = 0.0) -> float:
    """The primary's statements for each of so many reads, or each 24th of a second where the reads were slower.

    They are spread over so many seconds at least. Raises Trouble where one has failed: what it costs does not matter,
    then.
    """
    begun = time.monotonic()
    with on.case.counting() as counted:
        found = list[list[str] | int]()
        for part in range(1, PARTS + 1):
            found += on.reads(count // PARTS, *marks)
            time.sleep(max(0.0, begun + over * part / PARTS - time.monotonic()))
        took = time.monotonic() - begun
    statements = counted[PRIMARY]["statements"]
    on.lines.append(f"{count} reads in {took:.1f} s, {statements} statements at the primary")
    if wrong := [one for one in found if isinstance(one, int)]:
        raise Trouble("answer", f"what it costs does not matter: a read was answered with status {wrong[0]}")
    return statements / max(count, SLOW * took)
