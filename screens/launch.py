"""The console command: the terminal app, or with a command's name the command line.

``amplify-tui`` without a command, with or without the app's own flags, is the app; without a
terminal it says so and ends with 2, for there is no default command. Everything else, ``--help``
and ``--version`` too, goes to ``workbench.cli``, which imports nothing of the app.
Only the standard library is imported before the app's first frame; Textual before the second.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from workbench.printed_commands import amplify_tui

_ANSWER_SECONDS = 0.25


def main() -> None:
    """Run ``amplify-tui``; exits the process with its exit code."""
    arguments = sys.argv[1:]
    if _wants_app(arguments):
        sys.exit(_run_app(arguments))
    from workbench.cli.ending import end_on_signals
    from workbench.cli.main import main as run_command

    end_on_signals()
    sys.exit(run_command(arguments))


def _run_app(arguments: list[str]) -> int:
    """The app's exit code; an unforeseen error is one line and a crash log, no traceback."""
    try:
        return _start_app(arguments)
    except Exception as error:  # noqa: BLE001 - the last net
        from workbench.crash_log import crash_folder, crash_line, write_crash_log

        log = write_crash_log(crash_folder(Path.cwd()), error)
        sys.stderr.write(f"✗ {crash_line(error, log)}\n")
        return 1


def _wants_app(arguments: list[str]) -> bool:
    """Whether there is no command, nor a flag that is the command line's."""
    if not arguments:
        return True
    of_command_line = {"-h", "--help", "--version", "-v", "-V"} & set(arguments)
    return arguments[0].startswith("-") and not of_command_line


def _start_app(arguments: list[str]) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write(
            f"amplify-tui needs a terminal. Without one, run: {amplify_tui('sandbox')}\n"
        )
        return 2
    flags = _flags(arguments)
    answer = b""
    import gc

    # No collection while modules load: it finds nothing and costs 40 ms of the start.
    gc.disable()
    from screens.end_signals import EndSignals
    from screens.splash import leave_splash, paint_splash
    from screens.terminal import QUERY

    terminal = sys.stdin.fileno()
    ending = EndSignals(terminal)
    ending.install()
    with _Unbuffered(terminal):
        paint_splash(Path.cwd(), QUERY)
        try:
            from screens.run import run
            from screens.terminal import read_answer

            answer = read_answer(terminal, _ANSWER_SECONDS)
        except BaseException:
            leave_splash()
            raise
    gc.enable()
    try:
        return run(Path.cwd(), flags, answer=answer, environment=os.environ, ending=ending)
    finally:
        if ending.number:
            ending.leave()


def _flags(arguments: list[str]) -> dict[str, object]:
    """The app's flags; a wrong one ends the process with a suggestion."""
    if not arguments:
        return {}
    from workbench.cli.flags import add_app_flags
    from workbench.cli.parser import Parser

    return vars(Parser(prog="amplify-tui", register=add_app_flags).parse_args(arguments))


class _Unbuffered:
    """The terminal without echo and line buffering, so that its answers are not shown."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal

    def __enter__(self) -> None:
        import termios
        import tty

        self._before = termios.tcgetattr(self._terminal)
        tty.setcbreak(self._terminal, termios.TCSANOW)

    def __exit__(self, *_: object) -> None:
        import termios

        termios.tcsetattr(self._terminal, termios.TCSANOW, self._before)


if __name__ == "__main__":
    main()
