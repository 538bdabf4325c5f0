"""The console command: the terminal app, or with a subcommand the headless one.

Only the standard library is imported before the first frame; Textual before the second.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ANSWER_SECONDS = 0.25


def main() -> None:
    """Run ``amplify-tui``; exits the process with its exit code."""
    arguments = sys.argv[1:]
    if not arguments or _wants_screen(arguments):
        sys.exit(_explained(arguments))
    from workbench.cli.ending import end_on_signals
    from workbench.cli.main import main as headless

    end_on_signals()
    sys.exit(headless(arguments))


def _explained(arguments: list[str]) -> int:
    """The app's exit code; what ends it unforeseen is one line and a crash log, no traceback."""
    try:
        return _run_screen(arguments)
    except Exception as error:  # noqa: BLE001 - the last net
        from workbench.crash_log import crash_folder, crash_line, write_crash_log

        log = write_crash_log(crash_folder(Path.cwd()), error)
        sys.stderr.write(f"✗ {crash_line(error, log)}\n")
        return 1


def _wants_screen(arguments: list[str]) -> bool:
    """Only the app's own flags: a subcommand, help or version is the headless front end's."""
    return arguments[0].startswith("-") and not {"-h", "--help", "--version", "-v", "-V"} & set(
        arguments
    )


def _run_screen(arguments: list[str]) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("amplify-tui needs a terminal. Without one, run: amplify-tui sandbox\n")
        return 2
    chosen = _chosen(arguments)
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
        return run(Path.cwd(), chosen, answer=answer, environment=os.environ, ending=ending)
    finally:
        if ending.number:
            ending.leave()


def _chosen(arguments: list[str]) -> dict[str, object]:
    """The app's flags; wrong ones end the process with the usage."""
    if not arguments:
        return {}
    import argparse

    parser = argparse.ArgumentParser(
        prog="amplify-tui", description="Amplify Gen 2 in the terminal.", allow_abbrev=False
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--local", action="store_true", help="deploy to the local cloud")
    where.add_argument("--profile", help="deploy to AWS with this profile")
    parser.add_argument("--identifier", help="the sandbox's name (default: your user name)")
    parser.add_argument("--no-type-check", action="store_true", help="deploy without type check")
    return vars(parser.parse_args(arguments))


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
