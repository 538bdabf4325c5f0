"""The resource tree: nested stack → construct → resource, with status and physical id."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from screens.sandbox.resource_rows import (
    Node,
    build_tree,
    default_closed,
    find_node,
    tree_rows,
)
from screens.sandbox.view_state import SandboxState
from screens.widgets.keys import key
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, TEXT
from screens.widgets.titles import as_title
from workbench.model.deployment import LiveResource
from workbench.wording import plural


class ResourcesPane(RowList):
    """Folding tree over all resources of the stack."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("resources.open", "enter", "open", "Details", "Show the resource's details"),
        key("resources.unfold", "right", "unfold", "Unfold", "Unfold", show=False),
        key("resources.fold", "left,h", "fold", "Fold", "Fold", show=False),
        key("resources.toggle", "space", "toggle_fold", "Fold", "Fold or unfold"),
        key("resources.unfold_all", "E", "all(True)", "Unfold all", "Unfold all", show=False),
        key("resources.fold_all", "C", "all(False)", "Fold all", "Fold all", show=False),
        key(
            "resources.console", "o", "console", "AWS console", "Open in the AWS console (browser)"
        ),
    ]

    class DetailsAsked(Message):
        """Enter on a resource."""

        def __init__(self, resource: LiveResource) -> None:
            super().__init__()
            self.resource = resource

    class ConsoleAsked(Message):
        """The console key on a resource that has a page there."""

        def __init__(self, url: str) -> None:
            super().__init__()
            self.url = url

    def __init__(self) -> None:
        super().__init__(
            id="resources",
            classes="pane",
            empty=(
                (("Nothing is deployed yet.", TEXT),),
                (("The stack's resources appear here as they are created.", MUTED),),
            ),
        )
        self.border_title = "3 Resources"
        self._root = Node("", "")
        self._folded: set[str] = set()
        self._decided: set[str] = set()

    def show_state(self, state: SandboxState) -> None:
        """Show the sandbox's resources as they stand."""
        self.show_resources(state.resources.values(), state.stack_name)

    def show_resources(
        self, resources: Collection[LiveResource], stack_name: str, whose: str = ""
    ) -> None:
        """Show a stack's resources; ``whose`` names another environment than the sandbox."""
        self._root = build_tree(resources, stack_name)
        # A branch the user has opened or closed stays so; only new ones get the default.
        closed = default_closed(self._root)
        self._folded |= closed - self._decided
        self._decided |= closed
        self._refill()
        parts = ["3 Resources", *([whose] if whose else [])]
        if resources:
            parts.append(plural(len(resources), "resource"))
        self.border_title = as_title(" · ".join(parts))

    def _refill(self) -> None:
        # A filter looks into closed branches, too.
        self.show_rows(tree_rows(self._root, set() if self.filter else self._folded))
        self.refresh_bindings()

    def filter_changed(self) -> None:
        """Search folded branches too while a filter is set."""
        self._refill()

    def filtered(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The matching rows, and the branches above them."""
        if not self.filter:
            return rows
        fitting = [row.key for row in rows if self.fits(row)]
        return [
            row
            for row in rows
            if any(key == row.key or key.startswith(f"{row.key}/") for key in fitting)
        ]

    def watch_cursor(self, old: int, new: int) -> None:
        """What the keys can do depends on the row."""
        super().watch_cursor(old, new)
        if old != new and self.has_focus:
            self.refresh_bindings()

    def _node(self) -> Node | None:
        row = self.current
        return None if row is None else find_node(self._root, row.key.removeprefix("node:"))

    def row_opened(self, index: int) -> None:
        """Details of a resource, also of one that others are in."""
        node = self._node()
        if node is not None and node.resource is not None:
            self.post_message(self.DetailsAsked(node.resource))

    def action_toggle_fold(self) -> None:
        """Open or close the branch under the cursor."""
        node = self._node()
        if node is not None and node.children:
            self._folded ^= {node.key}
            self._decided.add(node.key)
            self._refill()

    def action_unfold(self) -> None:
        """Open the branch; an open one: go to its first row."""
        node = self._node()
        if node is None or not node.children:
            return
        if node.key in self._folded:
            self.action_toggle_fold()
        else:
            self.cursor += 1

    def action_fold(self) -> None:
        """Close the branch; on a leaf or a closed branch go to its parent."""
        node = self._node()
        if node is None:
            return
        if node.children and node.key not in self._folded:
            self.action_toggle_fold()
            return
        parent = node.key.rpartition("/")[0]
        while parent:
            for index, row in enumerate(self.rows):
                if row.key == f"node:{parent}":
                    self.cursor = index
                    return
            parent = parent.rpartition("/")[0]

    def action_all(self, opened: bool) -> None:
        """Open or close all branches."""
        keys: set[str] = set()
        _branch_keys(self._root, keys)
        self._decided |= keys
        self._folded = set() if opened else keys
        self._refill()

    def action_console(self) -> None:
        """Open the resource's page in the AWS console."""
        node = self._node()
        if node is not None and node.resource is not None and node.resource.console_url:
            self.post_message(self.ConsoleAsked(node.resource.console_url))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what the row under the cursor allows."""
        node = self._node() if action in ("open", "toggle_fold", "console") else None
        if action == "console":
            return (
                node is not None and node.resource is not None and bool(node.resource.console_url)
            )
        if action == "toggle_fold":
            return node is not None and bool(node.children)
        if action == "open":
            return node is not None and node.resource is not None
        return super().check_action(action, parameters)


def _branch_keys(node: Node, keys: set[str]) -> None:
    for child in node.children.values():
        if child.children:
            keys.add(child.key)
            _branch_keys(child, keys)
