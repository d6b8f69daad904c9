"""A primary counts as any PostgreSQL does."""

from minigram.lab.counters.postgres import look

__all__ = ["look"]
