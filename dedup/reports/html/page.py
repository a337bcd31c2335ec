"""
Templates -> one HTML file: its style and script inside, and a policy that allows nothing else.

Every text goes through `visible` and is then escaped, both in one place: a template cannot forget
it. The Content-Security-Policy names the style and the script by their hashes, so that a text that
came to stand in the page as markup all the same would still do nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from dedup.reports.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARGIN = 70
"""Characters of a name in the margin of a printed page."""


def page(template: str, margins: Iterable[str], **values: object) -> str:
    """
    Fill a template.

    `margins` are names that stand in the margins of printed pages: on those of the elements of the
    class `sheet-n` the n-th of them; where there is only one, it stands on every page.
    """
    style, script = _file("style.css") + _margin_rules(list(margins)), _file("script.js")
    policy = (
        f"default-src 'none'; style-src 'sha256-{_hash(style)}'; "
        f"script-src 'sha256-{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    own = {"policy": policy, "style": Markup(style), "script": Markup(script)}  # noqa: S704 - ours
    return _environment().get_template(template).render(**own, **values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_file),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: object) -> object:
    """Show what a text hides, before it is escaped; what a template wrote itself is left."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _file(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text("utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _margin_rules(names: list[str]) -> str:
    """Return the rules that write names into the margins of printed pages."""
    if len(names) == 1:
        return f"@page {{ @top-left {{ content: {_css(names[0])} }} }}\n"
    rules = (
        f".sheet-{n} {{ page: sheet-{n} }}\n"
        f"@page sheet-{n} {{ @top-left {{ content: {_css(name)} }} }}\n"
        for n, name in enumerate(names)
    )
    return "".join(rules)


def _css(name: str) -> str:
    """Return a name as a string of CSS, where all but letters, digits and spaces is escaped."""
    shown = visible(name)
    if len(shown) > _MARGIN:
        half = _MARGIN // 2
        shown = f"{shown[:half]}\u2026{shown[-half:]}"
    return '"' + re.sub(r"[^A-Za-z0-9 ]", lambda found: f"\\{ord(found[0]):x} ", shown) + '"'
