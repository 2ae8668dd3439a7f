"""`python -m foreshock` is the command `foreshock`."""

import sys

try:
    from foreshock.desk.cli import main
except KeyboardInterrupt:  # Ctrl-C before the command line can say so itself
    sys.exit(130)

main()
