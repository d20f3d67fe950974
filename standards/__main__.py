"""`python -m standards`."""

import sys

from standards.command_line import main

sys.exit(main(sys.argv[1:]))
