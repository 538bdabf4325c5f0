"""An environment's variables and secrets; secrets' values are never shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.branches.setting_rows import setting_key, setting_rows
from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import (
    FieldProblem,
    Filled,
    FormField,
    FormScreen,
)
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.ports import UsesShell
from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import FAIL, MUTED, STRONG, TEXT
from screens.widgets.titles import as_title
from workbench.branches.context import OpenedBranches
from workbench.branches.env_file import read_dotenv, write_dotenv
from workbench.branches.environments import Environment
from workbench.branches.settings import EnvironmentSettings, Setting, touched_by
from workbench.model.user_problem import UserProblem
from workbench.project.models import ProjectProblem
from workbench.wording import plural


class VariablesScreen(UsesShell, ModalScreen[None]):
    """For a branch, or (``branch`` is "") for one's own sandbox."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New", id="variables.add", tooltip="Add a variable or a secret"),
        Binding("e,enter", "edit", "Change", id="variables.edit", tooltip="Give it another value"),
        Binding("D", "remove", "Remove", id="variables.remove", tooltip="Remove it for good"),
        Binding("s", "values", "Values", id="variables.values",
                tooltip="Show the variables' values; secrets stay hidden"),
        Binding("c", "copy", "Copy to", id="variables.copy",
                tooltip="Copy it to another environment"),
        Binding("C", "copy_all", "Copy all to", id="variables.copy_all",
                tooltip="Copy all to another environment"),
        Binding("i", "import", "Import", id="variables.import", tooltip="Set what a .env file has"),
        Binding("x", "export", "Export", id="variables.export",
                tooltip="Write the variables to a .env file"),
        Binding("escape,v", "close", "Close", id="variables.close", tooltip="Back to the branches"),
    ]  # fmt: skip

    def __init__(
        self,
        opened: OpenedBranches,
        branch: str,
        environments: Sequence[Environment],
        redeploy_sandbox: Callable[[], None],
    ) -> None:
        super().__init__(id="variables")
        self._opened = opened
        self._settings = EnvironmentSettings(opened, branch)
        self._environments = environments
        self._redeploy_sandbox = redeploy_sandbox
        self._found: tuple[Setting, ...] = ()
        self._shows_values = False

    def compose(self) -> ComposeResult:
        """The variables and secrets."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(f"{self._whom} · variables and secrets")
            yield RowList(empty=((("Reading …", MUTED),),), id="variables-rows", keys_by_row=True)
        yield KeyBar()

    @property
    def _whom(self) -> str:
        return self._settings.branch or "your sandbox"

    def on_mount(self) -> None:
        """Read them."""
        self.query_one(RowList).focus()
        self._load()

    @work(group="load", exclusive=True)
    async def _load(self) -> None:
        try:
            self._found = await asyncio.to_thread(self._settings.read)
        except UserProblem as problem:
            self.query_one(RowList).show_rows([Row((("✗ ", FAIL), (str(problem), TEXT)))])
            return
        self._show()

    def _show(self) -> None:
        rows = setting_rows(self._found, shows_values=self._shows_values)
        self.query_one(RowList).show_rows(rows)
        self.refresh_bindings()

    @property
    def current(self) -> Setting | None:
        """The one under the cursor."""
        row = self.query_one(RowList).current
        key = row.key if row is not None else ""
        return next((each for each in self._found if setting_key(each) == key), None)

    def action_values(self) -> None:
        """Show or hide the variables' values."""
        self._shows_values = not self._shows_values
        self._show()

    @on(RowList.Opened)
    def _row_opened(self) -> None:
        self.action_edit()

    # -- changing ---------------------------------------------------------------------------------

    @work(group="act")
    async def action_add(self) -> None:
        """Ask what it is, then for name and value."""
        kinds = {"secret:own": "a secret"}
        if self._settings.branch:
            kinds = {
                "variable:own": f"a variable of {self._whom}",
                "secret:own": f"a secret of {self._whom}",
                "variable:shared": "a variable of the app, for all branches",
                "secret:shared": "a secret of the app, for all branches",
            }
        chosen = "secret:own" if len(kinds) == 1 else await self._pick("Add", kinds)
        if chosen is None:
            return
        blank = next(
            Setting(kind, scope, "")
            for kind in ("variable", "secret")
            for scope in ("own", "shared")
            if chosen == f"{kind}:{scope}"
        )
        await self._ask(f"Add {kinds[chosen]}", blank, "Add")

    @work(group="act")
    async def action_edit(self) -> None:
        """Ask for another value."""
        setting = self.current
        if setting is None:
            return
        await self._ask(f"{setting.name} of {self._whose(setting)}", setting, "Save")

    @work(group="act")
    async def action_remove(self) -> None:
        """Ask, then remove."""
        setting = self.current
        if setting is None:
            return
        title = f"Remove the {setting.kind} {setting.name} of {self._whose(setting)}?"
        rows = [Row((("Its value cannot be brought back.", TEXT),))]
        dialog = ConfirmScreen(title, rows, "Remove", "No, keep")
        if await self.app.push_screen_wait(dialog) is not True:
            return
        if await self._do(lambda: self._settings.remove(setting)):
            await self._changed(setting, f"Removed {setting.name}")

    @work(group="act")
    async def action_copy(self) -> None:
        """Copy the one under the cursor."""
        if self.current is not None:
            await self._copy([self.current])

    @work(group="act")
    async def action_copy_all(self) -> None:
        """Copy everything that is this environment's own."""
        await self._copy([each for each in self._found if each.scope == "own" and each.is_set])

    async def _copy(self, chosen: Sequence[Setting]) -> None:
        names = {
            each.name: each.name
            for each in self._environments
            if each.hosted is not None and each.name != self._settings.branch
        }
        if self._settings.branch:
            names[""] = "your sandbox (secrets)"
        to = await self._pick("Copy to", {f"={name}": words for name, words in names.items()})
        if to is None:
            return
        branch = to[1:]
        target = EnvironmentSettings(self._opened, branch)
        if await self._do(lambda: self._settings.copy(chosen, target)):
            setting = Setting(chosen[0].kind if chosen else "secret", "own", "")
            count = plural(len([each for each in chosen if each.is_set]), "setting")
            await self._changed(setting, f"Copied {count}", branch)

    @work(group="act")
    async def action_import(self) -> None:
        """Ask for a file, and set its variables."""

        async def take(filled: Filled) -> str:
            file = self._path(filled["file"])

            def read() -> None:
                try:
                    text = file.read_text(encoding="utf-8")
                except (OSError, UnicodeDecodeError):
                    raise ProjectProblem(f"{file} cannot be read.", "Name another file.") from None
                self._settings.change_variables("own", read_dotenv(text, file.name))

            await asyncio.to_thread(read)
            return file.name

        form = FormScreen(
            f"Import variables for {self._whom}",
            (FormField("file", "File", ".env", ".env"),),
            _needs_file,
            label="Import",
            submit=take,
            refused_at="file",
        )
        name = await self.app.push_screen_wait(form)
        if name is not None:
            await self._changed(Setting("variable", "own", ""), f"Imported {name}")

    @work(group="act")
    async def action_export(self) -> None:
        """Ask for a file, and write the variables; it is for the user alone to read."""
        own = {each.name: each.value for each in reversed(self._found) if each.kind == "variable"}

        async def put(filled: Filled) -> str:
            file = self._path(filled["file"])

            def write() -> None:
                try:
                    with file.open("x", encoding="utf-8") as made:
                        file.chmod(0o600)
                        made.write(write_dotenv(own))
                except FileExistsError:
                    raise ProjectProblem(f"{file.name} is there.", "Name another file.") from None
                except OSError as error:
                    raise ProjectProblem(
                        f"{file} cannot be written: {error.strerror}.", "Name another file."
                    ) from None

            await asyncio.to_thread(write)
            return file.name

        form = FormScreen(
            f"Export the variables of {self._whom}",
            (FormField("file", "File", ".env.local", ".env.local"),),
            _needs_file,
            label="Export",
            submit=put,
            refused_at="file",
        )
        name = await self.app.push_screen_wait(form)
        if name is not None:
            self.shell.say(f"{plural(len(own), 'variable')} written to {name}")

    # -- what all of them do ----------------------------------------------------------------------

    async def _changed(self, setting: Setting, words: str, branch: str | None = None) -> None:
        """Say it, and offer to deploy what does not see the change by itself."""
        self._load()
        branch = self._settings.branch if branch is None else branch
        if not branch:
            # Functions read secrets when they start; what is set at deployment needs one.
            question = f"{words}. Deploy your sandbox, so that all of it sees that?"
            dialog = ConfirmScreen(question, [], "Deploy", "Later")
            if await self.app.push_screen_wait(dialog) is True:
                self._redeploy_sandbox()
            return
        touched = touched_by(setting, branch, self._environments)
        if not touched:
            self.shell.say(words)
            return
        rows = [Row((("  ", TEXT), (each.name, STRONG))) for each in touched]
        title = f"{words}. {plural(len(touched), 'environment')} must be deployed to see it:"
        dialog = ConfirmScreen(title, rows, "Deploy now", "Later")
        if await self.app.push_screen_wait(dialog) is not True:
            return
        hosting = self._opened.hosting

        def deploy() -> None:
            app = hosting.known_app()
            for each in touched:
                hosting.start(app, each.name)

        if await self._do(deploy):
            self.shell.say(f"{plural(len(touched), 'job')} started")

    async def _do(self, act: Callable[[], object]) -> bool:
        try:
            await asyncio.to_thread(act)
        except UserProblem as problem:
            self.shell.say(str(problem), "error")
            return False
        return True

    async def _ask(self, title: str, setting: Setting, label: str) -> None:
        """Ask for name and value until they are set; then say so, and offer to deploy."""
        hidden = setting.kind == "secret"
        value = FormField("value", "Value", "" if hidden else setting.value, "",
                          "secret" if hidden else "text")  # fmt: skip
        fields = (value,) if setting.name else (FormField("name", "Name"), value)

        def check(filled: Filled) -> str | FieldProblem:
            if not filled.get("name", setting.name):
                return FieldProblem("Give it a name.", "name")
            if hidden and not filled["value"]:
                return FieldProblem("Give it a value.", "value")
            return ""

        def named(filled: Filled) -> Setting:
            return replace(setting, name=filled.get("name", setting.name))

        async def put(filled: Filled) -> Setting:
            await asyncio.to_thread(self._settings.set, named(filled), filled["value"])
            return named(filled)

        form = FormScreen(title, fields, check, label=label, submit=put, refused_at=fields[0].name)
        changed = await self.app.push_screen_wait(form)
        if changed is not None:
            await self._changed(changed, f"Set {changed.name}")

    async def _pick(self, title: str, words: dict[str, str]) -> str | None:
        rows = [Row(((text, STRONG),), key) for key, text in words.items()]
        picker = PickerScreen(title, lambda text: matching(rows, text), hint="search")
        return await self.app.push_screen_wait(picker)

    def _whose(self, setting: Setting) -> str:
        return "all branches" if setting.scope == "shared" else self._whom

    def _path(self, text: str) -> Path:
        path = Path(text).expanduser()
        return path if path.is_absolute() else self._opened.project.root / path

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        current = self.current if self.is_mounted else None
        match action:
            case "edit":
                return current is not None
            case "remove" | "copy":
                return current is not None and current.is_set
            case "copy_all":
                return any(each.is_set for each in self._found)
            case "values" | "export":
                return any(each.kind == "variable" for each in self._found)
            case "import":
                return bool(self._settings.branch)
            case _:
                return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back to the branches."""
        self.dismiss(None)


def _needs_file(filled: Filled) -> FieldProblem:
    return FieldProblem("" if filled["file"] else "Name a file.", "file")
