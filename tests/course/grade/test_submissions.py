"""What is taken from a submission: the seam files, whatever else is in it, and nothing that could do harm."""

import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from minigram.course.grade import submissions
from minigram.course.grade.submissions import Broken, hash_of, seams_of
from minigram.course.judge.exercises import Exercise
from tests.course.classroom import NAME, STEM, plant

Pack = Callable[[Path, Mapping[str, str]], Path]


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return plant(tmp_path / "tree")


def as_folder(place: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        file = place / "ada" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (place / "ada").mkdir(exist_ok=True)
    return place / "ada"


def as_zip(place: Path, files: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(place / "ada.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return place / "ada.zip"


both = pytest.mark.parametrize("pack", [as_folder, as_zip])


@both
@pytest.mark.parametrize(
    "name",
    ["double.py", f"{NAME}/double.py", f"exercises/{STEM}/{NAME}/double.py", f"Ada's work/{STEM}/{NAME}/double.py"],
)
def test_the_seam_is_found(pack: Pack, name: str, tmp_path: Path, exercise: Exercise) -> None:
    """At the top, in the exercise's folder, or deeper."""
    found = seams_of(pack(tmp_path, {name: "mine"}), [exercise])
    assert found == {"ch01.1": b"mine"}


@both
def test_everything_else_is_ignored(pack: Pack, tmp_path: Path, exercise: Exercise) -> None:
    """Files that Python or pytest would run by themselves, other modules, and what tools leave: none of it is taken."""
    litter = ["conftest.py", "sitecustomize.py", "usercustomize.py", "evil.pth", "json.py", "stage.py", "checks.py"]
    litter += ["__MACOSX/double.py", ".git/double.py", "__pycache__/double.py", "solutions/double.py"]
    found = seams_of(pack(tmp_path, {"double.py": "mine"} | dict.fromkeys(litter, "evil")), [exercise])
    assert found == {"ch01.1": b"mine"}


@both
def test_two_that_differ_are_one_too_many(pack: Pack, tmp_path: Path, exercise: Exercise) -> None:
    """Nobody guesses which of two files was meant; the same file twice is no question."""
    assert seams_of(pack(tmp_path, {"a/double.py": "x", "b/double.py": "x"}), [exercise]) == {"ch01.1": b"x"}
    with pytest.raises(Broken, match=r"more than once, and they differ: a/double\.py, b/double\.py"):
        seams_of(pack(tmp_path / "tree", {"a/double.py": "x", "b/double.py": "y"}), [exercise])


@both
def test_a_module_of_sensible_size(pack: Pack, tmp_path: Path, exercise: Exercise) -> None:
    """What unpacks to more than a module may have is refused, and no more of it is read."""
    with pytest.raises(Broken, match="more than 262,144 bytes"):
        seams_of(pack(tmp_path, {"double.py": "0" * (submissions.LARGEST + 1)}), [exercise])


@both
def test_too_many_files(pack: Pack, tmp_path: Path, exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """A submission of more files than anybody would look through is refused."""
    monkeypatch.setattr(submissions, "MOST", 20)
    with pytest.raises(Broken, match="more than 20 files"):
        seams_of(pack(tmp_path, {f"{n}.py": "" for n in range(30)}), [exercise])


@both
def test_nothing_in_it(pack: Pack, tmp_path: Path, exercise: Exercise) -> None:
    assert seams_of(pack(tmp_path, {}), [exercise]) == {}


def test_a_link_is_not_followed(tmp_path: Path, exercise: Exercise) -> None:
    """A seam that is a link, or a pipe that nobody writes to, is refused; a folder that is a link is not entered."""
    secret = tmp_path / "secret.py"
    secret.write_text("not the student's")
    folder = as_folder(tmp_path, {})
    (folder / "double.py").symlink_to(secret)
    with pytest.raises(Broken, match=r"double\.py is no file that can be read"):
        seams_of(folder, [exercise])
    (folder / "double.py").unlink()
    os.mkfifo(folder / "double.py")
    with pytest.raises(Broken, match="not a regular file"):
        seams_of(folder, [exercise])
    (folder / "double.py").unlink()
    elsewhere = as_folder(tmp_path / "tree", {"double.py": "somebody else's"})
    (folder / "shortcut").symlink_to(elsewhere)
    assert seams_of(folder, [exercise]) == {}


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 half of one"])
def test_a_broken_zip(content: bytes, tmp_path: Path, exercise: Exercise) -> None:
    file = tmp_path / "ada.zip"
    file.write_bytes(content)
    with pytest.raises(Broken, match="cannot be read"):
        seams_of(file, [exercise])


def test_the_hash_tells_files_apart() -> None:
    """The hash changes with any content, and with whose it is."""
    hashes = [hash_of(files) for files in ({"a": b"x"}, {"a": b"y"}, {"b": b"x"}, {"a": b"x", "b": b"x"})]
    assert len(set(hashes)) == 4
    assert hash_of({"b": b"2", "a": b"1"}) == hash_of({"a": b"1", "b": b"2"})
