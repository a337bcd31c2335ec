"""What fails a check: the options that say so, and the rules that they make."""

# NOTE: no `from __future__ import annotations` in cli/: typer reads the annotations at run time.

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.errors import SettingsError

if TYPE_CHECKING:
    from dedup.checking import Rules

KINDS = ("within", "across", "boilerplate", "documents")
NONE = "none"
PUBLISHED = "What is published"
VERDICT = "What fails"

Root = Annotated[
    Path | None,
    typer.Option(
        help="the folder that the paths of the index are relative to, instead of the one where"
        " it was built",
        metavar="DIR",
        rich_help_panel=PUBLISHED,
        show_default=False,
    ),
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        help="kinds of findings that fail (exit code 1), with commas, or none"
        r" [dim]\[within,across][/dim]",
        metavar="KIND,...",
        rich_help_panel=VERDICT,
        show_default=False,
        autocompletion=lambda: [*KINDS, NONE],
    ),
]
MaxOverlap = Annotated[
    str | None,
    typer.Option(
        help="fail also where more than this share of a new text is found elsewhere",
        metavar="SHARE",
        rich_help_panel=VERDICT,
        show_default=False,
    ),
]
Allow = Annotated[
    list[Path] | None,
    typer.Option(
        help="texts that may be repeated, as TOML: text, reason and expires of each; may be"
        " repeated",
        metavar="FILE",
        rich_help_panel=VERDICT,
        show_default=False,
    ),
]


def rules_of(
    own: dict[str, object],
    allow: Sequence[Path],
    unit: str,
    baseline: Path | None = None,
    *,
    new: bool = False,
) -> "Rules":
    """
    Put together what decides: settings of `check`, and files. A `new` baseline need not exist.

    Raises `SettingsError` for what a file lacks, and for kinds that the `unit` does not find.
    """
    from dedup.checking import Rules
    from dedup.checking.allow import allowed_in
    from dedup.checking.baseline import baseline_in
    from dedup.checking.rules import failing

    # What the files hold.
    known_before = None
    if baseline is not None and (baseline.exists() or not new):
        step = "make it with --update-baseline"
        known_before = baseline_in(_text(baseline, "baseline", step), str(baseline))
    entries = [
        entry
        for file in allow
        for entry in allowed_in(_text(file, "allow file", "check its name"), str(file))
    ]
    # The settings of the command besides.
    rest = {key: value for key, value in own.items() if key != "fail_on"}
    rules = Rules(
        fail_on=failing(own["fail_on"]),  # type: ignore[arg-type]
        allow=tuple(entries),
        baseline=known_before,
        gone=lambda name: not Path(name).exists(),
        **rest,  # type: ignore[arg-type]
    )
    if unit == "paragraph" and "documents" in rules.fail_on:
        raise SettingsError("--fail-on documents needs --unit document or both")
    return rules


def _text(file: Path, what: str, step: str) -> str:
    """Read a small file. Raises `SettingsError` that names it and the next step."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file}: cannot read the {what}: {error.strerror}; {step}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: cannot read the {what}: not UTF-8") from error
