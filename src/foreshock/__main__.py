"""`python -m foreshock` is the command `foreshock`."""

from foreshock.desk.cli import main

main()
