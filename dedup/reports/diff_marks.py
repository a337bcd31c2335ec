"""
Part of a diff -> the words of one paragraph, with what changed and what moved marked in them.

The signs survive without colour: `[-removed-]`, `{+added+}`, `{↑8 moved up from line 8 ↑}`,
`[↑ moved to line 3]`, and a faint ¶ where a paragraph of only one text ends.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from dedup.reports.page import Span, span
from dedup.reports.wording import counted, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.reports.diff import Diff, Part, Piece, Place
    from dedup.reports.page import Spans

_BREAK = re.compile(r"[\t\n\r\f\v]+ *")
_EMPTY_LINE = re.compile(r"\s*\n[^\S\n]*(?:\n[^\S\n]*)+")
_LINE_END = re.compile(r"[^\S\n]*\n\s*")
_PILCROW = "\u00b6"
_KEPT = {
    "equal": "",
    "number": "; a clean keeps it: other numbers",
    "sign": "; a clean keeps it: other signs",
    "words": "; a clean keeps it: other words",
}
_VERDICTS = {
    "finding": "a finding",
    "short": "no finding: too short",
    "below": "no finding: below the threshold",
    "boilerplate": "no finding: boilerplate",
}


def marked_words(
    part: Part,
    diff: Diff,
    side: str = "",
    context: int | None = None,
    first_lines: tuple[int, int] = (1, 1),
) -> Spans:
    """
    Return the words of a part: of both texts, or of the `side` `a` or `b` only.

    What only one has is marked; more equal words than the context are folded.
    """
    pieces = [piece for piece in part.pieces if _belongs(piece, side)]
    spans: list[Span] = list(_origin(part, diff, first_lines))
    groups = [
        (move, list(own))
        for move, own in groupby(pieces, lambda p: None if p.mark == "left" else p.move)
    ]
    done = 0
    for move, own in groups:
        texts: list[Span] = []
        for piece in own:
            edges = {"before": done > 0, "after": done < len(pieces) - 1}
            done += 1
            follows = pieces[done] if done < len(pieces) else None
            fold = context if move is None or part.kind == "moved" else None
            texts += _words(part, piece, side, fold, follows, edges, diff, first_lines)
        if move is None or part.kind == "moved":
            spans += texts
            continue
        arrow, line = _arrow(diff, move), diff.moves[move - 1].a.lines[0] + first_lines[0] - 1
        spans += (Span(f"{{{arrow}{line} ", "moved"), *_shown(_stripped(texts), "moved"))
        spans += (Span(f" {arrow}}}", "moved"), Span(" "))
    return _stripped(spans)


def soft_note(part: Part, diff: Diff) -> Spans:
    """Say how alike the paragraphs of a part are, and what a report and a clean make of that."""
    if part.kind == "equal" or not part.likenesses or not diff.differs:
        return ()
    best = max(part.likenesses, key=lambda likeness: likeness.similarity)
    if best.similarity == 1 and best.keeps == "equal" and len(part.likenesses) == 1:
        said = ["the same words"] if part.kind != "moved" else []
    else:
        alike = " and ".join(percent(likeness.similarity) for likeness in part.likenesses)
        found = best.verdict == "finding"
        said = [f"{alike} alike, {_VERDICTS[best.verdict]}{_KEPT[best.keeps] if found else ''}"]
    if part.a and part.kind == "merged":
        said.insert(0, f"{counted(_number(part.a), 'paragraph')} put together")
    if part.b and part.kind == "split":
        said.insert(0, f"divided into {counted(_number(part.b), 'paragraph')}")
    return span(f"  ({'; '.join(said)})", "soft") if said else ()


def _number(place: Place) -> int:
    return place.paragraphs[1] - place.paragraphs[0] + 1


def _belongs(piece: Piece, side: str) -> bool:
    """Tell whether a piece is shown on a side: what moved is shown where it stands in B."""
    if side == "a":
        return piece.mark == "left" or (bool(piece.a) and piece.move is None)
    if side == "b":
        return bool(piece.b) or (piece.mark != "left" and piece.move is not None)
    return True


def _arrow(diff: Diff, move: int) -> str:
    return "\u2191" if diff.moves[move - 1].up else "\u2193"


def _origin(part: Part, diff: Diff, first_lines: tuple[int, int]) -> Spans:
    """Say where a paragraph that moved stood before."""
    if part.kind != "moved" or part.move is None or part.a is None:
        return ()
    line = part.a.lines[0] + first_lines[0] - 1
    return span(f"{_arrow(diff, part.move)} from {line:,}  ", "moved")


def _words(  # noqa: PLR0913 - a piece and what stands around it
    part: Part,
    piece: Piece,
    side: str,
    context: int | None,
    follows: Piece | None,
    edges: dict[str, bool],
    diff: Diff,
    first_lines: tuple[int, int],
) -> Spans:
    """Return one piece with its marks."""
    if piece.mark == "left":
        move = diff.moves[(piece.move or 1) - 1]
        line = move.b.lines[0] + first_lines[1] - 1
        return (Span(f"[{_arrow(diff, move.number)} to {line:,}]", "soft"), Span(" "))
    if piece.mark in {"equal", "respelled"}:
        text = _with_breaks(part, piece, side)
        shown = _pilcrows(text) if context is None else _around(text, context, **edges)
        return _shown(shown, "soft") if piece.mark == "respelled" else shown
    text = _with_breaks(part, piece, "b" if piece.mark == "added" else "a")
    words = text.strip()
    space = text[len(text.rstrip()) :]
    if piece.mark == "removed":
        replaced = follows is not None and follows.mark == "added" and follows.move == piece.move
        return (Span(f"[-{words}-]", "gone"), Span("" if replaced else space))
    return (Span(f"{{+{words}+}}", "new"), Span(space))


def _with_breaks(part: Part, piece: Piece, side: str) -> str:
    """
    Return the text of a piece on one line.

    Where a part has more paragraphs, a sign ends them.
    """
    text = piece.a if side == "a" else piece.b if side == "b" or piece.b else piece.a
    place = part.a if side == "a" else part.b
    if side == "" and part.kind == "merged" and piece.a:
        text, place = piece.a, part.a
    if part.kind in {"merged", "split"} and place and _number(place) > 1:
        per_line = place.lines[1] - place.lines[0] + 1 == _number(place)
        text = (_LINE_END if per_line else _EMPTY_LINE).sub(f" {_PILCROW} ", text)
    return _BREAK.sub(" ", text)


def _pilcrows(text: str) -> Spans:
    """Make the ends of paragraphs faint."""
    parts = re.split(f"({_PILCROW})", text)
    return tuple(Span(part, "soft" if part == _PILCROW else "") for part in parts if part)


def _around(text: str, context: int, *, before: bool, after: bool) -> Spans:
    """Fold the words that are far from a change, which lies before or after or both."""
    words = text.split(" ")
    head = context if before else 0
    tail = context if after else 0
    left_out = len(words) - head - tail
    if not (before or after) or left_out <= context:
        return _pilcrows(text)
    fold = Span(f"{' ' if head else ''}\u2026 {counted(left_out, 'word')} \u2026 ", "soft")
    shown = " ".join(words[:head]), " ".join(words[len(words) - tail :])
    return (*_pilcrows(shown[0]), fold, *_pilcrows(shown[1]))


def _shown(spans: Sequence[Span], role: str) -> Spans:
    """Return plain spans a role."""
    return tuple(Span(s.text, s.role or role) for s in spans)  # type: ignore[arg-type]


def _stripped(spans: Sequence[Span]) -> Spans:
    """Leave out the white space at the end, and spans without text."""
    own = [s for s in spans if s.text]
    while own and not own[-1].text.rstrip(f" {_PILCROW}"):
        own.pop()
    if own:
        own[-1] = Span(own[-1].text.rstrip(), own[-1].role)
    return tuple(own)
