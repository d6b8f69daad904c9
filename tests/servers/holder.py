"""Runs a stage in a process of its own, prints where, and stays: `python -m tests.servers.holder CLASS`."""

import sys
import threading

from minigram.lab.running import running

from . import small

if __name__ == "__main__":
    with running(getattr(small, sys.argv[1])) as found:
        pids = [*found.servers["main"].pids(), *(pid for p in found.processes.values() for pid in p.pids())]
        print(found.run, *pids, flush=True)
        if sys.argv[2:] == ["raise"]:
            raise RuntimeError("as a test or a notebook does")
        threading.Event().wait(60)
