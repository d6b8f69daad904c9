"""What a load balancer decides. The statement says what is asked for."""

Event = tuple[int, str, int, str]
"""When, in milliseconds; "begin" or "end"; the number of the request; its method, or how the attempt ended."""


def balance(servers: list[str], fails: int, rest: int, tries: int, events: list[Event]) -> list[str | None]:
    """For each event the server to which the request is sent now, or None where it is sent nowhere."""
    raise NotImplementedError
