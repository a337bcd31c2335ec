"""Configuration files: which one is read, what it may say, and what wins."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from dedup.cleaning import Policy
from dedup.config import COMMAND_LINE, COMMANDS, DEFAULT, PRESETS, find_file, load
from dedup.errors import SettingsError
from dedup.settings import Settings, bytes_of


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_file_everything_is_default(here: Path) -> None:
    """Every setting and every setting of a command has a source."""
    config = load(start=here)
    assert config.settings == Settings()
    assert set(config.sources.values()) == {DEFAULT}
    names = {f.name for f in fields(Settings)}
    assert set(config.sources) == names | {f"{c}.{k}" for c, ks in COMMANDS.items() for k in ks}


def test_the_nearest_file_is_read_and_no_other(here: Path) -> None:
    """A file further up is not merged in."""
    (here / "dedup.toml").write_text("threshold = 0.9\nmax_gap = 0\n")
    inner = here / "a" / "b"
    inner.mkdir(parents=True)
    (here / "a" / "dedup.toml").write_text("threshold = 0.7\n")
    config = load(start=inner)
    assert (config.settings.threshold, config.settings.max_gap) == (0.7, 2)
    assert config.sources["threshold"] == "a/dedup.toml"


def test_names_in_one_folder_have_an_order(here: Path) -> None:
    """`.dedup.toml`, then `dedup.toml`, then `pyproject.toml`."""
    for name in ("pyproject.toml", "dedup.toml", ".dedup.toml"):
        (here / name).write_text("[tool.dedup]\n" if name == "pyproject.toml" else "")
        assert find_file(here) == here / name


@pytest.mark.parametrize("text", ["", "[tool.other]\nthreshold = 3\n", "tool = 1\n", "broken [\n"])
def test_a_pyproject_without_the_table_is_passed_over(here: Path, text: str) -> None:
    """It belongs to something else, whatever it says."""
    (here / "dedup.toml").write_text("min_words = 5\n")
    inner = here / "project"
    inner.mkdir()
    (inner / "pyproject.toml").write_text(text)
    assert load(start=inner).settings.min_words == 5


def test_the_command_line_wins(here: Path) -> None:
    """What is `None` was not given."""
    (here / "dedup.toml").write_text('threshold = 0.9\nmax-gap = 1\n[clean]\nkeep = "longest"\n')
    config = load(start=here).with_command_line(
        {"threshold": 0.6, "max_gap": None, "scope": "within", "keep": None}, "clean"
    )
    assert (config.settings.threshold, config.settings.max_gap) == (0.6, 1)
    assert config.commands["clean"] == COMMANDS["clean"] | {"keep": "longest", "scope": "within"}
    assert [config.sources[n] for n in ("threshold", "max_gap", "clean.keep", "clean.scope")] == [
        COMMAND_LINE,
        "dedup.toml",
        "dedup.toml",
        COMMAND_LINE,
    ]


BAD = {
    "tresh = 1": "dedup.toml:2: unknown key 'tresh'; did you mean 'threshold'?",
    "zzz = 1": "dedup.toml:2: unknown key 'zzz'",
    "threshold = 1.5": (
        "dedup.toml:2: threshold is 1.5: give a share from 0.5 to 1, such as 0.8 or 80%"
    ),
    "threshold = 'a'": (
        "dedup.toml:2: threshold is 'a': give a share from 0.5 to 1, such as 0.8 or 80%"
    ),
    "min_words = true": "dedup.toml:2: min_words is True: give a whole number",
    "min_words = 2.5": "dedup.toml:2: min_words is 2.5: give a whole number",
    "exclude = 'a'": "dedup.toml:2: exclude is 'a': give a list of texts",
    "memory = '2 potatoes'": (
        "dedup.toml:2: memory is '2 potatoes': give a size such as 512MiB or 2GiB"
    ),
    "recall = 'hihg'": (
        "dedup.toml:2: recall is 'hihg': give one of auto, high, standard, fast;"
        " did you mean 'high'?"
    ),
    "[claen]\nkeep = 'last'": "dedup.toml:2: unknown key 'claen'; did you mean 'clean'?",
    "[clean]\nkep = 'last'": ("dedup.toml:3: unknown key 'kep' of [clean]; did you mean 'keep'?"),
    "[clean]\nkeep = 3": "dedup.toml:3: keep is 3: give a text",
    "threshold = ": "dedup.toml: not TOML: Invalid value (at line 2, column 13)",
}


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_is_named_with_its_line(here: Path, text: str) -> None:
    """File, line, key, and the nearest one that exists."""
    (here / "dedup.toml").write_text(f"max_gap = 1\n{text}\n")
    with pytest.raises(SettingsError) as error:
        load(start=here)
    assert str(error.value) == BAD[text]


def test_the_line_in_a_pyproject_is_that_of_our_table(here: Path) -> None:
    """The same key of another tool is not ours."""
    (here / "pyproject.toml").write_text("[tool.x]\nmim_words = 1\n[tool.dedup]\nmim_words = 1\n")
    with pytest.raises(SettingsError, match=r"^pyproject.toml:4: unknown key 'mim_words'; did"):
        load(start=here)


def test_a_named_file_must_exist_and_hold_settings(here: Path) -> None:
    """What is named is read or refused, never passed over."""
    with pytest.raises(SettingsError, match=r"^no.toml: cannot read the configuration: No such"):
        load(here / "no.toml")
    (here / "pyproject.toml").write_text("[project]\n")
    with pytest.raises(SettingsError, match=r"^pyproject.toml: no \[tool.dedup\] table$"):
        load(here / "pyproject.toml")


def test_a_work_dir_is_relative_to_the_file_that_was_found(here: Path) -> None:
    """One that was named on the command line counts from the working directory."""
    folder = here / "conf"
    folder.mkdir()
    (folder / "dedup.toml").write_text('work_dir = "scratch"\n')
    assert load(start=folder).settings.work_dir == str(folder / "scratch")
    assert load(folder / "dedup.toml").settings.work_dir == str(here / "scratch")


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000", 1000), ("2GiB", 2 << 30), ("512 MiB", 512 << 20), ("1.5kb", 1500), ("3M", 3 * 10**6)],
)
def test_sizes(text: str, size: int) -> None:
    """A unit is binary with an i, else decimal."""
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["", "x", "2iB", "GiB", "1e999", "nan", "2 XB"])
def test_what_is_no_size(text: str) -> None:
    """The message says what one looks like."""
    with pytest.raises(SettingsError, match=r"give a size such as 512MiB or 2GiB"):
        bytes_of(text)


def test_a_preset_stands_between_the_command_line_and_the_file(here: Path) -> None:
    """Command line, preset of the command line, file, preset of the file, defaults."""
    (here / "dedup.toml").write_text('preset = "training"\n[clean]\nboilerplate = "first"\n')
    config = load(start=here)
    names = ("remove", "boilerplate", "drop_document_over")
    assert [config.commands["clean"][n] for n in names] == ["match", "first", 0.8]
    assert config.sources["clean.remove"] == "preset training (dedup.toml)"
    assert config.sources["clean.boilerplate"] == "dedup.toml"
    config = config.with_preset("training", COMMAND_LINE)
    assert config.commands["clean"]["boilerplate"] == "remove"
    config = config.with_command_line({"boilerplate": "keep"}, "clean")
    assert config.commands["clean"]["boilerplate"] == "keep"
    assert config.sources["clean.remove"] == "preset training (command line)"
    config = config.with_preset("archive", COMMAND_LINE)
    assert [config.commands["clean"][n] for n in names] == [COMMANDS["clean"][n] for n in names]


def test_presets_set_what_there_is() -> None:
    """Settings by name, settings of commands in their tables; with values that they may have."""
    for name, values in PRESETS.items():
        config = load(start=Path("/")).with_preset(name, COMMAND_LINE)
        assert set(values) <= {f.name for f in fields(Settings)} | set(COMMANDS)
        assert all(set(values.get(c, ())) <= set(known) for c, known in COMMANDS.items())
        assert Policy.of(config.commands["clean"])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "preset = 'traning'",
            "preset is 'traning': give one of archive, training, ocr",
        ),
        ("preset = 3", "preset is 3: give a text"),
        ("[clean]\nmax_removed = 30", "max_removed is 30: give a share from 0 to 1, such as"),
        ("[clean]\nmax_removed = true", "max_removed is True: give a share from 0 to 1, such as"),
        ("[check]\nmax_overlap = '25'", "max_overlap is '25': give a share from 0 to 1, such as"),
    ],
)
def test_a_file_is_as_strict_as_the_command_line(here: Path, text: str, line: str) -> None:
    """With the place."""
    (here / "dedup.toml").write_text(text)
    with pytest.raises(SettingsError, match=rf"^dedup.toml:[12]: {re.escape(line)}"):
        load(start=here)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"exclude": "*.md"}, "exclude is '*.md': give a list of texts"),
        ({"exclude": [1]}, "exclude is (1,): give a list of texts"),
        ({"min_words": 8.5}, "min_words is 8.5: give a whole number"),
        ({"min_words": True}, "min_words is True: give a whole number"),
        ({"min_words": "8"}, "min_words is '8': give a whole number"),
        ({"text_field": None}, "text_field is None: give a text"),
        ({"threshold": True}, "threshold is True: give a share from 0.5 to 1, such as 0.8 or 80%"),
        ({"threshold": float("nan")}, "threshold is nan: give a share from 0.5 to 1, such as"),
        ({"memory": 1e9}, "memory is 1000000000.0: give a whole number"),
    ],
)
def test_types_are_checked_for_the_library_too(values: dict[str, Any], line: str) -> None:
    """By the field's own declaration, in every way to make settings."""
    for make in (lambda: Settings(**values), lambda: Settings.of(values)):
        with pytest.raises(SettingsError) as error:
            make()
        assert str(error.value).startswith(line)


def test_a_value_becomes_what_its_field_declares() -> None:
    """Shares and sizes may be texts, a list is a tuple, a folder may be a path."""
    settings = Settings(threshold="58%", memory="2GiB", exclude=["a"], work_dir=Path("x"))
    assert (settings.threshold, settings.memory) == (0.58, 2 << 30)
    assert (settings.exclude, settings.work_dir) == (("a",), "x")
    assert Settings(threshold=1).threshold == 1.0
    assert Policy(max_removed="33.3%", drop_document_over=1).max_removed == 0.333
    for wrong in ({"max_removed": 30}, {"keep": 3}, {"drop_document_over": 0}):
        with pytest.raises(SettingsError):
            Policy(**wrong)
