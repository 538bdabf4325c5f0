"""How much data the deployed tables, user pools and buckets hold, in words for a question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.deploy.assembly.stateful_resources import (
    AMPLIFY_TABLE,
    IMPORTED_TABLE,
    USER_POOL,
    holds_data,
)
from workbench.deploy.live.models import LiveStack
from workbench.model.deployment import Loss
from workbench.wording import plural

_READERS = 8
_PAGE = 1000
_USERS_PAGE = 60
_LEADS_TO_DATA = "AWS::Cognito::IdentityPool"
"""Holds no more than the way from a user to the data that the other resources hold."""


def describe_contents(clients: Clients, live: LiveStack) -> tuple[Loss, ...]:
    """All that deleting the stack would lose, each with its contents where they can be counted.

    Buckets that only hold what a deployment put there (model schemas, site files) are left out.
    A count that cannot be read is left empty: the resource is named all the same.
    """
    found = [
        Loss(
            construct_path=stack.construct_paths.get(
                resource.logical_id, "/".join((*path, resource.logical_id))
            ),
            type=resource.type,
            physical_id=resource.physical_id,
            reason="deleted with the sandbox",
        )
        for path, stack in live.walk()
        for resource in stack.resources.values()
        if resource.physical_id
        and resource.type != _LEADS_TO_DATA
        and holds_data(resource.logical_id, resource.type, stack.effective_template)
    ]
    return fill_contents(clients, found)


def fill_contents(clients: Clients, losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """The losses with what each resource holds now, such as ``25 items``; asked side by side."""

    def fill(loss: Loss) -> Loss:
        count = _COUNTS.get(loss.type)
        if loss.contents or count is None or not loss.physical_id:
            return loss
        try:
            return replace(loss, contents=count(clients, loss.physical_id))
        except (BotoCoreError, ClientError):
            return loss

    waiting = list(losses)
    if not waiting:
        return ()
    with ThreadPoolExecutor(_READERS, thread_name_prefix="contents") as pool:
        return tuple(pool.map(fill, waiting))


def _items(clients: Clients, table: str) -> str:
    """DynamoDB refreshes ItemCount every six hours, so a table that says 0 is counted."""
    described = clients.dynamodb.describe_table(TableName=table)["Table"]
    count = described.get("ItemCount", 0)
    if not clients.is_local and count:
        return _words(count, "item", about=True)
    page = clients.dynamodb.scan(TableName=table, Select="COUNT")
    return _words(page["Count"], "item", more="LastEvaluatedKey" in page)


def _users(clients: Clients, pool: str) -> str:
    described = clients.cognito_idp.describe_user_pool(UserPoolId=pool)["UserPool"]
    estimate = described.get("EstimatedNumberOfUsers", 0)
    if estimate > _USERS_PAGE:
        return _words(estimate, "user", about=not clients.is_local)
    page = clients.cognito_idp.list_users(UserPoolId=pool, Limit=_USERS_PAGE)
    return _words(len(page["Users"]), "user", more=bool(page.get("PaginationToken")))


def _objects(clients: Clients, bucket: str) -> str:
    page = clients.s3.list_objects_v2(Bucket=bucket, MaxKeys=_PAGE)
    return _words(page.get("KeyCount", 0), "object", more=page.get("IsTruncated", False))


def _words(count: int, noun: str, *, more: bool = False, about: bool = False) -> str:
    if count == 0 and not more:
        return f"no {noun}s"
    lead = "more than " if more else "about " if about else ""
    return lead + plural(count, noun)


_COUNTS: dict[str, Callable[[Clients, str], str]] = {
    "AWS::DynamoDB::Table": _items,
    "AWS::DynamoDB::GlobalTable": _items,
    AMPLIFY_TABLE: _items,
    IMPORTED_TABLE: _items,
    USER_POOL: _users,
    "AWS::S3::Bucket": _objects,
}
