"""A clone of the course whose own files run: what a reader has who checks a tag out."""

import os
import subprocess
import sys

from .trees import Clone


class Course(Clone):
    """A clone of the course, whose own Python files run."""

    def python(self, *words: str, within: float = 60, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=self.environment() | more,
            capture_output=True,
            text=True,
            timeout=within,
        )

    def pytest(self, *words: str, within: float, plugins: tuple[str, ...] = ()) -> None:
        """Run tests, with all plugins that are installed, or with these alone: that starts in a tenth of the time."""
        alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} if plugins else {}
        chosen = [word for plugin in plugins for word in ("-p", plugin)]
        done = self.python("-m", "pytest", "-q", *chosen, *words, within=within, **alone)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]

    def is_in_order(self) -> None:
        """The tests that are about the tree in which they stand pass in this one."""
        files = [f"tests/course/test_{name}.py" for name in ("manifests", "imports", "parts", "book")]
        chosen = (
            "exactly_one or name_no or one_title or run_backward or their_doors or installed or parts or up_to_date"
        )
        self.pytest(*files, "-k", chosen, within=120, plugins=("pytest_timeout",))

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "GIT_"))}
        return kept | {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
