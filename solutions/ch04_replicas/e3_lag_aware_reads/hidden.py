"""The checks that students do not see: what the statement says and the public checks leave out."""

from exercises.ch04_replicas.e3_lag_aware_reads.checks import judged, spent
from exercises.ch04_replicas.e3_lag_aware_reads.lagging import talk, too_old
from exercises.ch04_replicas.e3_lag_aware_reads.lagging.planted import being_written, paused, set_to
from exercises.ch04_replicas.e3_lag_aware_reads.stage import PRIMARY, REPLICAS
from minigram.course.judge import Measured, Staged, at_most, check
from minigram.course.judge.meeting import until_well
from minigram.course.judge.trouble import Trouble

READS = 100


@check(points=1, hint=2)
def cut_off_replicas(case: Staged) -> Measured:
    """What was written a second ago is shown also when replicas get nothing more from the primary."""
    on, _ = talk(case)
    on.read()
    names = case.random.choice([REPLICAS, REPLICAS[:1], REPLICAS[1:]])
    with set_to(case, names, "primary_conninfo", ""):
        on.lines.append(f"{' and '.join(names)} get nothing more from the primary")
        comment = on.appears()
        on.until(too_old())
        on.must_show(comment, on.reads(16), "a second later")
    return judged(on, "a comment of somebody else, replicas without a connection, 16 reads")


@check(points=1, hint=3)
def a_little_late(case: Staged) -> Measured:
    """While all replicas are a quarter of a second late, and others write, most reads ask nothing of the primary."""
    on, _ = talk(case)
    with set_to(case, REPLICAS, "recovery_min_apply_delay", "250ms"), being_written(on):
        comment = on.appears()
        on.until(too_old() + 0.2)
        found = spent(on, READS, over=2.0)  # seconds: a look is good for some time, and then another one comes
        on.must_show(comment, on.reads(8), "after more than a second")
    if on.lacking:
        raise Trouble("answer", f"what it costs does not matter: {on.lacking[0]}")
    workload = f"{READS} reads, both replicas 250 ms late, others comment all the time"
    return Measured(found, at_most(0.25), "statements a read", workload, on.example())


@check(points=1, hint=2)
def without_the_primary(case: Staged) -> Measured:
    """When the primary is away too long, the answer is 503, not a page that may be too old."""
    on, _ = talk(case)
    on.reads(8)
    with paused(case, REPLICAS):
        on.lines.append(f"{' and '.join(REPLICAS)} stand still from now on")
        comment, old = on.appears(), too_old()
        with case.without(PRIMARY):
            on.lines.append(f"{PRIMARY} is killed")
            on.until(old)
            on.must_show(comment, on.reads(16), "a second later", allowed=[503])
    found = until_well(on.read, lambda answer: not isinstance(answer, int))
    on.must_show(comment, [found], f"{PRIMARY} is back")
    return judged(on, "both replicas stand still, the primary is killed, 16 reads")


@check(points=1, hint=1)
def other_marks(case: Staged) -> Measured:
    """Whatever is sent as a mark is answered with a page, or refused with 400 to 499; marks stay good."""
    on, ben = talk(case)
    first, old = on.post(ben)
    second, mark = on.post(ben)
    made_up = ["x", "16/ZZ", "/", "1/2/3", "'; --", "9" * 400, "-1/0", "100000000/0", "null", "{}", "FFFFFFFF/FFFFFFFF"]
    with paused(case, REPLICAS):
        for text in (*made_up, mark[1:], mark[:-1], mark * 2, f"{mark}0"):
            found = on.read(text)
            if isinstance(found, int) and not 400 <= found < 500:
                on.lines.append(f"with the header Mark: {text[:40]} the answer is {found}")
                on.lacking.append(text)
        for comment, given in ((first, old), (second, mark)):
            on.must_show(comment, on.reads(8, given), "with its mark")
    return judged(on, f"{len(made_up) + 4} texts as marks, and 2 marks")
