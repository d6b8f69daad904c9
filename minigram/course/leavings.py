"""What Jupyter, IPython and matplotlib write for themselves stays in the clone, and not in the user's home."""

import os
from pathlib import Path

PLACES = {
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "jupyter",
    "JUPYTER_DATA_DIR": "jupyter/data",
    "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
    "MPLCONFIGDIR": "matplotlib",
}
"""Environment variable → folder in build/."""


def keep_inside() -> None:
    """Say so to this process and to all that it starts. A place that the user has chosen stays chosen."""
    build = Path(__file__).resolve().parents[2] / "build"
    for variable, folder in PLACES.items():
        os.environ.setdefault(variable, str(build / folder))
