"""The least that the bench can run: one PostgreSQL and no process."""

from minigram.addresses import Need
from minigram.system import Minigram


class Bare(Minigram):
    number, stem, title = 0, "bare", "One PostgreSQL"

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (Need("postgres", "main"),)


class Forgetful(Bare):
    """PostgreSQL with room for 100 statements, and no eye for transactions."""

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (
            Need(
                "postgres",
                "main",
                {"pg_stat_statements.max": "100", "pg_stat_statements.track_utility": "off"},
            ),
        )
