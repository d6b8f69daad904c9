"""What the people of a seeded town do: who follows whom, who posts what, who likes it. Numbers only.

A few people are celebrities: followers, posts and likes have heavy tails (Zipf), as they have on real networks.
People and photos are numbered from 0; `lab/people.py` gives them ids and loads them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

TAGS = (
    "love sunset sky nature sea mountains light evening morning travel home friends coffee rain snow river walk "
    "clouds summer winter spring autumn weekend city street garden quiet blue golden green"
).split()

WORDS = (
    "the light over hill we walked until dark this morning nothing but wind and water first day back here again "
    "long way home everyone was late so still could hear it almost too bright to see"
).split()


@dataclass(frozen=True)
class Town:
    """`authors[p]` posted photo p. `edges` are pairs (follower, followee), `liked` pairs (photo, person); no pair
    comes twice, and nobody follows themselves."""

    names: list[str]
    authors: Ints
    captions: list[str]
    edges: Ints
    liked: Ints


@dataclass(frozen=True)
class Size:
    """How many of each. `follows` and `likes` are what is drawn; what was drawn twice counts once."""

    people: int
    photos: int
    follows: int
    likes: int


SIZES = {
    "tiny": Size(60, 240, 600, 1_200),
    "quick": Size(2_000, 10_000, 50_000, 50_000),
    "full": Size(10_000, 100_000, 560_000, 540_000),
}


def town(size: Size, seed: int) -> Town:
    """The town of this size and seed, the same on every machine."""
    rng = np.random.default_rng(seed)
    fame = _zipf(rng, size.people, 0.8)
    diligence = _zipf(rng, size.people, 0.6)
    authors = rng.choice(size.people, size.photos, p=diligence)
    followers = rng.choice(size.people, size.follows, p=_zipf(rng, size.people, 0.4))
    edges = _distinct(np.column_stack([followers, rng.choice(size.people, size.follows, p=fame)]))
    appeal = fame[authors] * rng.pareto(1.5, size.photos)
    liked = np.column_stack(
        [
            rng.choice(size.photos, size.likes, p=appeal / appeal.sum()),
            rng.integers(0, size.people, size.likes),
        ]
    )
    return Town(
        names=[f"{_SYLLABLES[n % 20]}{_SYLLABLES[n // 20 % 20]}{n}" for n in range(size.people)],
        authors=authors.astype(np.int64),
        captions=_captions(rng, size.photos),
        edges=edges[edges[:, 0] != edges[:, 1]],
        liked=_distinct(liked),
    )


_SYLLABLES = "an be ca da el fi go ha io ju ka li mo na or pe ra si to vi".split()


def _zipf(rng: np.random.Generator, count: int, steepness: float) -> NDArray[np.float64]:
    """Shares that fall with rank as rank ** -steepness, dealt to numbers at random."""
    weights = np.arange(1, count + 1, dtype=np.float64) ** -steepness
    rng.shuffle(weights)
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _distinct(pairs: Ints) -> Ints:
    return np.unique(pairs.astype(np.int64), axis=0)


def _captions(rng: np.random.Generator, count: int) -> list[str]:
    tag_shares = 1 / np.arange(1, len(TAGS) + 1)
    tags = rng.choice(len(TAGS), (count, 2), p=tag_shares / tag_shares.sum())
    words = rng.integers(0, len(WORDS), (count, 5))
    return [
        f"{' '.join(WORDS[w] for w in said).capitalize()} #{TAGS[one]} #{TAGS[other]}"
        for said, (one, other) in zip(words, tags, strict=True)
    ]
