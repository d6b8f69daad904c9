"""The student edition: the course without what is the instructor's, as a clone of its own, with tags that verify."""

from pathlib import Path

from minigram.course.tags import SIGNATURE, Repository, Tag, TagError, build, check, manifests_of, tree_of

BRANCH = "main"


def release(source: Path, target: Path) -> list[Tag]:
    """Write the committed tree of `source`, without the instructor's files and without any history, to `target`.

    Returns its tags, which are those of the source. Raises TagError where the target is not empty, where there is
    nothing to keep back, or where something of the instructor's would be in it.
    """
    if target.exists() and any(target.iterdir()):
        raise TagError(f"{target} is not empty: give a folder that is not there yet")
    course = Repository(source)
    tree = course.tree(course.head())
    found = manifests_of(course, tree)
    if found.instructor is None:
        raise TagError("there is no chapters/instructor.toml: this is a student edition already")
    owner = found.partition(tree)
    given = {path: entry for path, entry in tree.items() if owner[path] is not found.instructor}
    kept_back = {entry[1] for path, entry in tree.items() if path not in given} - {entry[1] for entry in given.values()}
    entries = [f"{mode} {blob}\t{path}\0" for path, (mode, blob) in given.items()]
    with course.quarantine():
        words = ["commit-tree", tree_of(course, entries)]
        commit = course.git(*words, stdin="The course, student edition\n", env=SIGNATURE).strip()
        pack = course.git("pack-objects", "--revs", "--stdout", "-q", stdin=commit + "\n")
    target.mkdir(parents=True, exist_ok=True)
    course.git("init", "--quiet", f"--initial-branch={BRANCH}", str(target.absolute()))
    edition = Repository(target)
    edition.git("index-pack", "--stdin", stdin=pack)
    edition.git("update-ref", f"refs/heads/{BRANCH}", commit)
    edition.git("reset", "--hard", "--quiet")
    inside = set(edition.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split())
    if leaked := kept_back & inside:
        raise TagError(f"something of the instructor's is in {target}: {', '.join(sorted(leaked))}")
    build(edition)
    return check(edition)
