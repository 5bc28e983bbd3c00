"""`python -m itsm` is the command `itsm`."""

from itsm.cli import main

main()
