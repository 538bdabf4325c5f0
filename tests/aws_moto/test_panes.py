"""Each pane opened with a profile: what is there works, what is denied is named by its action.

A pane joins by a line in ``OPENED``; what its keys ask of AWS, by lines in ``LOOKS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.aws_moto.amplify_hosting import AmplifyHosting
from tests.aws_moto.aws import Aws
from tests.aws_moto.faults import Answer
from tests.aws_moto.opened_panes import Panes, opened_panes
from tests.aws_moto.requests import Request
from tests.aws_moto.sandbox import Deployer
from tests.branches.repository import Repository, make_repository
from tests.screens.settling import until
from workbench.aws.permissions import MANAGED, PANES

USERS = ("ann@example.com", "bob@example.com")
PASSWORD = "Correct-horse-1"


@dataclass(frozen=True)
class Look:
    """Keys in a pane, what they show, and the actions that each must be allowed for it.

    ``reads`` are actions that are asked, and without which the rest is shown all the same;
    ``unsaid`` those whose refusal changes nothing.
    """

    pane: str
    keys: tuple[str, ...]
    shows: tuple[str, ...]
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()


OPENED = (
    Look(
        "users",
        (),
        USERS,
        needs=("cognito-idp:ListUsers",),
        reads=(
            "cognito-idp:DescribeUserPool",
            "cognito-idp:AdminGetUser",
            "cognito-idp:AdminListGroupsForUser",
            "cognito-idp:AdminListDevices",
            "cognito-idp:AdminListUserAuthEvents",
        ),
    ),
    Look(
        "playground",
        (),
        ("types",),
        needs=("appsync:GetIntrospectionSchema",),
    ),
    Look(
        "branches",
        (),
        ("tester", "sandbox", "main"),
        reads=(
            "cloudformation:ListStacks",
            "amplify:ListApps",
            "amplify:ListBranches",
            "amplify:ListJobs",
        ),
    ),
)
"""What each pane shows when it is opened."""

_SHOWN = ("cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser")
"""What shows a changed user as they are."""

LOOKS = (
    Look("users", ("v",), ("sign in with", "identity providers", "client "),
         needs=("cognito-idp:DescribeUserPool",),
         reads=("cognito-idp:ListGroups", "cognito-idp:ListIdentityProviders",
                "cognito-idp:ListUserPoolClients", "cognito-idp:DescribeUserPoolClient")),
    Look("users", ("M",), ("Editors",), needs=("cognito-idp:ListGroups",)),
    Look("users", ("M", "wait:Editors", "enter"), ("Enter removes",),
         needs=("cognito-idp:ListUsersInGroup",)),
    Look("users", ("l",), ("No trigger functions",), needs=("cognito-idp:DescribeUserPool",)),
    Look("users", ("P",), ("amplifyAuth",), needs=("cognito-idp:ListUserPools",)),
    Look("users", ("t",), ("Disabled ann@example.com",), needs=("cognito-idp:AdminDisableUser",)),
    Look("users", ("t",), ("Enabled ann@example.com",), needs=("cognito-idp:AdminEnableUser",)),
    Look("users", ("i",), ("in the user's mailbox",)),
    Look("users", ("o", "wait:Sign in as", "enter", "wait:Password", f"type:{PASSWORD}", "f5"),
         ("expires in",), unsaid=("cognito-idp:DescribeUserPoolClient",)),
    Look("users", ("p", "wait:Password of", "f5"), ("Password set: ann@example.com",),
         needs=("cognito-idp:AdminSetUserPassword",), unsaid=_SHOWN),
    Look("users", ("m",), ("Groups of ann@example.com",), needs=("cognito-idp:ListGroups",)),
    Look("users", ("m", "wait:Groups of", "enter"), ("Removed ann@example.com from Editors",),
         needs=("cognito-idp:AdminRemoveUserFromGroup",), unsaid=_SHOWN[:1]),
    Look("users", ("x", "wait:Actions for", "enter"), ("Confirmed ann@example.com",),
         needs=("cognito-idp:AdminConfirmSignUp",), unsaid=_SHOWN),
    Look("users", ("x", "wait:Actions for", "type:devices", "enter"), ("us-east-1_laptop",),
         needs=("cognito-idp:AdminListDevices",)),
    Look("users", ("x", "wait:Actions for", "type:devices", "enter", "wait:Devices of", "enter",
                   "wait:This device", "enter"), ("Forgot a device of ann@example.com",),
         needs=("cognito-idp:AdminForgetDevice",), unsaid=_SHOWN),
    Look("users", ("x", "wait:Actions for", "type:devices", "enter", "wait:Devices of", "enter",
                   "wait:This device", "down", "enter"), ("Remembers a device of ann@example.com",),
         needs=("cognito-idp:AdminUpdateDeviceStatus",), unsaid=_SHOWN),
    Look("users", ("E", "wait:Export", "f5"), ("written to users.csv",),
         needs=("cognito-idp:ListUsers", "cognito-idp:DescribeUserPool",
                "cognito-idp:ListGroups", "cognito-idp:ListUsersInGroup")),
    Look("users", ("n", "wait:New user", "type:cyd@example.com", "f5"),
         ("Created cyd@example.com",), needs=("cognito-idp:AdminCreateUser",)),
    Look("users", ("D", "wait:for good", "y"), ("Deleted cyd@example.com",),
         needs=("cognito-idp:AdminDeleteUser",)),
    Look("playground", ("f2",), ("user:ann@example.com", "guest", "admin"),
         reads=("cognito-idp:ListUsers",)),
    Look("branches", ("down", "l"), ("built the app",),
         needs=("amplify:ListApps", "amplify:GetJob")),
    Look("branches", ("down", "h"), ("Add todos",), needs=("amplify:ListApps", "amplify:ListJobs")),
    Look("branches", ("down", "v"), ("COLOUR",),
         needs=("amplify:ListApps", "amplify:GetBranch", "ssm:GetParametersByPath")),
    Look("branches", ("w",), ("No custom domain yet",),
         needs=("amplify:ListApps", "amplify:ListDomainAssociations")),
    Look("branches", ("down", "d"), ("built the app",), needs=("amplify:StartJob",)),
    Look("branches", ("down", "R"), ("built the app",), needs=("amplify:StartJob",)),
    Look("branches", ("down", "down", "n", "wait:Connect topic", "enter"), ("built the app",),
         needs=("amplify:CreateBranch",)),
    Look("branches", ("i",), ("billed by AWS",), needs=("cloudformation:ListStackResources",)),
)  # fmt: skip
"""What a pane's keys show, with the first row under the cursor."""


@pytest.fixture
def hosting(deployed: Deployer, deployed_aws: Aws) -> Iterator[AmplifyHosting]:
    """Amplify Hosting with the project's repository, whose branch ``main`` is connected."""
    root = deployed.session.project.root
    repository = Repository(root) if (root / ".git").exists() else make_repository(root)
    found = AmplifyHosting(repository=str(root), log_url=f"{deployed_aws.endpoint}/job.log")
    if "topic" not in repository.git("branch", "--list"):
        repository.git("branch", "topic")
    found.add_branch("main", commit=repository.git("rev-parse", "HEAD"))
    deployed_aws.extra += [found.answer, _cognito_without_moto, _job_log]
    yield found


def _job_log(request: Request) -> Answer | None:
    return Answer(200, b"built the app\n") if request.path == "/job.log" else None


def _cognito_without_moto(request: Request) -> Answer | None:
    """What moto's Cognito does not have: one device, and neither past sign-ins nor passkeys."""
    answers = {
        "AdminListDevices": b'{"Devices": [{"DeviceKey": "us-east-1_laptop"}]}',
        "AdminForgetDevice": b"{}",
        "AdminUpdateDeviceStatus": b"{}",
        "AdminListUserAuthEvents": b'{"AuthEvents": []}',
        "ListWebAuthnCredentials": b'{"Credentials": []}',
    }
    answer = answers.get(request.operation)
    return None if answer is None else Answer(200, answer, "application/x-amz-json-1.1")


@pytest.fixture
def people(deployed: Deployer, deployed_aws: Aws) -> None:
    """Two users, one of them in the group Editors."""
    cognito: Any = deployed.clients.cognito_idp
    pool = deployed.outputs["auth"]["user_pool_id"]
    for user in cognito.list_users(UserPoolId=pool)["Users"]:
        cognito.admin_delete_user(UserPoolId=pool, Username=user["Username"])
    for name in USERS:
        of = {"UserPoolId": pool, "Username": name}
        cognito.admin_create_user(**of, UserAttributes=[{"Name": "email", "Value": name}])
        cognito.admin_set_user_password(**of, Password=PASSWORD, Permanent=True)
    if not cognito.list_groups(UserPoolId=pool)["Groups"]:
        cognito.create_group(UserPoolId=pool, GroupName="Editors")
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=USERS[0], GroupName="Editors")
    deployed_aws.calls.clear()


_ALWAYS = {
    "sts:GetCallerIdentity",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplateSummary",
    "s3:GetObject",
}
"""Who it is, which anybody may ask, and the stack's outputs, which the managed policy allows."""


@pytest.mark.parametrize("look", OPENED, ids=lambda look: look.pane)
async def test_a_pane_shows_what_is_there_then_asks_nothing(
    deployed: Deployer, deployed_aws: Aws, hosting: AmplifyHosting, people: None, look: Look
) -> None:
    asked = {*look.needs, *look.reads}
    async with opened_panes(deployed, deployed_aws) as panes:
        await panes.open(look.pane)
        await panes.until(*look.shows)
        await until(panes.pilot, lambda: asked <= set(deployed_aws.calls.actions), "all reads")
        assert set(deployed_aws.calls.actions) <= asked | _ALWAYS
        await until(panes.pilot, lambda: not panes.reading, "the end of all reads")
        deployed_aws.calls.clear()
        # What would ask again is a timer or a worker; neither is left.
        assert not panes.repeating
        await panes.open(look.pane)
        deployed.clients.sts.get_caller_identity()
        assert deployed_aws.calls.actions == ["sts:GetCallerIdentity"]


@pytest.mark.parametrize("look", OPENED, ids=lambda look: look.pane)
async def test_a_pane_that_may_not_read_names_the_action(
    deployed: Deployer, deployed_aws: Aws, hosting: AmplifyHosting, people: None, look: Look
) -> None:
    async with opened_panes(deployed, deployed_aws) as panes:
        for action in (*look.needs, *look.reads):
            deployed_aws.faults.deny(action)
            await panes.open(look.pane)
            await _refresh(panes, look)
            await panes.until(f"may not call {action}")
            deployed_aws.faults.clear()
            await panes.close_to(look.pane)
            await _refresh(panes, look)
            await panes.until(*look.shows)


@pytest.mark.parametrize("pane", dict.fromkeys(look.pane for look in LOOKS))
async def test_keys_that_may_not_do_it_name_the_action(
    deployed: Deployer, deployed_aws: Aws, hosting: AmplifyHosting, people: None, pane: str
) -> None:
    async with opened_panes(deployed, deployed_aws) as panes:
        await panes.open(pane)
        await panes.until(*next(look.shows for look in OPENED if look.pane == pane))
        for look in (each for each in LOOKS if each.pane == pane):
            for action in (*look.needs, *look.reads):
                deployed_aws.faults.deny(action)
                await panes.press("home", *look.keys)
                await panes.until(f"may not call {action}")
                deployed_aws.faults.clear()
                await panes.close_to(pane)
            for action in look.unsaid:
                deployed_aws.faults.deny(action)
            await panes.press("home", *look.keys)
            await panes.until(*look.shows)
            deployed_aws.faults.clear()
            await panes.close_to(pane)


@pytest.mark.parametrize("denied", ["AdminGetUser", "AdminListGroupsForUser"])
async def test_columns_that_cost_requests_say_so_and_why_they_are_empty(
    deployed: Deployer, deployed_aws: Aws, hosting: AmplifyHosting, people: None, denied: str
) -> None:
    deployed_aws.faults.deny(f"cognito-idp:{denied}")
    async with opened_panes(deployed, deployed_aws) as panes:
        await panes.open("users")
        await panes.until(*USERS)
        await panes.press("c", "wait:groups 2 requests for each user on screen")
        await panes.press(*["down"] * 5, "enter", "escape")
        await until(
            panes.pilot,
            lambda: any(denied in note.message for note in panes.app._notifications),
            "why the column is empty",
        )
        assert len(panes.app._notifications) == 1
        await panes.until("confirmed 2", "?")


@pytest.mark.parametrize("look", OPENED, ids=lambda look: look.pane)
async def test_a_pane_outlives_an_expired_session_and_a_proxy(
    deployed: Deployer, deployed_aws: Aws, hosting: AmplifyHosting, people: None, look: Look
) -> None:
    faults = deployed_aws.faults
    orders: tuple[tuple[Callable[[], object], str], ...] = (
        (partial(faults.expire, "*"), "expired"),
        (partial(faults.html, "*", 200), "proxy"),
    )
    async with opened_panes(deployed, deployed_aws) as panes:
        for order, words in orders:
            order()
            await panes.open(look.pane)
            await _refresh(panes, look)
            await panes.until(words)
            faults.clear()
            await panes.close_to(look.pane)
            await _refresh(panes, look)
            await panes.until(*look.shows)


async def _refresh(panes: Panes, look: Look) -> None:
    await panes.press("ctrl+r" if look.pane == "playground" else "r")


def test_the_docs_have_a_policy_for_all_of_it() -> None:
    asked = {action for look in (*OPENED, *LOOKS) for action in (*look.needs, *look.reads)}
    allowed = MANAGED.union(*PANES.values())
    assert asked <= allowed
    assert _ALWAYS - {"sts:GetCallerIdentity"} <= MANAGED
