"""Unexpected errors: shown in a dialog, kept in a crash log; the app continues if it can.

Whatever fails in a message handler, a worker, a timer, a callback or a thread comes here. Textual
alone would end the app with a traceback that shows local variables, secrets too.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, Final

from textual import events
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.worker import WorkerFailed

from screens.app_loop import AppLoop
from screens.navigation import Navigation
from screens.ports import shell_of
from workbench.crash_log import crash_folder, crash_line, write_crash_log
from workbench.model.system_problem import system_problem
from workbench.model.user_problem import UserProblem

_AGAIN_WITHIN: Final = 5.0
_MOST_TIMES: Final = 5
"""The same error so often within some seconds comes with every frame: the app cannot go on."""


class InputLostError(Exception):
    """The terminal's input cannot be read any more."""


class Unforeseen:
    """Takes the errors of one app; ``appeared`` is called when its dialog comes up."""

    def __init__(
        self, app: App[Any], loop: AppLoop, navigation: Navigation, appeared: Callable[[], None]
    ) -> None:
        self._app = app
        self._loop = loop
        self._navigation = navigation
        self._appeared = appeared
        self._times: dict[tuple[str, str], list[float]] = {}
        self.last_words = ""
        """For the shell, if the app could not continue."""

    def take(self, error: BaseException) -> None:
        """One error; call on the app's own thread."""
        app = self._app
        while isinstance(error, WorkerFailed):
            error = error.error
        problem = problem_of(error)
        if problem is not None and app.is_running and not isinstance(error, InputLostError):
            app.call_later(shell_of(app).show_problem, problem)
            return
        times = self._times.setdefault(_origin(error), [])
        now = monotonic()
        times[:] = [each for each in times if now - each < _AGAIN_WITHIN] + [now]
        if len(times) > 1 and len(times) < _MOST_TIMES:
            return  # said already
        line = crash_line(error, log := write_crash_log(self._folder, error))
        if len(times) >= _MOST_TIMES or isinstance(error, InputLostError) or not app.is_running:
            self._give_up(line)
        else:
            app.call_later(self._show, error, line, log)

    def take_from_thread(self, error: BaseException) -> None:
        """One error of another thread."""
        if not self._loop.call(self.take, error):
            self.last_words = crash_line(error, write_crash_log(self._folder, error))

    @property
    def _folder(self) -> Path:
        """Where crash logs go: the project's own folder, once it is known."""
        sandbox = self._navigation.sandbox
        if sandbox is not None:
            return sandbox.opened.info.root / ".amplify" / "workbench"
        return crash_folder(Path.cwd())

    def _show(self, error: BaseException, line: str, log: Path | None) -> None:
        from screens.dialogs.trouble_screen import TroubleScreen

        app = self._app
        try:
            self._navigation.remove_broken(composing=_was_in(error, "compose"))
            app.push_screen(TroubleScreen(error, log))
            self._appeared()
        except Exception:  # noqa: BLE001 - without a dialog, the shell has to say it
            self._give_up(line)

    def _give_up(self, line: str) -> None:
        if not self.last_words:
            self.last_words = line
        self._app.exit(return_code=1)


def problem_of(error: BaseException) -> UserProblem | None:
    """The problem that an error means to the user; None for a bug of ours."""
    while isinstance(error, WorkerFailed):
        error = error.error
    return error if isinstance(error, UserProblem) else system_problem(error)


def watch_threads(unforeseen: Unforeseen) -> None:
    """Take what ends a thread; Python would write it over the screen."""

    def ended(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            unforeseen.take_from_thread(args.exc_value)

    threading.excepthook = ended


def watch_loop(loop: asyncio.AbstractEventLoop, unforeseen: Unforeseen) -> None:
    """Take what fails in a task or a callback that nobody waits for."""

    def failed(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        # A connection that breaks off while nobody uses it is nobody's loss.
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            unforeseen.take(error)

    loop.set_exception_handler(failed)


def guard_messages() -> None:
    """Let a widget live on after a handler of its failed; Textual ends its messages there."""
    MessagePump._dispatch_message = _dispatch  # type: ignore[method-assign]


_textuals_own = MessagePump._dispatch_message


async def _dispatch(self: MessagePump, message: Message) -> None:
    try:
        await _textuals_own(self, message)
    except Exception as error:
        # What fails while it is set up is no widget; Textual tells the app, too.
        if isinstance(message, events.Compose | events.Mount):
            raise
        self.app._handle_exception(error)


def _was_in(error: BaseException, name: str) -> bool:
    """Whether the error came out of a function of that name."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_name == name:
            return True
        trace = trace.tb_next
    return False


def _origin(error: BaseException) -> tuple[str, str]:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__, place
