"""The checks that students see. Each text is written once in the whole world, so the rows of `comments` tell."""

from exercises.ch02_web_tier.e2_idempotent_posts.attempts import (
    TOGETHER,
    broken_off,
    example,
    new,
    photo_of,
    together,
    wrong,
)
from minigram.course.judge import Measured, Staged, check, exactly

OFF = "wrong"


@check(points=1, hint=1)
def answers_the_same_again(case: Staged) -> Measured:
    """A post that is sent again gets the first answer, from whichever web process, and is done once."""
    ann, ben = case.people(2)
    photo = photo_of(case, ann)
    one, two = new(case, ben, photo), new(case, ben, photo)
    found = {post: [post.send(case) for _ in range(5)] for post in (one, two)}
    case.kill_app()  # so that it is another web process, certainly
    for post in (one, two):
        if lines := wrong(case, post, [*found[post], post.send(case)]):
            steps = [f"{post}, 5 times", "all web processes were killed, and started again", "the same once more"]
            return Measured(1, exactly(0), OFF, "2 posts, sent 6 times each", example(steps, lines))
    return Measured(0, exactly(0), OFF, "2 posts, sent 6 times each")


@check(points=2, hint=2)
def once_at_the_same_time(case: Staged) -> Measured:
    """A post that is sent several times at the same moment is done once, and all get the same answer."""
    ann, ben = case.people(2)
    photo = photo_of(case, ann)
    for count in (2, TOGETHER, case.random.randint(3, 7)):
        post = new(case, ben, photo)
        found = together(case, post, count)
        if lines := wrong(case, post, found):
            steps = [f"{post}, {count} times at the same moment"]
            return Measured(1, exactly(0), OFF, f"a post sent {count} times at once", example(steps, lines))
    return Measured(0, exactly(0), OFF, f"3 posts, sent 2 to {TOGETHER} times at once")


@check(points=1, hint=1)
def whose_key_and_for_what(case: Staged) -> Measured:
    """Another person's same key is another key; the same key with another body or path is refused with 422."""
    ann, ben, carl = case.people(3)
    photo, other = photo_of(case, ann), photo_of(case, ann)
    post = new(case, ben, photo)
    theirs = new(case, carl, photo).with_key(post.key)
    changed = [new(case, ben, photo).with_key(post.key), post.at(other)]
    steps = [str(one) for one in (post, theirs, *changed)]
    lines = wrong(case, post, [post.send(case)]) + wrong(case, theirs, [theirs.send(case)])
    for one in changed:
        if not lines and (found := one.send(case)) != "status 422":
            lines.append(f"{one} was answered with {found}, not with status 422")
    lines = lines or wrong(case, post, [post.send(case)]) or wrong(case, changed[0], [], times=0)
    return Measured(len(lines), exactly(0), OFF, "one key, 2 people, 2 texts, 2 photos", example(steps, lines))


@check(points=2, hint=3)
def survives_a_killed_process(case: Staged) -> Measured:
    """A post whose web process was killed in the middle of it is done once when it is sent again."""
    ann, ben = case.people(2)
    photo = photo_of(case, ann)
    places = ["comments", "answers", "Redis"]
    case.random.shuffle(places)
    for where in places:
        post = new(case, ben, photo)
        first = broken_off(case, post, where, case.kill_app)
        found = [post.send(case) for _ in range(3)]
        answered = [first] if first != "no answer" else []
        if lines := wrong(case, post, [*answered, *found]):
            when = f"when it wrote to {where}" if first == "no answer" else "then"
            steps = [f"{post}: {first}; all web processes were killed {when}", "the same 3 times"]
            return Measured(1, exactly(0), OFF, f"a kill at {where}", example(steps, lines))
    return Measured(0, exactly(0), OFF, f"3 posts, a kill amid each: at {', '.join(places)}")
