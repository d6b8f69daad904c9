"""Who is logged in: a token that only the person's browser knows."""

from typing import Protocol

from minigram.social.people import Person

DAYS = 30
"""How long a session lasts."""


class Sessions(Protocol):
    def start(self, person: int) -> str:
        """A new token for the person: at least 128 random bits, good for DAYS days.

        Raises Missing if the person has left.
        """

    def find(self, token: str) -> Person | None:
        """Who is logged in with this token; None for what is no token, or none any more."""

    def end(self, token: str) -> None:
        """Log out. A token that is not one is no error."""
