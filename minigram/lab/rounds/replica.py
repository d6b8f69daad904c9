"""A replica is a member of its primary's group."""

from minigram.lab.rounds.primary import breaking

__all__ = ["breaking"]
