"""Which group covers a stretch: the same as looking at all copies, however many there are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dedup.cleaning.copies import Copies

KINDS = ["within", "across", "boilerplate"]
SPANS = st.tuples(st.integers(0, 20), st.integers(1, 9)).map(lambda x: (x[0], sum(x)))


@given(
    copies=st.lists(st.tuples(SPANS, st.sampled_from(KINDS), st.sampled_from("ab")), max_size=12),
    span=SPANS,
    kind=st.sampled_from(KINDS),
)
def test_the_first_of_the_kind_else_the_first(
    copies: list[tuple[tuple[int, int], str, str]], span: tuple[int, int], kind: str
) -> None:
    """Against a walk over all groups in the report's order."""
    groups: list[Any] = [
        SimpleNamespace(
            id=str(number),
            kind=of,
            copies=[SimpleNamespace(document=name, record=None, start=a, end=b)],
        )
        for number, ((a, b), of, name) in enumerate(copies)
    ]
    over = [
        (of != kind, number)
        for number, ((a, b), of, name) in enumerate(copies)
        if name == "a" and a <= span[0] and span[1] <= b
    ]
    wanted = str(min(over)[1]) if over else None

    assert Copies(groups).group(("a", None), span, kind) == wanted
