"""Finds what AppSync refuses in uploaded code: syntax errors, and JavaScript that it lacks.

The rules are those of "Supported runtime features" in AppSync's developer guide, said in the words
of AWS's own lint rules for them. Only what can be told without types is checked. Code that is
already stored runs whatever is said here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from workbench.localcloud.appsync.javascript.engine import syntax_problem
from workbench.localcloud.appsync.javascript.modules import (
    MODULES,
    ModuleError,
    as_function,
    read_module,
)
from workbench.localcloud.appsync.javascript.tokens import Token, UnreadableCodeError, tokenize

LONGEST_CODE = 32_768
CODE_ERRORS = "The code contains one or more errors."
"""What AppSync says of code that it refuses."""

_WORDS = {
    "await": "The `await` keyword is not supported",
    "catch": "Try statements are not supported.",
    "class": "Class declarations are not supported.",
    "continue": "Continue statements are not supported",
    "do": "do...while statements are not supported.",
    "finally": "Try statements are not supported.",
    "in": "in operator is not supported. Use Object.hasOwn().",
    "instanceof": "The operator instanceof is not supported",
    "this": "This expressions are not supported.",
    "throw": "Throw statements are not supported.",
    "try": "Try statements are not supported.",
    "while": "While statements are not supported.",
    "yield": "Yield statements are not supported",
}
_OPERATORS = ("++", "--", "~")


@dataclass(frozen=True, slots=True)
class CodeError:
    """One error; ``line`` and ``column`` begin at 1, ``span`` is in characters (-1: unknown)."""

    kind: Literal["PARSER_ERROR", "LINT_ERROR"]
    message: str
    line: int
    column: int
    span: int = -1

    def as_json(self) -> dict[str, Any]:
        """The error as the control plane gives it (``CodeError`` in AppSync's API)."""
        location = {"line": self.line, "column": self.column, "span": self.span}
        return {"errorType": self.kind, "value": self.message, "location": location}


def code_errors(code: str) -> tuple[CodeError, ...]:
    """Everything for which AppSync refuses a handler's code; empty where it takes it."""
    try:
        text = as_function(code)
    except UnreadableCodeError as problem:
        return (CodeError("PARSER_ERROR", problem.message, problem.line, problem.column + 1),)
    except ModuleError as problem:
        return (_at(problem.token, problem.message, "PARSER_ERROR"),)
    found = (*_unknown_imports(code), *_unsupported(tokenize(code)))
    syntax = syntax_problem(text)
    if syntax is None:
        return found
    message, line, column = syntax
    lines = code.split("\n")
    if line > len(lines):
        # What is missing at the end is seen behind it.
        line, column = len(lines), len(lines[-1]) + 1
    return (CodeError("PARSER_ERROR", message, line, column), *found)


def _unknown_imports(code: str) -> Iterator[CodeError]:
    """Names that no module exports; capital ones may be types, which say nothing at run time."""
    for each in read_module(code).imports:
        known = each.name == "*" or each.name in MODULES[each.module] or each.name[:1].isupper()
        if not known:
            message = f"Module '{each.module}' has no exported member '{each.name}'."
            yield _at(each.token, message)


def _unsupported(tokens: list[Token]) -> Iterator[CodeError]:
    for index, token in enumerate(tokens):
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        previous = tokens[index - 1].text if index else ""
        if token.kind == "regex":
            yield _at(token, "Regex literals are not supported.")
        elif token.kind == "punctuator" and token.text in _OPERATORS:
            yield _at(token, f"The operator {token.text} is not supported")
        elif token.kind == "word" and previous not in (".", "?."):
            message = _word_problem(tokens, index, previous, following)
            if message:
                yield _at(token, message)


def _word_problem(tokens: list[Token], index: int, previous: str, following: str) -> str | None:
    """What is wrong with the word at ``index``, if anything."""
    word = tokens[index].text
    if following == ":":
        statement = previous in ("", ";", "{", "}", ")")
        starts_loop = index + 2 < len(tokens) and tokens[index + 2].text in ("for", "while", "do")
        return "Labeled statements are not supported." if statement and starts_loop else None
    if word in ("await", "yield", "do", "catch", "finally", "try") and following in (",", "=", ")"):
        return None
    if word == "function" and following == "*":
        return "Generator functions are not supported."
    if word == "async" and (following in ("function", "(") or tokens[index + 1].kind == "word"):
        return "Async functions are not supported."
    if word == "Promise" and previous == "new":
        return "Promise is not supported"
    if word == "for":
        return None if _is_for_each(tokens, index) else "For statements are not supported."
    if word == "in":
        return None if _in_for(tokens, index) else _WORDS["in"]
    if word == "while" and previous == "}" and _ends_do(tokens, index):
        return None
    # `{ in, try }` and `{ catch() {} }` are names.
    if word in _WORDS and word != "continue" and following in (",", "}") and previous in ("{", ","):
        return None
    return _WORDS.get(word)


def _is_for_each(tokens: list[Token], index: int) -> bool:
    """Whether the ``for`` at ``index`` is a ``for … of`` or ``for … in``."""
    if index + 1 >= len(tokens) or tokens[index + 1].text != "(":
        return True
    inside = tokens[index + 1].depth + 1
    for token in tokens[index + 2 :]:
        if token.depth < inside:
            break
        if token.depth == inside and token.text in ("of", "in") and token.kind == "word":
            return True
        if token.depth == inside and token.text == ";":
            return False
    return True


def _in_for(tokens: list[Token], index: int) -> bool:
    """Whether the ``in`` at ``index`` belongs to a ``for``."""
    inside = tokens[index].depth
    for back in range(index - 1, 0, -1):
        if tokens[back].depth < inside:
            return tokens[back].text == "(" and tokens[back - 1].text == "for"
    return False


def _ends_do(tokens: list[Token], index: int) -> bool:
    """Whether the ``while`` at ``index`` ends a ``do``, which has been reported already."""
    depth = tokens[index].depth
    for back in range(index - 2, -1, -1):
        if tokens[back].depth == depth and tokens[back].text == "{":
            return back > 0 and tokens[back - 1].text == "do"
    return False


def _at(
    token: Token, message: str, kind: Literal["PARSER_ERROR", "LINT_ERROR"] = "LINT_ERROR"
) -> CodeError:
    return CodeError(kind, message, token.line, token.column + 1, len(token.text))
