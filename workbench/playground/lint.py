"""Checks a document while it is typed, against a schema or for its syntax alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final
from weakref import WeakKeyDictionary

from graphql import (
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
_KEPT: Final = 20_000


class Weight(StrEnum):
    """The severity of a finding."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, from the character ``start`` up to ``end``, in ``operation``."""

    message: str
    start: int
    end: int
    operation: str = ""
    weight: Weight = Weight.ERROR


@dataclass(slots=True)
class _Known:
    """Findings of texts that were checked before: definitions with what they spread."""

    syntax: dict[str, Finding | None] = field(default_factory=dict)
    validity: dict[tuple[str, ...], tuple[Finding, ...]] = field(default_factory=dict)

    def has_room(self) -> None:
        """Drop everything rather than grow without end."""
        if len(self.syntax) + len(self.validity) > _KEPT:
            self.syntax.clear()
            self.validity.clear()


_known: WeakKeyDictionary[GraphQLSchema, _Known] = WeakKeyDictionary()
_known_syntax: Final = _Known()


def lint(
    text: str, schema: GraphQLSchema | None, going: Callable[[], bool] = lambda: True
) -> tuple[Finding, ...]:
    """All findings, in the order of the text; a syntax error hides only its own definition.

    An unchanged definition, with the fragments that it uses, is not checked again. Blocks; before
    each check ``going`` is called, and False ends it with the findings so far.
    """
    found: list[Finding] = []
    whole: list[Definition] = []
    _known_syntax.has_room()
    for each in definitions(text):
        if each.text not in _known_syntax.syntax:
            if not going():
                return _in_order(found)
            _known_syntax.syntax[each.text] = _syntax_problem(each)
        problem = _known_syntax.syntax[each.text]
        if problem is None:
            whole.append(each)
        else:
            found.append(_moved(problem, each.start))
    found += _doubles(whole)
    if schema is not None:
        hidden = len(whole) < len(definitions(text))
        found += [
            each
            for each in _against(schema, whole, going)
            # It may be in a definition that cannot be read.
            if not (hidden and each.message.startswith("Unknown fragment"))
        ]
    return _in_order(found)


def _in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    ordered = sorted(dict.fromkeys(found), key=lambda finding: (finding.start, finding.end))
    return tuple(ordered[:_MOST])


def _moved(finding: Finding, by: int) -> Finding:
    return replace(finding, start=finding.start + by, end=finding.end + by)


def broken_by(
    before: GraphQLSchema | None, after: GraphQLSchema, texts: Sequence[str]
) -> tuple[tuple[int, Finding], ...]:
    """The findings that a schema change caused: the index of the text, and the finding.

    Findings that were there before the change are left out.
    """
    broken: list[tuple[int, Finding]] = []
    for index, text in enumerate(texts):
        known = {_identity(each) for each in lint(text, before)} if before else set()
        broken += [(index, each) for each in lint(text, after) if _identity(each) not in known]
    return tuple(broken)


def _identity(finding: Finding) -> tuple[str, str]:
    """Equal for the same finding: without its proposals, which another field may change."""
    return finding.message.partition(" Did you mean")[0], finding.operation


def _syntax_problem(each: Definition) -> Finding | None:
    """A definition's syntax error, by offsets of its own text."""
    text = each.text
    try:
        parse(text)
    except GraphQLSyntaxError as error:
        position = next(iter(error.positions or ()), 0)
        # What is missing at the end is reported at the last character.
        start = min(position, max(len(text.rstrip()) - 1, 0))
        message = error.message.removeprefix("Syntax Error: ")
        return Finding(message, start, max(start + 1, _word_end(text, start)), each.title)
    return None


def _doubles(whole: Sequence[Definition]) -> Iterator[Finding]:
    """Names that occur twice: the rules see one operation at a time."""
    seen: set[tuple[bool, str]] = set()
    for each in whole:
        key = each.is_operation, each.name
        if each.name and key in seen:
            what = "operation" if each.is_operation else "fragment"
            start = each.start + each.text.index(each.name, len(each.kind))
            message = f"There can be only one {what} named '{each.name}'."
            yield Finding(message, start, start + len(each.name), each.title)
        seen.add(key)


def _against(
    schema: GraphQLSchema, whole: Sequence[Definition], going: Callable[[], bool]
) -> Iterator[Finding]:
    known = _known.setdefault(schema, _Known())
    known.has_room()
    fragments = {each.name: each for each in reversed(whole) if not each.is_operation}
    for each in whole:
        parts = [each, *_spread(each, fragments)]
        texts = tuple(part.text for part in parts)
        if texts not in known.validity:
            if not going():
                return
            known.validity[texts] = tuple(_validated(schema, texts))
        for finding in known.validity[texts]:
            at = finding.start
            for part in parts:
                if at <= len(part.text):
                    yield replace(
                        _moved(finding, part.start + at - finding.start), operation=part.title
                    )
                    break
                at -= len(part.text) + 1


def _spread(each: Definition, fragments: Mapping[str, Definition]) -> list[Definition]:
    """The fragments that a definition uses, directly or through others."""
    found: dict[str, Definition] = {}
    names = sorted(each.spreads)
    while names:
        name = names.pop()
        if name in found or name not in fragments or fragments[name] is each:
            continue
        found[name] = fragments[name]
        names += sorted(fragments[name].spreads)
    return list(found.values())


def _validated(schema: GraphQLSchema, texts: Sequence[str]) -> Iterator[Finding]:
    """The findings by offsets of the texts, joined by line breaks."""
    text = "\n".join(texts)
    for error in validate(schema, parse(text), _RULES, max_errors=_MOST):
        start, end = 0, 1
        if error.nodes and error.nodes[0].loc:
            start, end = error.nodes[0].loc.start, error.nodes[0].loc.end
        elif error.positions:
            start = next(iter(error.positions))
        # A field with a selection of many lines is marked at its name.
        end = min(end, _word_end(text, start))
        yield Finding(error.message, start, max(end, start + 1))


def _word_end(text: str, start: int) -> int:
    end = start
    if end < len(text) and text[end] in "$@":
        end += 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return max(end, start + 1)
