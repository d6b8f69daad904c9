"""A transaction in one expression, and a way for it to fail."""

from collections.abc import Callable, Sequence

from sqlalchemy import Insert

from minigram.databases import Home


def transaction(
    home: Home, *statements: Insert, after: Sequence[Callable[[], None]] = (), then: Callable[[], None] = lambda: None
) -> None:
    """One block: the statements, what follows its commit, and at its end `then`."""
    with home.begin() as tx:
        for statement in statements:
            tx.execute(statement)
        for one in after:
            tx.after_commit(one)
        then()


def fail() -> None:
    raise ZeroDivisionError
