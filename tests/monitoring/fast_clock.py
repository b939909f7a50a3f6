"""A clock whose minute has twelve seconds: what a minute forgets is forgotten within a test.

Imported before anything else of the program; `adjust` after all of it. The faults are real, and
so is everything that measures them; only how long it is remembered is less.
"""

from monitoring import readings, shelf

shelf.SLOT_S, shelf.MINUTE_S = 1, 12
# Of twelve seconds as many as of a minute.
readings.ENOUGH = 4


def adjust() -> None:
    from monitoring import board, collect, collecting, measured

    board.FRESH_S = 0.9
    collect.FRESH_S = 3.0
    collecting.ELECTED_FOR_S = 3
    collecting.AFTER_THE_SLOT_S = 0.3
    measured.HEARD_WITHIN_S = 6.0
