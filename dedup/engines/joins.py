"""The lookups of engines that read no table in place: joins serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.engines.interface import Key


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

    def pairwise(  # noqa: PLR0913 - two tables, two keys each, what comes out
        self,
        table: Any,  # noqa: ANN401 - as the interface says
        other: Any,  # noqa: ANN401 - likewise
        key: tuple[tuple[Key, Key], Key],
        half: Any,  # noqa: ANN401 - likewise
        whole: Any,  # noqa: ANN401 - likewise
        *,
        name: str | None = None,
    ) -> Any:  # noqa: ANN401 - likewise
        """Look up both rows that each row wants, one after the other."""
        (first, second), wanted = key
        beside = self.lookup(table, other, (first, wanted), *half)
        return self.lookup(beside, other, (second, wanted), *whole, name=name)
