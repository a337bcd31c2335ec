"""Which group covers a stretch: the same as looking at all copies, however many there are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.cleaning.ledger import REASONS
from dedup.cleaning.removals import covering_groups
from dedup.cleaning.tables import NONE
from dedup.model import KINDS, Copied

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
    rows = sorted(
        ("ab".index(name), a, b, KINDS.index(of), number)
        for number, ((a, b), of, name) in enumerate(copies)
    )
    doc, start, end, of_kind, group = np.array(rows, np.int64).reshape(-1, 5).T
    none = np.zeros(len(rows), np.int64)
    table = Copied(
        *(doc, start, end, of_kind.astype(np.int8), none.astype(np.int8), group, none, none, none)
    )
    over = [
        (of != kind, number)
        for number, ((a, b), of, name) in enumerate(copies)
        if name == "a" and a <= span[0] and span[1] <= b
    ]
    wanted = min(over)[1] if over else NONE

    reason = np.array([REASONS.index(kind)] * 2, np.int8)
    docs, first, last = np.array([0, 1]), *(np.array([at] * 2) for at in span)
    assert covering_groups(table, docs, first, last, reason)[0] == wanted
