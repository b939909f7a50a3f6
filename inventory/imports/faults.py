class Unreadable(Exception):
    """The file, or what was said about it, can't be used at all: one line for a person."""


class BadRow(Exception):
    """One row can't be taken: a stable code for programs, what would be right for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
