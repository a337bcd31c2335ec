"""
`dedup audit`: a sample of what a clean removed, to be judged; and the precision it comes to.

    dedup audit cleaned/ -o sheet.csv
    dedup audit cleaned/ --verdicts sheet.csv
"""

from pathlib import Path
from typing import Annotated

import typer

from dedup.cli.options import Out, Talk
from dedup.cli.output import check_places, write_output
from dedup.errors import OutputError, SettingsError
from dedup.settings import Settings, one_of

FORMATS = ("csv", "html")

EXAMPLES = r"""
dedup audit cleaned/ -o sheet.csv          [dim]100 removals, a row each[/dim]
dedup audit cleaned/ --format html -o sheet.html   [dim]the same, side by side[/dim]
dedup audit cleaned/ --verdicts sheet.csv  [dim]once it is filled in: the precision[/dim]
"""


def audit(  # noqa: PLR0913 - an option each
    *,
    cleaned: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="a folder that dedup clean wrote", show_default=False),
    ],
    talk: Talk,
    output: Out = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(
            help="a sheet in whose first column stands right or wrong: say the precision",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            help=r"how many removals to judge [dim]\[100][/dim]", metavar="N", show_default=False
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help=r"another sample for another number [dim]\[0][/dim]",
            metavar="N",
            show_default=False,
        ),
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        str | None,
        typer.Option(
            help=r"csv: the sheet to fill in; html: a page to read beside it [dim]\[csv][/dim]",
            metavar="|".join(FORMATS),
            show_default=False,
            autocompletion=lambda: list(FORMATS),
        ),
    ] = None,
) -> int:
    """
    Draw a sample of what was removed, to judge how precise a clean was.

    Removals are drawn by similarity, those near the threshold more often. Write right or wrong into
    the column verdict of the sheet; --verdicts reads it back and gives the precision of the whole
    clean, with its interval.
    """
    from dedup import api
    from dedup.reports.audit_sheet import audit_to_csv, audit_to_html, precision_lines

    own = [str(path) for path in (cleaned, *(cleaned / ".dedup").glob("*"))]
    if verdicts is not None:
        if (count, seed, format) != (None, None, None):
            raise SettingsError("--verdicts reads a sheet: leave out --count, --seed and --format")
        check_places((output,), [*own, str(verdicts)], Settings())
        found = api.precision(cleaned, verdicts)
        write_output("".join(f"{line}\n" for line in precision_lines(found)), output, data=False)
        return 0
    form = one_of("format", format or "csv", FORMATS)
    if form == "csv" and output is not None and output.is_file():
        raise OutputError(f"{output} is there already, and may hold verdicts: name another file")
    check_places((output,), own, Settings())
    drawn = api.audit(cleaned, count=100 if count is None else count, seed=seed or 0)
    write_output(audit_to_csv(drawn) if form == "csv" else audit_to_html(drawn), output, data=True)
    if output is not None and form == "csv" and not talk.quiet:
        from dedup.cli.terminal import say

        say(f"{len(drawn.removals):,} removals to judge: then give --verdicts {output}")
    return 0
