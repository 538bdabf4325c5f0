"""Finds what an error of a result points to in the editor's text."""

from __future__ import annotations

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from workbench.playground.documents import definitions
from workbench.playground.requests import ResultError


def error_offset(text: str, query: str, error: ResultError) -> int | None:
    """The offset in ``text`` that ``error`` of the sent ``query`` points to.

    By the error's line and column, else by its path. None if the error has neither, or if the
    definition has been edited since it was sent.
    """
    sent = _by_line(query, error)
    if sent is None:
        sent = _by_path(query, error.path)
    return None if sent is None else _in_text(text, query, sent)


def _by_line(query: str, error: ResultError) -> int | None:
    lines = query.split("\n")
    if not 0 < error.line <= len(lines):
        return None
    before = sum(len(line) + 1 for line in lines[: error.line - 1])
    return before + min(max(0, error.column - 1), len(lines[error.line - 1]))


def _by_path(query: str, path: tuple[str | int, ...]) -> int | None:
    names = [each for each in path if isinstance(each, str)]
    if not names:
        return None
    try:
        document = parse(query)
    except GraphQLSyntaxError:
        return None
    fragments = {
        each.name.value: each.selection_set
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    operation = next(
        (each for each in document.definitions if isinstance(each, OperationDefinitionNode)), None
    )
    found: int | None = None
    sets = [operation.selection_set] if operation is not None else []
    for name in names:
        fields = [
            each for one in sets for each in _fields(one, fragments, set()) if _key(each) == name
        ]
        if not fields:
            return found
        if fields[0].loc is not None:
            found = fields[0].loc.start
        sets = [each.selection_set for each in fields if each.selection_set is not None]
    return found


def _fields(
    chosen: SelectionSetNode, fragments: dict[str, SelectionSetNode], seen: set[str]
) -> list[FieldNode]:
    found: list[FieldNode] = []
    for each in chosen.selections:
        if isinstance(each, FieldNode):
            found.append(each)
        elif isinstance(each, InlineFragmentNode):
            found += _fields(each.selection_set, fragments, seen)
        elif isinstance(each, FragmentSpreadNode) and each.name.value not in seen:
            seen.add(each.name.value)
            if each.name.value in fragments:
                found += _fields(fragments[each.name.value], fragments, seen)
    return found


def _key(node: FieldNode) -> str:
    return node.alias.value if node.alias is not None else node.name.value


def _in_text(text: str, query: str, sent: int) -> int | None:
    for each in definitions(query):
        if each.start <= sent <= each.end:
            at = text.find(each.text)
            return None if at < 0 else at + sent - each.start
    return None
