"""Following, liking and commenting, and taking each back."""

from functools import partial

import pytest

from tests.behaviour.client import Someone
from tests.behaviour.waiting import eventually


def test_following_twice_is_following_once(ann: Someone, ben: Someone) -> None:
    """Both ends count one edge after one follow or two, and none after one unfollow or two."""
    for deed, edges in ((ann.follow, 1), (ann.follow, 1), (ann.unfollow, 0), (ann.unfollow, 0), (ann.follow, 1)):
        deed(ben)
        seen, me = ann.person(ben), ann.get("/api/me")
        assert (seen["followers"], seen["following"], seen["followed"]) == (edges, 0, bool(edges))
        assert (me["followers"], me["following"]) == (0, edges)
    assert not ben.person(ann)["followed"], "following is not mutual"


def test_nobody_follows_themselves(ann: Someone) -> None:
    """It is refused with a sentence, and counts nothing."""
    ann.expect(422, "PUT", f"/api/people/{ann.name}/follow")
    assert ann.get("/api/me")["following"] == 0


def test_liking_twice_is_liking_once(ann: Someone, ben: Someone) -> None:
    """A like counts once, is seen as one's own by who gave it alone, and can be taken back twice."""
    photo = ann.post()
    for deed, likes in ((ben.like, 1), (ben.like, 1), (ben.unlike, 0), (ben.unlike, 0), (ben.like, 1)):
        deed(photo)
        assert (ben.photo(photo)["likes"], ben.photo(photo)["liked"]) == (likes, bool(likes))
        eventually("the author sees it", partial(_likes, ann, photo, likes))
        assert not ann.photo(photo)["liked"]
    ann.like(photo)
    assert ann.photo(photo)["likes"] == 2, "one's own photo can be liked"


def test_comments_are_read_in_the_order_in_which_they_were_written(ann: Someone, ben: Someone) -> None:
    """With who wrote them, oldest first, and counted on the photo."""
    photo = ann.post()
    ben.comment(photo, "first")
    ann.comment(photo, "second\nline")
    ben.comment(photo, "first")
    said = ["first", "second\nline", "first"]  # saying it again is saying it twice
    assert ben.comments(photo) == said
    eventually("the author reads all of them", lambda: ann.comments(photo) == said)
    found = ben.get(f"/api/photos/{photo}/comments")["comments"]
    assert [said["person"] for said in found] == [ben.name, ann.name, ben.name]
    assert ann.photo(photo)["comments"] == 3


def test_comments_are_paged_without_gap_or_repeat(ann: Someone) -> None:
    """A hundred and more are read page by page, though some are deleted and one is added meanwhile."""
    photo = ann.post()
    ids = [ann.comment(photo, str(number)) for number in range(110)]
    pages = ann.pages(f"/api/photos/{photo}/comments")
    read = [said["text"] for said in next(pages)["comments"]]
    assert 1 < len(read) < 110
    for gone in (0, len(read) - 1, 109):
        ann.uncomment(ids[gone])
    ann.comment(photo, "110")
    read += [said["text"] for page in pages for said in page["comments"]]
    assert read == [str(number) for number in range(111) if number != 109]


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 2_201])
def test_a_comment_has_some_text_and_not_too_much(ann: Someone, text: str) -> None:
    """1 to 2,200 characters, and anything else is refused and not counted."""
    photo = ann.post()
    assert ann.expect(422, "POST", f"/api/photos/{photo}/comments", json={"text": text})["field"] == "text"
    assert ann.photo(photo)["comments"] == 0


def test_who_may_delete_a_comment(ann: Someone, ben: Someone, carla: Someone) -> None:
    """Whoever wrote it and whoever posted the photo may; a third person may not, and the second time there is none."""
    photo = ann.post()
    kept, by_writer, by_host = (ben.comment(photo, said) for said in ("kept", "by writer", "by host"))
    carla.expect(403, "DELETE", f"/api/comments/{by_host}")
    carla.comment(photo, "mine does not help")
    carla.expect(403, "DELETE", f"/api/comments/{kept}")
    ben.uncomment(by_writer)
    ann.uncomment(by_host)
    ann.expect(404, "DELETE", f"/api/comments/{by_host}")
    assert ann.comments(photo) == ["kept", "mine does not help"] and ann.photo(photo)["comments"] == 2
    eventually("others read the same", lambda: ben.comments(photo) == ["kept", "mine does not help"])


def _likes(one: Someone, photo: str, count: int) -> bool:
    return bool(one.photo(photo)["likes"] == count)
