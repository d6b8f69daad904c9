"""The seeded town is the same everywhere, and has the shape that real ones have."""

import numpy as np

from minigram.lab.pictures import landscape
from minigram.lab.town import SIZES, town

QUICK = SIZES["quick"]


def test_the_same_seed_gives_the_same_town() -> None:
    """And another seed another town."""
    one, again, other = town(QUICK, 1), town(QUICK, 1), town(QUICK, 2)
    assert np.array_equal(one.edges, again.edges)
    assert one.captions == again.captions
    assert not np.array_equal(one.authors, other.authors)


def test_nobody_follows_themselves_and_no_pair_comes_twice() -> None:
    """Edges and likes can be loaded as they are."""
    made = town(QUICK, 1)
    assert (made.edges[:, 0] != made.edges[:, 1]).all()
    assert len(np.unique(made.edges, axis=0)) == len(made.edges)
    assert len(np.unique(made.liked, axis=0)) == len(made.liked)


def test_a_few_are_celebrities() -> None:
    """Followers have a heavy tail: the first hundredth has more than ten times its share."""
    made = town(QUICK, 1)
    followers = np.sort(np.bincount(made.edges[:, 1], minlength=QUICK.people))[::-1]
    assert followers[: QUICK.people // 100].sum() > 0.1 * followers.sum()
    assert np.median(followers) > 0


def test_names_and_captions_can_be_typed_in() -> None:
    """What the town has, a person could have entered."""
    from minigram.social import text

    made = town(SIZES["tiny"], 3)
    assert [text.name(name) for name in made.names] == made.names
    assert len(set(made.names)) == len(made.names)
    assert [text.caption(caption) for caption in made.captions] == made.captions
    assert all(text.hashtags(caption) for caption in made.captions)


def test_a_picture_is_a_real_jpeg_and_the_same_for_its_seed() -> None:
    """So that nothing has to be shipped."""
    assert landscape(5) == landscape(5)
    assert landscape(5) != landscape(6)
    assert landscape(5).startswith(b"\xff\xd8\xff")
