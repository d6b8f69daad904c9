"""The checks that students do not see: what the statement says and the public checks leave out."""

from random import Random
from typing import Any

from hypothesis import strategies as st

from exercises.ch03_sharding.e1_ids.checks import searched
from exercises.ch04_replicas.e2_history.checks import (
    PROMISES,
    Block,
    Operation,
    a_read,
    a_write,
    asked,
    planted,
    unlike,
)
from minigram.course.judge import Called, Measured, check, exactly


def shortest(operations: list[Operation]) -> dict[str, Any] | None:
    """The violation that has to be found, by the statement."""
    reads = [(place, one, set(one["saw"])) for place, one in enumerate(operations) if one["do"] == "read"]
    writes = [(place, one) for place, one in enumerate(operations) if one["do"] == "write"]
    pairs, triples = [], []
    for at, read, saw in reads:
        under = [(place, one) for place, one in writes if one["photo"] == read["photo"]]
        shown = [(place, one["began"]) for place, one in under if one["comment"] in saw]
        latest = max((began for _, began in shown), default=-1)
        for place, one in under:
            if one["outcome"] == "acknowledged" and one["comment"] not in saw:
                if one["ended"] < read["began"] and one["session"] == read["session"]:
                    pairs.append((sorted([place, at]), 0))
                elif one["ended"] < read["began"] and read["fresh"]:
                    pairs.append((sorted([place, at]), 2))
                if one["ended"] < latest:
                    triples += [(sorted([place, at, by]), 2) for by, began in shown if one["ended"] < began]
        for place, earlier, before in reads:
            of_one = (earlier["session"], earlier["photo"]) == (read["session"], read["photo"])
            if of_one and earlier["ended"] < read["began"] and not before <= saw:
                pairs.append((sorted([place, at]), 1))
    if not pairs and not triples:
        return None
    places, promise = min(pairs or triples)
    return {"promise": PROMISES[promise], "operations": places}


@st.composite
def drawn(draw: st.DrawFn) -> list[Operation]:
    """Up to seven operations under one or two photos, close together, by one session, two, or many."""
    times = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda one: {"began": one[0], "ended": sum(one)})
    photos = st.sampled_from(draw(st.sampled_from([["p"], ["p"], ["p", "q"]])))
    sessions = st.integers(1, draw(st.sampled_from([1, 2, 9]))).map(lambda one: f"session {one}")
    outcomes = st.sampled_from(["acknowledged", "acknowledged", "unknown", "refused"])
    writes: list[Operation] = []
    for number in range(draw(st.integers(1, 3))):
        write = {"session": draw(sessions), "do": "write", "photo": draw(photos), "comment": f"c{number}"}
        writes.append({**write, "outcome": draw(outcomes), **draw(times)})
    reads: list[Operation] = []
    for _ in range(draw(st.integers(1, 4))):
        read = {"session": draw(sessions), "do": "read", "photo": draw(photos), **draw(times)}
        may = [
            one["comment"]
            for one in writes
            if one["outcome"] != "refused" and one["photo"] == read["photo"] and one["began"] < read["ended"]
        ]
        reads.append(
            {**read, "saw": [one for one in may if draw(st.booleans())], "fresh": draw(st.integers(0, 7)) == 7}
        )
    return sorted([*writes, *reads], key=lambda one: one["began"])


@st.composite
def three_reads(draw: st.DrawFn) -> Block:
    """A comment is seen, and then perhaps no longer; a third read overlaps with both."""
    reads = [a_read("ann", ["c"], 3, 8), a_read("ann", draw(st.sampled_from([["c"], []])), 6, 20)]
    last = draw(st.sampled_from([["c"], []]))
    operations = [a_write("cem", "c", "unknown", 0, 4), *reads, a_read("ann", last, 10, 15)]
    return Block(operations, "" if last else PROMISES[1], (1, 3))


@st.composite
def which_of_them(draw: st.DrawFn) -> Block:
    """A read that breaks two promises with one write; or one that shows two later writes without the first."""
    if draw(st.booleans()):
        return Block([a_write("ann", "c", "acknowledged", 0, 4), a_read("ann", [], 5, 9, True)], PROMISES[0], (0, 1))
    later = [a_write("ben", "e", "unknown", 5, draw(st.integers(6, 12))), a_write("dan", "f", "acknowledged", 9, 11)]
    operations = [a_write("ann", "c", "acknowledged", 0, 4), *later, a_read("cem", ["e", "f"], 10, 20)]
    return Block(operations, PROMISES[2], (0, 1, 3))


@check(points=2, hint=3)
def whatever_happened(case: Called) -> Measured:
    """In histories in which everything may overlap, the violation is found, and there is none where there is none."""

    def wrong(operations: list[Operation]) -> str:
        return unlike(case.call("violation", operations), shortest(operations))

    for block, workload in (
        (three_reads(), "1 or 2 sessions that read three times"),
        (which_of_them(), "1 or 2 photos, with more than one violation each"),
    ):
        found = planted(case, block, 1, 2, 20, workload)
        if not found.bound.holds(found.value):
            return found
    return searched(case, drawn(), asked, wrong, 100, "up to 7 operations under 2 photos")


@check(points=1, hint=3)
def long_histories(case: Called) -> Measured:
    """1,000 operations, clean and with one comment that is missing once, are looked through within five seconds."""
    operations = lagging(case.random, 1_000)
    workload = "1,000 operations of 12 sessions on replicas that lag"
    for kind in ("clean", "one is missing"):
        expected = shortest(operations)
        found = case.call("violation", operations, within=5)
        if problem := unlike(found, expected):
            return Measured(1, exactly(0), "wrong", workload, f"{kind}\n{problem}")
        last = max(place for place, one in enumerate(operations) if len(one.get("saw", [])) > 20)
        read = operations[last]
        operations = [*operations[:last], {**read, "saw": read["saw"][:5] + read["saw"][6:]}, *operations[last + 1 :]]
    return Measured(0, exactly(0), "wrong", workload)


def lagging(random: Random, count: int) -> list[Operation]:
    """What happens on replicas that lag, where every promise is kept: each read shows the log up to some moment."""
    log: dict[str, list[tuple[int, str]]] = {f"photo {number}": [] for number in range(4)}
    least: dict[tuple[str, str], list[tuple[int, int]]] = {}
    planned: list[Operation] = []
    now = 0
    for number in range(count):
        now += random.randrange(4)
        session, photo, ended = (
            f"session {random.randrange(12)}",
            random.choice(sorted(log)),
            now + random.randrange(1, 30),
        )
        one: Operation = {"session": session, "photo": photo, "began": now, "ended": ended}
        if random.random() < 0.5:
            outcome = random.choice(["acknowledged"] * 8 + ["unknown", "refused"])
            if outcome == "acknowledged" or (outcome == "unknown" and random.random() < 0.5):
                log[photo].append((random.randrange(now, ended + 1), f"c{number}"))
            one |= {"do": "write", "comment": f"c{number}", "outcome": outcome}
        else:
            one |= {"do": "read", "fresh": random.random() < 0.1}
        planned.append(one)
    for one in planned:
        known = least.setdefault((one["session"], one["photo"]), [])
        moment = one["ended"]
        if one["do"] == "read":
            needed = max((reached for ended, reached in known if ended < one["began"]), default=0)
            moment = one["began"] if one["fresh"] else max(needed, one["began"] - random.randrange(60))
            one["saw"] = [comment for at, comment in sorted(log[one["photo"]]) if at <= moment]
        known.append((one["ended"], moment))
    return planned
