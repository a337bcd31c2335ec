"""
`dedup report`: find and show what repeats.

    dedup report articles/                           on a terminal, or as text in a pipe
    dedup report articles/ --format json -o r.json   for a program
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dedup.cli.options import Out, Paths, Rejects, Shared, refuse
from dedup.cli.output import check_places
from dedup.cli.rejects import kept
from dedup.cli.rendering import FORMATS, PAGES, exit_code, explain, format_of, render
from dedup.errors import SettingsError

SAVED = ".dedup"
"""The suffix of a report that was kept with `--save`."""

EXAMPLES = r"""
dedup report articles/                          [dim]what repeats, and where[/dim]
dedup report articles/ --sort words --top 10     [dim]the ten longest[/dim]
dedup report a.jsonl --text-field body          [dim]records[/dim]
dedup report a.jsonl --order oldest:date        [dim]first by date, not by place[/dim]
dedup report articles/ --format html -o r.html  [dim]to read and print[/dim]
dedup report articles/ --format json -o r.json  [dim]for a program[/dim]
dedup report articles/ --save r.dedup           [dim]keep it for later[/dim]
dedup report r.dedup --format csv --bom         [dim]for a spreadsheet[/dim]
zstdcat a.jsonl.zst | dedup report - --input-format jsonl
"""

Format = Annotated[
    str | None,
    typer.Option(
        help="terminal on a terminal, else text",
        metavar="|".join(FORMATS),
        show_default=False,
        autocompletion=lambda: list(FORMATS),
    ),
]


def report(  # noqa: PLR0913 - an option each
    *,
    paths: Paths,
    shared: Shared,
    output: Out = None,
    format: Format = None,  # noqa: A002 - the option's name
    top: Annotated[
        int | None,
        typer.Option(
            help="show so many groups whole [dim]\\[10][/dim]", metavar="N", show_default=False
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            help="show one group, by its id or the beginning of it",
            metavar="ID",
            show_default=False,
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            help="place: as they stand; or first what has most words, most copies, most repeated"
            " words, least similarity; auto: place, and repeated on pages of more than 100 groups"
            r" [dim]\[auto][/dim]",
            metavar="BY",
            show_default=False,
            autocompletion=lambda: ["auto", "place", "words", "copies", "repeated", "similarity"],
        ),
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(
            help="which place is the first: place: as documents stand; oldest:FIELD: by the date in"
            r" a field, which is shown beside each place [dim]\[place][/dim]",
            metavar="place|oldest:FIELD",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="exit code 1 where something repeats", show_default=False),
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(
            help="keep the report in this file, for report FILE.dedup",
            metavar="FILE.dedup",
            show_default=False,
        ),
    ] = None,
    bom: Annotated[
        bool,
        typer.Option(
            "--bom",
            help="csv for spreadsheets: they know it as UTF-8, and calculate nothing in it",
            show_default=False,
        ),
    ] = False,
    explain_settings: Annotated[
        bool,
        typer.Option(
            "--explain-settings", help="say what is in force, and why", show_default=False
        ),
    ] = False,
    rejects: Rejects = None,
) -> int:
    """
    Find what repeats, within a text and across texts, and show it.

    Each group is one keeper, the earlier place, and its copies; every copy was compared with it.
    What stands in many documents (menus, bylines) is reported apart, as boilerplate.
    """
    from dedup import api
    from dedup.report import Report
    from dedup.reports.view import View

    # What was asked for, and whether it can be.
    config = shared.resolve("report", top=top, sort=sort, order=order)
    form = format_of(format, output)
    own = config.commands["report"]
    view = View(top=own["top"], group=group, sort=own["sort"], spreadsheet=bom)
    check_places((output, save, rejects, shared.timings), paths, config.settings)
    if bom and form != "csv":
        raise SettingsError(
            f"bom is for csv, not for {form}: give --format csv, or leave out --bom"
        )
    if explain_settings:
        explain(config)
    # A saved report is shown as it was found; else the paths are read.
    saved = saved_among(paths)
    if saved is not None:
        why = f"{saved} is a saved report, which is shown as it was found"
        refuse(shared, why)
        if order is not None:
            raise SettingsError(f"{why}: leave out --order")
        found, view = Report.load(saved), replace(view, at_hand=False)
    else:
        with (
            kept(rejects, config.settings.on_error) as take,
            shared.meter(paths, config) as watch,
        ):
            found = api.find(paths, config.settings, order=own["order"], watch=watch, rejects=take)
    # It is saved and shown, and says what the exit code is.
    if save is not None:
        found.save(save)
    render(found, form, output, shared, config.settings, view)
    kinds = ("within", "across") if check else ()
    return exit_code(found, shared, fail_on=kinds, shown=form in PAGES)


def saved_among(paths: Sequence[str]) -> str | None:
    """Return the saved report that is to be shown, if there is one. Raises `SettingsError`."""
    saved = [path for path in paths if Path(path).suffix == SAVED and not Path(path).is_dir()]
    if saved and len(paths) > 1:
        raise SettingsError(
            f"{saved[0]}: is a saved report: it is shown alone, without other paths"
        )
    return saved[0] if saved else None
