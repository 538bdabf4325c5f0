"""The tokens of a sign-in: their claims and expiry; refresh and copy them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.messages import OpenPlayground, SignInsChanged
from screens.ports import UsesShell
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, OK, STRONG, TEXT, WARN
from screens.widgets.titles import as_title
from workbench.users.open_pool import OpenedPool
from workbench.users.token_store import SavedSignIn, save_sign_in
from workbench.users.user_sign_in import UserTokens, app_client, claims, refresh

_TIMES = ("exp", "iat", "auth_time")


class TokensScreen(UsesShell, ModalScreen[None]):
    """Shows the claims, never the tokens themselves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("tokens.access", "a", "copy_token('access')", "Copy access", "Copy the access token"),
        key("tokens.id", "d", "copy_token('id')", "Copy ID", "Copy the ID token"),
        key("tokens.refresh", "r", "refresh_tokens", "Refresh", "Refresh the tokens"),
        key("tokens.query", "u", "query", "Query as", "Run playground queries as this user"),
        key("tokens.close", "escape,o", "close", "Close", "Back to the users"),
    ]

    def __init__(self, opened: OpenedPool, saved: SavedSignIn) -> None:
        super().__init__(id="tokens")
        self._opened = opened
        self._saved = saved

    def compose(self) -> ComposeResult:
        """The claims of both tokens."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(f"Signed in as {self._saved.label}")
            yield RowList(id="tokens-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the claims."""
        self.query_one(RowList).focus()
        self._show()

    def _show(self) -> None:
        if self._saved.tokens is not None:
            self.query_one(RowList).show_rows(token_rows(self._saved.tokens))

    def action_copy_token(self, which: str) -> None:
        """Copy a token."""
        tokens = self._saved.tokens
        if tokens is not None:
            self.shell.copy(tokens.id if which == "id" else tokens.access, f"the {which} token")

    @work(group="tokens", exclusive=True)
    async def action_refresh_tokens(self) -> None:
        """Refresh the tokens, and save them."""
        opened, saved = self._opened, self._saved
        if saved.tokens is None:
            return
        cognito = opened.clients.cognito_idp
        client = await asyncio.to_thread(app_client, cognito, saved.pool_id, saved.client_id)
        fresh = await asyncio.to_thread(refresh, cognito, client, saved.username, saved.tokens)
        self._saved = replace(saved, tokens=fresh)
        if opened.sign_ins_file is not None:
            await asyncio.to_thread(save_sign_in, opened.sign_ins_file, self._saved)
        self.post_message(SignInsChanged())
        self._show()
        self.shell.say("Tokens refreshed")

    def action_query(self) -> None:
        """Go to the playground as this user."""
        self.post_message(OpenPlayground(f"user:{self._saved.label}"))
        self.dismiss(None)

    def action_close(self) -> None:
        """Back to the users."""
        self.dismiss(None)


def token_rows(tokens: UserTokens, now: float | None = None) -> Sequence[Row]:
    """Both tokens' claims; copying takes a claim's value."""
    left = tokens.expires - (time.time() if now is None else now)
    expiry = (f"  expires in {_span(left)}", OK) if left > 0 else ("  expired: r refreshes", WARN)
    rows: list[Row] = []
    for kind, token in (("Access token", tokens.access), ("ID token", tokens.id)):
        if rows:
            rows.append(Row(()))
        rows.append(Row(((kind, STRONG), expiry)))
        try:
            said = claims(token)
        except ValueError as problem:
            rows.append(Row(((f"  {problem}", WARN),)))
            continue
        width = max(len(name) for name in said)
        for name, value in sorted(said.items()):
            text = value if isinstance(value, str) else json.dumps(value)
            more = ""
            if name in _TIMES and isinstance(value, int | float):
                more = f"  {datetime.fromtimestamp(value).astimezone():%Y-%m-%d %H:%M:%S}"
            rows.append(
                Row(((f"  {name:>{width}}  ", MUTED), (text, TEXT), (more, MUTED)), name, copy=text)
            )
    return rows


def _span(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes >= 120:
        return f"{minutes // 60} h"
    return f"{minutes} min" if minutes else f"{int(seconds)} s"
