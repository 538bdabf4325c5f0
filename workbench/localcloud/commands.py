"""``amplify-tui local start|stop|status|env|reset``: what each does and what it prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.environment import shell_lines


@dataclass(frozen=True, slots=True)
class CommandResult:
    """``text`` is for standard output, ``document`` the same for ``--json``.

    ``notes`` go to standard error, so that ``eval`` never runs them.
    """

    text: str
    document: Mapping[str, object]
    exit_code: int = 0
    notes: tuple[str, ...] = field(default=())


def start(state_dir: Path) -> CommandResult:
    """Start it (or find it running); raises LocalCloudProblem."""
    notes: list[str] = []
    lifecycle.start(state_dir, say=notes.append)
    found = status(state_dir)
    return CommandResult(found.text, found.document, 0, tuple(notes))


def stop(state_dir: Path) -> CommandResult:
    """Stop it; not running is no error. Raises LocalCloudProblem."""
    ran = lifecycle.stop(state_dir)
    text = "The local cloud is stopped." if ran else "The local cloud was not running."
    return CommandResult(text, {"state": "stopped", "was_running": ran})


def status(state_dir: Path) -> CommandResult:
    """Tell its health; exit code 1 unless it runs."""
    found = lifecycle.status(state_dir)
    document: dict[str, object] = {
        "state": found.state,
        "endpoint": found.endpoint,
        "port": found.port,
        "pid": found.pid,
        "uptime": found.uptime,
        "version": found.version,
        "log": str(found.log),
    }
    if found.running:
        text = (
            f"The local cloud runs at {found.endpoint} "
            f"(process {found.pid}, up {_duration(found.uptime)}).\nLog: {found.log}"
        )
    elif found.state == "unresponsive":
        text = (
            f"The local cloud (process {found.pid}) does not answer.\n"
            f"Log: {found.log}\n  → amplify-tui local stop, then amplify-tui local start"
        )
    else:
        text = "The local cloud is stopped.\n  → amplify-tui local start"
    return CommandResult(text, document, 0 if found.running else 1)


def env(state_dir: Path, base: Mapping[str, str]) -> CommandResult:
    """The shell lines that point AWS tools at it; ``base`` is the shell's environment now."""
    found = lifecycle.status(state_dir)
    if not found.running:
        note = "The local cloud is not running.\n  → amplify-tui local start"
        return CommandResult("", {}, 1, (note,))
    target = LocalTarget(found.endpoint)
    return CommandResult(shell_lines(target, base), dict(lifecycle.environment(target)))


def reset(state_dir: Path) -> CommandResult:
    """Delete all it holds (the caller has asked the user); raises LocalCloudProblem."""
    notes: list[str] = []
    target = lifecycle.reset(state_dir, say=notes.append)
    text = "The local cloud is empty."
    if target is not None:
        text += f" It runs at {target.endpoint}."
    state = "running" if target else "stopped"
    return CommandResult(text, {"state": state}, 0, tuple(notes))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
