"""The measuring bench: real servers, people, load, faults, runs, claims and plots. The app never imports it."""


class LabError(Exception):
    """Something that the lab needs is not to be had. The message says what, why, and what to do about it."""
