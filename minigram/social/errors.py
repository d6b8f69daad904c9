"""What the app refuses, in words for the person who asked."""


class Refused(Exception):
    """The app will not do it. The message says why, and what to do instead."""


class Invalid(Refused):
    """What was entered in `field` cannot be accepted."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Taken(Invalid):
    """Somebody else has this name or address."""

    def __init__(self, field: str) -> None:
        what = {"name": "name", "email": "e-mail address"}[field]
        super().__init__(field, f"Somebody already has this {what}. Choose another.")


class Missing(Refused):
    """There is no such thing, or there is none any more."""


class Forbidden(Refused):
    """It belongs to somebody else."""
