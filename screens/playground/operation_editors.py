"""The two editors of the playground: the operations and their variables, completed and checked."""

from __future__ import annotations

from graphql import GraphQLSchema
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import TextArea

from screens.playground.code_editor import CodeEditor
from screens.playground.proposal_list import ProposalList
from screens.playground.schema_checks import SchemaChecks
from workbench.playground.formatter import format_document
from workbench.playground.highlighting import GRAPHQL, JSON


class OperationEditors(Vertical):
    """Both editors, one above the other, with the list of proposals over them."""

    class Changed(Message):
        """The operations or the variables were edited."""

    class Checked(Message):
        """A text was checked; ``is_clean`` says that the schema allows all of it."""

        def __init__(self, text: str, is_clean: bool) -> None:
            super().__init__()
            self.text = text
            self.is_clean = is_clean

    def __init__(self) -> None:
        super().__init__(id="play-left")
        self.operation = CodeEditor(GRAPHQL, "Operation", id="query", numbers=True)
        self.variables = CodeEditor(JSON, "Variables", id="variables")
        self.checks = SchemaChecks(
            self.operation,
            self.variables,
            self.run_worker,
            lambda text, is_clean: self.post_message(self.Checked(text, is_clean)),
        )
        self._proposals = ProposalList()

    def compose(self) -> ComposeResult:
        """The operations above their variables."""
        yield self.operation
        yield self.variables
        yield self._proposals

    def show(self, text: str, variables: str, cursor: int) -> None:
        """Show the texts of a tab, with the cursor where it was."""
        with self.prevent(TextArea.Changed):
            self.operation.load_text(text)
            self.variables.load_text(variables)
        self.operation.move_cursor(self.operation.location_of(min(cursor, len(text))))
        self.checks.restart()

    def use_schema(self, schema: GraphQLSchema | None) -> None:
        """Complete and check by another schema from now on."""
        self.checks.schema = schema
        self.checks.check()

    def format(self) -> None:
        """Format the operations; raises NotFormattedProblem."""
        editor = self.operation
        formatted = format_document(editor.text)
        if formatted != editor.text:
            row = editor.cursor_location[0]
            editor.replace(formatted, (0, 0), editor.document.end)
            editor.move_cursor((min(row, editor.document.line_count - 1), 0))

    @on(TextArea.Changed)
    def _edited(self, event: TextArea.Changed) -> None:
        event.stop()
        self.checks.check()
        self.post_message(self.Changed())

    @on(TextArea.SelectionChanged, "#query")
    def _moved(self) -> None:
        self.checks.show_problems()

    def on_resize(self) -> None:
        """The narrow layout shows problems elsewhere."""
        self.call_after_refresh(self.checks.show_problems)

    # -- proposals --------------------------------------------------------------------------------

    @on(CodeEditor.Proposed)
    def _proposed(self, event: CodeEditor.Proposed) -> None:
        editor, proposals = event.editor, event.proposals
        is_typed_already = (
            len(proposals) == 1
            and proposals[0].insert.strip(": ")
            == editor.text[proposals[0].start : proposals[0].end]
        )
        if is_typed_already or not editor.has_focus:
            proposals = ()
        self._proposals.show_proposals(
            proposals, editor.cursor_screen_offset, self.screen.size, self.region.offset
        )
        editor.offers = bool(proposals)

    @on(CodeEditor.KeyForProposals)
    def _proposal_key(self, event: CodeEditor.KeyForProposals) -> None:
        if event.key in ("up", "down"):
            self._proposals.cursor += 1 if event.key == "down" else -1
        elif event.key in ("enter", "tab"):
            self._insert(event.editor)
        else:
            self._close(event.editor)

    @on(ProposalList.Clicked)
    def _proposal_clicked(self) -> None:
        for editor in (self.operation, self.variables):
            if editor.has_focus:
                self._insert(editor)

    def _insert(self, editor: CodeEditor) -> None:
        if self._proposals.chosen is not None:
            editor.take(self._proposals.chosen)
        self._close(editor)

    def _close(self, editor: CodeEditor) -> None:
        self._proposals.hide()
        editor.offers = False
