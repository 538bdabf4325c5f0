"""Variables and secrets of an environment; the values of secrets are never shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.branches.dialogs import choices
from screens.branches.setting_rows import setting_key, setting_rows
from screens.branches.variable_forms import export_form, import_form, setting_form
from screens.dialogs.confirm_screen import ConfirmScreen
from screens.ports import UsesShell
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, STRONG, TEXT
from screens.widgets.titles import as_title
from workbench.branches.actions import deploy_all
from workbench.branches.context import OpenedBranches
from workbench.branches.environments import Environment
from workbench.branches.settings import EnvironmentSettings, Setting, touched_by
from workbench.model.user_problem import UserProblem
from workbench.wording import plural


class VariablesScreen(UsesShell, ModalScreen[None]):
    """For a branch, or (``branch`` is "") for the user's own sandbox."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("variables.add", "n", "add", "New", "Add a variable or a secret"),
        key("variables.edit", "e,enter", "edit", "Edit", "Change the value"),
        key("variables.remove", "D", "remove", "Remove", "Remove it for good"),
        key("variables.values", "s", "values", "Values",
            "Show the values of variables; secrets stay hidden"),
        key("variables.copy", "c", "copy", "Copy to", "Copy it to another environment"),
        key("variables.copy_all", "C", "copy_all", "Copy all to",
            "Copy all to another environment"),
        key("variables.import", "i", "import", "Import", "Set the variables of a .env file"),
        key("variables.export", "x", "export", "Export", "Write the variables to a .env file"),
        key("variables.close", "escape,v", "close", "Close", "Back to the branches"),
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
            yield RowList(empty=((("Loading …", MUTED),),), id="variables-rows", keys_by_row=True)
        yield KeyBar()

    @property
    def _whom(self) -> str:
        return self._settings.branch or "your sandbox"

    def on_mount(self) -> None:
        """Load them."""
        self.query_one(RowList).focus()
        self._load()

    @work(group="load", exclusive=True)
    async def _load(self) -> None:
        try:
            self._found = await asyncio.to_thread(self._settings.read)
        except UserProblem as problem:
            self.query_one(RowList).show_rows(problem_rows(problem))
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
        found = row.key if row is not None else ""
        return next((each for each in self._found if setting_key(each) == found), None)

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
        """Choose what to add, then set it."""
        kinds = {"secret:own": "a secret"}
        if self._settings.branch:
            kinds = {
                "variable:own": f"a variable of {self._whom}",
                "secret:own": f"a secret of {self._whom}",
                "variable:shared": "a variable of the app, for all branches",
                "secret:shared": "a secret of the app, for all branches",
            }
        chosen = (
            "secret:own"
            if len(kinds) == 1
            else await self.app.push_screen_wait(choices("Add", kinds))
        )
        if chosen is None:
            return
        blank = next(
            Setting(kind, scope, "")
            for kind in ("variable", "secret")
            for scope in ("own", "shared")
            if chosen == f"{kind}:{scope}"
        )
        await self._show_form(f"Add {kinds[chosen]}", blank, "Add")

    @work(group="act")
    async def action_edit(self) -> None:
        """Change the value."""
        setting = self.current
        if setting is None:
            return
        await self._show_form(f"{setting.name} of {self._whose(setting)}", setting, "Save")

    @work(group="act")
    async def action_remove(self) -> None:
        """Ask, then remove."""
        setting = self.current
        if setting is None:
            return
        title = f"Remove the {setting.kind} {setting.name} of {self._whose(setting)}?"
        rows = [Row((("Its value cannot be recovered.", TEXT),))]
        dialog = ConfirmScreen(title, rows, "Remove", "Keep")
        if await self.app.push_screen_wait(dialog) is not True:
            return
        await asyncio.to_thread(self._settings.remove, setting)
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
        texts = {f"={name}": text for name, text in names.items()}
        to = await self.app.push_screen_wait(choices("Copy to", texts))
        if to is None:
            return
        branch = to[1:]
        target = EnvironmentSettings(self._opened, branch)
        await asyncio.to_thread(self._settings.copy, chosen, target)
        setting = Setting(chosen[0].kind if chosen else "secret", "own", "")
        count = plural(len([each for each in chosen if each.is_set]), "setting")
        await self._changed(setting, f"Copied {count}", branch)

    @work(group="act")
    async def action_import(self) -> None:
        """Set the variables of a .env file."""
        form = import_form(self._settings, self._opened.project.root, self._whom)
        name = await self.app.push_screen_wait(form)
        if name is not None:
            await self._changed(Setting("variable", "own", ""), f"Imported {name}")

    @work(group="act")
    async def action_export(self) -> None:
        """Write the variables to a file."""
        own = {each.name: each.value for each in reversed(self._found) if each.kind == "variable"}
        form = export_form(own, self._opened.project.root, self._whom)
        name = await self.app.push_screen_wait(form)
        if name is not None:
            self.shell.say(f"{plural(len(own), 'variable')} written to {name}")

    # -- what all of them do ----------------------------------------------------------------------

    async def _changed(self, setting: Setting, words: str, branch: str | None = None) -> None:
        """Say it, and offer to deploy what gets the change only then."""
        self._load()
        branch = self._settings.branch if branch is None else branch
        if not branch:
            # Functions read secrets when they start; what is set at deployment needs one.
            question = f"{words}. Deploy your sandbox to apply it everywhere?"
            dialog = ConfirmScreen(question, [], "Deploy", "Later")
            if await self.app.push_screen_wait(dialog) is True:
                self._redeploy_sandbox()
            return
        touched = touched_by(setting, branch, self._environments)
        if not touched:
            self.shell.say(words)
            return
        rows = [Row((("  ", TEXT), (each.name, STRONG))) for each in touched]
        title = f"{words}. {plural(len(touched), 'environment')} must be deployed to get it:"
        dialog = ConfirmScreen(title, rows, "Deploy now", "Later")
        if await self.app.push_screen_wait(dialog) is not True:
            return
        await asyncio.to_thread(deploy_all, self._opened, touched)
        self.shell.say(f"{plural(len(touched), 'job')} started")

    async def _show_form(self, title: str, setting: Setting, label: str) -> None:
        """Set one, then offer to deploy."""
        form = setting_form(self._settings, setting, title, label=label)
        changed = await self.app.push_screen_wait(form)
        if changed is not None:
            await self._changed(changed, f"Set {changed.name}")

    def _whose(self, setting: Setting) -> str:
        return "all branches" if setting.scope == "shared" else self._whom

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
