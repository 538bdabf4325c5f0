"""Refusals in words, and that what the product calls is in a policy that somebody can ask for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.loaders import Loader

from tests.aws_moto.iam_actions import FREE, action_of
from tests.aws_moto.iam_policies import BOOTSTRAP, Ask, allows, managed_statements
from tests.aws_moto.policy_page import actions, policies
from workbench.aws.permissions import MANAGED, PANES, denial_in, denial_of, permission_problem

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
USER = "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: "
ELSEWHERE = ("workbench/backend", "workbench/localcloud", "workbench/project/templates")
"""Code that calls no AWS of the user's: definitions, the emulator, scaffolds."""
LOCAL_ONLY = frozenset({"amplify:CreateApp"})
"""On AWS an app is made in the console."""


def refused(operation: str, code: str = "AccessDenied", message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def test_the_managed_policy_is_as_moto_ships_it() -> None:
    assert actions(managed_statements()) == MANAGED


def test_the_page_has_a_policy_for_each_pane() -> None:
    assert {heading: actions(found) for heading, found in policies().items()} == {
        pane: set(actions) for pane, actions in PANES.items()
    }


def calls_of_the_product() -> set[str]:
    """Every operation that the product's code names, as ``service:Operation``."""
    calls = [call for node in _product() if (call := _call(node)) is not None]
    services = sorted({name for _, method, name in calls if method == "client" and name})
    names: dict[str, list[tuple[str, str]]] = {}
    for service in services:
        for operation in Loader().load_service_model(service, "service-2")["operations"]:
            names.setdefault(xform_name(operation), []).append((service, operation))
    found: set[str] = set()
    for receiver, method, argument in calls:
        name = argument if method in {"get_paginator", "pages"} else method
        if name in names and name != "query":
            found.add(_chosen(names[name], receiver))
    return found


def _product() -> Iterator[ast.AST]:
    for folder in ("workbench", "screens"):
        for file in (ROOT / folder).rglob("*.py"):
            if not file.relative_to(ROOT).as_posix().startswith(ELSEWHERE):
                yield from ast.walk(ast.parse(file.read_text("utf-8")))


def _call(node: ast.AST) -> tuple[str, str, str] | None:
    """Receiver, method and first argument (if it is a text) of a call."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    first = node.args[0] if node.args else None
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return ast.unparse(node.func.value), node.func.attr, text


def _chosen(known: list[tuple[str, str]], receiver: str) -> str:
    """The service of a name that several have, by the client's name: ``clients.lambda_``."""
    # IAM has users and groups, too; its client is always called so.
    known = [each for each in known if each[0] != "iam" or receiver == "iam"]
    for service, operation in known:
        if len(known) == 1 or service in receiver.replace("_", ""):
            return f"{service}:{operation}"
    raise AssertionError(f"Which service is {receiver}? {known}")


def test_every_call_of_the_product_is_in_a_policy() -> None:
    called = calls_of_the_product()
    assert {"lambda:UpdateFunctionCode", "cognito-idp:ListUsers", "s3:ListObjectVersions"} <= called
    in_panes = set().union(*PANES.values())
    roles = [statement for statements in BOOTSTRAP.values() for statement in statements]
    for call in sorted(called - FREE - LOCAL_ONLY):
        action = action_of(call)
        any_resource = [{**each, "Resource": "*", "Condition": {}} for each in roles]
        assert action in MANAGED | in_panes or allows(any_resource, Ask(action), "111122223333"), (
            f"nobody may call {call}: add {action} to a policy of docs/aws.md"
        )


def test_the_managed_policy_is_what_misses_where_it_has_the_action() -> None:
    problem = permission_problem(
        refused("DescribeStacks", message=USER + "lambda:GetFunction on x")
    )
    assert problem is not None
    assert problem.what == "Your AWS credentials may not call lambda:GetFunction."
    assert "AmplifyBackendDeployFullAccess" in problem.next_step


def test_beyond_it_the_page_is_named() -> None:
    error = refused("ListUsers", "AccessDeniedException", USER + "cognito-idp:ListUsers on x")
    problem = permission_problem(error)
    assert problem is not None
    assert problem.next_step == "docs/aws.md has the policy to ask for: “Users”."


def test_s3_may_not_say_what_it_refused() -> None:
    denial = denial_of(refused("ListObjectVersions", message="Access Denied"))
    assert denial is not None
    assert denial.action == "s3:ListBucketVersions"
    assert "Deleting everything" in denial.next_step
    head = denial_of(refused("HeadObject", "403", "Forbidden"))
    assert head is not None
    assert head.action == "s3:GetObject"


def test_amplify_may_not_either() -> None:
    denial = denial_of(refused("ListJobs", "UnauthorizedException"), "amplify")
    assert denial is not None
    assert denial.action == "amplify:ListJobs"
    assert "Branches" in denial.next_step


def test_an_explicit_denial_is_for_whoever_manages_policies() -> None:
    text = USER + "s3:GetObject with an explicit deny in a service control policy"
    denial = denial_in(text)
    assert denial is not None
    assert "explicitly" in denial.next_step


@pytest.mark.parametrize(
    ("role", "what", "step"),
    [
        ("cdk-hnb659fds-cfn-exec-role-1-eu-west-1", "The bootstrap's role", "execution-policies"),
        ("cdk-hnb659fds-deploy-role-1-eu-west-1", "The bootstrap's role", "renew the bootstrap"),
        ("amplify-app-ann-sandbox-0-role", "The backend's role", "in the backend's code"),
        ("AWSReservedSSO_Developer_1", "Your AWS credentials", "Ask for"),
    ],
)
def test_whose_right_is_missing(role: str, what: str, step: str) -> None:
    who = f"User: arn:aws:sts::111122223333:assumed-role/{role}/session is not authorized to "
    denial = denial_in(f"{who}perform: iam:CreateRole on resource: x")
    assert denial is not None
    assert denial.what.startswith(what)
    assert step in denial.next_step


def test_other_errors_are_no_refusals() -> None:
    assert denial_of(refused("DescribeStacks", "ValidationError", "no such stack")) is None
    assert (
        denial_of(refused("InitiateAuth", "NotAuthorizedException", "Incorrect password")) is None
    )
    assert denial_of(ValueError("AccessDenied")) is None
