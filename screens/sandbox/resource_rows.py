"""The deployed resources as a tree: nested stack → construct → resource. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from screens.widgets.format import short_path, status_mark
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, STRONG, TEXT, Span
from workbench.model.deployment import LiveResource


@dataclass(slots=True)
class Node:
    """A place in the tree; ``key`` is its path, ``resource`` set on leaves."""

    name: str
    key: str
    children: dict[str, Node] = field(default_factory=dict)
    resource: LiveResource | None = None
    is_stack: bool = False

    def leaves(self) -> Iterable[LiveResource]:
        """All resources at and below this place."""
        if self.resource is not None:
            yield self.resource
        for child in self.children.values():
            yield from child.leaves()


def build_tree(resources: Iterable[LiveResource], stack_name: str = "") -> Node:
    """The tree over all resources; chains of single children are joined into one node."""
    root = Node("", "")
    for resource in resources:
        parts = short_path(resource.construct_path, stack_name).split("/")
        parts = [part for part in parts if part] or [resource.logical_id]
        node = root
        for part in parts:
            node = node.children.setdefault(part, Node(part, f"{node.key}/{part}"))
        if node.resource is not None:
            # Two resources at one construct: each gets a leaf named by its logical id.
            key = f"{node.key}/{resource.logical_id}"
            node = node.children.setdefault(resource.logical_id, Node(resource.logical_id, key))
        node.resource = resource
        node.is_stack = resource.type == "AWS::CloudFormation::Stack"
    for child in list(root.children.values()):
        root.children[child.name] = _joined(child)
    return root


def _joined(node: Node) -> Node:
    node.children = {name: _joined(child) for name, child in node.children.items()}
    if len(node.children) == 1 and node.resource is None and not node.is_stack:
        (only,) = node.children.values()
        if not only.is_stack:
            return Node(
                f"{node.name}/{only.name}", only.key, only.children, only.resource, only.is_stack
            )
    return node


def default_closed(root: Node, largest: int = 12) -> set[str]:
    """The nodes to show closed at first: those with many rows right below them."""
    closed: set[str] = set()

    def visit(node: Node) -> None:
        for child in node.children.values():
            if len(child.children) > largest:
                closed.add(child.key)
            visit(child)

    visit(root)
    return closed


def tree_rows(root: Node, closed: Collection[str]) -> list[Row]:
    """The visible rows."""
    rows: list[Row] = []
    _append(root, 0, closed, rows)
    return rows


def _append(node: Node, depth: int, closed: Collection[str], rows: list[Row]) -> None:
    for child in sorted(node.children.values(), key=lambda one: (not one.is_stack, one.name)):
        is_closed = child.key in closed
        rows.append(_row(child, depth, is_closed=is_closed))
        if not is_closed:
            _append(child, depth + 1, closed, rows)


def _row(node: Node, depth: int, *, is_closed: bool) -> Row:
    indent = "  " * depth
    resource = node.resource
    if node.children:
        fold = "▸ " if is_closed else "▾ "
        statuses = [leaf.status for leaf in node.leaves()]
        mark, tone = status_mark(_worst(statuses))
        count = len(statuses)
        spans: list[Span] = [
            (f"{indent}{fold}", MUTED),
            (f"{mark} ", tone),
            (node.name, STRONG if node.is_stack else TEXT),
            (f"  {count}", MUTED),
        ]
        if resource is not None and not node.is_stack:
            spans.append((f"  {short_type(resource.type)}", MUTED))
        copy = "" if resource is None else resource.physical_id
        return Row(tuple(spans), key=f"node:{node.key}", copy=copy or node.key.strip("/"))
    if resource is None:
        return Row(((f"{indent}  {node.name}", TEXT),), key=f"node:{node.key}")
    mark, tone = status_mark(resource.status)
    spans = [
        (f"{indent}  ", TEXT),
        (f"{mark} ", tone),
        (node.name, TEXT),
        (f"  {short_type(resource.type)}", MUTED),
    ]
    if not resource.status.endswith("_COMPLETE"):
        spans.append((f"  {resource.status}", FAIL if tone == FAIL else MUTED))
    if resource.physical_id:
        spans.append((f"  {resource.physical_id}", MUTED))
    return Row(tuple(spans), key=f"node:{node.key}", copy=resource.physical_id)


def short_type(name: str) -> str:
    """``AWS::DynamoDB::Table`` as ``DynamoDB::Table``; the column is narrow."""
    return name.removeprefix("AWS::")


def _worst(statuses: list[str]) -> str:
    def weight(status: str) -> int:
        if status.endswith("_FAILED"):
            return 3
        if status.endswith("_IN_PROGRESS"):
            return 2
        return 1 if "ROLLBACK" in status else 0

    return max(statuses, key=weight, default="")


def find_node(root: Node, key: str) -> Node | None:
    """The node with this key."""
    for child in root.children.values():
        if child.key == key:
            return child
        if found := find_node(child, key):
            return found
    return None
