"""Splits JavaScript into tokens, as far as finding statements and operators needs.

Strings, comments, template literals (nested ones too) and regular expressions are told apart, so
that a keyword inside one of them is never taken for code. Whether a slash begins a regular
expression follows from what stands before it: a value divides, anything else does not; the ``)`` of
``if (…)`` and the ``}`` of a block are not values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "number", "string", "template", "regex", "punctuator"]

_LONG_PUNCTUATORS = (
    ">>>= ... === !== **= <<= >>= >>> &&= ||= ??= => == != <= >= && || ?? ?. ++ -- += -= *= /= %="
    " &= |= ^= << >> **"
)
_PUNCTUATORS = frozenset(_LONG_PUNCTUATORS.split())
_KEYWORDS = (
    "await break case continue debugger default delete do else extends finally for if in instanceof"
    " new of return switch throw try typeof void while with yield"
)
_NOT_VALUES = frozenset(_KEYWORDS.split())
_BEFORE_OBJECTS = _NOT_VALUES - {"do", "else", "finally"}
_NUMBER = re.compile(
    r"0[xX][\da-fA-F_]+n?|0[bB][01_]+n?|0[oO][0-7_]+n?"
    r"|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?n?"
)
_CONDITION_WORDS = frozenset(("if", "while", "for", "with"))


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``depth`` counts the brackets and template holes around it.

    ``text`` is the source text; of a template literal, a piece between holes. ``line`` begins at 1,
    ``column`` at 0. ``after_newline``: a line break stands before it.
    """

    kind: Kind
    text: str
    start: int
    depth: int
    line: int
    column: int
    after_newline: bool

    @property
    def end(self) -> int:
        """The offset behind the token."""
        return self.start + len(self.text)


class UnreadableCodeError(ValueError):
    """Code that ends inside a string, comment, template or pattern, or closes what is not open."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def tokenize(code: str) -> list[Token]:
    """All tokens but comments and spaces; raises :class:`UnreadableCodeError`."""
    try:
        code.encode()
    except UnicodeEncodeError:
        raise UnreadableCodeError("The code is not valid Unicode text", 1, 0) from None
    return _Reader(code).read()


class _Reader:
    """One pass over a source text."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.at = 0
        self.line = 1
        self.line_start = 0
        self.newline = False
        self.tokens: list[Token] = []
        # What each open bracket is: "(", "if(" for a condition's, "[", "block", "object", "${".
        self.open: list[str] = []
        self.closed = ""

    def read(self) -> list[Token]:
        while self._skip_space():
            char = self.code[self.at]
            if char in "'\"":
                self._add("string", self._string_end(char))
            elif char == "`":
                self._template()
            elif char.isalpha() or char in "_$#\\" or ord(char) > 127:
                self._add("word", self._word_end())
            elif char.isdigit() or (char == "." and self._next_is_digit()):
                self._add("number", self._number_end())
            elif char == "/" and not self._follows_value():
                self._add("regex", self._regex_end())
            elif char == "}" and self.open and self.open[-1] == "${":
                self.open.pop()
                self._template()
            else:
                self._punctuator()
        return self.tokens

    def _skip_space(self) -> bool:
        """Go to the next token; false at the end."""
        code, length = self.code, len(self.code)
        while self.at < length:
            char = code[self.at]
            if char in "\n\r\u2028\u2029":
                self._line_break()
            elif char.isspace() or char == "\ufeff":
                self.at += 1
            elif code.startswith(("//", "#!"), self.at) and (char == "/" or self.at == 0):
                while self.at < length and code[self.at] not in "\n\r\u2028\u2029":
                    self.at += 1
            elif code.startswith("/*", self.at):
                self._skip_comment()
            else:
                return True
        return False

    def _skip_comment(self) -> None:
        end = self.code.find("*/", self.at + 2)
        if end < 0:
            raise self._problem("Unterminated comment")
        while self.at < end:
            if self.code[self.at] in "\n\r\u2028\u2029":
                self._line_break()
            else:
                self.at += 1
        self.at = end + 2

    def _line_break(self) -> None:
        self.at += 2 if self.code.startswith("\r\n", self.at) else 1
        self.line += 1
        self.line_start = self.at
        self.newline = True

    def _add(self, kind: Kind, end: int) -> None:
        text = self.code[self.at : end]
        self.tokens.append(
            Token(
                kind,
                text,
                self.at,
                len(self.open),
                self.line,
                self.at - self.line_start,
                self.newline,
            )
        )
        self.newline = False
        if kind in ("template", "string") and "\n" in text:
            self.line += text.count("\n")
            self.line_start = self.at + text.rfind("\n") + 1
        self.at = end

    def _problem(self, message: str) -> UnreadableCodeError:
        return UnreadableCodeError(message, self.line, self.at - self.line_start)

    def _string_end(self, quote: str) -> int:
        at = self.at + 1
        while at < len(self.code):
            char = self.code[at]
            if char == "\\":
                at += 2
            elif char == quote:
                return at + 1
            elif char in "\n\r":
                break
            else:
                at += 1
        raise self._problem("Unterminated string literal")

    def _template(self) -> None:
        """One piece of a template, from a backtick or a hole's end to the next of them."""
        at = self.at + 1
        while at < len(self.code):
            if self.code[at] == "\\":
                at += 2
            elif self.code[at] == "`":
                self._add("template", at + 1)
                return
            elif self.code.startswith("${", at):
                self._add("template", at + 2)
                self.open.append("${")
                return
            else:
                at += 1
        raise self._problem("Unterminated template literal")

    def _word_end(self) -> int:
        at = self.at + 1
        while at < len(self.code):
            char = self.code[at]
            if not (char.isalnum() or char in "_$\\" or (ord(char) > 127 and not char.isspace())):
                break
            at += 1
        return at

    def _number_end(self) -> int:
        match = _NUMBER.match(self.code, self.at)
        return match.end() if match else self.at + 1

    def _next_is_digit(self) -> bool:
        return self.code[self.at + 1 : self.at + 2].isdigit()

    def _regex_end(self) -> int:
        at, in_class = self.at + 1, False
        while at < len(self.code):
            char = self.code[at]
            if char in "\n\r":
                break
            if char == "\\":
                at += 1
            elif char == "[":
                in_class = True
            elif char == "]":
                in_class = False
            elif char == "/" and not in_class:
                at += 1
                while at < len(self.code) and self.code[at].isalnum():
                    at += 1
                return at
            at += 1
        raise self._problem("Unterminated regular expression")

    def _punctuator(self) -> None:
        code, char = self.code, self.code[self.at]
        if char in "([{":
            kind = self._bracket_kind(char)
            self._add("punctuator", self.at + 1)
            self.open.append(kind)
            return
        if char in ")]}":
            if not self.open:
                # It would end the function that the code becomes the body of.
                raise self._problem(f"Unexpected token '{char}'")
            self.closed = self.open.pop()
            self._add("punctuator", self.at + 1)
            return
        for length in (4, 3, 2):
            text = code[self.at : self.at + length]
            # `a?.5:b` is a condition, not optional chaining.
            if text in _PUNCTUATORS and not (
                text == "?." and code[self.at + 2 : self.at + 3].isdigit()
            ):
                self._add("punctuator", self.at + length)
                return
        self._add("punctuator", self.at + 1)

    def _bracket_kind(self, char: str) -> str:
        previous = self.tokens[-1] if self.tokens else None
        if char == "(":
            return "if(" if previous is not None and self._is_condition_word(previous) else "("
        if char == "[":
            return "["
        if previous is None:
            return "block"
        if previous.kind == "punctuator":
            return "block" if previous.text in (")", ";", "{", "}", "=>") else "object"
        expression = previous.kind == "word" and previous.text in _BEFORE_OBJECTS
        return "object" if expression else "block"

    def _is_condition_word(self, token: Token) -> bool:
        return token.text in _CONDITION_WORDS and not self._is_member_name()

    def _is_member_name(self) -> bool:
        """Whether the last token is a name behind a dot, such as ``a.if``."""
        return len(self.tokens) > 1 and self.tokens[-2].text in (".", "?.")

    def _follows_value(self) -> bool:
        if not self.tokens:
            return False
        previous = self.tokens[-1]
        if previous.kind == "word":
            return previous.text not in _NOT_VALUES or self._is_member_name()
        if previous.kind == "template":
            return previous.text.endswith("`")
        if previous.kind != "punctuator":
            return True
        if previous.text == ")":
            return self.closed != "if("
        if previous.text == "}":
            return self.closed == "object"
        return previous.text in ("]", "++", "--")
