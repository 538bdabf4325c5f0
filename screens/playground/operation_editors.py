"""The two editors of the playground: the operations and their variables, completed and checked."""

from __future__ import annotations

from graphql import GraphQLSchema
from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import TextArea

from screens.editing.code_editor import CodeEditor
from screens.editing.proposing import ProposingEditors
from screens.playground.schema_checks import SchemaChecks
from workbench.playground.formatter import format_document
from workbench.playground.highlighting import GRAPHQL, JSON


class OperationEditors(ProposingEditors):
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
        self.operation = CodeEditor(GRAPHQL, "Operation", id="query", numbers=True)
        self.variables = CodeEditor(JSON, "Variables", id="variables")
        super().__init__(self.operation, self.variables, id="play-left")
        self.checks = SchemaChecks(
            self.operation,
            self.variables,
            self.run_worker,
            lambda text, is_clean: self.post_message(self.Checked(text, is_clean)),
        )

    def compose(self) -> ComposeResult:
        """The operations above their variables."""
        yield self.operation
        yield self.variables
        yield self.proposals

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
