"""Asks whether data may be lost, and records who or what decided."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from workbench.loop.options import SandboxOptions
from workbench.model.deployment import Failure, Loss
from workbench.model.events import ConfirmationAnswered, ConfirmationNeeded, Emit, LoopState
from workbench.ownership import in_terminal
from workbench.wording import plural

TAKEN_BACK = "the question was taken back by a newer save or the end"


class Questions:
    """Asks one question at a time; ``enter`` tells the loop's state while one is open."""

    def __init__(
        self,
        options: SandboxOptions,
        emit: Emit,
        enter: Callable[[LoopState, int | None], None],
    ) -> None:
        self._options = options
        self._emit = emit
        self._enter = enter
        self._answer: asyncio.Future[tuple[bool, str]] | None = None

    async def ask(self, question: ConfirmationNeeded, allows: int | None = None) -> bool:
        """Put the question and wait for its answer; cancelled, it is taken back as a no.

        ``allows`` is the number of the deployment that a yes begins, if that is another one than
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
            self._answer.set_result((allowed, _decided(how)))

    async def refuse_losses(self, deployment: int, losses: tuple[Loss, ...]) -> Failure | None:
        """Why a deployment with these losses must not go on; None if they are allowed."""
        if self._options.allow_destroy:
            self._record(deployment, losses, allowed=True, how=self._options.allowed_by)
            return None
        names = ", ".join(
            f"{loss.construct_path} ({loss.contents})" if loss.contents else loss.construct_path
            for loss in losses
        )
        details = tuple(f"{loss.construct_path}: {loss.reason}" for loss in losses)
        if not self._options.interactive:
            self._record(deployment, losses, allowed=False, how="without --allow-destroy")
            what = (
                "a resource that holds data"
                if len(losses) == 1
                else f"{plural(len(losses), 'resource')} that hold data"
            )
            return Failure(
                title=f"Refused: this change destroys {what}",
                reason=names,
                fix="Undo the change, or run again with --allow-destroy to lose the data.",
                details=details,
            )
        question = ConfirmationNeeded(
            at=time.time(), deployment=deployment, question="losses", losses=losses
        )
        if await self.ask(question):
            return None
        return Failure(
            title="Not deployed: you kept the data",
            reason=names,
            fix="Undo the change and save, or deploy again and allow it.",
            details=details,
        )

    def _record(
        self, deployment: int, losses: tuple[Loss, ...], *, allowed: bool, how: str
    ) -> None:
        self._emit(
            ConfirmationAnswered(
                at=time.time(),
                deployment=deployment,
                allowed=allowed,
                how=_decided(how),
                losses=losses,
            )
        )


def _decided(how: str) -> str:
    """How it was decided, and in which terminal."""
    return " ".join(filter(None, (how, in_terminal())))
