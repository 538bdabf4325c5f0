"""Messages that Cognito would have sent: invitations and codes of the local pool."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, STRONG, TEXT
from workbench.model.user_problem import UserProblem
from workbench.users.outbound_messages import Message


class MessagesScreen(ModalScreen[None]):
    """Messages, newest first; the copy key takes a message's code, or the line's text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("inbox.reload", "r", "reload", "Refresh", "Check for new messages"),
        key("inbox.close", "escape,i", "close", "Close", "Back to the users"),
    ]

    def __init__(self, read: Callable[[], Sequence[Message]]) -> None:
        super().__init__(id="inbox")
        self._read = read

    def compose(self) -> ComposeResult:
        """The messages, each with its text below."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Messages · what Cognito would have sent"
            yield RowList(
                empty=(
                    (("No messages yet.", MUTED),),
                    (("Invitations, sign-up codes and password codes appear here.", MUTED),),
                ),
                id="inbox-rows",
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the messages."""
        self.query_one(RowList).focus()
        self.action_reload()

    @work(group="inbox", exclusive=True)
    async def action_reload(self) -> None:
        """Read the messages again."""
        try:
            rows = message_rows(await asyncio.to_thread(self._read))
        except UserProblem as problem:
            rows = [Row((("✗ ", FAIL), (str(problem), TEXT)))]
        self.query_one(RowList).show_rows(rows)

    def action_close(self) -> None:
        """Back to the users."""
        self.dismiss(None)


def message_rows(messages: Sequence[Message]) -> list[Row]:
    """A heading for each message, then its subject and its text."""
    rows: list[Row] = []
    for each in messages:
        sign = "✉" if each.medium == "email" else "☎"
        rows.append(
            Row(
                (
                    (f"{sign} {each.kind}", STRONG),
                    (f"  to {each.recipient}", TEXT),
                    (f"  {each.code}" if each.code else "", ACCENT),
                    (f"  {each.at.astimezone():%H:%M:%S}", MUTED),
                ),
                each.id,
                copy=each.code,
            )
        )
        if each.subject:
            rows.append(Row(((f"  {each.subject}", MUTED),), copy=each.subject))
        rows += [Row(((f"  {line}", TEXT),), copy=line) for line in each.text.splitlines()]
        rows.append(Row(()))
    return rows
