"""Lambda runtimes: ministack's need ``node`` on PATH and have no AWS SDK; AWS's bring both.

Every function that Amplify bundles imports ``@aws-sdk/client-ssm`` at its top. Libraries that make
their own addresses of AWS, as ``aws-amplify`` does, reach this server too. Also keeps each
server's unpacked functions in one folder, which is removed when the server ends, or, if it was
killed, when the next one starts. Their processes end with the server however it ends, with all
that they started.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench.front_end.written import function_preload
from workbench.function_process import node_sdk
from workbench.function_process.interpreters import NODE_SCRIPT
from workbench.function_process.read_only import restricted
from workbench.function_process.unpacked import place_of_code
from workbench.guardian import Guardian, keep_ledger, own_guardian
from workbench.localcloud.ministack.patches.cloudformation.output_addresses import reachable
from workbench.model.user_problem import UserProblem
from workbench.private_files import write_private
from workbench.process_folders import make_process_folder, remove_tree

_PRELOAD = "preload.cjs"
_owned: list[Path] = []

LEDGER = "processes.json"
"""Names the functions' processes, in the local cloud's folder."""


def install() -> None:
    """Put a Node on PATH and take part in the start of every function's process."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    state_dir = Path(os.environ.get("STATE_DIR") or tempfile.gettempdir())
    _provide_node()
    mine = f"amplify-tui-functions-{os.getuid()}-"
    folder = make_process_folder(place_of_code(), mine)
    _owned.append(folder)
    packages = node_sdk.sdk_folders(state_dir)
    node_sdk.allow_installation()
    preload = folder / _PRELOAD
    write_private(preload, function_preload())
    if "STATE_DIR" in os.environ:
        keep_ledger(state_dir.parent / LEDGER)
    guardian = own_guardian()
    for module in (lambda_runtime, lambda_svc):
        module.tempfile = _TempfileIn(folder)
        module.subprocess = _GuardedSubprocess(packages, guardian, preload)


def clear_away() -> None:
    """End this server's functions, and remove what was unpacked of them."""
    own_guardian().end_all()
    while _owned:
        remove_tree(_owned.pop())


def _provide_node() -> None:
    if shutil.which("node"):
        return
    from workbench.project.node_runtime import find_node

    try:
        folder = find_node().executable.parent
    except UserProblem:
        # Only Node functions need it; their own invocation then says what is missing.
        return
    os.environ["PATH"] = os.pathsep.join(filter(None, (str(folder), os.environ.get("PATH"))))


class _Overlay:
    """A module with some of its names replaced, for one importing module only."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


class _TempfileIn(_Overlay):
    def __init__(self, folder: Path) -> None:
        super().__init__(importlib.import_module("tempfile"))
        self._folder = folder

    def mkdtemp(
        self,
        suffix: str | None = None,
        prefix: str | None = None,
        dir: str | None = None,  # noqa: A002
    ) -> str:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return tempfile.mkdtemp(suffix, prefix, dir or str(self._folder))


class _GuardedSubprocess(_Overlay):
    def __init__(self, packages: dict[str, Path], guardian: Guardian, preload: Path) -> None:
        super().__init__(importlib.import_module("subprocess"))
        self._packages = packages
        self._guardian = guardian
        self._preload = preload

    def Popen(self, command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:  # noqa: N802
        code = options.get("cwd")
        if code and str(NODE_SCRIPT) in command:
            places = [*self._packages.values(), *node_sdk.installed_scopes()]
            node_sdk.link(Path(code), places)
            command = [command[0], "--require", str(self._preload), *command[1:]]
        # A function is given addresses of AWS, such as another function's URL, as its settings.
        given = {name: reachable(value) for name, value in (options.get("env") or {}).items()}
        options["env"] = self._guardian.environment(given or os.environ)
        options["start_new_session"] = True
        if code:
            process = restricted(lambda: _GuardedProcess(command, **options))
        else:
            process = _GuardedProcess(command, **options)
        process.guardian = self._guardian
        self._guardian.watch(process.pid)
        return process

    def run(self, command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[Any]:
        """``subprocess.run``, for its few options that the emulator uses."""
        if options.pop("capture_output", False):
            options["stdout"] = options["stderr"] = subprocess.PIPE
        check, timeout = options.pop("check", False), options.pop("timeout", None)
        given = options.pop("input", None)
        if given is not None:
            options["stdin"] = subprocess.PIPE
        with self.Popen(command, **options) as process:
            try:
                out, errors = process.communicate(given, timeout=timeout)
            except BaseException:
                process.kill()
                raise
        done = subprocess.CompletedProcess(command, process.returncode, out, errors)
        if check:
            done.check_returncode()
        return done


class _GuardedProcess(subprocess.Popen[Any]):
    """A process that is signalled with its whole group, and leaves nothing of that behind."""

    guardian: Guardian | None = None

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, sig)

    def poll(self) -> int | None:
        return self._seen(super().poll())

    def wait(self, timeout: float | None = None) -> int:
        code = super().wait(timeout)
        self._seen(code)
        return code

    def _seen(self, code: int | None) -> int | None:
        if code is not None and self.guardian is not None:
            guardian, self.guardian = self.guardian, None
            guardian.release(self.pid)
        return code
