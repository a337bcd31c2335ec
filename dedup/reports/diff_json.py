"""
Diff -> JSON (schema `dedup.diff/1`), for other programs.

Shares as the specification names them, then the moves, and the parts with their pieces; a piece is
told by its places in both texts, half-open, in code points, so that texts are not written twice.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dedup.escaping import escaped, name_to_json
from dedup.version import VERSION

if TYPE_CHECKING:
    from dedup.report import Name
    from dedup.reports.diff import Diff, Move, Part, Piece, Place

SCHEMA = "dedup.diff/1"


def diff_to_json(diff: Diff, a: Name, b: Name) -> str:
    """Give a comparison of two documents as one JSON object, a part a line."""
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "version": VERSION,
        "a": _name(a),
        "b": _name(b),
        "differs": diff.differs,
        "same_order": diff.in_order,
        "same_words": round(diff.same_words, 4),
        "resemblance": round(diff.resemblance, 4),
        "contained_a": round(diff.contained_a, 4),
        "contained_b": round(diff.contained_b, 4),
        "words": {
            "a": diff.words_a,
            "b": diff.words_b,
            "same": diff.words_equal,
            "moved": diff.words_moved,
        },
    }
    members = [f"{_dump(key)}: {_dump(value)}" for key, value in head.items()]
    members.append('"moves": ' + _array([_dump(_move(move)) for move in diff.moves]))
    members.append('"parts": ' + _array([_dump(_part(part)) for part in diff.parts]))
    return "{" + ",\n ".join(members) + "}\n"


def _dump(value: object) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))


def _array(items: list[str]) -> str:
    """Give one item a line."""
    lines = ",\n  ".join(items)
    return f"[\n  {lines}]" if lines else "[]"


def _name(name: Name) -> dict[str, Any]:
    return {**name_to_json(name.document), "record": name.record}


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "paragraphs": list(place.paragraphs),
        "lines": list(place.lines),
        "start": place.start,
        "end": place.end,
    }


def _move(move: Move) -> dict[str, Any]:
    return {
        "move": move.number,
        "a": _place(move.a),
        "b": _place(move.b),
        "words": move.words,
        "whole": move.whole,
    }


def _part(part: Part) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": part.kind, "a": _place(part.a), "b": _place(part.b)}
    if part.move is not None:
        told["move"] = part.move
    if part.likenesses:
        told["pairs"] = [
            {
                "a": one.a,
                "b": one.b,
                "similarity": one.similarity,
                "finding": one.verdict == "finding",
                "why": one.verdict,
                "differs_in": None if one.keeps == "equal" else one.keeps,
            }
            for one in part.likenesses
        ]
    told["pieces"] = [_piece(piece) for piece in part.pieces]
    return told


def _piece(piece: Piece) -> dict[str, Any]:
    told: dict[str, Any] = {"mark": piece.mark}
    if piece.a:
        told["a"] = [piece.start_a, piece.start_a + len(piece.a)]
    if piece.b:
        told["b"] = [piece.start_b, piece.start_b + len(piece.b)]
    if piece.move is not None:
        told["move"] = piece.move
    return told
