"""The name of a student's folder, for any id that a roster may hold."""

import hashlib
import re

LONGEST = 40
"""Characters of an id that are kept."""

# Lower case alone, since on some disks "Ana" and "ana" are one folder; a dot at the end is dropped by some systems, and
# a dash at the beginning reads as an option.
_KEPT_AS_IT_IS = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_-])?")

# An id that looks like one of our own names must not be taken for one.
_LIKE_OURS = re.compile(r".*-[0-9a-f]{8}")


def safe_name(student_id: str) -> str:
    """A folder's name: ASCII letters, digits and . _ - of the id, at most 40, and never a path.

    Where a character was replaced, the id was shortened, or it holds capitals, "-" and eight digits of the id's hash
    follow. So two ids never share a folder, also on a disk that takes capitals for small letters.
    """
    short = len(student_id) <= LONGEST
    if short and _KEPT_AS_IT_IS.fullmatch(student_id) and not _LIKE_OURS.fullmatch(student_id):
        return student_id
    kept = re.sub(r"[^A-Za-z0-9._-]", "_", student_id)[:LONGEST]
    kept = re.sub(r"^[.-]", "_", kept) or "_"
    return f"{kept}-{hashlib.sha256(student_id.encode(errors='surrogatepass')).hexdigest()[:8]}"
