"""Posts that are done once: the key is kept in the transaction that does the deed."""

from collections.abc import Callable

from redis import Redis
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from exercises.ch02_web_tier.e2_idempotent_posts.stage import KEPT, answers
from minigram.databases import Databases, Transaction
from minigram.social.errors import Invalid


class Once:
    """What was answered to whom, by the key that came with the request."""

    def __init__(self, databases: Databases, shared: Redis) -> None:
        self._databases = databases  # Redis shares no transaction with PostgreSQL

    def answer(self, person: int, key: str, asked: str, deed: Callable[[Transaction], str]) -> str:
        """What `deed` returned when it was done for this person and key: now, or the first time.

        Raises Invalid("Idempotency-Key", …) where the key came with something else that was asked, and what `deed`
        raises.
        """
        mine = (answers.c.person_id == person, answers.c.key == key)
        with self._databases.of(person).begin() as tx:
            tx.execute(delete(answers).where(answers.c.person_id == person, answers.c.made_at < func.now() - KEPT))
            # Whoever comes second waits here until the first has committed, or has failed and left nothing.
            claim = insert(answers).values(person_id=person, key=key, asked=asked).on_conflict_do_nothing()
            if tx.execute(claim.returning(answers.c.key)):
                answer = deed(tx)
                tx.execute(update(answers).where(*mine).values(answer=answer))
                return answer
            (first,) = tx.execute(select(answers.c.asked, answers.c.answer).where(*mine))
        if first.asked != asked:
            raise Invalid("Idempotency-Key", "This key came with another request before. Take a new one for this one.")
        return str(first.answer)
