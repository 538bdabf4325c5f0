"""Makes a sandbox's real stages: worker processes for its code, CloudFormation for its stack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.aws.target import AwsTarget
from workbench.loop.daemon_threads import run_beside
from workbench.loop.evaluator import ProjectEvaluator
from workbench.loop.event_sink import EventSink
from workbench.loop.options import SandboxOptions
from workbench.loop.stages import Stages
from workbench.model.deployment import Failure
from workbench.model.user_problem import UserProblem
from workbench.ownership import Ownership, acquire, owner
from workbench.startup import Session, connect

if TYPE_CHECKING:
    from workbench.deploy.outputs.outputs import Introspect
    from workbench.loop.sandbox_stack import SandboxStack


def make_stages(
    session: Session,
    options: SandboxOptions,
    sink: EventSink,
    *,
    assembly_dir: Path | None = None,
) -> Stages:
    """The stages of a session's project on its target; call it on the loop that runs them.

    ``assembly_dir`` is where assemblies go, if not to the project's own folder.
    """
    project = session.project
    folder = assembly_dir or project.assembly_dir
    evaluator = ProjectEvaluator(project, session.node.executable, folder, options, sink)
    return Stages(evaluator, SessionTarget(session, options, sink, evaluator.introspect))


class SessionTarget:
    """The target that a session chose; ``introspect`` makes outputs' model introspection.

    The modules that deploy take 0.7 s to import. So they are imported here, in the thread that
    connects, while the local cloud and the workers start, and by nobody before the first paint.
    """

    def __init__(
        self,
        session: Session,
        options: SandboxOptions,
        sink: EventSink,
        introspect: Introspect,
    ) -> None:
        self._session = session
        self._options = options
        self._sink = sink
        self._introspect = introspect
        self._ownership: Ownership | None = None
        self._was_connected = False

    def connect(self) -> SandboxStack:
        """Start the local cloud or check AWS's credentials, and return the stack there."""
        run_beside(_import_deploy, "import-deploy")
        before = self._session.sandbox_dir
        if self._was_connected and isinstance(self._session.target, AwsTarget):
            self._session.target.shared.forget()  # those that were lost
        self._session = connect(self._session, self._sink)
        self._was_connected = True
        if self._session.sandbox_dir != before:
            self._own(self._session.sandbox_dir)

        from workbench.aws.clients import Clients
        from workbench.loop.sandbox_stack import SandboxStack

        clients = Clients(self._session.target)
        run_beside(clients.warm, "warm-clients")
        return SandboxStack(self._session, clients, self._options, self._sink, self._introspect)

    def _own(self, folder: Path) -> None:
        """Own the account's folder, which another profile of it may use at this moment."""
        self._ownership = acquire(folder, self._session.target.kind)
        if self._ownership is None:
            who = owner(folder)
            raise UserProblem(
                f"Process {who and who.pid} runs this sandbox already, with another profile.",
                "Stop it there (Ctrl-C), then start again.",
            )

    def explain(self, error: Exception) -> Failure:
        """The exception in plain words."""
        from workbench.deploy.failure.failure import failure_from_exception
        from workbench.localcloud.lifecycle import LocalCloudProblem

        if not isinstance(error, LocalCloudProblem):
            return failure_from_exception(error, self._session.target)
        return Failure(
            title=f"{error.what[:1].upper()}{error.what[1:]}",
            reason="",
            fix=f"{error.next_step[:1].upper()}{error.next_step[1:]}.",
            offer="start-local-cloud",
            details=error.details,
        )


def _import_deploy() -> None:
    import workbench.loop.sandbox_stack  # noqa: F401
