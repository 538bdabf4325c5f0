"""An editor for GraphQL text or JSON: highlighted, with findings underlined, completed as one types."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, islice
from typing import ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.document._document import EditResult, Location
from textual.document._document_navigator import DocumentNavigator
from textual.document._edit import Edit
from textual.document._wrapped_document import WrappedDocument
from textual.message import Message
from textual.widgets import TextArea

from workbench.playground.completion import Proposal
from workbench.playground.highlighting import NAMES, Language, Open

Complete = Callable[[str, int], tuple[Proposal, ...]]
_BRACKET_REACH: Final = 10_000
"""How many characters away the partner of a bracket is looked for: further off it is not on screen."""


class _Wrapped(WrappedDocument):
    """Knows its height, which each painted line asks for, without counting all lines."""

    @classmethod
    def of(cls, wrapped: WrappedDocument) -> _Wrapped:
        """The same document with the same wrapping."""
        new = cls.__new__(cls)
        new.__dict__.update(wrapped.__dict__)
        return new

    @property
    def height(self) -> int:
        """How many rows it has."""
        return len(self._offset_to_line_info)


class CodeEditor(TextArea):
    """A text area with colours, marked findings and proposals."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"code--{name}" for name in NAMES),
        "code--finding",
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

    def __init__(
        self,
        language: Language,
        complete: Complete,
        *,
        id: str,  # noqa: A002 - Textual's own name
        numbers: bool = False,
    ) -> None:
        """``numbers``: whether lines have numbers."""
        self._text: str | None = None
        self._open_before: dict[int, Open] = {}
        self._code = language
        self._complete = complete
        self._findings: dict[int, list[tuple[int, int]]] = {}
        self._keys = 0
        self.offers = False
        """Whether a list of proposals is open for this editor."""
        super().__init__(
            "", id=id, soft_wrap=True, show_line_numbers=numbers, tab_behavior="focus", theme="css"
        )
        self.indent_width = 2
        # Its style would be laid over the colours of the line that one works on.
        self.highlight_cursor_line = False
        # TextArea has uses of its own for these; the screen has others.
        for key in ("f6", "f7", "ctrl+e"):
            self._bindings.key_to_bindings.pop(key, None)

    # -- the text ---------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The whole text; joined once for each change, though each painted line asks for it."""
        if self._text is None:
            self._text = self.document.text
        return self._text

    @text.setter
    def text(self, value: str) -> None:
        self.load_text(value)

    def edit(self, edit: Edit) -> EditResult:
        """Change the text."""
        self._forget_from(min(edit.from_location, edit.to_location)[0])
        result = super().edit(edit)
        self._text = None
        return result

    def _undo_batch(self, edits: Sequence[Edit]) -> None:
        super()._undo_batch(edits)
        self._forget_from(0)

    def _redo_batch(self, edits: Sequence[Edit]) -> None:
        super()._redo_batch(edits)
        self._forget_from(0)

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document(text, language)
        self.wrapped_document = _Wrapped.of(self.wrapped_document)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._forget_from(0)

    def _forget_from(self, line: int) -> None:
        """The text is another from this line on."""
        self._text = None
        self._open_before = {at: each for at, each in self._open_before.items() if at <= line}

    # -- painting ---------------------------------------------------------------------------------

    def get_line(self, line_index: int) -> Text:
        """One line, coloured."""
        line = super().get_line(line_index)
        pieces, _ = self._code.paint(line.plain, self._open_at(line_index))
        for start, end, name in pieces:
            line.stylize(self._code_style(name), start, end)
        for start, end in self._findings.get(line_index, ()):
            line.stylize(self._code_style("finding"), start, max(end, start + 1))
        return line

    def _open_at(self, line_index: int) -> Open:
        """What is open at a line's start."""
        known, lines, at = self._open_before, self.document.lines, line_index
        while at and at not in known and not self._code.begins(lines[at]):
            at -= 1
        known.setdefault(at, Open())
        for between in range(at, line_index):
            known[between + 1] = self._code.paint(lines[between], known[between])[1]
        return known[line_index]

    def mark(self, findings: Sequence[tuple[int, int]]) -> None:
        """Underline these pieces of the text, by offsets."""
        marked = self._by_line(findings)
        if marked != self._findings:
            self._findings = marked
            self._line_cache.clear()
            self.refresh()

    def _code_style(self, name: str) -> Style:
        return self.get_component_rich_style(f"code--{name}", partial=True)

    def _by_line(self, pieces: Sequence[tuple[int, int]]) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = {}
        starts = self._line_starts() if pieces else [0]
        for start, end in pieces:
            at = bisect_right(starts, start) - 1
            while at < len(starts) and (starts[at] < end or starts[at] <= start):
                following = starts[at + 1] if at + 1 < len(starts) else end
                found.setdefault(at, []).append(
                    (max(start, starts[at]) - starts[at], min(end, following) - starts[at])
                )
                at += 1
        return found

    def _line_starts(self) -> list[int]:
        lengths = (len(line) + 1 for line in self.document.lines[:-1])
        return list(accumulate(lengths, initial=0))

    def _yield_character_locations(self, start: Location) -> Iterable[tuple[str, Location]]:
        return islice(super()._yield_character_locations(start), _BRACKET_REACH)

    def _yield_character_locations_reverse(self, start: Location) -> Iterable[tuple[str, Location]]:
        return islice(super()._yield_character_locations_reverse(start), _BRACKET_REACH)

    # -- places -----------------------------------------------------------------------------------

    @property
    def offset_at_cursor(self) -> int:
        """The cursor's offset in the text."""
        row, column = self.cursor_location
        return sum(map(len, self.document.lines[:row])) + row + column

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

    def on_paste(self) -> None:
        """A paste opens no list, and one that is open does not fit any more."""
        self._keys += 1
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
