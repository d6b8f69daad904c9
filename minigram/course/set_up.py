"""Make `.venv`: a virtual environment in the clone, with exactly what requirements.txt lists.

The Makefile runs this file with the machine's own Python, before anything is installed: here, and in what is imported
here, there is nothing but the standard library.
"""

import contextlib
import fcntl
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
VENV = HOME / ".venv"
READY = VENV / "ready"
"""Written last: what the environment was made from. Without it the set-up was interrupted, and starts again."""


def main() -> None:
    """Set up what is not set up yet. Says nothing where there is nothing to do."""
    try:
        if _ready() != _wanted():
            _demand_venv()
            with _alone():
                if _ready() != _wanted():
                    _set_up()
    except KeyboardInterrupt:
        sys.exit("\nThe set-up was interrupted. `make setup` starts it again; what was downloaded is kept.")


def _wanted() -> list[str]:
    """What the environment is made from. Its scripts hold the clone's path: a moved clone is set up again."""
    files = [(HOME / name).read_text() for name in ("requirements.txt", "pyproject.toml")]
    return [str(HOME), _version(), "".join(files)]


def _ready() -> list[str]:
    """What it was made from; nothing where there is none, or none that runs, since a system's upgrade can break it."""
    python = VENV / "bin" / "python"
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        subprocess.run([python, "-I", "-c", ""], check=True, capture_output=True)
        return READY.read_text().split("\n", 2)
    return []


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _demand_venv() -> None:
    try:
        import ensurepip  # noqa: F401  what Debian leaves out
        import venv  # noqa: F401
    except ImportError:
        package = f"python{_version()}-venv"
        sys.exit(
            f"Python {_version()} has no venv here: the package {package} brings it.\n"
            f"On Debian and Ubuntu, as root: apt install {package}"
        )


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two terminals, one set-up: the second waits. Where a file system has no locks, there is no waiting."""
    clone = os.open(HOME, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(clone, fcntl.LOCK_EX)
        yield
    finally:
        os.close(clone)


def _set_up() -> None:
    packages = len((HOME / "requirements.txt").read_text().split())
    if _ready()[:2] == _wanted()[:2]:
        print(f"The set-up has changed. Bringing {VENV} up to date.", flush=True)
    else:
        print(f"Setting up {VENV}: Python {_version()}, {packages} packages. This happens once.", flush=True)
        _run("making the virtual environment", sys.executable, "-I", "-m", "venv", "--clear", VENV)
    READY.unlink(missing_ok=True)
    # The lock names everything, so nothing needs to be resolved: Debian's pip would take many minutes over that.
    _pip(f"installing {packages} packages", "--no-deps", "--only-binary=:all:", "-r", HOME / "requirements.txt")
    _pip("installing the command minigram", "--no-deps", "--no-build-isolation", "-e", HOME)
    READY.write_text("\n".join(_wanted()))
    print("Set up.", flush=True)


def _pip(what: str, *options: str | Path) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-user")
    _run(what, VENV / "bin" / "python", "-I", "-m", "pip", "install", *quiet, *options)


def _run(what: str, *command: str | Path) -> None:
    print(f"  {what} …", flush=True)
    # What it complains of is told when it has ended: after Ctrl-C that would be tracebacks.
    ended = subprocess.run(command, env={"PIP_CACHE_DIR": str(_cache()), **os.environ}, stderr=subprocess.PIPE)
    sys.stderr.buffer.write(ended.stderr)
    sys.stderr.flush()
    if ended.returncode:
        sys.exit(f"The set-up stopped while {what}; the reason is above. `make setup` starts it again.")


def _cache() -> Path:
    """Downloads are kept in minigram's own cache directory, unless this machine's PIP_CACHE_DIR says where.

    The file is run by itself: importing it would bring its package, which needs what is not installed yet.
    """
    sys.path.insert(0, str(HOME))
    place: Path = runpy.run_path(str(HOME / "minigram" / "lab" / "servers" / "cache.py"))["cache"]()
    return place / "pip"


if __name__ == "__main__":
    main()
