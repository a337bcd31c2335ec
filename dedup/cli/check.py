"""
`dedup check`: new texts against published ones, with exit codes for CI.

    dedup check new.md --against published/
    dedup check drafts/ --against published/ --max-overlap 25% --format text --format json=r.json
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from dedup.cli.options import Out, Paths, Rejects, Shared
from dedup.cli.output import check_places
from dedup.cli.rejects import kept
from dedup.cli.rendering import FORMATS, PAGES, exit_code, format_of, render
from dedup.errors import SettingsError
from dedup.settings import choice

KINDS = ("within", "across", "boilerplate")
NONE = "none"

EXAMPLES = r"""
dedup check new.md --against published/    [dim]exit code 1 if it repeats something[/dim]
dedup check drafts/ --against published/ --against wire/
dedup check new.md --against published/ --fail-on none --max-overlap 25%
dedup check new.md --against published/ --format text --format json=r.json
"""


def check(  # noqa: PLR0913 - an option each
    *,
    paths: Paths,
    shared: Shared,
    against: Annotated[
        list[str],
        typer.Option(help="published files or a folder; may be repeated", metavar="PATH"),
    ],
    output: Out = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            help="kinds of findings that make the exit code 1, with commas, or none"
            r" [dim]\[within,across][/dim]",
            metavar="KIND,...",
            show_default=False,
            autocompletion=lambda: [*KINDS, NONE],
        ),
    ] = None,
    max_overlap: Annotated[
        str | None,
        typer.Option(
            help="exit code 1 also where more than this share of a new text is found elsewhere",
            metavar="SHARE",
            show_default=False,
        ),
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        list[str] | None,
        typer.Option(
            help=f"{', '.join(FORMATS)}; NAME=FILE writes to a file; may be repeated",
            metavar="NAME[=FILE]",
            show_default=False,
            autocompletion=lambda: list(FORMATS),
        ),
    ] = None,
    rejects: Rejects = None,
) -> int:
    """
    Check new texts for what they repeat, also of published ones.

    Only the new texts hold findings. Exit code 0: nothing found; 1: something; 2: could not check.
    """
    from dedup import api

    config = shared.resolve("check", fail_on=fail_on, max_overlap=max_overlap)
    own = config.commands["check"]
    kinds = failing(own["fail_on"])
    wanted = targets(format or [], output)
    outputs = [*(out for _, out in wanted), rejects, shared.timings]
    check_places(outputs, [*paths, *against], config.settings)
    with (
        kept(rejects, config.settings.on_error) as take,
        shared.meter([*paths, *against], config) as watch,
    ):
        found = api.check(paths, against, config.settings, watch=watch, rejects=take)
    for form, out in wanted:
        render(found, form, out, shared)
    shown = any(form in PAGES and out is None for form, out in wanted)
    return exit_code(found, shared, fail_on=kinds, max_overlap=own["max_overlap"], shown=shown)


def failing(given: Sequence[str]) -> tuple[str, ...]:
    """Read the kinds of `--fail-on`, several with commas; `none` stands alone and for no kind."""
    kinds = [
        choice("fail_on", kind.strip(), (*KINDS, NONE)) for one in given for kind in one.split(",")
    ]
    if NONE in kinds and set(kinds) != {NONE}:
        raise SettingsError(f"fail_on is {','.join(kinds)!r}: give {NONE} alone, or kinds")
    return tuple(kind for kind in kinds if kind != NONE)


def targets(formats: Sequence[str], output: Path | None) -> list[tuple[str, Path | None]]:
    """
    Read `NAME` and `NAME=FILE` as formats and where they go; none means the default format.

    Raises `SettingsError` for an unknown name, and where two would go to one place.
    """
    wanted: list[tuple[str, Path | None]] = []
    for given in formats:
        name, equals, file = given.partition("=")
        if equals and not file:
            raise SettingsError(f"format is {given!r}: name a file after the =")
        wanted.append((format_of(name, None), Path(file) if file else output))
    wanted = wanted or [(format_of(None, output), output)]
    places = [out for _, out in wanted]
    if len(set(places)) < len(places):
        raise SettingsError(
            f"format is given {len(places)} times for one place: give all but one as NAME=FILE"
        )
    return wanted
