"""A question to the user in the middle of a deployment, and the answer to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from workbench.events import ConfirmationAnswered, ConfirmationNeeded, Emit, LoopState


class Questions:
    """Asks one question at a time; ``enter`` tells the loop's state while one is open."""

    def __init__(self, emit: Emit, enter: Callable[[LoopState, int | None], None]) -> None:
        self._emit = emit
        self._enter = enter
        self._answer: asyncio.Future[bool] | None = None

    async def ask(self, question: ConfirmationNeeded) -> bool:
        """Put the question and wait for its answer; cancelled, it is taken back as a no."""
        self._answer = asyncio.get_running_loop().create_future()
        self._emit(question)
        self._enter(LoopState.NEEDS_YOU, question.deployment)
        allowed = False
        try:
            allowed = await self._answer
        finally:
            self._answer = None
            self._emit(
                ConfirmationAnswered(
                    at=time.time(), deployment=question.deployment, allowed=allowed
                )
            )
        return allowed

    def answer(self, allowed: bool) -> None:
        """Answer the open question; without one this does nothing."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(allowed)
