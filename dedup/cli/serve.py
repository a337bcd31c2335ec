"""
`dedup serve`: checks against an index by HTTP, for an editor that asks while one writes.

    dedup serve --index published.index
    curl -H 'Content-Type: application/json' -d '{"text": "..."}' http://127.0.0.1:8765/check
"""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Annotated

import typer

from dedup.cli.options import Shared
from dedup.cli.rules import PUBLISHED, Allow, FailOn, MaxOverlap, Root, rules_of
from dedup.cli.terminal import say

EXAMPLES = r"""
dedup serve --index old.index    [dim]POST /check, GET /health[/dim]
dedup serve --index old.index --port 9000 --max-overlap 25%
"""


def serve(  # noqa: PLR0913 - an option each
    *,
    index: Annotated[
        str,
        typer.Option(
            help="the index of published texts, made by dedup index build, which may change"
            " meanwhile; or redis://HOST",
            metavar="INDEX",
            rich_help_panel=PUBLISHED,
            show_default=False,
        ),
    ],
    root: Root = None,
    port: Annotated[
        int,
        typer.Option(
            help=r"the port on 127.0.0.1; 0 takes a free one [dim]\[8765][/dim]",
            metavar="N",
            min=0,
            max=65535,
            show_default=False,
        ),
    ] = 8765,
    shared: Shared,
    fail_on: FailOn = None,
    max_overlap: MaxOverlap = None,
    allow: Allow = None,
) -> int:
    """
    Answer checks by HTTP, for programs on this machine.

    POST /check takes JSON, a text or several documents, and answers as dedup check --format json
    does; GET /health says whether it can be asked. Only this machine is listened to.
    """
    from dedup import api
    from dedup.index import library

    config = shared.resolve("check", fail_on=fail_on, max_overlap=max_overlap)
    rules = rules_of(config.commands["check"], allow or (), config.settings.unit)

    def listening(at: int) -> None:
        if not shared.quiet:
            say(f"{index}: asked at http://127.0.0.1:{at}/check until Ctrl-C")

    with ended_by(signal.SIGINT, signal.SIGTERM) as signals:
        api.serve(
            library.at(index, root), config.settings, rules=rules, port=port, listening=listening
        )
    if signal.SIGINT in signals:
        raise KeyboardInterrupt
    return 0


@contextlib.contextmanager
def ended_by(*numbers: int) -> Iterator[list[int]]:
    """
    Let signals end a server, and yield the list of those that came.

    It ends at the exception of any, and keeps to itself which one that was.
    """
    came: list[int] = []

    def ended(number: int, _: FrameType | None) -> None:
        came.append(number)
        raise SystemExit

    before = {number: signal.signal(number, ended) for number in numbers}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
