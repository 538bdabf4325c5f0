"""An editor for GraphQL or JSON: highlights, underlines findings, completes while typing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
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

from screens.editing.code_painting import LinePainter, columns_by_line
from screens.widgets.titles import as_title
from workbench.playground.completion import Proposal
from workbench.playground.highlighting import NAMES, Language

Complete = Callable[[str, int], tuple[Proposal, ...]]
"""``complete(text, offset)``: what fits there, best first."""
_BRACKET_REACH: Final = 10_000
"""How many characters away a matching bracket is searched: further off it is not on screen."""


class _Wrapped(WrappedDocument):
    """Returns its height, which each painted line asks for, without counting all lines."""

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


CODE_CLASSES: Final = frozenset(f"code--{name}" for name in (*NAMES, "finding"))
"""Component classes that the screen has, once for its editors."""


class CodeEditor(TextArea):
    """A text area with colours, underlined findings and proposals; its name is its title."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+@,ctrl+space",
            "complete",
            "Complete",
            False,
            id="editor.complete",
            tooltip="Complete at the cursor",
        ),
    ]

    class Proposed(Message):
        """There are proposals for what is typed, or none any more."""

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

        def __init__(self, editor: CodeEditor, key: str) -> None:
            super().__init__()
            self.editor = editor
            self.key = key

    def __init__(
        self,
        language: Language,
        title: str,
        *,
        id: str,  # noqa: A002 - Textual's own name
        numbers: bool = False,
    ) -> None:
        """``numbers``: whether lines have numbers."""
        self._text: str | None = None
        self._painter = LinePainter(language)
        self._findings: dict[int, list[tuple[int, int]]] = {}
        self._keys = 0
        self._title = title
        self._borders = ("", "")
        self.complete: Complete = lambda text, offset: ()
        self.offers = False
        """Whether a list of proposals is open for this editor."""
        super().__init__(
            "",
            id=id,
            classes="pane",
            soft_wrap=True,
            show_line_numbers=numbers,
            tab_behavior="focus",
            theme="css",
        )
        self.border_title = as_title(title)
        self.indent_width = 2
        # Its style would be laid over the colours of the line that one works on.
        self.highlight_cursor_line = False
        # TextArea has uses of its own for these; the screen has others.
        for key in ("f6", "f7", "ctrl+e"):
            self._bindings.key_to_bindings.pop(key, None)

    # -- the text ---------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The whole text, joined once for each change: each painted line asks for it."""
        if self._text is None:
            self._text = self.document.text
        return self._text

    @text.setter
    def text(self, value: str) -> None:
        self.load_text(value)

    def edit(self, edit: Edit) -> EditResult:
        """Change the text."""
        self._changed_from(min(edit.from_location, edit.to_location)[0])
        result = super().edit(edit)
        self._text = None
        return result

    def _undo_batch(self, edits: Sequence[Edit]) -> None:
        super()._undo_batch(edits)
        self._changed_from(0)

    def _redo_batch(self, edits: Sequence[Edit]) -> None:
        super()._redo_batch(edits)
        self._changed_from(0)

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document(text, language)
        self.wrapped_document = _Wrapped.of(self.wrapped_document)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._changed_from(0)

    def _changed_from(self, line: int) -> None:
        self._text = None
        self._painter.changed_from(line)

    # -- painting ---------------------------------------------------------------------------------

    def get_line(self, line_index: int) -> Text:
        """One line, coloured."""
        line = super().get_line(line_index)
        for start, end, name in self._painter.paint(self.document.lines, line_index):
            line.stylize(self._code_style(name), start, end)
        for start, end in self._findings.get(line_index, ()):
            line.stylize(self._code_style("finding"), start, max(end, start + 1))
        return line

    def mark(self, findings: Sequence[tuple[int, int]]) -> None:
        """Underline these pieces of the text, by offsets."""
        marked = columns_by_line(self.document.lines, findings)
        if marked != self._findings:
            self._findings = marked
            self._line_cache.clear()
            self.refresh()

    def show_problem(self, problem: str) -> None:
        """Show in the border what is wrong; the narrow layout has no lower border."""
        if not self.is_attached:  # a check that ends after its pane was closed
            return
        problem = " ".join(problem.split())
        borders = (problem, "") if self.screen.has_class("-narrow") else ("", problem)
        if borders != self._borders:
            self._borders = borders
            self.border_title = as_title(self._title, error=borders[0])
            self.border_subtitle = as_title("", error=borders[1])

    def _code_style(self, name: str) -> Style:
        return self.screen.get_component_rich_style(f"code--{name}", partial=True)

    def _yield_character_locations(self, start: Location) -> Iterable[tuple[str, Location]]:
        return islice(super()._yield_character_locations(start), _BRACKET_REACH)

    def _yield_character_locations_reverse(self, start: Location) -> Iterable[tuple[str, Location]]:
        return islice(super()._yield_character_locations_reverse(start), _BRACKET_REACH)

    # -- locations --------------------------------------------------------------------------------

    @property
    def offset_at_cursor(self) -> int:
        """The cursor's offset in the text."""
        row, column = self.cursor_location
        return sum(map(len, self.document.lines[:row])) + row + column

    def location_of(self, offset: int) -> tuple[int, int]:
        """The row and column of an offset."""
        before = self.text[:offset]
        return before.count("\n"), len(before) - (before.rfind("\n") + 1)

    def take(self, proposal: Proposal) -> None:
        """Insert a proposal."""
        self.replace(
            proposal.insert,
            self.location_of(proposal.start),
            self.location_of(proposal.end),
            maintain_selection_offset=False,
        )
        self.move_cursor(self.location_of(proposal.start + len(proposal.insert)))

    # -- proposals --------------------------------------------------------------------------------

    def propose(self) -> None:
        """Post what fits at the cursor."""
        found = self.complete(self.text, self.offset_at_cursor)
        self.post_message(self.Proposed(self, found))

    def _propose_after(self, keys: int) -> None:
        """Propose for the last key only: fast typing gets no late list."""
        if keys == self._keys:
            self.propose()

    def action_complete(self) -> None:
        """Propose what fits at the cursor."""
        self.propose()

    async def _on_key(self, event: events.Key) -> None:
        """Keys of an open list go to it; a new line keeps the indent; braces come in pairs."""
        self._keys += 1
        if self.offers and event.key in ("up", "down", "enter", "tab", "escape"):
            event.stop()
            event.prevent_default()
            self.post_message(self.KeyForProposals(self, event.key))
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
        """A paste opens no list, and closes one that is open."""
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
