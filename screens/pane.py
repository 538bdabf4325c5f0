"""What all panes have in common: a screen of its own over the sandbox, kept until it is dropped.

A pane is a ``PaneScreen`` in a folder of its own and a line in ``screens.panes``. It gets what it
needs in ``of``, sees the app as ``self.shell``, and asks for other screens by the messages of
``screens.messages``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from textual.screen import Screen

from screens.messages import LeavePane, OpenPane
from screens.ports import OpenedSandbox, UsesShell

if TYPE_CHECKING:
    from workbench.branches.context import OpenedBranches
    from workbench.branches.selected_environment import SelectedEnvironment
    from workbench.functions.open_functions import OpenedFunctions
    from workbench.playground.api import PlaygroundApi
    from workbench.users.open_pool import OpenedPool


@dataclass(frozen=True, slots=True)
class PaneContext:
    """What a pane may use: the sandbox, and the environment that is selected instead of it."""

    sandbox: OpenedSandbox
    environment: SelectedEnvironment | None = None
    branches: OpenedBranches | None = None
    """Reads the selected environment; set together with ``environment``."""

    @property
    def title(self) -> str:
        """The target, behind the name of the selected environment."""
        target = self.sandbox.info.target
        return target if self.environment is None else f"{self.environment.name} · {target}"

    def open_api(self) -> PlaygroundApi:
        """Open the environment's GraphQL API; blocks. Raises UserProblem."""
        if self.environment is None or self.branches is None:
            return self.sandbox.open_api()
        from workbench.branches.selected_environment import open_api

        return open_api(self.branches, self.environment)

    def open_pool(self) -> OpenedPool:
        """Open the environment's user pool; blocks. Raises UserProblem."""
        if self.environment is None or self.branches is None:
            return self.sandbox.open_pool()
        from workbench.branches.selected_environment import open_pool

        return open_pool(self.branches, self.environment)

    def open_functions(self) -> OpenedFunctions:
        """Open the environment's functions; blocks. Raises UserProblem."""
        if self.environment is None or self.branches is None:
            return self.sandbox.open_functions()
        from workbench.branches.selected_environment import open_functions

        return open_functions(self.branches, self.environment)


class PaneScreen(UsesShell, Screen[None], inherit_bindings=False):
    """The base of every pane."""

    @classmethod
    def of(cls, context: PaneContext) -> Self:
        """Make the pane from what it needs of the context; blocks on nothing."""
        raise NotImplementedError

    def opened_by(self, message: OpenPane) -> None:
        """The pane is in front; a message's own kind says what to show."""

    def deployed(self) -> None:
        """A deployment of the shown environment has ended: what is shown may be stale."""

    def environment_changed(self) -> None:
        """Another environment is selected, and this pane stays open."""

    def sign_ins_changed(self) -> None:
        """Saved sign-ins are new or no longer valid."""

    def leave(self) -> None:
        """Go back to the sandbox."""
        self.post_message(LeavePane())
