"""The playground's screen: tabs, the two editors, the result, and everything that is done from keys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, ClassVar

from graphql import GraphQLSchema
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input, TextArea

from screens.playground.code_editor import CodeEditor, graphql_pieces, json_pieces
from screens.playground.dialogs import ask_caller, ask_export, ask_field, ask_run, ask_saved
from screens.playground.proposal_list import ProposalList
from screens.playground.result_pane import ResultPane
from screens.playground.sheets import Sheet, Sheets
from screens.playground.tab_strip import TabName, TabStrip
from screens.widgets.key_bar import KeyBar
from workbench.playground.api import PlaygroundApi
from workbench.playground.authorizing import NotAuthorizedError
from workbench.playground.collections import NotSavedError, save
from workbench.playground.completion import Proposal, complete
from workbench.playground.documents import Definition, operation_at, runnable
from workbench.playground.export import Exported
from workbench.playground.history import History, Run
from workbench.playground.lint import Finding, broken_by, lint
from workbench.playground.prettify import NotPrettifiedError, prettify
from workbench.playground.requests import Request, Result
from workbench.playground.run_as import RunAs, default_run_as, parse_run_as
from workbench.playground.schema_source import LoadedSchema, NoSchemaError
from workbench.playground.stream import StreamError
from workbench.playground.variables import complete_variables, read_variables
from workbench.project.models import ProjectProblem

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

LINT_SECONDS = 0.15
SAVE_SECONDS = 1.0


class PlaygroundScreen(Screen[None], inherit_bindings=False):
    """Stays alive behind the sandbox's screen, so that its streams go on."""

    app: WorkbenchApp

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (100, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+j,f5", "run", "Run", id="play.run", tooltip="Run the operation at the cursor"
        ),
        Binding("f2", "caller", "Run as", id="play.caller", tooltip="Choose who runs it"),
        Binding(
            "f3",
            "schema",
            "Schema",
            id="play.schema",
            tooltip="Search the schema, write operations",
        ),
        Binding("f4", "history", "History", id="play.history", tooltip="What was run before"),
        Binding(
            "f6", "other", "Next part", id="play.other", tooltip="Go to the next part of the screen"
        ),
        Binding(
            "f7",
            "compare",
            "Compare",
            False,
            id="play.compare",
            tooltip="Run as two callers, side by side",
        ),
        Binding(
            "f8",
            "prettify",
            "Layout",
            False,
            id="play.prettify",
            tooltip="Lay the operation out anew",
        ),
        Binding("f9", "stop", "Stop", id="play.stop", tooltip="End the stream or the request"),
        Binding(
            "ctrl+t", "new_tab", "New tab", False, id="play.new_tab", tooltip="Open another tab"
        ),
        Binding(
            "ctrl+w",
            "close_tab",
            "Close tab",
            False,
            priority=True,
            id="play.close_tab",
            tooltip="Close this tab",
        ),
        Binding(
            "ctrl+n",
            "step_tab(1)",
            "Next tab",
            False,
            id="play.next_tab",
            tooltip="Go to the next tab",
        ),
        Binding(
            "ctrl+b",
            "step_tab(-1)",
            "Previous tab",
            False,
            id="play.previous_tab",
            tooltip="Go to the previous tab",
        ),
        Binding("ctrl+o", "open", "Open", False, id="play.open", tooltip="Open a saved operation"),
        Binding("ctrl+s", "save", "Save", False, id="play.save", tooltip="Save it in graphql/"),
        Binding(
            "ctrl+r",
            "reload",
            "Reload schema",
            False,
            id="play.reload",
            tooltip="Read the schema again",
        ),
        Binding(
            "escape",
            "back",
            "Sandbox",
            id="play.back",
            tooltip="Back to the sandbox; streams go on",
        ),
    ]

    def __init__(
        self, open_api: Callable[[], PlaygroundApi], folder: Path, root: Path, title: str
    ) -> None:
        super().__init__(id="playground")
        self._open_api = open_api
        self._root = root
        self._title = title
        self.api: PlaygroundApi | None = None
        self.schema: LoadedSchema | None = None
        self._schema_words = "schema: reading …"
        self.sheets = Sheets(folder)
        self.history = History(folder)
        self._findings: tuple[Finding, ...] = ()
        self._shown = -1
        self._last: tuple[Definition, Request] | None = None

    def compose(self) -> ComposeResult:
        """Tabs, editors on the left (wide) or above (narrow), results, keys."""
        yield TabStrip()
        with Horizontal(id="play-columns"):
            with Vertical(id="play-left"):
                query = CodeEditor(graphql_pieces, self._complete_query, id="query")
                query.border_title = "Operation"
                query.add_class("pane")
                yield query
                variables = CodeEditor(json_pieces, self._complete_variables, id="variables")
                variables.border_title = "Variables"
                variables.add_class("pane")
                yield variables
            with Horizontal(id="play-results"):
                yield ResultPane(id="result")
                yield ResultPane(id="result-other")
        yield Input(id="result-search", placeholder="search in the result")
        yield ProposalList()
        yield KeyBar()

    def on_mount(self) -> None:
        """Bring back what was open, and connect."""
        self.query_one("#result-other").display = False
        self.query_one("#result-search").display = False
        warning = self.sheets.load()
        if warning:
            self.app.say(warning, "warning")
        self._show_sheet()
        self.query_one("#query", CodeEditor).focus()
        self._connect()

    # -- connection and schema --------------------------------------------------------------------

    @work(exclusive=True, group="connect")
    async def _connect(self) -> None:
        if self.api is None:
            try:
                self.api = await asyncio.to_thread(self._open_api)
            except (ProjectProblem, OSError) as problem:
                self._schema_words = "not connected"
                self._show_tabs()
                self.query_one("#result", ResultPane).show_problem(str(problem))
                return
        await self._load_schema()

    async def _load_schema(self) -> None:
        assert self.api is not None
        try:
            loaded = await self.api.load_schema()
        except NoSchemaError as problem:
            self._schema_words = "no schema"
            self._show_tabs()
            self.app.say(str(problem), "error")
            return
        before, self.schema = self.schema, loaded
        self._schema_words = f"{len(loaded.schema.type_map)} types"
        self.refresh_bindings()
        self._show_tabs()
        self._check()
        if before is not None and before.revision != loaded.revision:
            self._tell_broken(before.schema, loaded.schema)

    def _tell_broken(self, before: GraphQLSchema, after: GraphQLSchema) -> None:
        sheets = self.sheets.all
        broken = broken_by(before, after, [sheet.text for sheet in sheets])
        for sheet in sheets:
            sheet.broken = False
        for index, _ in broken:
            sheets[index].broken = True
        self._show_tabs()
        if not broken:
            self.app.say("The schema has changed; all open operations still fit")
            return
        for index, finding in broken[:3]:
            name = finding.operation or sheets[index].title
            self.app.say(f"The new schema breaks {name}: {finding.message}", "warning")

    def deployed(self) -> None:
        """A deployment has ended: the API may be another, its schema and callers too."""
        if self.api is not None:
            self.api.forget_callers()
        old, self.api = self.api, None
        if old is not None:
            self.run_worker(old.close(), group="close")
        self._connect()

    def action_reload(self) -> None:
        """Read the schema again."""
        self.deployed()

    # -- tabs -------------------------------------------------------------------------------------

    @property
    def sheet(self) -> Sheet:
        """The tab in front."""
        return self.sheets.active

    def _show_sheet(self) -> None:
        sheet = self.sheet
        self._shown = sheet.id
        query, variables = (
            self.query_one("#query", CodeEditor),
            self.query_one("#variables", CodeEditor),
        )
        with self.prevent(TextArea.Changed):
            query.load_text(sheet.text)
            variables.load_text(sheet.variables)
        query.move_cursor(query.place_of(min(sheet.cursor, len(sheet.text))))
        pane = self.query_one("#result", ResultPane)
        if sheet.result is not None:
            pane.show_result(sheet.result, sheet.result_caller)
            pane.show_trace(sheet.trace)
        elif sheet.stream is not None:
            pane.show_stream(sheet.stream.caller)
            for event in sheet.stream.events:
                pane.add_event(event)
            if sheet.stream.end:
                pane.stream_ended(sheet.stream.end, failed=sheet.stream.failed)
        else:
            pane.show_rows([])
            pane.result = None
            pane.border_title = "Result"
        self.query_one("#result-other").display = False
        self._show_tabs()
        self._check()

    def _show_tabs(self) -> None:
        names = [
            TabName(
                each.id, each.title, ("! " if each.broken else "") + ("◉ " if each.is_live else "")
            )
            for each in self.sheets.all
        ]
        caller = self._caller().label
        aside = f"as {caller} · {self._schema_words} · {self._title} "
        self.query_one(TabStrip).show_tabs(names, self.sheet.id, aside)

    def _keep(self) -> None:
        query = self.query_one("#query", CodeEditor)
        sheet = self.sheet
        sheet.text, sheet.cursor = query.text, query.offset_at_cursor
        sheet.variables = self.query_one("#variables", CodeEditor).text

    @on(TabStrip.Chosen)
    def _tab_chosen(self, event: TabStrip.Chosen) -> None:
        self._go_to(event.tab)

    def _go_to(self, tab: int) -> None:
        self._keep()
        self.sheets.go_to(tab)
        self._show_sheet()
        self._save_soon()

    def open_text(self, text: str, variables: str = "", file: str = "") -> None:
        """Open a text in a tab of its own, or in the one in front where that is empty."""
        self._keep()
        if self.sheet.text.strip() and not self.sheet.is_untouched:
            self.sheets.add()
        sheet = self.sheet
        sheet.text, sheet.variables, sheet.file, sheet.cursor = text, variables, file, 0
        self._show_sheet()
        self._save_soon()

    def action_new_tab(self) -> None:
        """Open another tab."""
        self._keep()
        self.sheets.add()
        self._show_sheet()
        self.query_one("#query").focus()

    def action_close_tab(self) -> None:
        """Close the tab in front; its stream ends."""
        self.action_stop()
        self.sheets.close()
        self._show_sheet()
        self._save_soon()

    def action_step_tab(self, step: int) -> None:
        """Go to a neighbouring tab."""
        self._keep()
        self.sheets.step(step)
        self._show_sheet()

    # -- editing ----------------------------------------------------------------------------------

    def _complete_query(self, text: str, offset: int) -> tuple[Proposal, ...]:
        return complete(text, offset, self.schema.schema) if self.schema else ()

    def _complete_variables(self, text: str, offset: int) -> tuple[Proposal, ...]:
        operation = self._operation()
        if self.schema is None or operation is None:
            return ()
        return complete_variables(text, offset, operation.text, self.schema.schema)

    def _operation(self) -> Definition | None:
        query = self.query_one("#query", CodeEditor)
        return operation_at(query.text, query.offset_at_cursor)

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._keep()
        self._check()
        self._save_soon()
        self._show_tabs()

    @work(exclusive=True, group="check")
    async def _check(self) -> None:
        """Lint in a thread, once the typing rests; the latest text wins."""
        await asyncio.sleep(LINT_SECONDS)
        sheet = self.sheet
        schema = self.schema.schema if self.schema else None
        text, variables = sheet.text, sheet.variables
        operation = self._operation()
        findings = await asyncio.to_thread(lint, text, schema)
        if operation is not None:
            read = await asyncio.to_thread(read_variables, variables, operation.text, schema)
            problems = read.problems
        else:
            problems = ()
        if sheet is not self.sheet or text != sheet.text:
            return
        self._findings = findings
        query, editor = (
            self.query_one("#query", CodeEditor),
            self.query_one("#variables", CodeEditor),
        )
        query.mark([(each.start, each.end) for each in findings])
        editor.mark([(each.start, each.end) for each in problems if variables.strip()])
        editor.border_subtitle = problems[0].message if problems and operation else ""
        self._tell_finding()

    @on(TextArea.SelectionChanged, "#query")
    def _moved(self) -> None:
        self._tell_finding()

    def _tell_finding(self) -> None:
        """The finding at the cursor's line, else the first, in the editor's lower edge."""
        query = self.query_one("#query", CodeEditor)
        row = query.cursor_location[0]
        here = [each for each in self._findings if query.place_of(each.start)[0] == row]
        found = here[0] if here else self._findings[0] if self._findings else None
        words = ""
        if found is not None:
            line = query.place_of(found.start)[0] + 1
            words = f"line {line}: {found.message}".replace("[", "\\[")
        if query.border_subtitle != words:
            query.border_subtitle = words

    def action_prettify(self) -> None:
        """Lay the operation out anew."""
        query = self.query_one("#query", CodeEditor)
        try:
            pretty = prettify(query.text)
        except NotPrettifiedError as problem:
            self.app.say(f"Not laid out: {problem}", "warning")
            return
        if pretty != query.text:
            query.replace(pretty, (0, 0), query.document.end)

    @on(CodeEditor.Proposed)
    def _proposed(self, event: CodeEditor.Proposed) -> None:
        editor, proposals = event.editor, event.proposals
        only = (
            len(proposals) == 1
            and proposals[0].insert.strip(": ")
            == editor.text[proposals[0].start : proposals[0].end]
        )
        if only or not editor.has_focus:
            proposals = ()
        offset = editor.cursor_screen_offset
        room = self.size.height - offset.y - 2
        self.query_one(ProposalList).show_proposals(proposals, offset.x, offset.y, room)
        editor.offers = bool(proposals)

    @on(CodeEditor.KeyForProposals)
    def _proposal_key(self, event: CodeEditor.KeyForProposals) -> None:
        listed = self.query_one(ProposalList)
        editor = self.focused
        if not isinstance(editor, CodeEditor):
            return
        if event.key in ("up", "down"):
            listed.cursor += 1 if event.key == "down" else -1
            return
        if event.key in ("enter", "tab") and listed.chosen is not None:
            editor.take(listed.chosen)
        listed.show_proposals((), 0, 0, 0)
        editor.offers = False

    # -- running ----------------------------------------------------------------------------------

    def _caller(self) -> RunAs:
        if self.sheet.run_as:
            return parse_run_as(self.sheet.run_as)
        return default_run_as(self.api.environment) if self.api else parse_run_as("api-key")

    def action_run(self) -> None:
        """Run the operation at the cursor."""
        self._run_as([self._caller()])

    def _run_as(self, callers: list[RunAs], changes: dict[str, object] | None = None) -> None:
        pane = self.query_one("#result", ResultPane)
        self._keep()
        operation = self._operation()
        if self.api is None:
            pane.show_problem("Not connected. Deploy first, then press Ctrl+R.")
            return
        if operation is None:
            pane.show_problem("There is no operation at the cursor.")
            return
        schema = self.schema.schema if self.schema else None
        read = read_variables(self.sheet.variables, operation.text, schema)
        if read.problems and not read.values and self.sheet.variables.strip() not in ("", "{}"):
            pane.show_problem(f"Variables: {read.problems[0].message}")
            return
        known = set(operation.variables)
        values = {name: value for name, value in read.values.items() if name in known}
        request = Request(runnable(self.sheet.text, operation), {**values, **(changes or {})})
        self._last = (operation, request)
        other = self.query_one("#result-other", ResultPane)
        other.display = len(callers) > 1
        if operation.kind == "subscription":
            self._subscribe(self.sheet, callers[0], request)
            return
        self._execute(self.sheet, callers[0], operation, request, pane)
        if len(callers) > 1:
            self._execute(self.sheet, callers[1], operation, request, other)

    @work(group="run")
    async def _execute(
        self, sheet: Sheet, caller: RunAs, operation: Definition, request: Request, pane: ResultPane
    ) -> None:
        assert self.api is not None
        pane.show_running(caller.label)
        api = self.api
        try:
            result = await api.run(caller, request)
        except (NotAuthorizedError, ProjectProblem) as problem:
            pane.show_problem(f"{caller.label}: {problem}")
            return
        in_front = pane.id == "result"
        if in_front:
            sheet.result, sheet.result_caller, sheet.trace, sheet.stream = (
                result,
                caller.label,
                {},
                None,
            )
        if sheet is self.sheet:
            pane.show_result(result, caller.label)
            if in_front:
                self._go_to_error(sheet, operation, result)
        trace = await api.trace(result)
        if in_front:
            sheet.trace = trace.document
        if sheet is self.sheet:
            pane.show_trace(trace.document)
        self._remember(operation, request, caller, result)

    def _go_to_error(self, sheet: Sheet, operation: Definition, result: Result) -> None:
        """Underline the places in the operation that errors point at."""
        query = self.query_one("#query", CodeEditor)
        marks: list[tuple[int, int]] = [(each.start, each.end) for each in self._findings]
        lines = operation.text.split("\n")
        for error in result.errors:
            if 0 < error.line <= len(lines):
                start = operation.start + sum(len(line) + 1 for line in lines[: error.line - 1])
                start += max(0, error.column - 1)
                marks.append((start, start + 1))
        query.mark(marks)

    @work(thread=True, group="history")
    def _remember(
        self, operation: Definition, request: Request, caller: RunAs, result: Result
    ) -> None:
        import sqlite3

        run = Run(
            time(),
            operation.title,
            operation.kind,
            request.query,
            json.dumps(request.variables),
            caller.label,
            result.status,
            len(result.errors),
            result.seconds,
        )
        try:
            self.history.add(run)
        except (sqlite3.Error, OSError) as error:
            self.app.call_from_thread(
                self.app.say, f"The run is not remembered: {error}", "warning"
            )

    def _subscribe(self, sheet: Sheet, caller: RunAs, request: Request) -> None:
        self.action_stop()
        sheet.open_stream(caller.label)
        self.query_one("#result", ResultPane).show_stream(caller.label)
        sheet.worker = self._stream(sheet, caller, request)
        self._show_tabs()

    @work(group="stream")
    async def _stream(self, sheet: Sheet, caller: RunAs, request: Request) -> None:
        assert self.api is not None
        stream = sheet.stream
        assert stream is not None
        pane = self.query_one("#result", ResultPane)

        def started() -> None:
            if sheet is self.sheet:
                pane.stream_started()

        try:
            async for event in self.api.subscribe(caller, request, started):
                stream.add(event)
                if sheet is self.sheet:
                    pane.add_event(event)
        except (StreamError, NotAuthorizedError, ProjectProblem) as problem:
            stream.end, stream.failed = str(problem), True
        else:
            stream.end = "the server has ended it"
        sheet.worker = None
        if sheet is self.sheet:
            pane.stream_ended(stream.end, failed=stream.failed)
        self._show_tabs()

    def action_stop(self) -> None:
        """End the stream of this tab."""
        sheet = self.sheet
        if sheet.worker is not None:
            sheet.worker.cancel()
            sheet.worker = None
            if sheet.stream is not None:
                sheet.stream.end = "ended"
                self.query_one("#result", ResultPane).stream_ended("ended", failed=False)
            self._show_tabs()

    @on(ResultPane.NextPageAsked)
    def _next_page(self, event: ResultPane.NextPageAsked) -> None:
        operation = self._operation()
        if operation is None or "nextToken" not in operation.variables:
            self.app.say("Declare $nextToken: String in the operation and pass it on", "warning")
            return
        self._run_as([self._caller()], {"nextToken": event.token})

    # -- dialogs ----------------------------------------------------------------------------------

    @work(group="dialog")
    async def action_caller(self) -> None:
        """Choose who runs the operations of this tab."""
        chosen = await ask_caller(self, "Run as", self._caller())
        if chosen is not None:
            self.sheet.run_as = chosen
            self._show_tabs()
            self._save_soon()

    @work(group="dialog")
    async def action_compare(self) -> None:
        """Run as this caller and as another, side by side."""
        chosen = await ask_caller(self, f"Compare {self._caller().label} with", self._caller())
        if chosen is not None:
            self._run_as([self._caller(), parse_run_as(chosen)])

    @work(group="dialog")
    async def action_schema(self) -> None:
        """Search the schema; write an operation for what is picked."""
        if self.schema is None:
            self.app.say("The schema is not here yet", "warning")
            return
        for written in await ask_field(self, self.schema.schema):
            self.open_text(written.text, written.variables if written.variables != "{}" else "")

    @work(group="dialog")
    async def action_history(self) -> None:
        """Search what was run, and open it again."""
        run = await ask_run(self, self.history)
        if run is not None:
            self.open_text(run.query, run.variables if run.variables != "{}" else "")
            self.sheet.run_as = run.run_as if not run.run_as.startswith("lambda") else ""
            self._show_tabs()

    @work(group="dialog")
    async def action_open(self) -> None:
        """Open a saved operation."""
        found = await ask_saved(self, self._root)
        if found is not None:
            self.open_text(found[1], file=found[0])

    @work(group="dialog")
    async def action_save(self) -> None:
        """Save the text of this tab in the project's graphql/ folder."""
        self._keep()
        sheet = self.sheet
        name = sheet.file or f"{sheet.title}.graphql"
        try:
            path = await asyncio.to_thread(
                save, self._root, name, sheet.text, replace=bool(sheet.file)
            )
        except NotSavedError as problem:
            self.app.say(str(problem), "error")
            return
        sheet.file = name
        self.app.say(f"Saved {path.relative_to(self._root)}")
        self._save_soon()

    @on(ResultPane.ExportAsked)
    @work(group="dialog")
    async def _export(self) -> None:
        pane = self.query_one("#result", ResultPane)
        if self._last is None or self.api is None:
            return
        _, request = self._last
        exported = Exported(
            self.api.environment.url, request.query, request.variables, self._caller().auth_mode
        )
        body = pane.result.body if pane.result is not None else ""
        found = await ask_export(self, exported, body)
        if found is not None:
            self.app.copy(found[1], found[0])

    @on(ResultPane.SaveAsked)
    def _save_result(self, event: ResultPane.SaveAsked) -> None:
        self.app.save_log(self.sheets.folder / "results", event.text)

    @on(ResultPane.SearchAsked)
    def _search(self) -> None:
        line = self.query_one("#result-search", Input)
        line.display = True
        line.focus()

    @on(Input.Changed, "#result-search")
    def _searched(self, event: Input.Changed) -> None:
        self.query_one("#result", ResultPane).search(event.value)

    @on(Input.Submitted, "#result-search")
    def _search_done(self) -> None:
        self.query_one("#result-search").display = False
        self.query_one("#result").focus()

    # -- the rest ---------------------------------------------------------------------------------

    def action_other(self) -> None:
        """Go to the next part of the screen."""
        order = [
            self.query_one(f"#{name}") for name in ("query", "variables", "result", "result-other")
        ]
        parts = [each for each in order if each.display]
        at = next((index for index, each in enumerate(parts) if each.has_focus), -1)
        parts[(at + 1) % len(parts)].focus()

    def on_descendant_focus(self) -> None:
        """The narrow layout shows the editors or the results."""
        self.set_class(isinstance(self.focused, ResultPane), "-at-result")

    def action_back(self) -> None:
        """Back to the sandbox."""
        search = self.query_one("#result-search", Input)
        if search.has_focus:
            search.value = ""
            self._search_done()
            return
        self._keep()
        self._save()
        self.app.leave_playground()

    @work(exclusive=True, group="save")
    async def _save_soon(self) -> None:
        await asyncio.sleep(SAVE_SECONDS)
        self._save()

    def _save(self) -> None:
        try:
            self.sheets.save()
        except OSError as error:
            self.app.say(f"The tabs are not kept: {error.strerror}", "warning")

    async def on_unmount(self) -> None:
        """Keep what is written, and end all connections."""
        self._save()
        if self.api is not None:
            await self.api.close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action == "stop":
            return self.sheet.worker is not None
        if action in ("schema",):
            return self.schema is not None
        return super().check_action(action, parameters)
