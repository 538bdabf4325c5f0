"""The registry of panes: a new pane is a folder in ``screens`` and a line here.

The number keys, the command palette, the help and docs/keys.md are made from it. See
``screens.pane`` for what a pane is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from screens import branches, functions, playground, users

if TYPE_CHECKING:
    from screens.pane import PaneScreen


@dataclass(frozen=True, slots=True)
class Pane:
    """A pane: its key, its name in code and in the ids of its key bindings, and its texts."""

    key: str
    id: str
    title: str
    tooltip: str
    load: Callable[[], type[PaneScreen]]
    """Imports its screen; called in a thread, since that takes up to a second."""
    follows_environment: bool = True
    """Whether it shows the selected environment, so that another one needs a new pane."""


PANES: Final = (
    Pane("7", "playground", "Playground", "Query the GraphQL API", playground.load),
    Pane("8", "users", "Users", "The user pool's users", users.load),
    Pane("9", "branches", "Branches", "Branch environments", branches.load, False),
    Pane("f2", "functions", "Functions", "What functions log, their invocations", functions.load),
)


def pane_of(name: str) -> Pane:
    """The pane with this id."""
    return next(pane for pane in PANES if pane.id == name)
