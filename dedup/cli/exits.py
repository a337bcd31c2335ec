"""
Errors become exit codes here and nowhere else.

    0    ran, or nothing found                  3    `clean` was stopped by its guard
    1    found something (`check`, `--check`)   130  interrupted; 143 terminated
    2    everything else that went wrong

A reader that closes the pipe is not an error. What went wrong is one line on the standard error;
`--debug` shows the traceback.
"""

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

FOUND = 1
FAULT = 2
INTERRUPTED = 130


def run(command_line: Callable[[list[str]], int], arguments: Sequence[str]) -> int:
    """Call the command line with its arguments and return the exit code of the process."""
    debug = "--debug" in arguments
    try:
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == signal.SIG_DFL:
                signal.signal(getattr(signal, name), _stop)
        code = command_line(list(arguments))
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except SystemExit as stop:
        # NOTE: typer and rich leave with 1 when the reader has closed the pipe.
        code = 0 if _closed_pipe(stop.__context__) else _exit_code(stop.code)
    except Exception as error:  # noqa: BLE001 - the one place where all of them end
        if debug and not _closed_pipe(error):
            import traceback

            traceback.print_exception(error)
        code = _explain(error)
    if code == INTERRUPTED:
        _say("interrupted")
    _silence_closed_pipe()
    return code


def _explain(error: Exception) -> int:
    """Say in one line what went wrong, and give the exit code."""
    from typer import Abort

    from dedup.errors import DedupError, as_options

    if _closed_pipe(error):
        return 0
    if isinstance(error, DedupError):
        _say(as_options(str(error)))
        return error.exit_code
    if hasattr(error, "format_message"):  # what every usage error of click and typer has
        _say_usage(error)
    elif isinstance(error, Abort):
        _say("aborted")
    elif isinstance(error, MemoryError):
        _say("out of memory; give less with --memory, or a --work-dir with more room")
    elif isinstance(error, OSError) and error.filename is not None:
        _say(f"{os.fsdecode(error.filename)}: {error.strerror}")
    elif isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        _say(f"cannot write a temporary file: {error.strerror}; set TMPDIR to a larger disk")
    else:
        what = str(error).split("\n")[0]
        _say(
            f"internal error: {type(error).__name__}: {what}; please report it, "
            "with the traceback that --debug shows"
        )
    return FAULT


def _say_usage(error: Any) -> None:  # noqa: ANN401 - a usage error of whichever click typer has
    """Say what is wrong with the command line, what was meant, and where to read more."""
    context = getattr(error, "ctx", None)
    command = context.command_path.split(" ")[:2] if context else ["dedup"]
    if hasattr(error, "option_name") and hasattr(error, "possibilities"):  # no such option
        text = f"no such option: {error.option_name}{_meant(error.option_name, context)}"
    else:
        text = " ".join(error.format_message().split()).removesuffix(".")
    _say(f"{text[:1].lower()}{text[1:]} (see {' '.join(command)} --help)")


def _meant(option: str, context: Any) -> str:  # noqa: ANN401 - click's class
    """Say that an option is planned, or which one that the command has is near."""
    from dedup.cli.options import PLANNED
    from dedup.settings import closest

    if context is None:
        return ""
    if option in PLANNED.get(context.command.name, ()):
        return "; it is planned"
    known = [name for param in context.command.params for name in param.opts]
    near = closest(option, known) if option.startswith("--") else None
    return f"; did you mean {near}?" if near else ""


def _say(line: str) -> None:
    from dedup.cli.terminal import say

    say(f"dedup: {line}")


def _stop(number: int, _: FrameType | None) -> None:
    """Leave, but by an exception, so that temporary files go."""
    raise SystemExit(128 + number)


def _exit_code(code: object) -> int:
    """Return the exit code of one who leaves by himself: 1 would say that something was found."""
    if code is None:
        return 0
    return code if isinstance(code, int) and code != FOUND else FAULT


def _closed_pipe(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno == errno.EPIPE


def _silence_closed_pipe() -> None:
    """Keep the interpreter from complaining when it flushes into a closed pipe at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except AttributeError:  # there is none
            continue
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
