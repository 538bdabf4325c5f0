"""Formats a GraphQL document: two spaces a level, one field a line, comments kept.

Works on tokens, so that nothing is lost that a syntax tree leaves out; a document with a syntax
error is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from graphql import GraphQLSyntaxError, parse

from workbench.model.user_problem import UserProblem
from workbench.playground.tokens import Kind, Token, tokens

WIDTH: Final = 80
_OPENING: Final = {"(": ")", "[": "]", "{": "}"}


class NotFormattedProblem(UserProblem):
    """The document has a syntax error; the text says which and where."""


def format_document(text: str) -> str:
    """The document in its usual form, with a line break at the end; empty stays empty.

    Raises NotFormattedProblem.
    """
    if not any(token.kind is not Kind.COMMENT for token in tokens(text)):
        return text
    try:
        parse(text)
    except GraphQLSyntaxError as error:
        place = error.locations[0] if error.locations else None
        where = f" (line {place.line}, column {place.column})" if place else ""
        raise NotFormattedProblem(f"{error.message}{where}") from None
    layout = _Layout(text, list(tokens(text)))
    return layout.document()


@dataclass(slots=True)
class _Layout:
    text: str
    all: list[Token]
    at: int = 0
    lines: list[str] = field(default_factory=list)
    line: str = ""
    level: int = 0

    def document(self) -> str:
        while self.at < len(self.all):
            token = self.all[self.at]
            if token.kind is Kind.COMMENT:
                self._comment(token)
            elif token.text == "{":
                self._open()
            elif token.text == "}":
                self._close()
            elif token.text in ("(", "["):
                self._group()
            else:
                self._word(token)
        self._flush()
        return "\n".join(self.lines).strip("\n") + "\n"

    def _comment(self, token: Token) -> None:
        self.at += 1
        before = self.text[: token.start].rpartition("\n")[2].strip(" \t,")
        if before and not self.line and self.lines:
            # A remark at the end of a line stays there.
            self.lines[-1] += f" {token.text.rstrip()}"
            return
        if before and self.line:
            self.line += f" {token.text.rstrip()}"
            self._flush()
            return
        self._flush()
        self._keep_blank_line(token)
        self.lines.append("  " * self.level + token.text.rstrip())

    def _open(self) -> None:
        self.at += 1
        self.line = f"{self.line} {{" if self.line else "{"
        self._flush()
        self.level += 1

    def _close(self) -> None:
        self.at += 1
        self._flush()
        self.level = max(0, self.level - 1)
        self.lines.append("  " * self.level + "}")
        if self.level == 0 and self.at < len(self.all):
            self.lines.append("")

    def _word(self, token: Token) -> None:
        self.at += 1
        if self._begins_line(token):
            self._flush()
            self._keep_blank_line(token)
            self.line = token.text
        elif not self.line or token.text in (":", "!") or self.line.endswith("..."):
            glue = " " if self.line.endswith("...") and token.text == "on" else ""
            self.line += glue + token.text
        else:
            self.line += f" {token.text}"

    def _begins_line(self, token: Token) -> bool:
        """In a selection each field, alias or spread has a line of its own."""
        if self.level == 0 or not self.line:
            return not self.line
        if token.kind is Kind.SPREAD:
            return True
        if token.kind is not Kind.NAME:
            return False
        last = self.line.rsplit(" ", 1)[-1]
        return not (self.line.endswith((":", "...")) or last in ("on", "...on"))

    def _keep_blank_line(self, token: Token) -> None:
        gap = self.text[: token.start]
        blank = gap[len(gap.rstrip(" \t\r\n,")) :].count("\n") > 1
        if blank and self.lines and self.lines[-1] and not self.lines[-1].endswith("{"):
            self.lines.append("")

    def _group(self) -> None:
        """Arguments or variables: on one line where they fit, else each on its own."""
        opening = self.all[self.at]
        end = self._matching(self.at)
        inner = self.all[self.at + 1 : end]
        self.at = end + 1
        items = _items(inner)
        closing = _OPENING[opening.text]
        one_line = opening.text + ", ".join(_inline(item) for item in items) + closing
        has_comment = any(token.kind is Kind.COMMENT for token in inner)
        if not has_comment and len("  " * self.level + self.line + one_line) + 2 <= WIDTH:
            self.line += one_line
            return
        self.line += opening.text
        self._flush()
        for item in items:
            comments = [token.text for token in item if token.kind is Kind.COMMENT]
            rest = [token for token in item if token.kind is not Kind.COMMENT]
            self.lines.extend("  " * (self.level + 1) + comment for comment in comments)
            if rest:
                self.lines.append("  " * (self.level + 1) + _inline(rest))
        self.line = closing

    def _matching(self, start: int) -> int:
        depth = 0
        for index in range(start, len(self.all)):
            if self.all[index].text in _OPENING:
                depth += 1
            elif self.all[index].text in _OPENING.values():
                depth -= 1
                if depth == 0:
                    return index
        return len(self.all) - 1

    def _flush(self) -> None:
        if self.line:
            self.lines.append("  " * self.level + self.line)
            self.line = ""


def _items(inner: list[Token]) -> list[list[Token]]:
    """The arguments, list items or object fields of a group; commas are not needed to tell."""
    items: list[list[Token]] = []
    depth = 0
    for index, token in enumerate(inner):
        following = inner[index + 1].text if index + 1 < len(inner) else ""
        named = token.kind in (Kind.NAME, Kind.VARIABLE) and following == ":"
        if depth == 0 and (named or token.kind is Kind.COMMENT or not items):
            after_comment = bool(items) and all(each.kind is Kind.COMMENT for each in items[-1])
            if not after_comment:
                items.append([])
        items[-1].append(token)
        depth += (token.text in _OPENING) - (token.text in _OPENING.values())
    return items


def _inline(item: list[Token]) -> str:
    """A value on one line: ``name: {a: 1, b: [1, 2]}``."""
    out = ""
    open_groups: list[str] = []
    for index, token in enumerate(item):
        before = item[index - 1] if index else None
        if token.text in _OPENING.values():
            if open_groups:
                open_groups.pop()
            out += token.text
            continue
        if before is None or before.text in _OPENING or token.text in (":", "!"):
            out += token.text
        elif before.text == ":" or token.text == "=" or before.text == "=":
            out += f" {token.text}"
        elif token.kind is Kind.DIRECTIVE or (token.text == "(" and before.kind is Kind.DIRECTIVE):
            out += token.text if token.text == "(" else f" {token.text}"
        elif open_groups:
            out += f", {token.text}"
        else:
            out += f" {token.text}"
        if token.text in _OPENING:
            open_groups.append(token.text)
    return out
