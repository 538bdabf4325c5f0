"""What Cognito and AWS refuse while the users pane is open; seen in the real pane."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from screens.dialogs.problem_screen import ProblemScreen
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import plain
from tests.screens.users.users_driver import Open, UsersDriver


def refuse(users: UsersDriver, code: str, message: str, times: int) -> None:
    """Let AWS answer so, ``times`` times, at the HTTP boundary."""
    opened = users.screen.browser.pager.opened
    assert opened is not None
    left = iter(range(times))

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        if next(left, None) is None:
            return None
        body = json.dumps({"__type": code, "message": message}).encode()
        raw = RawResponse(io.BytesIO(body))
        return AWSResponse(request.url, 400, HTTPHeaders(), raw)

    events: Any = opened.clients.cognito_idp.meta.events
    events.register("before-send.cognito-identity-provider", answer)


class RawResponse(io.BufferedReader):
    """What urllib3 would have given."""

    def stream(self, *_size: int) -> Iterator[bytes]:
        yield self.read()


async def test_a_pool_that_is_deleted_meanwhile_is_told(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        users.cognito.delete_user_pool(UserPoolId=users.pool_id)
        await users.press("r")
        await users.until(lambda: not users.names(), "the empty table")
        await users.settled()
        assert any(
            "does not exist" in plain(line) for line in users.screen.browser.table.empty_rows()
        )


async def test_throttling_is_waited_for(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        refuse(users, "TooManyRequestsException", "Too many requests", 2)
        await users.press("t")
        await users.until(lambda: not users.seen("ann@example.com")["Enabled"], "disabled")


async def test_expired_credentials_are_told_and_nothing_is_lost(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        refuse(users, "ExpiredTokenException", "The security token is expired", 1_000)
        await users.press("t")
        await users.until(lambda: isinstance(users.app.screen, ProblemScreen), "the problem")
        (problem, *_) = users.app.screen.query_one(RowList).rows
        assert "expired" in plain(problem.spans)
        await users.press("escape")
        assert users.names() == ["ann@example.com"]
        await users.press("r")
        hint = users.screen.browser.table
        await users.until(
            lambda: any("Sign in to AWS again" in plain(line) for line in hint.empty_rows()), "told"
        )
