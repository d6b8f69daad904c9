"""Which provider, which programs: chosen as asked, and where something is missing, said plainly."""

from pathlib import Path

import pytest

from minigram.addresses import Need
from minigram.lab import LabError
from minigram.lab.running import running
from minigram.lab.servers import Server, container, debian, kind, provider, software
from minigram.lab.servers.native import Native, programs
from minigram.lab.servers.postgres import Postgres
from minigram.lab.servers.provider import VARIABLE

from .small import Notes


def no_engine() -> None:
    raise container.NoEngine("no Docker engine answers: there is none")


def test_an_unknown_provider_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says which there are."""
    monkeypatch.setenv(VARIABLE, "podman")
    with pytest.raises(LabError, match=r"=podman is not a provider\. Set it to docker or to native"):
        provider()


def test_docker_where_an_engine_answers_and_native_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a wish, Docker is used where it answers."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(container, "engine", lambda: object())
    assert provider() == "docker"
    monkeypatch.setattr(container, "engine", no_engine)
    assert provider() == "native"


def test_a_provider_that_was_asked_for_and_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not quietly become the other one."""
    monkeypatch.setenv(VARIABLE, "docker")
    monkeypatch.setattr(container, "engine", no_engine)
    with pytest.raises(LabError, match="MINIGRAM_SERVERS=docker, but no Docker engine answers"), running(Notes):
        pass


def test_an_image_that_cannot_be_had_leaves_native_servers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a wish, an engine that cannot get the image is passed over, with a word; with a wish it is an error."""

    def no_image(kind: type[Server]) -> None:
        raise LabError(f"The image {kind.image} is not here and cannot be downloaded")

    monkeypatch.setattr(container, "engine", lambda: object())
    monkeypatch.setattr(container, "pull", no_image)
    monkeypatch.delenv(VARIABLE, raising=False)
    assert provider(["postgres"]) == "native"
    assert "Using native servers instead" in capsys.readouterr().err
    monkeypatch.setenv(VARIABLE, "docker")
    with pytest.raises(LabError, match="postgres:15 is not here"):
        provider(["postgres"])


def test_a_kind_without_a_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file that is missing."""

    class Wants(Notes):
        @classmethod
        def needs(cls) -> tuple[Need, ...]:
            return (Need("oracle", "main"),)

    with pytest.raises(LabError, match=r"kind of server 'oracle': minigram/lab/servers/oracle\.py"), running(Wants):
        pass


def test_missing_programs_come_with_the_command_that_brings_them(
    monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    """On a machine without PostgreSQL and without Debian's tools."""
    monkeypatch.setattr(software, "_places", lambda _: [])
    monkeypatch.setattr(debian, "possible", lambda: False)
    with pytest.raises(LabError, match=r"There is no postgres on this machine .*To mend it: .*(install|PATH)"):
        programs("postgres", Postgres.software)


def test_an_old_version_is_not_taken(tmp_path: Path) -> None:
    """Programs older than those that the kind names are as good as missing."""
    for program in Postgres.software.programs:
        (tmp_path / program).write_text("#!/bin/sh\necho postgres 9.6.24\n")
        (tmp_path / program).chmod(0o755)
    assert software.in_folder(Postgres.software, tmp_path) is None


def test_kinds_are_found_by_name() -> None:
    """A stage's need names the file."""
    assert kind("postgres") is Postgres


@pytest.mark.skipif(not debian.possible(), reason="this machine has no apt-get and dpkg")
def test_debians_packages_serve_without_being_installed(
    native: None, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    """Where the machine's own programs are out of sight, PostgreSQL is downloaded, unpacked and serves."""
    monkeypatch.setattr(software, "_places", lambda _: [])
    try:
        found = programs("postgres", Postgres.software)
    except LabError as error:
        if "Failed to fetch" not in str(error):
            raise
        pytest.skip(f"no packages can be downloaded here: {error}")
    assert found.folder.is_relative_to(own_cache / "debian")
    with running(Notes) as stage:
        box = stage.servers["main"].box
        assert isinstance(box, Native)
        assert box.found == found
