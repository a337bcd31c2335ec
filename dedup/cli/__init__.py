"""
The command line: one file per command: parse, one call of `dedup.api`, one output call.

    app.py        which commands there are             exits.py      errors -> exit codes
    options.py    the options that commands share      output.py     stdout, or a whole file
    help.py       help pages                           terminal.py   colour, width, progress
"""

import sys


def main() -> None:
    """Run the command line; the entry point of the console script."""
    from dedup.cli.exits import run
    from dedup.engines.allocator import keep_memory

    keep_memory()
    sys.exit(run(sys.argv[1:]))
