"""A replica counts what it is asked itself."""

from minigram.lab.counters.postgres import look

__all__ = ["look"]
