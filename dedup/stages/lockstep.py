"""
Generators in lockstep: what each asks next is answered for all of them in one kernel call.

A choice is a generator. It yields a question, is sent the answer, and returns what it chose; it
reads like a loop over one document. A kernel that answers a thousand questions in one call costs
little more than one that answers a single question, and lets the other threads work meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Choice = TypeVar("Choice")


def lockstep(
    choices: Iterable[Generator[Question, Answer, Choice]],
    answered: Callable[[Sequence[Question]], Iterable[Answer]],
) -> list[Choice]:
    """Return what each choice returns, in their order; `answered` answers a step's questions."""
    open_ = list(enumerate(choices))
    chosen: list[Choice | None] = [None] * len(open_)
    answers: Iterable[Answer | None] = [None] * len(open_)
    while open_:
        asking, questions = [], []
        for (number, choice), answer in zip(open_, answers, strict=True):
            try:
                questions.append(choice.send(cast("Answer", answer)))
                asking.append((number, choice))
            except StopIteration as done:
                chosen[number] = done.value
        open_ = asking
        answers = answered(questions) if questions else ()
    return cast("list[Choice]", chosen)
