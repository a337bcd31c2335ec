"""The lookups of engines that read no table in place: joins serve."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.rows import places

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.engines.interface import Beside, Key
    from dedup.model import Table


class ByJoins:
    """Looks rows up by joins; a class since engines inherit it, and may do better."""

    def join(self, *_: Any, **__: Any) -> Any:  # noqa: ANN401 - as the interface says
        """Apply a stage to batches of two tables; an engine says how."""
        raise NotImplementedError

    def lookup(  # noqa: PLR0913 - two tables, two keys, what comes out
        self,
        table: Any,  # noqa: ANN401 - as the interface says
        other: Any,  # noqa: ANN401 - likewise
        key: tuple[Key, Key],
        kind: Any,  # noqa: ANN401 - likewise
        stage: Any,  # noqa: ANN401 - likewise
        *,
        name: str | None = None,
    ) -> Any:  # noqa: ANN401 - likewise
        """Apply `stage` to every batch beside the rows of `other` that it wants: a join serves."""
        return self.join(table, other, key, kind, stage, name=name)

    def pairwise(
        self,
        table: Any,  # noqa: ANN401 - as the interface says
        beside: Beside,
        kind: Any,  # noqa: ANN401 - as the interface says
        stage: Any,  # noqa: ANN401 - likewise
        *,
        name: str | None = None,
    ) -> Any:  # noqa: ANN401 - likewise
        """Look up the first row of each pair, which goes with it to where its second one is."""
        first, second, named = beside.key
        pair, row = table.kind, beside.table.kind
        put = partial(_with_first, beside.half, (first, named))
        half = self.lookup(table, beside.table, ((first,), (named,)), beside.half, put)
        both = partial(_with_both, stage, (pair, row), (first, named))
        return self.lookup(half, beside.table, ((second,), (named,)), kind, both, name=name)


def _with_first(half: type[Table], key: tuple[str, str], pairs: Table, rows: Table) -> Table:
    """Put its first row beside each pair; rows are sorted."""
    name, named = key
    columns = rows.take(places(getattr(rows, named), getattr(pairs, name))).columns()
    del columns[named]
    return half(**pairs.columns(), **columns)


def _with_both(
    stage: Callable[[Any, Any, Any], Any],
    kinds: tuple[type[Table], type[Table]],
    key: tuple[str, str],
    half: Table,
    rows: Table,
) -> Any:  # noqa: ANN401 - what the stage gives
    """Show a stage pairs, their first rows, once each and sorted, and among `rows` the second."""
    pair, row = kinds
    name, named = key
    columns = half.columns()
    pairs = pair(**{own: columns[own] for own in pair.names()})
    firsts = row(**{own: columns[name if own == named else own] for own in row.names()})
    once = np.unique(getattr(firsts, named), return_index=True)[1]
    return stage(pairs, firsts.take(once), rows)
