"""A checker of histories. The statement says what is asked for."""

from typing import Any


def violation(operations: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The shortest part of a history that breaks a promise, and which; None where every promise may have been kept."""
    raise NotImplementedError
