"""
`dedup check`: new texts against published ones, with exit codes for CI.

    dedup check new.md --against published/
    dedup check docs/ --changed-since main --format github --format sarif=dedup.sarif
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.cli.options import Out, Paths, Rejects, Shared
from dedup.cli.output import check_places, write_output
from dedup.cli.rejects import kept
from dedup.cli.rendering import CHECKS, PAGES, format_of, render_check, verdict_code
from dedup.cli.rules import PUBLISHED, VERDICT, Allow, FailOn, MaxOverlap, Root, rules_of
from dedup.cli.terminal import say
from dedup.errors import SettingsError

if TYPE_CHECKING:
    from dedup.checking import Rules
    from dedup.checking.baseline import Baseline
    from dedup.checking.changed import Changes
    from dedup.report import Report

EXAMPLES = r"""
dedup check new.md --index published.index [dim]without reading them anew[/dim]
dedup check new.md --against published/    [dim]exit code 1 if it repeats something[/dim]
dedup check drafts/ --against published/ --against wire/
dedup check new.md --against published/ --fail-on none --max-overlap 25%
dedup check docs/ --changed-since main     [dim]only what was added since[/dim]
dedup check docs/ --baseline dedup-baseline.json --update-baseline
dedup check docs/ --changed-since main --format github --format sarif=r.sarif
"""


def check(  # noqa: PLR0913 - an option each
    *,
    paths: Paths,
    shared: Shared,
    against: Annotated[
        list[str] | None,
        typer.Option(
            help="published files or a folder; may be repeated",
            metavar="PATH",
            rich_help_panel=PUBLISHED,
            show_default=False,
        ),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option(
            help="an index of published texts, made by dedup index build: nothing is read anew;"
            " or redis://HOST of one that Redis holds",
            metavar="INDEX",
            rich_help_panel=PUBLISHED,
            show_default=False,
        ),
    ] = None,
    root: Root = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            help="only files that differ from where this commit and the current one parted are new,"
            " the others published; only added and changed lines fail",
            metavar="REF",
            rich_help_panel=PUBLISHED,
            show_default=False,
        ),
    ] = None,
    diff: Annotated[
        str | None,
        typer.Option(
            help="the same by a patch instead of git's history; - is the standard input",
            metavar="FILE",
            rich_help_panel=PUBLISHED,
            show_default=False,
        ),
    ] = None,
    output: Out = None,
    fail_on: FailOn = None,
    max_overlap: MaxOverlap = None,
    allow: Allow = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            help="findings that are known and do not fail",
            metavar="FILE",
            rich_help_panel=VERDICT,
            show_default=False,
        ),
    ] = None,
    update_baseline: Annotated[
        bool,
        typer.Option(
            "--update-baseline",
            help="write what is found now to the baseline; exit code 0",
            rich_help_panel=VERDICT,
            show_default=False,
        ),
    ] = False,
    baseline_from_ref: Annotated[
        str | None,
        typer.Option(
            help="what was found at this commit of git is known",
            metavar="REF",
            rich_help_panel=VERDICT,
            show_default=False,
        ),
    ] = None,
    exit_zero: Annotated[
        bool,
        typer.Option(
            "--exit-zero",
            help="exit code 0 where findings would make it 1, for the first weeks",
            rich_help_panel=VERDICT,
            show_default=False,
        ),
    ] = False,
    format: Annotated[  # noqa: A002 - the option's name
        list[str] | None,
        typer.Option(
            help=f"{', '.join(CHECKS)}; NAME=FILE writes to a file; may be repeated",
            metavar="NAME[=FILE]",
            show_default=False,
            autocompletion=lambda: list(CHECKS),
        ),
    ] = None,
    rejects: Rejects = None,
) -> int:
    """
    Check new texts for what they repeat, also of published ones.

    Only the new texts hold findings. Exit code 0: nothing found; 1: something; 2: could not check.
    """
    from dedup import api
    from dedup.index import library

    config = shared.resolve("check", fail_on=fail_on, max_overlap=max_overlap)
    wanted = targets(format or [], output)
    # What cannot be is refused before anything is read.
    _check_scope(against, changed_since, diff, baseline, baseline_from_ref, index)
    own_index = None if index is None else library.at(index, root)
    if update_baseline and baseline is None:
        raise SettingsError("--update-baseline needs --baseline FILE: the file to write")
    old = against or []
    outputs = [*(out for _, out in wanted), rejects, shared.timings]
    outputs += [baseline] if update_baseline else []
    check_places(outputs, [*paths, *old], config.settings)
    own = config.commands["check"]
    rules = rules_of(own, allow or (), config.settings.unit, baseline, new=update_baseline)
    changes = _changes(changed_since, diff, paths)
    with (
        kept(rejects, config.settings.on_error) as take,
        shared.meter([*paths, *old], config) as watch,
    ):
        if baseline_from_ref is not None:
            known = api.baseline_at(
                baseline_from_ref, paths, old, config.settings, rules=rules, watch=watch
            )
            rules = _with_baseline(rules, known)
        found = api.check(
            paths,
            old,
            config.settings,
            index=own_index,
            rules=rules,
            since=changes,
            watch=watch,
            rejects=take,
        )
    for form, out in wanted:
        render_check(found, form, out, shared, config.settings, lenient=exit_zero)
    if changes is not None and not found.summary.documents and not shared.quiet:
        say(f"nothing to check: none of these files was changed since {changes.since}")
    shown = any(form in (*PAGES, "github") and out is None for form, out in wanted)
    code = verdict_code(found, shared, shown=shown)
    if update_baseline and baseline is not None:
        return _update(found, rules, baseline, code, quiet=shared.quiet)
    return 0 if exit_zero and code == 1 else code


def _check_scope(  # noqa: PLR0913 - an option each
    against: list[str] | None,
    changed_since: str | None,
    diff: str | None,
    baseline: Path | None,
    baseline_from_ref: str | None,
    index: str | None,
) -> None:
    """Refuse a check that would compare with nothing, and options that contradict each other."""
    # An index is the whole published side.
    if index is not None:
        others = {
            "--against": against,
            "--changed-since": changed_since,
            "--diff": diff,
            "--baseline-from-ref": baseline_from_ref,
        }
        for name, given in others.items():
            if given:
                raise SettingsError(f"--index and {name} both name the published side: give one")
        return
    # Else something must name it, and only once,
    if not against and not any((changed_since, diff, baseline, baseline_from_ref)):
        raise SettingsError(
            "name what to compare with: --against PATH, --index INDEX or --changed-since REF;"
            " `dedup report PATH --check` looks inside one folder"
        )
    if changed_since is not None and diff is not None:
        raise SettingsError("--changed-since and --diff both say what was changed: give one")
    # and a baseline is a file or comes of a commit.
    if baseline_from_ref is None:
        return
    if baseline is not None:
        raise SettingsError("--baseline and --baseline-from-ref both say what is known: give one")
    if changed_since is not None or diff is not None:
        raise SettingsError(
            "--changed-since and --diff look only at what is new already:"
            " leave out --baseline-from-ref"
        )


def _with_baseline(rules: "Rules", baseline: "Baseline") -> "Rules":
    from dataclasses import replace

    return replace(rules, baseline=baseline)


def _changes(changed_since: str | None, diff: str | None, paths: Sequence[str]) -> "Changes | None":
    """Find out what was changed, where that is asked for."""
    if changed_since is None and diff is None:
        return None
    from dedup import git

    if changed_since is not None:
        return git.changes(changed_since)
    if diff == "-":
        if "-" in paths:
            raise SettingsError("--diff - and the PATH - both read the standard input: give one")
        return git.patch_changes(os.fsdecode(sys.stdin.buffer.read()), "the standard input")
    file = Path(str(diff))
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file}: cannot read the patch: {error.strerror}") from error
    return git.patch_changes(os.fsdecode(data), str(file))


def _update(found: "Report", rules: "Rules", file: Path, code: int, *, quiet: bool) -> int:
    """Write the baseline, unless something could not be read."""
    from dedup.checking.baseline import baseline_text
    from dedup.checking.judge import updated

    if code > 1:
        say(f"{file} is left as it is, since not everything could be read")
        return code
    now = updated(found, rules)
    write_output(baseline_text(now), file, data=True)
    count = sum(entry.count for entry in now.entries.values())
    if not quiet:
        say(f"{file}: {count:,} {'finding is' if count == 1 else 'findings are'} known")
    return 0


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
        wanted.append((format_of(name, None, CHECKS), Path(file) if file else output))
    wanted = wanted or [(format_of(None, output, CHECKS), output)]
    places = [out for _, out in wanted]
    if len(set(places)) < len(places):
        raise SettingsError(
            f"format is given {len(places)} times for one place: give all but one as NAME=FILE"
        )
    return wanted
