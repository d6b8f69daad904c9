"""How gunicorn runs a web process. How many workers and threads, and where, is for the stage to say."""

import os
from typing import Any

worker_class = "gthread"
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # the heartbeat waits for no disk
control_socket_disable = True
keepalive = 15
graceful_timeout = 10
timeout = 120  # a worker that has not come up by then is ended; on a busy machine, that takes a while
loglevel = "warning"  # errors go to stderr; who asked for what is not written down
proc_name = "minigram"


def worker_exit(server: Any, worker: Any) -> None:
    """Close what the process has built: its connections to PostgreSQL end in order."""
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions["minigram"].close()
