"""Installs a project's npm packages with its package manager, and shows the progress."""

from __future__ import annotations

import queue
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workbench.model.user_problem import UserProblem
from workbench.printed_commands import in_folder
from workbench.project.locate import package_manager_of
from workbench.project.models import PackageManager, ProjectProblem
from workbench.project.node_runtime import NodeRuntime, find_node
from workbench.wording import plural

Say = Callable[[str], None]

HEARTBEAT_SECONDS = 5.0
TELL_SECONDS = 3.0
KEPT_LINES = 40
_ARGUMENTS: dict[PackageManager, tuple[str, ...]] = {
    # A piped npm is silent for minutes; at this level it names every download.
    "npm": ("install", "--no-audit", "--no-fund", "--loglevel=http"),
    "pnpm": ("install", "--reporter=append-only"),
    "yarn": ("install",),
    "bun": ("install",),
}
_NPM_LOOKUP = re.compile(r"^npm http (?:fetch GET \d+|cache) \S+")
_NPM_NOISE = re.compile(r"^npm (?:http|warn|notice|info|timing|verb|sill)\b")
_REASONS: tuple[tuple[str, str, str], ...] = (
    ("ENOTFOUND", "the package registry cannot be found", "Check the network, then"),
    ("EAI_AGAIN", "the package registry cannot be found", "Check the network, then"),
    ("ECONNREFUSED", "the package registry refused the connection", "Check the proxy, then"),
    ("ECONNRESET", "the connection to the package registry broke", "Check the network, then"),
    ("ETIMEDOUT", "the package registry did not answer", "Check the network, then"),
    ("SELF_SIGNED_CERT", "the registry's certificate is not trusted", "Set npm's cafile, then"),
    ("ENOSPC", "the disk is full", "Free some space, then"),
    ("EACCES", "a file cannot be written", "Check the folder's owner and permissions, then"),
    ("ERESOLVE", "the requested versions do not fit together", "Correct package.json, then"),
    ("ETARGET", "a requested version does not exist", "Correct package.json, then"),
    ("E404", "a requested package does not exist", "Correct package.json, then"),
    ("EJSONPARSE", "package.json is not valid JSON", "Correct package.json, then"),
)


def install_packages(
    project_dir: Path,
    node: NodeRuntime,
    say: Say,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Install the packages of ``project_dir``; ``say`` gets lines about the progress.

    A silent installation still reports that it is running. ``cancelled`` is called about once a
    second; if it returns true, the installation is ended. Raises ``ProjectProblem`` with the reason
    and the command to continue with; what was written stays.
    """
    manager = package_manager_of(project_dir)
    command = _command(manager, node)
    say(f"installing packages with {manager} (Node {'.'.join(map(str, node.version))})")
    environment = node.environment()
    # Amplify does not support Plug'n'Play; Yarn 1 ignores this.
    environment["YARN_NODE_LINKER"] = "node-modules"
    try:
        process = subprocess.Popen(
            command,
            cwd=project_dir,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise _failed(project_dir, manager, command, [str(error)]) from None
    progress = _Progress(manager, say)
    try:
        ended = _follow(process, progress, cancelled)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=20)
    if not ended:
        raise ProjectProblem(
            "The installation was stopped.",
            f"Run `{in_folder(project_dir, _shown(manager, command))}` to continue.",
            where=str(project_dir),
            offer="install",
        )
    if process.returncode != 0:
        raise _failed(project_dir, manager, command, list(progress.last))
    say(f"packages installed in {progress.elapsed():.0f} s")


@dataclass(slots=True)
class _Progress:
    """Summarises a package manager's output in a few lines."""

    manager: PackageManager
    say: Say
    started: float = field(default_factory=time.monotonic)
    said_at: float = field(default_factory=time.monotonic)
    looked_up: int = 0
    downloaded: int = 0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_LINES))

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def line(self, text: str) -> None:
        """Process a line of output."""
        if not text:
            return
        if self.manager == "npm" and _NPM_LOOKUP.match(text):
            if ".tgz" in text:
                self.downloaded += 1
            else:
                self.looked_up += 1
            if time.monotonic() - self.said_at >= TELL_SECONDS:
                self.tell()
            return
        self.last.append(text)
        if not _NPM_NOISE.match(text):
            self.tell(text)

    def tell(self, text: str = "") -> None:
        """Print a line, or the current progress."""
        self.said_at = time.monotonic()
        self.say(text or self._standing())

    def quiet(self) -> None:
        """Report that the installation is still running."""
        if time.monotonic() - self.said_at >= HEARTBEAT_SECONDS:
            self.tell()

    def _standing(self) -> str:
        if self.downloaded:
            counts = f"downloading: {plural(self.downloaded, 'package')}"
        elif self.looked_up:
            counts = f"choosing versions: {plural(self.looked_up, 'package')} looked up so far"
        else:
            counts = "at work"
        return f"{counts} · {self.elapsed():.0f} s"


def _follow(
    process: subprocess.Popen[str], progress: _Progress, cancelled: Callable[[], bool]
) -> bool:
    """Read the output to its end; False if the user stopped the installation."""
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    while True:
        if cancelled():
            return False
        try:
            line = lines.get(timeout=1)
        except queue.Empty:
            progress.quiet()
            continue
        if line is None:
            process.wait()
            return True
        progress.line(line)


def _read(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line.rstrip())
    lines.put(None)


def _command(manager: PackageManager, node: NodeRuntime) -> tuple[str, ...]:
    if manager == "npm":
        if not node.npm:
            raise ProjectProblem(
                "npm was not found beside Node.", "Install npm, or a Node that includes it."
            )
        return (*node.npm, *_ARGUMENTS["npm"])
    program = shutil.which(manager)
    if program is None:
        raise ProjectProblem(
            f"The project uses {manager}, which is not on PATH.",
            f"Install {manager} (for example with `npm install --global {manager}`) and try again.",
        )
    return (program, *_ARGUMENTS[manager])


def _failed(
    project_dir: Path, manager: PackageManager, command: tuple[str, ...], output: list[str]
) -> ProjectProblem:
    said = "\n".join(output)
    reason, first = next(
        ((words, step) for code, words, step in _REASONS if code in said), ("", "")
    )
    if not reason:
        errors = [re.sub(r"^npm error\s*", "", line) for line in output if "error" in line.lower()]
        reason = next((line for line in errors if line.strip()), f"{manager} failed")
    step = f"`{_shown(manager, command)}`"
    return ProjectProblem(
        f"Installing the packages failed: {reason}. The project's files are in place.",
        f"{first} run {step} there." if first else f"Run {step} there to see the whole output.",
        where=str(project_dir),
        offer="install",
    )


def _shown(manager: PackageManager, command: tuple[str, ...]) -> str:
    """Return the command as the user would type it, if the package manager is on PATH."""
    if shutil.which(manager) is not None:
        return f"{manager} install"
    return shlex.join(command[: command.index("install") + 1])


def main() -> int:
    """Install the packages of the folder given as the argument (``python -m …packages FOLDER``)."""
    try:
        install_packages(Path(sys.argv[1]), find_node(), lambda line: print(line, flush=True))  # noqa: T201
    except UserProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
