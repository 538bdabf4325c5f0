"""A sandbox in a thread of its own, for a front end whose thread belongs to its screen."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

from workbench.crash_log import crash_line, write_crash_log
from workbench.loop.options import SandboxOptions
from workbench.loop.sandbox import Sandbox
from workbench.model.deployment import DeploymentResult
from workbench.model.events import Emit, Level, LogLine, LoopState, StateChanged
from workbench.model.system_problem import system_problem
from workbench.model.user_problem import UserProblem
from workbench.startup import Session


class SandboxThread:
    """Runs a ``Sandbox`` with its own asyncio loop; every method may be called from any thread.

    ``emit`` is called from the engine's threads. The last event is always a ``StateChanged`` to
    ``STOPPED``.
    """

    def __init__(self, session: Session, options: SandboxOptions, emit: Emit) -> None:
        self._session = session
        self._emit = emit
        self._sandbox = Sandbox(session, options, emit)
        self._result: DeploymentResult | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def redeploy(self) -> None:
        """Deploy again, though nothing changed."""
        self._sandbox.redeploy()

    def answer(self, allowed: bool, how: str = "") -> None:
        """Answer the open ``ConfirmationNeeded``, saying how."""
        self._sandbox.answer(allowed, how)

    def recreate(self) -> None:
        """Delete everything and deploy it again; a ``ConfirmationNeeded`` comes first."""
        self._sandbox.recreate()

    def stream_function_logs(self, on: bool, names: Sequence[str] | None = None) -> None:
        """Show what the deployed functions log from now on (or these alone), or no longer."""
        self._sandbox.stream_function_logs(on, names)

    def stop(self) -> None:
        """End the loop soon; what CloudFormation is doing goes on there."""
        self._sandbox.stop()

    def join(self, seconds: float) -> bool:
        """Wait for the end; False if it takes longer."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def running(self) -> bool:
        """Whether the loop runs."""
        return self._thread.is_alive()

    @property
    def result(self) -> DeploymentResult | None:
        """How the last deployment ended, once the loop has."""
        return self._result

    def _run(self) -> None:
        try:
            self._result = asyncio.run(self._sandbox.run())
        except Exception as error:  # noqa: BLE001 - the end of the thread: said, never swallowed
            problem = error if isinstance(error, UserProblem) else system_problem(error)
            if problem is not None:
                line = str(problem)
            else:
                folder = self._session.project.dot_amplify / "workbench"
                line = crash_line(error, write_crash_log(folder, error))
            now = time.time()
            self._emit(LogLine(at=now, level=Level.ERROR, source="sandbox", text=line))
            self._emit(StateChanged(at=now, state=LoopState.FAILED, detail=line))
            self._emit(StateChanged(at=now, state=LoopState.STOPPED))
