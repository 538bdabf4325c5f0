"""A pool of hundreds of thousands of users on AWS: read in pages, and all of it only when asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.users.screen import UsersScreen
from tests.aws_moto.aws import Aws
from tests.aws_moto.faults import Answer
from tests.aws_moto.opened_panes import opened_panes
from tests.aws_moto.requests import Request
from tests.aws_moto.sandbox import Deployer
from tests.screens.settling import until
from workbench.users.user_files import plan_for_pool, read_file
from workbench.users.user_pools import UserPool

ABOUT = "About 300,000 users: 5,000 requests to Cognito"
READ = "cognito-idp:ListUsers"


def large_pool(request: Request) -> Answer | None:
    """A pool that always has another page of users."""
    body: dict[str, object] = {}
    match request.operation:
        case "DescribeUserPool":
            schema = [{"Name": "email", "AttributeDataType": "String", "Mutable": True}]
            pool = {"UsernameAttributes": ["email"], "SchemaAttributes": schema}
            body = {"UserPool": {"EstimatedNumberOfUsers": 300_000, **pool}}
        case "ListUsers" if request.parameters.get("Filter"):
            body = {"Users": []}
        case "ListUsers":
            page = int(request.parameters.get("PaginationToken", 0))
            names = [f"user{page * 60 + n}" for n in range(60)]
            users = [{"Username": name, "UserStatus": "CONFIRMED"} for name in names]
            body = {"Users": users, "PaginationToken": str(page + 1)}
        case "AdminGetUser":
            body = {"Username": request.parameters["Username"], "UserStatus": "CONFIRMED"}
        case "AdminListGroupsForUser":
            body = {"Groups": []}
        case "AdminListDevices" | "AdminListUserAuthEvents":
            pass
        case _:
            return None
    return Answer(200, json.dumps(body).encode(), "application/x-amz-json-1.1")


@pytest.fixture
def large(deployed: Deployer, deployed_aws: Aws) -> Iterator[Aws]:
    """The AWS whose pool is large."""
    deployed_aws.extra.append(large_pool)
    yield deployed_aws


async def test_all_users_are_read_only_after_a_question(deployed: Deployer, large: Aws) -> None:
    async with opened_panes(deployed, large) as panes:
        await panes.open("users")
        await panes.until("300 users so far of about 300,000")
        await until(panes.pilot, lambda: not panes.reading, "the first users")
        assert len(large.calls.of(READ)) == 5
        for keys in (("G",), ("slash", "type:~smith", "enter")):
            await panes.press(*keys)
            await panes.until(ABOUT)
            await panes.press("n")
            await panes.close_to("users")
            await until(panes.pilot, lambda: not panes.reading, "nothing")
            assert len(large.calls.of(READ)) == 5
        await panes.press("E")
        await panes.until(ABOUT)
        await panes.close_to("users")
        # An address is searched by Cognito itself.
        await panes.press("slash", "type:ann@", "enter")
        await panes.until("No users match")
        assert len(large.calls.of(READ)) == 6


async def test_a_full_read_goes_on_until_it_is_stopped(deployed: Deployer, large: Aws) -> None:
    async with opened_panes(deployed, large) as panes:
        await panes.open("users")
        await panes.until("300 users so far")
        await panes.press("G")
        await until(panes.pilot, lambda: isinstance(panes.app.screen, ConfirmScreen), "a question")
        await panes.press("y")
        await panes.until("Loading users", "Esc stops")
        await panes.press("escape")
        await until(panes.pilot, lambda: not panes.reading, "the end")
        screen = panes.app.screen
        assert isinstance(screen, UsersScreen)
        assert not screen.browser.users.is_complete


def test_an_import_looks_up_its_own_users(deployed: Deployer, large: Aws, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text('email\nann@example.com\n"bob@example.com"\n')
    pool = UserPool(deployed.clients, deployed.outputs["auth"]["user_pool_id"])
    large.calls.clear()
    plan = plan_for_pool(pool, read_file(file))
    assert not plan.wrong
    assert [user.username for user in plan.users] == ["ann@example.com", "bob@example.com"]
    filters = [call.request.parameters.get("Filter") for call in large.calls.of(READ)]
    assert None not in filters
    assert 'email = "ann@example.com"' in filters
