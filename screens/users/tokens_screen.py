"""A sign-in's tokens: what they say, when they expire; refresh and copy them."""

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
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.messages import OpenPlayground, SignInsChanged
from screens.ports import UsesShell
from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, OK, STRONG, TEXT, WARN
from screens.widgets.titles import as_title
from workbench.users.open_pool import OpenedPool
from workbench.users.token_store import KeptSignIn, keep_sign_in
from workbench.users.user_pools import UserPoolProblem
from workbench.users.user_sign_in import UserTokens, app_client, claims, refresh

_TIMES = ("exp", "iat", "auth_time")


class TokensScreen(UsesShell, ModalScreen[None]):
    """The tokens themselves are never shown, only what they say."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "copy_token('access')", "Copy access", id="tokens.access",
                tooltip="Copy the access token (OSC 52)"),
        Binding("d", "copy_token('id')", "Copy ID", id="tokens.id",
                tooltip="Copy the ID token (OSC 52)"),
        Binding("r", "refresh_tokens", "Refresh", id="tokens.refresh",
                tooltip="Have new tokens by the refresh token"),
        Binding("u", "query", "Query as", id="tokens.query",
                tooltip="Run playground queries as this user"),
        Binding("escape,o", "close", "Close", id="tokens.close", tooltip="Back to the users"),
    ]  # fmt: skip

    def __init__(self, opened: OpenedPool, kept: KeptSignIn) -> None:
        super().__init__(id="tokens")
        self._opened = opened
        self._kept = kept

    def compose(self) -> ComposeResult:
        """The claims of both tokens."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(f"Signed in as {self._kept.label}")
            yield RowList(id="tokens-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what the tokens say."""
        self.query_one(RowList).focus()
        self._show()

    def _show(self) -> None:
        if self._kept.tokens is not None:
            self.query_one(RowList).show_rows(token_rows(self._kept.tokens))

    def action_copy_token(self, which: str) -> None:
        """Copy a token."""
        tokens = self._kept.tokens
        if tokens is not None:
            self.shell.copy(tokens.id if which == "id" else tokens.access, f"the {which} token")

    @work(group="tokens", exclusive=True)
    async def action_refresh_tokens(self) -> None:
        """Have new tokens."""
        opened, kept = self._opened, self._kept
        if kept.tokens is None:
            return
        cognito = opened.clients.cognito_idp
        try:
            client = await asyncio.to_thread(app_client, cognito, kept.pool_id, kept.client_id)
            fresh = await asyncio.to_thread(refresh, cognito, client, kept.username, kept.tokens)
        except UserPoolProblem as problem:
            self.shell.say(str(problem), "error")
            return
        self._kept = replace(kept, tokens=fresh)
        if opened.kept_file is not None:
            await asyncio.to_thread(keep_sign_in, opened.kept_file, self._kept)
        self.post_message(SignInsChanged())
        self._show()
        self.shell.say("The tokens are new")

    def action_query(self) -> None:
        """Go to the playground as this user."""
        self.dismiss(None)
        self.post_message(OpenPlayground(f"user:{self._kept.label}"))

    def action_close(self) -> None:
        """Back to the users."""
        self.dismiss(None)


def token_rows(tokens: UserTokens, now: float | None = None) -> Sequence[Row]:
    """Both tokens' claims; copying takes a claim's value."""
    left = tokens.expires - (time.time() if now is None else now)
    expiry = (f"  expires in {_span(left)}", OK) if left > 0 else ("  expired: r refreshes", WARN)
    rows: list[Row] = []
    for name, token in (("Access token", tokens.access), ("ID token", tokens.id)):
        if rows:
            rows.append(Row(()))
        rows.append(Row(((name, STRONG), expiry)))
        try:
            said = claims(token)
        except ValueError as problem:
            rows.append(Row(((f"  {problem}", WARN),)))
            continue
        width = max(len(key) for key in said)
        for key, value in sorted(said.items()):
            text = value if isinstance(value, str) else json.dumps(value)
            more = ""
            if key in _TIMES and isinstance(value, int | float):
                more = f"  {datetime.fromtimestamp(value).astimezone():%Y-%m-%d %H:%M:%S}"
            rows.append(
                Row(((f"  {key:>{width}}  ", MUTED), (text, TEXT), (more, MUTED)), key, copy=text)
            )
    return rows


def _span(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes >= 120:
        return f"{minutes // 60} h"
    return f"{minutes} min" if minutes else f"{int(seconds)} s"
