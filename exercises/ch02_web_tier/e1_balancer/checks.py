"""The checks that students see: what must hold of every decision, tried on random traffic."""

from exercises.ch02_web_tier.e1_balancer.traffic import Case, Kind, draw, made, problem
from minigram.course.judge import Called, Measured, check, exactly
from minigram.course.judge.trouble import Trouble


def judged(case: Called, kind: Kind, count: int, workload: str) -> Measured:
    """Whether all decisions are right; the smallest traffic that we find in which one is not is the example."""
    for _ in range(count):
        drawn = draw(case.random, kind)
        if told(case, made(drawn)):
            while smaller := next((one for one in drawn.smaller() if told(case, made(one))), None):
                drawn = smaller
            return Measured(1, exactly(0), "wrong", workload, told(case, made(drawn)))
    return Measured(0, exactly(0), "wrong", f"{count} times {workload}")


def told(case: Called, traffic: Case) -> str:
    """The traffic up to the first wrong decision, line by line; nothing where all are right."""
    call = case.written("balance", *traffic)
    try:
        found = case.call("balance", *traffic)
    except Trouble as trouble:
        if trouble.kind != "error":
            raise
        return f"{call}\n    {trouble}"
    at, wrong = problem(traffic, found)
    if not wrong:
        return ""
    lines = [call]
    if not isinstance(found, list) or len(found) != len(traffic.events):
        return f"{call}\n    found {str(found)[:200]}; {wrong}"
    for (now, kind, number, what), chosen in list(zip(traffic.events, found, strict=True))[: at + 1]:
        said = f"request {number} begins, {what}" if kind == "begin" else f"request {number} ends: {what}"
        sent = "" if chosen is None and kind == "end" else f" → {chosen}"
        lines.append(f"    at {now}: {said}{sent}")
    return "\n".join([*lines, f"    but {wrong}"])


@check(points=2, hint=1)
def fewest_in_flight(case: Called) -> Measured:
    """A request is sent to a server that has the fewest in flight."""
    kind = Kind(servers=(1, 4), outcomes=("ok",))
    return judged(case, kind, 80, "8 to 24 events; all attempts end well")


@check(points=2, hint=2)
def taken_out(case: Called) -> Measured:
    """A server that has failed `fails` times in a row gets no request until it has rested, while there is another."""
    failing = ("ok", "broken", "timeout")
    kind = Kind(servers=(2, 3), rest=(60, 60), methods=("POST",), outcomes=failing, times=(0, 9, 30))
    return judged(case, kind, 120, "8 to 24 events; POSTs, some of which fail")


@check(points=1, hint=2)
def tried_carefully(case: Called) -> Measured:
    """A server that has rested is tried by one request at a time, until one has ended well."""
    kind = Kind(fails=(1, 2), rest=(30, 30), methods=("POST",), outcomes=("ok", "broken"), times=(0, 10, 30))
    return judged(case, kind, 120, "8 to 24 events with time to rest between them")


@check(points=2, hint=3)
def sent_again(case: Called) -> Measured:
    """What may be sent again is sent again, to another server, and no more often than allowed; nothing else is."""
    kind = Kind(fails=(9, 9), tries=(1, 4))
    return judged(case, kind, 120, "8 to 24 events; many attempts fail")
