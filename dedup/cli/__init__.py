"""
The command line: one file per command: parse, one call of `dedup.api`, one output call.

    app.py        which commands there are             exits.py      errors -> exit codes
    options.py    the options that commands share      output.py     stdout, or a whole file
    help.py       help pages                           terminal.py   colour, width, progress
"""

import sys


def call(arguments: list[str]) -> int:
    """Call the command that the arguments name; return what it says its exit code is."""
    from typer.main import get_command

    from dedup.cli.app import app

    result = get_command(app).main(arguments, prog_name="dedup", standalone_mode=False)
    return result if isinstance(result, int) else 0


def main() -> None:
    """
    Run the command line; the entry point of the console script.

    The interpreter leaves with 1 where it meets an exception, which here means "found something":
    so nothing is let through, not even what goes wrong before `run` can say it.
    """
    try:
        from dedup.cli.exits import run
        from dedup.engines.allocator import keep_memory

        keep_memory()
        code = run(call, sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    except Exception as error:  # noqa: BLE001 - see above
        code = 2
        if sys.stderr is not None:
            what = " ".join(str(error).split())
            print(f"dedup: cannot start: {type(error).__name__}: {what}", file=sys.stderr)
    sys.exit(code)
