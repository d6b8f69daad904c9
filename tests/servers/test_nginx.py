"""nginx, whoever runs it: requests are shared out, and a process that dies costs nobody what can be sent again."""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from minigram.addresses import Need, Process
from minigram.lab.running import Running, running
from minigram.system import Minigram


class Fronted(Minigram):
    """nginx before three processes. A process that has failed stays out for longer than a test lasts."""

    number, stem, title = 2, "ch02_fronted", "Fronted"
    names = ("a", "b", "c")

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (Need("nginx", "front", settings={"fail_timeout": "60s"}, before=cls.names),)

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        return tuple(Process(name, ("tests.servers.upstream", "{port}"), health="/") for name in cls.names)


@pytest.fixture
def fronted(provider: str) -> Iterator[Running]:
    with running(Fronted) as found:
        assert found.servers["front"].provider == provider
        yield found


def ports(fronted: Running) -> dict[str, str]:
    return {name: urlsplit(process.url).netloc.split(":")[1] for name, process in fronted.processes.items()}


def ask(fronted: Running, method: str = "GET", path: str = "/", data: bytes = b"") -> requests.Response:
    return requests.request(method, fronted.url + path, timeout=10, data=data)


def test_requests_are_shared_out_evenly_and_told(fronted: Running) -> None:
    """Each of three gets a third, bodies of a megabyte arrive whole, and nginx's own record agrees."""
    said = [ask(fronted, "POST", data=b"x" * 1_000_000).text.split() for _ in range(9)]
    assert {size for _, _, size in said} == {"1000000"}
    assert Counter(port for port, _, _ in said) == dict.fromkeys(ports(fronted).values(), 3)
    shares = requests.get(fronted.servers["front"].admin_url + "/shares", timeout=10).text.splitlines()
    assert [line.split("|")[2].split(":")[1] for line in shares] == [port for port, _, _ in said]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_what_may_be_done_twice_is_sent_to_another(fronted: Running, method: str) -> None:
    """A process dies in the middle of a request: another one answers it, and nobody sees that anything happened."""
    dying = ports(fronted)["b"]
    answers = [ask(fronted, method, f"/dies/{dying}") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 6
    assert not fronted.processes["b"].alive
    assert dying not in {answer.text.split()[0] for answer in answers}


def test_what_must_not_be_done_twice_is_not(fronted: Running) -> None:
    """A POST whose process dies is answered with words and 503, and no other process has been given it."""
    dying = ports(fronted)["b"]
    answers = [ask(fronted, "POST", f"/dies/{dying}", data=b"x") for _ in range(6)]
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [503]
    (failed,) = [answer for answer in answers if answer.status_code == 503]
    assert "see whether what you did is there" in failed.text and failed.headers["Retry-After"] == "2"
    given = [process.tail().count("POST /dies") for name, process in fronted.processes.items() if name != "b"]
    assert sum(given) == 5, "the five that were answered, and no sixth"


def test_what_was_never_sent_may_go_to_another(fronted: Running) -> None:
    """A process that is gone refuses the connection, so that even a POST can go to the next, and all succeed."""
    fronted.processes["a"].kill()
    assert [ask(fronted, "POST", data=b"x").status_code for _ in range(6)] == [200] * 6


def test_without_any_process_people_are_told(fronted: Running) -> None:
    """All three are gone: an answer in words, at once."""
    for process in fronted.processes.values():
        process.kill()
    answer = ask(fronted)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_it_is_killed_and_started_like_any_server(fronted: Running) -> None:
    """At the same address, with the same processes behind it."""
    front = fronted.servers["front"]
    front.kill()
    with pytest.raises(requests.ConnectionError):
        ask(fronted)
    front.start()
    assert ask(fronted).status_code == 200
