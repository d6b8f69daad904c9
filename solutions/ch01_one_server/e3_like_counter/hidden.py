"""The checks that students do not see: what the statement says and the public checks leave out."""

import secrets
from collections.abc import Sequence
from functools import partial

from exercises.ch01_one_server.e3_like_counter.deeds import TOGETHER, Deed, drawn, meet, off, post, unkept, written
from minigram.course.judge import Measured, Staged, check, exactly
from minigram.course.judge.staged import Member
from minigram.course.judge.trouble import Trouble

PASSWORD = "nobody else knows it"  # noqa: S105


@check(points=1, hint=3)
def leavers_are_not_counted(case: Staged) -> Measured:
    """The likes of those who leave are not counted any more, also when two leave at the same moment."""
    for number in (1, 200):
        ann, ben = case.people(2)
        photos = post(case, ann, number)
        carl, dora = leavers = _sign_up(case, 2)
        # one has liked them from the first to the last, the other from the last to the first
        _liked(case, [(photo, carl) for photo in photos] + [(photo, dora) for photo in reversed(photos)])
        _liked(case, [(photo, ben) for photo in photos[::2]])
        wrong = meet(case, [partial(_leave, case, who) for who in leavers], "like_counts")
        total, lines = (len(wrong), wrong) if wrong else off(case, photos)
        if not wrong:
            gone = unkept(case, [Deed("PUT", photo, ben) for photo in photos[::2]])
            total, lines = total + len(gone), lines + gone
        if lines:
            before = (
                f"new photos {photos[0]} to {photos[-1]}: liked by person {carl.id} in this order, by person {dora.id} "
                f"in the opposite order, and every other one by person {ben.id}; then at the same time:"
            )
            steps = [f"DELETE /api/me by person {who.id}" for who in leavers]
            workload = f"2 people leave; photos that they liked: {number}"
            return Measured(total, exactly(0), "likes off or refused", workload, written(before, steps, lines))
    return Measured(0, exactly(0), "likes off or refused", "2 people leave who liked 1 photo, and 2 who liked 200")


@check(points=1, hint=1)
def only_photos_that_are_there(case: Staged) -> Measured:
    """A like of a photo that is not there is answered with 404 and leaves nothing; a deleted photo leaves nothing."""
    ann, ben = case.people(2)
    (photo,) = post(case, ann)
    steps: list[str] = []
    wrong: list[str] = []
    for method, path, who, expected in [
        ("PUT", f"/api/photos/{photo + 1_000_000}/like", ben, 404),
        ("DELETE", f"/api/photos/{photo + 1_000_000}/like", ben, 204),
        ("PUT", f"/api/photos/{photo}/like", ben, 204),
        ("DELETE", f"/api/photos/{photo}", ann, 204),
        ("PUT", f"/api/photos/{photo}/like", ben, 404),
    ]:
        steps.append(f"{method} {path} by person {who.id}")
        status = case.try_request(method, path, who).status
        if status != expected:
            wrong.append(f"this was answered with {status}, not {expected}")
            break
    left = "SELECT photo_id FROM {} WHERE photo_id NOT IN (SELECT id FROM photos)"
    for table in ("likes", "like_counts"):
        wrong += [f"{table} has a row of photo {id}, which is not there" for (id,) in case.sql(left.format(table))]
    example = written("one after the other:", steps, wrong)
    return Measured(len(wrong), exactly(0), "wrong", "a photo that never was, and one that is deleted", example)


@check(points=1, hint=2)
def exact_through_a_history(case: Staged) -> Measured:
    """Through a long history of likes, unlikes and people who leave amid them, the counts stay exact."""
    ann, *fans = case.people(1 + 6)
    photos = post(case, ann, 6)
    leavers = _sign_up(case, 3)
    past = 0
    for goes, table in zip(leavers, ("likes", "like_counts", "likes"), strict=True):
        _liked(case, [(photo, goes) for photo in photos[::2]])
        # With several tabs open, they change their mind about every photo while they leave.
        tabs = [Deed("DELETE" if at % 2 == 0 else "PUT", photo, goes) for at, photo in enumerate(photos)]
        case.random.shuffle(tabs)
        leaving = [(f"DELETE /api/me by person {goes.id}", partial(_leave, case, goes))]
        leaving += [(str(deed), partial(_done, case, deed)) for deed in tabs]
        stayed = drawn(case, fans, photos, 18)
        staying = [(str(deed), partial(deed.wrong, case)) for deed in stayed]
        for deeds, where in ((leaving, table), (staying, "like_counts")):
            rows = case.sql("SELECT photo_id, person_id FROM likes WHERE photo_id = ANY(%s)", photos)
            before = ", ".join(f"{photo} by {person}" for photo, person in sorted(rows)) or "none"
            wrong = meet(case, [deed for _, deed in deeds], where)
            total, lines = off(case, photos)
            total += len(wrong)
            if deeds is staying:
                gone = unkept(case, stayed)
                total, lines = total + len(gone), lines + gone
            for (photo,) in case.sql("SELECT photo_id FROM likes WHERE person_id = %s", goes.id):
                lines.append(f"photo {photo} is still liked by person {goes.id}, who has left")
                total += 1
            past += len(deeds)
            if wrong or lines:
                began = f"liked: {before}; up to {TOGETHER} of these at the same time:"
                example = written(began, [step for step, _ in deeds], wrong, lines)
                return Measured(total, exactly(0), "likes off or refused", f"deed {past} of a history", example)
    return Measured(0, exactly(0), "likes off or refused", f"{past} deeds of 9 people on 6 photos; 3 of them leave")


def _sign_up(case: Staged, count: int) -> list[Member]:
    """People who know their password, as one has to who wants to leave."""

    def one() -> Member:
        name = f"l{secrets.token_hex(6)}"
        body = {"name": name, "email": f"{name}@example.com", "password": PASSWORD}
        status = case.request("POST", "/api/people", body=body).status
        if status != 201:
            raise Trouble("answer", f"POST /api/people was answered with {status}")
        ((id,),) = case.sql("SELECT id FROM people WHERE name = %s", name)
        return Member(id, name, case.system.sessions.start(id))

    return case.at_once([one] * count)


def _leave(case: Staged, who: Member) -> str:
    """Delete the account. What is wrong with the answer, or nothing."""
    try:
        status = case.request("DELETE", "/api/me", who, {"password": PASSWORD}).status
    except Trouble as trouble:
        if trouble.kind != "error":
            raise
        return f"DELETE /api/me by person {who.id} failed: {trouble}"
    return "" if status == 204 else f"DELETE /api/me by person {who.id} was answered with {status}, not 204"


def _done(case: Staged, deed: Deed) -> str:
    """What is wrong with the answer to somebody who may have left: they are told that, or that it is done."""
    status = case.try_request(deed.method, f"/api/photos/{deed.photo}/like", deed.who).status
    return "" if status in (204, 401, 404) else f"{deed} was answered with {status}"


def _liked(case: Staged, pairs: Sequence[tuple[int, Member]]) -> None:
    """Likes that were given before, with their counters."""
    photos = [photo for photo, _ in pairs]
    case.sql(
        "INSERT INTO likes (photo_id, person_id) SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
        photos,
        [who.id for _, who in pairs],
    )
    case.sql(
        "INSERT INTO like_counts SELECT photo, count(*) FROM unnest(%s::bigint[]) AS photo GROUP BY photo "
        "ON CONFLICT (photo_id) DO UPDATE SET likes = like_counts.likes + excluded.likes",
        photos,
    )
