"""A question to the user in the middle of a deployment, and the answer to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from workbench.model.events import ConfirmationAnswered, ConfirmationNeeded, Emit, LoopState

TAKEN_BACK = "the question was taken back by a newer save or the end"


class Questions:
    """Asks one question at a time; ``enter`` tells the loop's state while one is open."""

    def __init__(self, emit: Emit, enter: Callable[[LoopState, int | None], None]) -> None:
        self._emit = emit
        self._enter = enter
        self._answer: asyncio.Future[tuple[bool, str]] | None = None

    async def ask(self, question: ConfirmationNeeded, allows: int | None = None) -> bool:
        """Put the question and wait for its answer; cancelled, it is taken back as a no.

        ``allows`` is the number of the deployment that a yes begins, where that is another one than
        the one that the question came from: a yes is recorded with what it allowed.
        """
        self._answer = asyncio.get_running_loop().create_future()
        self._emit(question)
        self._enter(LoopState.NEEDS_YOU, question.deployment)
        allowed, how = False, TAKEN_BACK
        try:
            allowed, how = await self._answer
        finally:
            self._answer = None
            self._emit(
                ConfirmationAnswered(
                    at=time.time(),
                    deployment=allows if allowed and allows is not None else question.deployment,
                    allowed=allowed,
                    question=question.question,
                    how=how,
                    losses=question.losses,
                )
            )
        return allowed

    def answer(self, allowed: bool, how: str = "") -> None:
        """Answer the open question, saying how it was answered; without one this does nothing."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((allowed, how))
