"""Where a read goes."""

from typing import Any


def route(group: dict[str, Any], marks: dict[str, Any], limits: dict[str, int], turn: int) -> list[Any]:
    """["replica", name], or ["wait", name, milliseconds], or ["primary"].

    A timeline begins where the one before has ended, so positions on the group's own line are compared by LSN alone.
    """
    ends = {timeline: _lsn(end) for timeline, end in group["ended"]}
    need = 0
    for mark in marks.get(group["name"], {}).values():
        if mark is not None:
            timeline, position = mark[0], _lsn(mark[1])
            if timeline != group["timeline"] and timeline not in ends:
                return ["primary"]
            need = max(need, min(position, ends.get(timeline, position)))  # what came after the end is lost
    ready, soon = [], []
    for replica in group["replicas"]:
        timeline, position, age = replica["timeline"], _lsn(replica["replayed"]), replica["age_ms"]
        if not replica["answers"] or replica["behind_ms"] + age > limits["stale_ms"]:
            continue
        if timeline != group["timeline"] and position > ends.get(timeline, -1):
            continue  # it shows what has never happened
        if position >= need:
            ready.append(replica["name"])
        elif timeline == group["timeline"] and replica["speed"]:
            wait = max(0, -((position - need) // replica["speed"]) - age)
            soon.append((wait, replica["name"]))
    if ready:
        return ["replica", ready[turn % len(ready)]]
    if soon and min(soon)[0] <= limits["wait_ms"]:
        return ["wait", min(soon)[1], min(soon)[0]]
    return ["primary"]


def _lsn(text: str) -> int:
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)
