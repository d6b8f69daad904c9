"""Where a read goes. The statement says what is asked for."""

from typing import Any


def route(group: dict[str, Any], marks: dict[str, Any], limits: dict[str, int], turn: int) -> list[Any]:
    """["replica", name], or ["wait", name, milliseconds], or ["primary"]."""
    raise NotImplementedError
