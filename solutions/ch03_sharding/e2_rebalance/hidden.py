"""The checks that students do not see: what the statement says and the public checks leave out."""

from hypothesis import strategies as st

from exercises.ch03_sharding.e1_ids.checks import searched
from exercises.ch03_sharding.e2_rebalance.checks import (
    Town,
    after,
    asked,
    crowded,
    explained,
    not_followed,
    plans,
    shuffled,
    too_much,
    towns,
    uneven,
)
from minigram.course.judge import Called, Measured, check

UNEVEN = Town(
    ["north", "east", "south"], [], [(0, "east", 8), (1, "north", 7), (2, "north", 3), (3, "east", 7)], [], 2
)
"""South is further from the mean, 8⅓ rows, than the largest shard: by a third of a row."""
LEVEL = Town(["north", "east", "south"], [], [(0, "south", 30), (1, "south", 11), (2, "east", 19)], [], 2)
"""North has nothing and south 41 rows, and neither is further from the mean, 20 rows, than the largest shard."""


def at_rest(town: Town) -> Town:
    """The same servers, of which none leaves, and nothing moves."""
    return Town([*town.staying, *town.leaving], [], town.shards, [], town.most)


@check(points=1, hint=3)
def what_moves_already(case: Called) -> Measured:
    """Moves in progress count: as arrived, as room taken, and where they lead to a server that leaves, as not done."""

    def wrong(town: Town, waves: list[list[tuple[int, str, str]]]) -> str:
        return uneven(town, waves) or too_much(town, waves) or crowded(town, waves)

    drawn = towns(moving=True, to_leaving=True) | st.just(UNEVEN)
    return plans(case, drawn, wrong, 60, "up to 6 moves in progress, to any server")


@check(points=1, hint=2)
def nothing_twice(case: Called) -> Measured:
    """Where all servers are level, or a plan has been followed, nothing is left to move."""

    def wrong(town: Town) -> str:
        waves = case.call("plan", *town.arguments())
        if town == at_rest(town) and not uneven(town, []):
            return "" if waves == [] else explained(waves, "all are level: expected no waves")
        if problem := not_followed(town, waves):
            return explained(waves, problem)
        place = after(town, waves)
        moved = Town(
            town.staying, town.leaving, [(shard, place[shard], rows) for shard, _, rows in town.shards], [], town.most
        )
        again = case.call("plan", *moved.arguments())
        if again == []:
            return ""
        return f"{explained(waves, 'after this plan:')}\n{asked(moved)}\n{explained(again, 'expected no waves')}"

    drawn = towns(moving=True) | towns().map(at_rest) | st.just(LEVEL)
    return searched(case, drawn, asked, wrong, 50, "up to 7 servers and 28 shards, planned twice")


@check(points=1, hint=3)
def the_same_in_any_order(case: Called) -> Measured:
    """The plan does not depend on the order in which servers, shards and moves are told."""

    def wrong(town: Town) -> str:
        waves = case.call("plan", *town.arguments())
        if problem := not_followed(town, waves):
            return explained(waves, problem)
        other = shuffled(town)
        again = case.call("plan", *other.arguments())
        if not_followed(other, again) or [sorted(wave) for wave in again] != [sorted(wave) for wave in waves]:
            first = explained(waves, "the same town, told in another order:")
            return f"{first}\n{asked(other)}\n{explained(again, 'expected the same plan')}"
        return ""

    return searched(
        case,
        towns(most_rows=2, moving=True, to_leaving=True),
        asked,
        wrong,
        40,
        "up to 7 servers and 28 shards, told twice",
    )
