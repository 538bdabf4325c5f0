"""An editor for GraphQL text or JSON: highlighted, with findings underlined, completed as one types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from workbench.playground.completion import Proposal
from workbench.playground.tokens import Kind, tokens

Painter = Callable[[str], Sequence[tuple[int, int, str]]]
"""From a text to its coloured pieces: start, end, and the name of their ``code--`` style."""
Complete = Callable[[str, int], tuple[Proposal, ...]]

_STYLES: Final = {
    Kind.VARIABLE: "variable",
    Kind.DIRECTIVE: "keyword",
    Kind.NUMBER: "number",
    Kind.STRING: "string",
    Kind.COMMENT: "comment",
    Kind.SPREAD: "keyword",
    Kind.INVALID: "invalid",
}
_KEYWORDS: Final = {"query", "mutation", "subscription", "fragment", "on", "true", "false", "null"}


def graphql_pieces(text: str) -> list[tuple[int, int, str]]:
    """GraphQL's coloured pieces."""
    pieces: list[tuple[int, int, str]] = []
    for token in tokens(text):
        if token.kind is Kind.NAME:
            behind = text[token.end : token.end + 1]
            if token.text in _KEYWORDS:
                pieces.append((token.start, token.end, "keyword"))
            elif behind == ":":
                pieces.append((token.start, token.end, "name"))
            elif token.text[:1].isupper():
                pieces.append((token.start, token.end, "type"))
        elif token.kind in _STYLES:
            pieces.append((token.start, token.end, _STYLES[token.kind]))
    return pieces


def json_pieces(text: str) -> list[tuple[int, int, str]]:
    """JSON's coloured pieces; GraphQL's tokens serve for it too."""
    pieces: list[tuple[int, int, str]] = []
    for token in tokens(text):
        if token.kind is Kind.STRING:
            is_key = text[token.end :].lstrip()[:1] == ":"
            pieces.append((token.start, token.end, "name" if is_key else "string"))
        elif token.kind is Kind.NUMBER:
            pieces.append((token.start, token.end, "number"))
        elif token.kind is Kind.NAME:
            known = token.text in ("true", "false", "null")
            pieces.append((token.start, token.end, "keyword" if known else "invalid"))
    return pieces


class CodeEditor(TextArea):
    """A text area with colours, marked findings and proposals."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"code--{name}" for name in ("keyword", "variable", "name", "type", "string", "number")),
        *(f"code--{name}" for name in ("comment", "invalid", "finding")),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+@,ctrl+space",
            "complete",
            "Complete",
            False,
            id="editor.complete",
            tooltip="Propose what fits here",
        ),
    ]

    class Proposed(Message):
        """There are proposals for the cursor's place, or none any more."""

        def __init__(self, editor: CodeEditor, proposals: tuple[Proposal, ...]) -> None:
            super().__init__()
            self.editor = editor
            self.proposals = proposals

        @property
        def control(self) -> CodeEditor:
            """The editor, for ``@on`` selectors."""
            return self.editor

    class KeyForProposals(Message):
        """A key that belongs to the open list of proposals."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, painter: Painter, complete: Complete, *, id: str) -> None:  # noqa: A002
        super().__init__(
            "", id=id, soft_wrap=False, show_line_numbers=False, tab_behavior="focus", theme="css"
        )
        self.indent_width = 2
        # TextArea selects a line and all with these; the screen has other uses for them.
        for key in ("f6", "f7"):
            self._bindings.key_to_bindings.pop(key, None)
        self._painter = painter
        self._complete = complete
        self._pieces: dict[int, list[tuple[int, int, str]]] = {}
        self._findings: dict[int, list[tuple[int, int, str]]] = {}
        self._painted: str | None = None
        self._keys = 0
        self.offers = False
        """Whether a list of proposals is open for this editor."""

    # -- painting ---------------------------------------------------------------------------------

    def get_line(self, line_index: int) -> Text:
        """One line, coloured."""
        line = super().get_line(line_index)
        if self._painted != self.text:
            self._painted = self.text
            self._pieces = self._by_line(self._painter(self.text))
        for start, end, name in self._pieces.get(line_index, ()):
            line.stylize(self._code_style(name), start, end)
        for start, end, name in self._findings.get(line_index, ()):
            line.stylize(self._code_style(name), start, max(end, start + 1))
        return line

    def mark(self, findings: Sequence[tuple[int, int]]) -> None:
        """Underline these pieces of the text, by offsets."""
        marked = self._by_line([(start, end, "finding") for start, end in findings])
        if marked != self._findings:
            self._findings = marked
            self._line_cache.clear()
            self.refresh()

    def _code_style(self, name: str) -> Style:
        return self.get_component_rich_style(f"code--{name}", partial=True)

    def _by_line(
        self, pieces: Sequence[tuple[int, int, str]]
    ) -> dict[int, list[tuple[int, int, str]]]:
        found: dict[int, list[tuple[int, int, str]]] = {}
        starts = self._line_starts()
        line = 0
        for start, end, name in sorted(pieces):
            while line + 1 < len(starts) and starts[line + 1] <= start:
                line += 1
            at = line
            while at < len(starts) and starts[at] < end:
                following = starts[at + 1] if at + 1 < len(starts) else end
                found.setdefault(at, []).append(
                    (max(start, starts[at]) - starts[at], min(end, following) - starts[at], name)
                )
                at += 1
        return found

    def _line_starts(self) -> list[int]:
        starts = [0]
        for line in self.text.split("\n")[:-1]:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    # -- places -----------------------------------------------------------------------------------

    @property
    def offset_at_cursor(self) -> int:
        """The cursor's offset in the text."""
        row, column = self.cursor_location
        return self._line_starts()[row] + column

    def place_of(self, offset: int) -> tuple[int, int]:
        """The row and column of an offset."""
        before = self.text[:offset]
        return before.count("\n"), len(before) - (before.rfind("\n") + 1)

    def take(self, proposal: Proposal) -> None:
        """Put a proposal into the text."""
        self.replace(
            proposal.insert,
            self.place_of(proposal.start),
            self.place_of(proposal.end),
            maintain_selection_offset=False,
        )
        self.move_cursor(self.place_of(proposal.start + len(proposal.insert)))

    # -- proposals --------------------------------------------------------------------------------

    def propose(self) -> None:
        """Tell what fits at the cursor."""
        found = self._complete(self.text, self.offset_at_cursor)
        self.post_message(self.Proposed(self, found))

    def _propose_after(self, keys: int) -> None:
        """Propose for the last key only: what was typed fast gets no late list."""
        if keys == self._keys:
            self.propose()

    def action_complete(self) -> None:
        """Propose what fits here."""
        self.propose()

    async def _on_key(self, event: events.Key) -> None:
        """Keys of an open list go to it; a new line keeps the indent; braces come in pairs."""
        self._keys += 1
        if self.offers and event.key in ("up", "down", "enter", "tab", "escape"):
            event.stop()
            event.prevent_default()
            self.post_message(self.KeyForProposals(event.key))
            return
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self._new_line()
            return
        if event.character in ("{", "(") and self.selection.is_empty:
            self._close()
            event.stop()
            event.prevent_default()
            closing = "}" if event.character == "{" else ")"
            self.insert(event.character + closing, maintain_selection_offset=False)
            self.action_cursor_left()
            return
        if event.character in ("}", ")") and self._character_behind() == event.character:
            self._close()
            event.stop()
            event.prevent_default()
            self.action_cursor_right()
            return
        await super()._on_key(event)
        if (
            event.is_printable
            and event.character
            and (event.character.isalnum() or event.character in "_$@. ")
        ):
            if event.character == " ":
                self._close()
            else:
                self.call_after_refresh(self._propose_after, self._keys)
        elif event.key in ("backspace", "delete") and self.offers:
            self.call_after_refresh(self._propose_after, self._keys)
        elif event.key not in ("up", "down", "enter", "tab", "escape"):
            self._close()

    def on_blur(self) -> None:
        """A list of proposals belongs to the editor that has the focus."""
        self._close()

    def _close(self) -> None:
        self.post_message(self.Proposed(self, ()))

    def _character_behind(self) -> str:
        row, column = self.cursor_location
        return self.document.get_line(row)[column : column + 1]

    def _new_line(self) -> None:
        row, column = self.cursor_location
        line = self.document.get_line(row)
        indent = line[: len(line) - len(line.lstrip(" "))]
        before, behind = line[:column].rstrip(), line[column:].lstrip()
        if before.endswith(("{", "(")) and behind[:1] in ("}", ")"):
            self.insert(f"\n{indent}  \n{indent}", maintain_selection_offset=False)
            self.move_cursor((row + 1, len(indent) + 2))
            return
        deeper = "  " if before.endswith(("{", "(")) else ""
        self.insert(f"\n{indent}{deeper}", maintain_selection_offset=False)
