"""How often this process looks for garbage.

Python looks each 700 objects, and through all of them now and then. A process that draws and sends
makes many that end by themselves and few cycles: looking was a twentieth of what a delivered frame
cost. What is there when it begins to serve is there for ever, and need not be looked through.
"""

import gc

# Some megabytes of objects at most, that are found later.
OBJECTS_BETWEEN_LOOKS = 20_000
# What lived long is looked through after so many looks at what is younger: by Python's own 10 and
# 10 it would be thirty times rarer than it was. Closed sockets are no longer among it (`wire`).
LOOKS_BEFORE_OLDER = (5, 2)


def look_seldom() -> None:
    """To be called once all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, *LOOKS_BEFORE_OLDER)
