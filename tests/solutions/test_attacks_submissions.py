"""Submissions that attack the finder of seam files, before anything of them is run."""

import bz2
import contextlib
import io
import lzma
import os
import resource
import stat
import struct
import subprocess
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from minigram.course.grade.exports import write
from minigram.course.grade.marks import Mark, Student
from minigram.course.grade.roster import match
from minigram.course.grade.submissions import LARGEST, Broken, Seams, seams_of
from minigram.course.judge.exercises import exercises

CH01 = exercises("ch01.1")
SEAM, ID, NAME = CH01[0].seam, CH01[0].id, CH01[0].name
GOOD = b"def report(): ...\n"
LITTER = ["conftest.py", "sitecustomize.py", "usercustomize.py", "evil.pth", "json.py", "minigram.py", "checks.py",
          "stage.py", "hidden.py", "__init__.py", "minigram/__init__.py", "exercises/__init__.py"]  # fmt: skip
"""Files that some Python would read by itself."""


def zipped(path: Path, *files: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def found(path: Path) -> Seams:
    """What is found in it, in little time and little memory."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        return seams_of(path, CH01)
    finally:
        assert time.monotonic() - began < 5, "it took too long"
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        assert more < 100, f"it took {more} MiB of memory"


def test_other_files_are_ignored_in_a_folder(tmp_path: Path) -> None:
    """Of a folder nothing is taken but the seam, whatever a Python would have made of the rest."""
    for name in (SEAM, *LITTER):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(GOOD if name == SEAM else b"attack")
    assert found(tmp_path) == {ID: GOOD}


def test_other_files_are_ignored_in_a_zip(tmp_path: Path) -> None:
    """The same holds for a zip."""
    files = [(SEAM, GOOD), *((name, b"attack") for name in LITTER)]
    assert found(zipped(tmp_path / "a.zip", *files)) == {ID: GOOD}


def test_link_as_a_seam(tmp_path: Path) -> None:
    """A link would lead to somebody else's file: it is not followed."""
    (tmp_path / "other.py").write_bytes(b"somebody else's")
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / SEAM).symlink_to(tmp_path / "other.py")
    with pytest.raises(Broken):
        found(tmp_path / "ann")


def test_link_as_a_folder(tmp_path: Path) -> None:
    """A folder that is a link is not looked into."""
    (tmp_path / "other" / NAME).mkdir(parents=True)
    (tmp_path / "other" / NAME / SEAM).write_bytes(b"somebody else's")
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / NAME).symlink_to(tmp_path / "other" / NAME)
    (tmp_path / "ann" / "round").symlink_to(tmp_path)
    assert found(tmp_path / "ann") == {}


def test_link_as_a_submission(tmp_path: Path) -> None:
    """A submission that is a link, to a folder or to a zip, is nobody's."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / SEAM).write_bytes(b"somebody else's")
    zipped(tmp_path / "other.zip", (SEAM, b"somebody else's"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann").symlink_to(tmp_path / "other")
    (tmp_path / "in" / "ben.zip").symlink_to(tmp_path / "other.zip")
    rows = match(tmp_path / "in", [Student("ann"), Student("ben")])
    assert [(row.student.id, len(row.entries), row.known) for row in rows] == [
        ("ann", 0, True), ("ben", 0, True), ("ann", 1, False), ("ben.zip", 1, False),
    ]  # fmt: skip


def test_what_is_no_file_is_no_submission(tmp_path: Path) -> None:
    """A pipe has no end and no beginning: nobody waits for it, as a seam or as a zip."""
    (tmp_path / "ann").mkdir()
    os.mkfifo(tmp_path / "ann" / SEAM)
    with pytest.raises(Broken):
        found(tmp_path / "ann")
    os.mkfifo(tmp_path / "ben.zip")
    (row, *_) = match(tmp_path, [Student("ben")])
    assert row.entries == []


def test_link_in_a_zip(tmp_path: Path) -> None:
    """A link in a zip is told of, and not followed."""
    info = zipfile.ZipInfo(SEAM)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(Broken, match="link"):
        found(tmp_path / "a.zip")


@pytest.mark.parametrize("name", [
    f"../../{SEAM}", f"/{SEAM}", f"/etc/cron.d/{SEAM}", f"..\\..\\{SEAM}", f"C:\\Windows\\{SEAM}", f"C:/{SEAM}",
    f"//host/share/{SEAM}", f"a/../../../{NAME}/{SEAM}", f"{SEAM}\0.txt", f"=cmd()/{SEAM}", f'a\n"b,c\'/{SEAM}',
])  # fmt: skip
def test_names_that_lead_out_write_nothing(name: str, tmp_path: Path) -> None:
    """Nothing is unpacked, so a name leads nowhere: the file is left out, or is a seam like any other."""
    archive = zipped(tmp_path / "a.zip", (name, GOOD))
    before = sorted(tmp_path.parent.rglob("*"))
    assert found(archive) in ({}, {ID: GOOD})
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_odd_names_can_be_told(tmp_path: Path) -> None:
    """What is said of odd names, and of names that are no text, can be written down for the whole class."""
    odd = [b"=1+1,\"'\n\xff.zip", b"\xed\xa0\x80", b"-2;<b>"]
    for name in odd:
        os.mkdir(os.path.join(os.fsencode(tmp_path), name))
    rows = match(tmp_path, [Student("ann")])
    names = [row.note for row in rows if not row.known]
    assert len(names) == len(odd)
    marks = [Mark(row.student, "ch01", "missing" if row.known else "wrongly named", [row.note]) for row in rows]
    write(marks, tmp_path / "out", "", {})
    for mark in marks:
        mark.save(tmp_path / "mark.json")
        assert Mark.load(tmp_path / "mark.json") == mark


def test_two_that_differ(tmp_path: Path) -> None:
    """Where names in a zip are there twice, or one with a backslash, nobody guesses which one is meant."""
    with pytest.warns(UserWarning, match="Duplicate"):
        archive = zipped(tmp_path / "a.zip", (SEAM, GOOD), (SEAM, b"attack"))
    with pytest.raises(Broken, match="more than once"):
        found(archive)
    with pytest.raises(Broken, match="more than once"):
        found(zipped(tmp_path / "b.zip", (f"{NAME}/{SEAM}", GOOD), (f"x\\{NAME}\\{SEAM}", b"attack")))


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_bomb_under_a_seams_name(how: int, tmp_path: Path) -> None:
    """A seam that would unpack to gigabytes is told of, and never unpacked as a whole."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", how) as archive, archive.open(SEAM, "w", force_zip64=True) as file:
        for _ in range(300):
            file.write(bytes(2**20))
    with pytest.raises(Broken):
        found(tmp_path / "a.zip")


def test_ten_gigabytes_of_zeros(tmp_path: Path) -> None:
    """Ten gigabytes in a few megabytes, of which the size is not even told truly."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    megabyte = compressor.compress(bytes(2**20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    body = megabyte * 10_000
    path = zipped(tmp_path / "a.zip", (SEAM, body), how=zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    for at, offset in ((content.find(b"PK\x03\x04"), 8), (content.rfind(b"PK\x01\x02"), 10)):
        content[at + offset : at + offset + 2] = struct.pack("<H", zipfile.ZIP_DEFLATED)
    path.write_bytes(content)
    with pytest.raises(Broken):
        found(path)


def test_bomb_in_a_bomb(tmp_path: Path) -> None:
    """A zip in a zip is a file that is no seam: nobody opens it."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SEAM, bytes(50 * 2**20))
    assert found(zipped(tmp_path / "a.zip", ("a.zip", inner.getvalue()), ("b.zip", inner.getvalue()))) == {}


def test_seam_that_is_too_large(tmp_path: Path) -> None:
    """A module of a gigabyte in a folder is told of, and read no further than a module may go."""
    with (tmp_path / SEAM).open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(Broken, match=f"{LARGEST:,}"):
        found(tmp_path)


def test_encrypted(tmp_path: Path) -> None:
    """An encrypted zip is told of."""
    path = zipped(tmp_path / "a.zip", (SEAM, GOOD))
    content = bytearray(path.read_bytes())
    for at, offset in ((content.find(b"PK\x03\x04"), 6), (content.rfind(b"PK\x01\x02"), 8)):
        content[at + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(Broken, match="encrypted"):
        found(path)


def test_a_hundred_thousand_entries(tmp_path: Path) -> None:
    """A zip or a folder of so many files that looking through them takes long is told of."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(100_000):
            archive.writestr(str(number), b"")
    with pytest.raises(Broken, match="more than"):
        found(tmp_path / "a.zip")
    folder = tmp_path / "ann"
    folder.mkdir()
    for number in range(20_001):
        (folder / str(number)).touch()
    with pytest.raises(Broken, match="more than"):
        found(folder)


def test_folders_in_folders(tmp_path: Path) -> None:
    """A folder that is thousands deep is told of or looked through, and nothing falls over."""
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        for _ in range(2000):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(here)
    try:
        with contextlib.suppress(Broken):
            assert found(tmp_path) == {}
    finally:
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 9, 93, 99, 65535])
@pytest.mark.parametrize("body", ["random", "bzip2", "lzma", "nothing"])
def test_damaged_zips(method: int, body: str, tmp_path: Path) -> None:
    """Whatever way of packing a zip names, and whatever bytes follow, it is read or told of."""
    bodies = {
        "random": bytes(range(256)) * 4, "bzip2": bz2.compress(GOOD), "nothing": b"",
        "lzma": b"\x09\x04\x05\x00\x5d\xff\xff\xff\xff" + lzma.compress(GOOD),
    }  # fmt: skip
    path = zipped(tmp_path / "a.zip", (SEAM, bodies[body]), how=zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    for at, offset in ((content.find(b"PK\x03\x04"), 8), (content.rfind(b"PK\x01\x02"), 10)):
        content[at + offset : at + offset + 2] = struct.pack("<H", method)
    path.write_bytes(content)
    with contextlib.suppress(Broken):
        assert set(found(path)) == {ID}


@pytest.mark.parametrize("cut", range(0, 160, 7))
def test_cut_off_zips(cut: int, tmp_path: Path) -> None:
    """A zip that was cut off, or of which bytes were lost, is read or told of."""
    content = zipped(tmp_path / "a.zip", (SEAM, GOOD)).read_bytes()
    for number, damaged in enumerate((content[:cut], content[:cut] + content[cut + 3 :], content[cut:])):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(damaged)
        with contextlib.suppress(Broken):
            assert set(found(path)) <= {ID}
