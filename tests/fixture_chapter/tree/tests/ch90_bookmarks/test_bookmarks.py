"""Saving photos: through several web processes, on real servers, counted by the worker."""

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

import psutil
import pytest
import requests
from PIL import Image

from minigram.addresses import VARIABLE
from minigram.lab.running import Running, running
from minigram.social.people import Person
from minigram.stages import stage

if TYPE_CHECKING:
    from minigram.stages.ch90_bookmarks import Bookmarks

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def app() -> Iterator[Running]:
    with running(stage("ch90_bookmarks")) as found:
        yield found


@pytest.fixture(scope="module")
def system(app: Running) -> "Bookmarks":
    return cast("Bookmarks", app.system)


@pytest.fixture(scope="module")
def ann(system: "Bookmarks") -> Person:
    return system.people.sign_up(name="ann", email="ann@example.com", full_name="Ann", password=PASSWORD)


@pytest.fixture
def photo(system: "Bookmarks", ann: Person) -> int:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(file, "JPEG")
    file.seek(0)
    return system.photos.post(ann.id, file, "the sea")


class Browser:
    """Ann's: it keeps her cookie, and sends forms with the token of the page that they are on."""

    def __init__(self, app: Running) -> None:
        self._app, self._session = app, requests.Session()
        self.send("/log-in", "/log-in", handle="ann", password=PASSWORD)

    def see(self, path: str) -> str:
        answer = self._session.get(self._app.url + path, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, page: str, path: str, **form: str) -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.see(page))
        assert token, "the page has no form"
        answer = self._session.post(self._app.url + path, {"csrf_token": token[1], **form}, timeout=10)
        assert answer.status_code == 200, answer.text


def eventually(what: str, true: Callable[[], bool]) -> None:
    """Wait up to five seconds."""
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end, f"not within 5 s: {what}"
        time.sleep(0.01)


def test_saving_a_photo_through_the_pages(app: Running, system: "Bookmarks", ann: Person, photo: int) -> None:
    """The button on a photo's page saves it, the page of saved photos shows it, the worker counts it once."""
    browser, page = Browser(app), f"/photos/{photo}"
    assert "Nothing yet" in browser.see("/saved")
    assert '<a href="/saved"' in browser.see(page), "the navigation has no link to the page"
    for _ in range(2):
        browser.send(page, f"{page}/save")
    assert "Saved<" in browser.see(page) and page in browser.see("/saved")
    eventually("the worker has counted the photo", lambda: (photo, 1) in system.popular.most(10))
    browser.send(page, f"{page}/drop")
    assert not system.bookmarks.has(ann.id, photo)


def test_a_deleted_photo_is_saved_by_nobody(system: "Bookmarks", ann: Person, photo: int) -> None:
    """The handler removes the bookmarks with the photo; being told twice changes nothing."""
    system.bookmarks.save(ann.id, photo)
    assert [found.id for found in system.bookmarks.by(ann.id)] == [photo]
    system.photos.delete(photo, ann.id)
    assert not system.bookmarks.has(ann.id, photo)


def test_the_feed_is_the_one_beneath_and_counted(app: Running, system: "Bookmarks", ann: Person, photo: int) -> None:
    """Each read of the home feed is counted once, in whichever web process it was."""
    browser, before = Browser(app), system.feed.reads(ann.id)
    for _ in range(20):
        assert f"/photos/{photo}" in browser.see("/")
    assert system.feed.reads(ann.id) == before + 20


def test_there_are_several_web_processes(app: Running) -> None:
    """Three workers serve, and a worker that is killed is replaced without anybody noticing for long."""
    parent = app.processes["web"].pids()[0]

    def workers() -> set[int]:
        return {child.pid for child in psutil.Process(parent).children()}

    before = workers()
    assert len(before) == 3
    psutil.Process(before.copy().pop()).kill()
    eventually("there are three workers again", lambda: len(workers()) == 3 and workers() != before)
    assert requests.get(app.url + "/newest", timeout=10).status_code == 200


def test_the_count_outlives_its_server(app: Running, system: "Bookmarks", ann: Person, photo: int) -> None:
    """Redis killed and started again has what it had before."""
    system.bookmarks.save(ann.id, photo)
    eventually("the worker has counted the photo", lambda: (photo, 1) in system.popular.most(10))
    app.processes["counter"].stop()
    app.servers["counts"].kill()
    app.servers["counts"].start()
    assert (photo, 1) in system.popular.most(10)
    app.processes["counter"].start()


def test_the_command_lists_what_is_popular(app: Running, system: "Bookmarks", ann: Person, photo: int) -> None:
    """`minigram popular` is there, and asks the servers of the file of addresses."""
    system.bookmarks.save(ann.id, photo)
    eventually("the worker has counted the photo", lambda: (photo, 1) in system.popular.most(10))
    env = os.environ | {VARIABLE: str(app.path)}
    words = [sys.executable, "-m", "minigram", "popular"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"photo {photo}: saved 1 times" in done.stdout
