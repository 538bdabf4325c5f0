"""What is wrong with a document as it is typed, against a schema or alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import LoneAnonymousOperationRule, NoUnusedFragmentsRule

from workbench.playground.documents import Definition, definitions

_RULES: Final = tuple(
    rule
    for rule in specified_rules
    # The operation at the cursor runs with the fragments it needs, so neither hurts.
    if rule not in (LoneAnonymousOperationRule, NoUnusedFragmentsRule)
)
_MOST: Final = 100


class Weight(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, from the character ``start`` up to ``end``; ``operation`` names its place."""

    message: str
    start: int
    end: int
    operation: str = ""
    weight: Weight = Weight.ERROR


def lint(text: str, schema: GraphQLSchema | None) -> tuple[Finding, ...]:
    """All findings, in the order of the text; a syntax error hides only its own definition."""
    found: list[Finding] = []
    whole: list[Definition] = []
    sound = text
    for each in definitions(text):
        problem = _syntax_problem(text, each)
        if problem is None:
            whole.append(each)
            continue
        found.append(problem)
        # Blanks keep all offsets, and the rest can be checked.
        blanks = "".join(c if c == "\n" else " " for c in text[each.start : each.end])
        sound = sound[: each.start] + blanks + sound[each.end :]
    if whole and schema is not None:
        found += _against(schema, text, sound, whole, hidden=len(found) > 0)
    return tuple(sorted(found, key=lambda finding: (finding.start, finding.end)))


def broken_by(
    before: GraphQLSchema | None, after: GraphQLSchema, texts: Sequence[str]
) -> tuple[tuple[int, Finding], ...]:
    """Which operations a schema change broke: the index of the text, and what is wrong now.

    Findings that were there before the change are left out.
    """
    broken: list[tuple[int, Finding]] = []
    for index, text in enumerate(texts):
        known = {_gist(each) for each in lint(text, before)} if before else set()
        broken += [(index, each) for each in lint(text, after) if _gist(each) not in known]
    return tuple(broken)


def _gist(finding: Finding) -> tuple[str, str]:
    """What makes two findings the same: not what they propose, which another field may change."""
    return finding.message.partition(" Did you mean")[0], finding.operation


def _syntax_problem(text: str, each: Definition) -> Finding | None:
    try:
        parse(each.text)
    except GraphQLSyntaxError as error:
        position = next(iter(error.positions or ()), 0)
        # What is missing at the end is told at the last character that is there.
        last = max(len(text[: each.end].rstrip()) - 1, 0)
        start = min(each.start + position, last)
        message = error.message.removeprefix("Syntax Error: ")
        return Finding(message, start, max(start + 1, _word_end(text, start)), each.title)
    return None


def _against(
    schema: GraphQLSchema, text: str, sound: str, whole: list[Definition], *, hidden: bool
) -> list[Finding]:
    document: DocumentNode = parse(sound)
    findings: list[Finding] = []
    for error in validate(schema, document, _RULES, max_errors=_MOST):
        if hidden and error.message.startswith("Unknown fragment"):
            continue
        findings.append(_finding(text, error, whole))
    return findings


def _finding(text: str, error: GraphQLError, whole: list[Definition]) -> Finding:
    start, end = 0, 1
    if error.nodes and error.nodes[0].loc:
        start, end = error.nodes[0].loc.start, error.nodes[0].loc.end
    elif error.positions:
        start = next(iter(error.positions))
    # A field with a selection of many lines is marked at its name.
    end = min(end, _word_end(text, start))
    inside = next((each.title for each in whole if each.start <= start < each.end), "")
    return Finding(error.message, start, max(end, start + 1), inside)


def _word_end(text: str, start: int) -> int:
    end = start
    if end < len(text) and text[end] in "$@":
        end += 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return max(end, start + 1)
