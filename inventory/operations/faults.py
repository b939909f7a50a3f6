class Busy(Exception):
    """Somebody else held the rows for too long. Nothing was booked; the same ids may be sent
    again."""

    def __init__(self) -> None:
        super().__init__("Busy: others are changing the same stock. Try again, nothing is lost.")


class Raced(Exception):
    """Another call committed the same operation, or made the same level, while this one was
    under way: all that is needed is to look again."""
