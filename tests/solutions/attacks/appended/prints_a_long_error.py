"""Raises an error that says thirty megabytes, in a line that looks like the last one of a traceback."""


class CountedLikes(CountedLikes):
    def counts(self, photos):
        raise RuntimeError("x" * (20 * 2**20) + "Error")
