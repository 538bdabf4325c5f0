"""Drives the users pane, and asks Cognito what is true."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from textual.widgets import Input, Static

from screens.dialogs.form_screen import FormScreen
from screens.dialogs.options import Options
from screens.users.screen import UsersScreen
from tests.screens.driver import Driver
from workbench.aws.target import LocalTarget
from workbench.users.outbound_messages import read_inbox


@dataclass
class UsersDriver(Driver):
    """Drives the pane, and asks Cognito what is true."""

    screen: UsersScreen
    cognito: Any
    pool_id: str

    async def fill(self, **values: str) -> None:
        """Fill in the dialog that opens, and take it."""
        await self.until(lambda: isinstance(self.app.screen, FormScreen), "the form")
        form = self.app.screen
        assert isinstance(form, FormScreen)
        for at, each in enumerate(form._fields):
            if each.name not in values:
                continue
            line = form.query_one(f"#form-{at}")
            if isinstance(line, Options):
                line.chosen = [value for value, _ in each.options].index(values[each.name])
            else:
                assert isinstance(line, Input)
                line.value = values[each.name]
        await self.press("f5")

    def form(self) -> FormScreen[Any]:
        form = self.app.screen
        assert isinstance(form, FormScreen)
        return form

    def problem(self) -> tuple[str, str]:
        """The one problem that the form shows, and the field that it stands at."""
        form = self.form()
        shown = [each for each in form.query(".problem").results(Static) if each.display]
        if not shown:
            return "", ""
        (place,) = shown
        number = str(place.id).rpartition("-")[2]
        field = form._fields[int(number)].name if number.isdecimal() else ""
        return str(place.render()), field

    def focused(self) -> str:
        """The field that has the focus."""
        line = self.form().focused
        return self.form()._fields[int(str(line.id).rpartition("-")[2])].name if line else ""

    def inbox(self) -> list[str]:
        opened = self.screen.browser.pager.opened
        assert opened is not None
        assert isinstance(opened.clients.target, LocalTarget)
        return [each.kind for each in read_inbox(opened.clients.target, self.pool_id)]

    async def settled(self) -> None:
        await self.until(
            lambda: (
                self.app.screen is self.screen
                and not self.screen.browser.bulk.is_running
                and not self.screen.browser.pager.is_running
            ),
            "the pane at rest",
        )

    def names(self) -> list[str]:
        return [user.label for user in self.screen.browser.users.shown]

    def seen(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.cognito.admin_get_user(UserPoolId=self.pool_id, Username=name)
        return found


Open = Callable[..., AbstractAsyncContextManager[UsersDriver]]
