"""How gunicorn runs a web process; how many workers and threads, and where, the stage says on its command line."""

import os
from typing import Any

worker_class = "gthread"
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # the heartbeat's file should not wait for a disk
control_socket_disable = True
keepalive = 15
graceful_timeout = 10
loglevel = "warning"  # errors go to stderr; who asked for what is not written down
proc_name = "minigram"


def worker_exit(server: Any, worker: Any) -> None:
    """Close what the process has built: its connections to PostgreSQL end in order."""
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions["minigram"].close()
