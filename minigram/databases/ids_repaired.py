"""The same ids, never given twice and never going back, whatever the clock does; each draw has to wait for the others.

The sequence itself counts milliseconds and ids within them: milliseconds since EPOCH times 1,024, and on from there. A
draw takes the next number, or that of this millisecond where the sequence is behind it. So a crowded millisecond
borrows from the next, and after a clock has stepped back ids go on from where they were: they tell a moment that is
later than it was, until the clock has caught up.
"""

from minigram.databases.ids import (
    CLOCK,
    EPOCH,
    PER_MILLISECOND,
    SEQUENCE_BITS,
    TIME_SHIFT,
    checked,
    function,
    milliseconds,
    named,
)

LOCKS = 411_310
"""Our class of advisory locks: the first of two numbers, before the shard's."""


def ddl(schema: str, shard: int, clock: str = CLOCK) -> tuple[str, ...]:
    """What gives a schema such ids, instead of `ids.ddl`: the same sequence and functions by name."""
    id = f"((tick >> {SEQUENCE_BITS}) << {TIME_SHIFT}) | ({checked(shard)}::bigint << {SEQUENCE_BITS})"
    id = f"{id} | (tick % {PER_MILLISECOND})"
    counted = "FROM (SELECT pg_catalog.generate_series(first, first + count - 1) AS tick) AS each"
    one = f"DECLARE\n    count CONSTANT integer := 1;\n{_claim('tick', schema, shard, clock)}    RETURN {id};"
    many = f"DECLARE\n{_claim('first', schema, shard, clock)}    RETURN QUERY SELECT {id} {counted};"
    return (
        f"CREATE SEQUENCE {named(schema)}.ids",
        function(schema, "next_id() RETURNS bigint", one),
        function(schema, "next_ids(count integer) RETURNS SETOF bigint", many),
    )


def _claim(first: str, schema: str, shard: int, clock: str) -> str:
    """PL/pgSQL that claims `count` numbers of the sequence in a row, and puts the first of them into a variable.

    setval() may only go forward. Between our look at the sequence and our setval() others must not draw: what they
    drew would be given again. So there is a lock, and not the transaction's: that would make everybody wait for our
    commit. A lock of the session has to be given back whatever happens, also when somebody cancels the statement.
    """
    lock = f"({LOCKS}, {shard})"
    return f"""    held boolean := false;
    drawn bigint;
    {first} bigint;
BEGIN
    BEGIN
        held := pg_catalog.pg_advisory_lock{lock} IS NOT NULL;
        drawn := pg_catalog.nextval('{schema}.ids');
        {first} := greatest(drawn, ({milliseconds(clock)} - {EPOCH}) << {SEQUENCE_BITS});
        IF {first} + count - 1 > drawn THEN
            drawn := pg_catalog.setval('{schema}.ids', {first} + count - 1);
        END IF;
        held := NOT pg_catalog.pg_advisory_unlock{lock};
    EXCEPTION WHEN query_canceled OR others THEN
        IF held THEN
            PERFORM pg_catalog.pg_advisory_unlock{lock};
        END IF;
        RAISE;
    END;
"""
