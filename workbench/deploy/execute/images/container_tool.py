"""The user's docker, podman or finch: found, run, and its output told line by line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from workbench.guardian import own_guardian
from workbench.process_folders import make_process_folder
from workbench.redaction.secret_shapes import redact
from workbench.terminal_text import safe_line

TOOLS = ("docker", "podman", "finch")
CHOICE_VARIABLE = "CDK_DOCKER"
"""The CDK's variable for another tool than docker."""

Say = Callable[[str], None]

_LAST_LINES = 12
_OWN_SIGN_INS = frozenset({"auths", "credsStore", "credHelpers"})


class ToolError(Exception):
    """The tool ended with an error; ``lines`` are the last ones of its output."""

    def __init__(self, doing: str, lines: Sequence[str]) -> None:
        super().__init__(f"{doing} failed")
        self.doing = doing
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class ContainerTool:
    """A program that builds and pushes images as docker does; ``say`` gets its output."""

    program: str
    say: Say
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What users call it."""
        return Path(self.program).name

    def run(
        self, *arguments: str, cwd: Path | None = None, given: str = "", quiet: bool = False
    ) -> None:
        """Run it to its end; ``given`` is its input. Raises ToolError.

        ``quiet`` keeps its output, which may name a secret, out of the log.
        """
        for line in self._lines([self.program, *arguments], cwd, given):
            if line and not quiet:
                self.say(line)

    def succeeds(self, *arguments: str) -> bool:
        """Whether it ends without an error; its output is dropped."""
        try:
            self.run(*arguments, quiet=True)
        except ToolError:
            return False
        return True

    def command(self, command: Sequence[str], cwd: Path) -> str:
        """Run an asset's own build command; what it prints last names the image."""
        found = ""
        for line in self._lines(list(command), cwd, "", errors_apart=True):
            found = line or found
        return found

    @contextmanager
    def with_own_sign_ins(self) -> Iterator[ContainerTool]:
        """The tool with a configuration of our own, so that no sign-in of ours stays behind.

        Everything else of the user's configuration is there: contexts and plug-ins decide which
        engine it talks to.
        """
        folder = make_process_folder(
            Path(tempfile.gettempdir()), f"amplify-tui-{os.getuid()}-docker-"
        )
        try:
            _borrow(_configuration(), folder)
            own = {"DOCKER_CONFIG": str(folder), "REGISTRY_AUTH_FILE": str(folder / "config.json")}
            yield ContainerTool(self.program, self.say, {**self.environment, **own})
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _lines(
        self, command: list[str], cwd: Path | None, given: str, *, errors_apart: bool = False
    ) -> Iterator[str]:
        guardian = own_guardian()
        environment = {
            **os.environ,
            "BUILDKIT_PROGRESS": "plain",
            # With them a tag is an index of images, which Lambda does not take.
            "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
            **self.environment,
        }
        doing = " ".join([Path(command[0]).name, *command[1:2]])
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=guardian.environment(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if errors_apart else subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise ToolError(doing, [str(error)]) from error
        guardian.watch(process.pid)
        last: deque[str] = deque(maxlen=_LAST_LINES)
        try:
            if errors_apart:
                output, errors = process.communicate()
                lines: list[str] | None = output.splitlines()
                last.extend(_clean(line) for line in errors.splitlines())
            else:
                lines = None
                assert process.stdin is not None
                with suppress(BrokenPipeError):  # it ended without reading; its output says why
                    process.stdin.write(given)
                    process.stdin.close()
            for line in lines if lines is not None else process.stdout or ():
                text = _clean(line)
                last.append(text)
                yield text
            if process.wait() != 0:
                raise ToolError(doing, [line for line in last if line])
        finally:
            guardian.release(process.pid)
            process.wait()


def find_tool(say: Say) -> ContainerTool | None:
    """The tool that ``CDK_DOCKER`` names, else the first one on PATH; None without any."""
    chosen = os.environ.get(CHOICE_VARIABLE)
    for name in (chosen,) if chosen else TOOLS:
        program = shutil.which(name)
        if program:
            return ContainerTool(program, say)
    return None


def _clean(line: str) -> str:
    return safe_line(redact(line.rstrip()))


def _configuration() -> Path:
    named = os.environ.get("DOCKER_CONFIG")
    return Path(named) if named else Path.home() / ".docker"


def _borrow(users: Path, own: Path) -> None:
    """Link all of the user's configuration but the sign-ins, which are left out."""
    settings: dict[str, object] = {}
    if users.is_dir():
        for entry in users.iterdir():
            if entry.name != "config.json":
                (own / entry.name).symlink_to(entry.resolve())
        try:
            settings = dict(json.loads((users / "config.json").read_text("utf-8")))
        except (OSError, ValueError):
            settings = {}
    kept = {name: value for name, value in settings.items() if name not in _OWN_SIGN_INS}
    (own / "config.json").write_text(json.dumps(kept), encoding="utf-8")
