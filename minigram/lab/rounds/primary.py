"""A primary stays dead, or asleep, until another one has taken its place. All members of its group are asked meanwhile
whether they take writes, and commits wait for a replica, so that nothing may be lost."""

from minigram.databases.replicated import in_service
from minigram.databases.replicated.roles import Group, beside
from minigram.lab.experiments.broken_groups import left_asleep, left_dead, probes
from minigram.lab.faults import Fault, Step
from minigram.lab.rounds import AFTER, FAULTS, Breaking, Target
from minigram.lab.running import Running
from minigram.lab.servers.primary import Primary


def breaking(run: Running, target: Target, fault: str) -> Breaking:
    """Of the group's primary of now where a primary was meant, and else of a replica of now."""
    assert isinstance(target, Primary)
    roles, name = beside(run.addresses.media), target.group
    in_service.synchronous(roles, name, True, target.urls())
    now = _in_role(run, target, roles.of(name))
    watching = probes(run, name)
    if fault == "restart" or now.name != roles.of(name).primary:
        return Breaking(now, FAULTS[fault](now), watching)

    def missing() -> list[str]:
        stayed = roles.of(name).primary == now.name
        return ["It was the primary, and no replica has taken its place."] if stayed else []

    return Breaking(now, {"kill": left_dead, "pause": _asleep}[fault](run, name, now, AFTER), watching, missing)


def _in_role(run: Running, target: Primary, group: Group) -> Primary:
    name = group.primary if target.kind == "primary" else next(iter(group.replicas), None)
    found = run.servers[name or target.name]
    assert isinstance(found, Primary)
    return found


def _asleep(run: Running, group: str, primary: Primary, after: float) -> Fault:
    """At the end it comes back as a replica, so that the next round finds the group whole."""
    asleep = left_asleep(run, group, primary, after)
    return Fault(asleep.name, [*asleep.steps, Step(after, "started again", primary.restart, "answers again")])
