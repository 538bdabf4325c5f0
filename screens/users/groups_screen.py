"""The pool's groups: create, change and delete them, and see their members."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import FieldProblem, Filled, FormField, FormScreen
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.ports import UsesShell
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, STRONG, TEXT
from workbench.users.groups import (
    Group,
    change_group,
    create_group,
    delete_group,
    list_groups,
    list_members,
    remove_from_group,
)
from workbench.users.user_pools import UserPool, UserPoolProblem

_MEMBERS = 1_000


class GroupsScreen(UsesShell, ModalScreen[None]):
    """Enter shows a group's members."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("groups.create", "n", "create", "New", "Create a group"),
        key("groups.edit", "e", "edit", "Edit", "Change description, precedence and role"),
        key("groups.delete", "D", "delete", "Delete", "Delete the group; its members stay users"),
        key("groups.members", "enter", "members", "Members", "Show the members of the group"),
        key("groups.close", "escape,M", "close", "Close", "Back to the users"),
    ]

    def __init__(self, pool: UserPool) -> None:
        super().__init__(id="groups")
        self._pool = pool
        self._groups: dict[str, Group] = {}

    def compose(self) -> ComposeResult:
        """A row for each group."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Groups"
            yield RowList(
                empty=((("This pool has no groups yet.", TEXT),), (("n creates one.", MUTED),)),
                id="groups-rows",
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the groups."""
        self.query_one(RowList).focus()
        self._load()

    @work(group="load", exclusive=True)
    async def _load(self) -> None:
        try:
            groups = await asyncio.to_thread(list_groups, self._pool)
        except UserPoolProblem as problem:
            self.query_one(RowList).show_rows(problem_rows(problem))
            return
        self._groups = {each.name: each for each in groups}
        self.query_one(RowList).show_rows([group_row(each) for each in groups])
        self.refresh_bindings()

    @property
    def _current(self) -> Group | None:
        row = self.query_one(RowList).current
        return self._groups.get(row.key) if row is not None else None

    @work(group="dialog")
    async def action_create(self) -> None:
        """Ask for a new group until Cognito takes it."""
        await self._show_form(Group(""), is_new=True)

    @work(group="dialog")
    async def action_edit(self) -> None:
        """Change the group under the cursor."""
        group = self._current
        if group is not None:
            await self._show_form(group, is_new=False)

    async def _show_form(self, group: Group, *, is_new: bool) -> None:
        form = group_form(self._pool, group, is_new=is_new)
        if await self.app.push_screen_wait(form) is not None:
            self._load()

    @work(group="dialog")
    async def action_delete(self) -> None:
        """Delete the group under the cursor; asks first."""
        group = self._current
        if group is None:
            return
        dialog = ConfirmScreen(
            f"Delete the group {group.name}?",
            [Row((("Its members stay users, and lose what the group allows.", MUTED),))],
            "Delete",
            "Keep",
        )
        if await self.app.push_screen_wait(dialog) is not True:
            return
        await asyncio.to_thread(delete_group, self._pool, group.name)
        self._load()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.action_members()

    @work(group="dialog", exclusive=True)
    async def action_members(self) -> None:
        """List the members of the group under the cursor; Enter removes one from it."""
        group = self._current
        if group is None:
            return
        found = await asyncio.to_thread(
            lambda: list(islice(list_members(self._pool, group.name), _MEMBERS))
        )
        rows = [
            Row(((each.label, STRONG), (f"  {each.username}", MUTED)), each.username)
            for each in found
        ]
        count = f"{len(found)}{' or more' if len(found) == _MEMBERS else ''}"
        picker = PickerScreen(
            f"{group.name} · {count} · Enter removes",
            lambda text: matching(rows, text),
            hint="search",
        )
        chosen = await self.app.push_screen_wait(picker)
        if chosen is None:
            return
        await asyncio.to_thread(remove_from_group, self._pool, chosen, group.name)
        label = next(each.label for each in found if each.username == chosen)
        self.shell.say(f"Removed {label} from {group.name}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action in ("edit", "delete", "members"):
            return self.is_mounted and self._current is not None
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back to the users."""
        self.dismiss(None)


def group_form(pool: UserPool, group: Group, *, is_new: bool) -> FormScreen[Group]:
    """A form that creates a group, or changes it."""
    precedence = "" if group.precedence is None else str(group.precedence)
    fields = [
        FormField("description", "Description", group.description),
        FormField("precedence", "Precedence", precedence, "0 is the first; empty: none"),
        FormField("role", "Role", group.role_arn, "arn:aws:iam::…:role/…; empty: none"),
    ]
    if is_new:
        fields.insert(0, FormField("name", "Name", "", "Editors"))

    async def save(filled: Filled) -> Group:
        wanted = Group(
            filled.get("name", group.name),
            filled["description"],
            int(filled["precedence"]) if filled["precedence"] else None,
            filled["role"],
        )
        await asyncio.to_thread(create_group if is_new else change_group, pool, wanted)
        return wanted

    return FormScreen(
        "New group" if is_new else f"Group {group.name}",
        fields,
        wrong_group,
        label="Create" if is_new else "Save",
        submit=save,
        refused_at="name",
    )


def group_row(group: Group) -> Row:
    """A group with its precedence, role and description."""
    place = "  –" if group.precedence is None else f"{group.precedence:>3}"
    role = group.role_arn.rpartition("/")[2]
    return Row(
        (
            (f"{place}  ", MUTED),
            (group.name, STRONG),
            (f"  {group.description}" if group.description else "", TEXT),
            (f"  role {role}" if role else "", MUTED),
        ),
        group.name,
        copy=group.role_arn or group.name,
    )


def wrong_group(filled: Filled) -> str | FieldProblem:
    """The mistake in a group's form, "" for none."""
    if "name" in filled and (not filled["name"] or " " in filled["name"]):
        return FieldProblem("A group's name has no spaces and is not empty.", "name")
    if filled["precedence"] and not filled["precedence"].isdecimal():
        return FieldProblem("Precedence is a whole number, 0 or more.", "precedence")
    if filled["role"] and not filled["role"].startswith("arn:"):
        why = "A role is written as its ARN: arn:aws:iam::123456789012:role/NAME."
        return FieldProblem(why, "role")
    return ""
