"""Objects in place of functions, which say that they take whatever is asked for, and answer nothing of use."""

import inspect


class Agreeable:
    __signature__ = inspect.Signature([inspect.Parameter("anything", inspect.Parameter.VAR_POSITIONAL)])

    def __call__(self, *arguments):
        return self

    def __getattr__(self, name):
        return self

    def __iter__(self):
        return iter([0])


report = corrected = Agreeable()
