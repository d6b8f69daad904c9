"""The checks that students do not see: what the statement says and the public checks leave out."""

from exercises.ch02_web_tier.e2_idempotent_posts.attempts import (
    broken_off,
    example,
    new,
    older,
    photo_of,
    together,
    wrong,
)
from exercises.ch02_web_tier.e2_idempotent_posts.checks import OFF
from minigram.course.judge import Measured, Staged, check, exactly
from minigram.course.judge.meeting import until_well


@check(points=2, hint=3)
def keys_expire(case: Staged) -> Measured:
    """A key is known for 24 hours; then it is a new one, and what was kept of it goes when its person posts again."""
    ann, ben, carl = case.people(3)
    photo = photo_of(case, ann)
    young, old, left = (new(case, ben, photo) for _ in range(3))
    for post in (young, old, left):
        post.send(case)
    theirs = new(case, carl, photo)
    theirs.send(case)
    for post, hours in ((young, 23.9), (old, 24.1), (left, 24.1), (theirs, 24.1)):
        older(case, post, hours)
    steps = [f"three posts by person {ben.id}; their keys are 23.9, 24.1 and 24.1 hours old", "the second one again"]
    steps += ["the first one again"]
    # The old key comes first: whoever removes old keys when all is done has found it still there, then.
    found = together(case, old, 3)
    lines = wrong(case, young, [young.send(case)])
    if not lines and (len(set(found)) != 1 or found[0].startswith("status")):
        lines.append(f"the second, sent three times at once, was answered {', '.join(found)}")
    lines += wrong(case, old, [], times=2)
    kept = {key for (key,) in case.sql("SELECT key FROM answers WHERE person_id IN (%s, %s)", ben.id, carl.id)}
    if not lines and kept != {young.key, old.key, theirs.key}:
        lines.append(f"{len(kept)} keys are kept, and should be 3: two of person {ben.id}, one of somebody else")
    return Measured(len(lines), exactly(0), OFF, "4 posts with keys of 23.9 and 24.1 hours", example(steps, lines))


@check(points=1, hint=3)
def fails_and_is_sent_again(case: Staged) -> Measured:
    """What failed, because PostgreSQL was killed or because it was refused, has left nothing, and can be sent again."""
    ann, ben = case.people(2)
    photo = photo_of(case, ann)
    post = new(case, ben, photo)
    first = broken_off(case, post, case.random.choice(["comments", "answers"]), case.kill_database)
    found = until_well(lambda: post.send(case), lambda answer: not answer.startswith("status 5"))
    lines = wrong(case, post, [found, post.send(case)])
    nowhere = new(case, ben, photo + 1_000_000)
    refused = [nowhere.send(case) for _ in range(3)]
    if refused != ["status 404"] * 3:
        lines.append(f"{nowhere}, three times, was answered {', '.join(refused)}, not with status 404")
    steps = [f"{post}: {first}; PostgreSQL was killed meanwhile", "the same, until it was answered", str(nowhere)]
    return Measured(len(lines), exactly(0), OFF, "a post amid which PostgreSQL is killed; one to no photo",
                    example(steps, lines))  # fmt: skip


@check(points=1, hint=1)
def says_what_was_said(case: Staged) -> Measured:
    """The answer stays what it was, and the post is not done again, when what it wrote has been deleted since."""
    ann, ben = case.people(2)
    photo = photo_of(case, ann)
    post = new(case, ben, photo)
    first = post.send(case)
    lines = wrong(case, post, [first])
    if not lines:
        case.request("DELETE", f"/api/comments/{first}", ben)
        found = [post.send(case) for _ in range(3)]
        lines = wrong(case, post, [], times=0)
        if set(found) != {first}:
            lines.append(f"answered {', '.join(found)}, and the first time {first}")
    steps = [str(post), "the comment is deleted", "the same post again"]
    return Measured(len(lines), exactly(0), OFF, "a post whose comment is deleted", example(steps, lines))
