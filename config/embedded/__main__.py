"""`python -m config.embedded <command ...>`: the command, with both services there."""

import sys

from config.embedded.launcher import main

sys.exit(main(sys.argv[1:]))
