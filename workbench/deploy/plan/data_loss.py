"""What a deployment or a deletion would lose: the resources, how much they hold, and the words.

Which types hold data at all, and which buckets hold nothing but deployed content, is the rule of
``workbench.deploy.assembly.stateful_resources``, which diffs follow too.

The front ends import this before their first paint, for the words alone; so botocore and the models
of stacks are imported only where something is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.deploy.assembly.stateful_resources import (
    AMPLIFY_TABLE,
    IMPORTED_TABLE,
    USER_POOL,
    holds_data,
    kind_of,
)
from workbench.model.deployment import Diff, Effect, Loss, ResourceChange
from workbench.model.events import ConfirmationAnswered
from workbench.wording import plural

if TYPE_CHECKING:
    from workbench.aws.clients import Clients
    from workbench.deploy.assembly.template import TemplateResource
    from workbench.deploy.live.models import LiveStack

_READERS = 8
_PAGE = 1000
_USERS_PAGE = 60
_LEADS_TO_DATA = "AWS::Cognito::IdentityPool"
"""Holds no more than the way from a user to the data that the other resources hold."""

_SHOWN = 3
_KIND_NAMES = frozenset({"Resource", "Default", "Bucket", "Table"})
"""Ends of construct paths that name a kind; what stands before them names the thing."""


def losses_of_deployment(diff: Diff, live: LiveStack | None) -> tuple[Loss, ...]:
    """What ``diff`` destroys or replaces that holds data and that no policy retains.

    The policy that counts is the one CloudFormation has: for a replacement the new template's would
    too, but a retained resource that turns into a deleted one is caught by its own change.
    """
    if live is None or diff.first:
        return ()
    losses: list[Loss] = []
    for change in diff.changes:
        if not change.holds_data or change.effect not in {Effect.REPLACE, Effect.DESTROY}:
            continue
        stack = live.stack(change.stack)
        resource = stack.effective_template.resources.get(change.logical_id) if stack else None
        if _is_retained(change, resource) or _inside_retained(change, live):
            continue
        losses.append(
            Loss(
                construct_path=change.construct_path or change.logical_id,
                type=change.type,
                physical_id=change.physical_id,
                reason=_reason(change, resource),
            )
        )
    return tuple(losses)


def losses_of_deletion(clients: Clients, live: LiveStack) -> tuple[Loss, ...]:
    """What deleting the stack would lose, each with its contents if they can be counted.

    Buckets that only hold what a deployment put there (model schemas, site files) are left out.
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
    return count_contents(clients, found)


def count_contents(clients: Clients, losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """The losses with what each resource holds now, such as ``25 items``; asked side by side.

    A count that can't be read is left empty: the resource is named all the same.
    """
    from botocore.exceptions import BotoCoreError, ClientError

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


def loss_name(loss: Loss) -> str:
    """The name to ask for and to type: a model's, else the resource's (``Message``, ``media``)."""
    return data_name(loss.construct_path) or loss.physical_id or loss.type


def data_name(construct_path: str) -> str:
    """The short name of what holds data: a model's, else the last telling step of the path."""
    parts = [part for part in construct_path.split("/") if part]
    while len(parts) > 1 and parts[-1] in _KIND_NAMES:
        parts.pop()
    if not parts:
        return ""
    last = parts[-1].removesuffix(".NestedStackResource")
    before = parts[-2].removesuffix(".NestedStack") if len(parts) > 1 else ""
    return before if before and last == f"{before}Table" else last


def losses_text(losses: Sequence[Loss]) -> str:
    """``Message (4 items), media (12 objects) and 2 more``; "" for none."""
    named = [
        f"{loss_name(loss)} ({loss.contents})" if loss.contents else loss_name(loss)
        for loss in losses[:_SHOWN]
    ]
    more = len(losses) - len(named)
    if more:
        return f"{', '.join(named)} and {more} more"
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


def decision_text(decision: ConfirmationAnswered) -> str:
    """``allowed: destroys Message (4 items) · typed Message in /dev/pts/3``."""
    lost = losses_text(decision.losses) or "all its data"
    said = f"allowed: destroys {lost}" if decision.allowed else f"kept: {lost}"
    return f"{said} · {decision.how}" if decision.how else said


def _is_retained(change: ResourceChange, resource: TemplateResource | None) -> bool:
    if resource is None:
        return False
    if change.effect is Effect.DESTROY:
        return resource.is_retained
    return resource.is_retained_when_replaced


def _inside_retained(change: ResourceChange, live: LiveStack) -> bool:
    """True for a destroyed resource in a nested stack that a policy keeps as a whole."""
    if change.effect is not Effect.DESTROY:
        return False
    here: LiveStack | None = live
    for step in change.stack:
        resource = here.effective_template.resources.get(step) if here else None
        if resource is not None and resource.is_retained:
            return True
        here = here.nested.get(step) if here else None
    return False


def _reason(change: ResourceChange, resource: TemplateResource | None) -> str:
    kind = kind_of(change.type)
    destroyed = change.effect is Effect.DESTROY
    policy = None
    if resource is not None:
        policy = resource.deletion_policy if destroyed else resource.update_replace_policy
    snapshot = " (CloudFormation takes a snapshot first)" if policy == "Snapshot" else ""
    if destroyed:
        where = "part of the backend" if change.stack else "in the stack"
        return f"the {kind} is no longer {where}{snapshot}"
    causes = [each for each in change.properties if each.replaces]
    names = ", ".join(dict.fromkeys(each.path.partition("[")[0] for each in causes))
    notes = "; ".join(dict.fromkeys(each.note for each in causes if each.note))
    why = f"{names} changed" + (f": {notes}" if notes else "")
    return f"the {kind} is replaced by an empty one, because {why}{snapshot}"


def _items(clients: Clients, table: str) -> str:
    """DynamoDB refreshes ItemCount every six hours, so a table that says 0 is counted."""
    described = clients.dynamodb.describe_table(TableName=table)["Table"]
    count = described.get("ItemCount", 0)
    if not clients.is_local and count:
        return _count_text(count, "item", about=True)
    page = clients.dynamodb.scan(TableName=table, Select="COUNT")
    return _count_text(page["Count"], "item", more="LastEvaluatedKey" in page)


def _users(clients: Clients, pool: str) -> str:
    described = clients.cognito_idp.describe_user_pool(UserPoolId=pool)["UserPool"]
    estimate = described.get("EstimatedNumberOfUsers", 0)
    if estimate > _USERS_PAGE:
        return _count_text(estimate, "user", about=not clients.is_local)
    page = clients.cognito_idp.list_users(UserPoolId=pool, Limit=_USERS_PAGE)
    return _count_text(len(page["Users"]), "user", more=bool(page.get("PaginationToken")))


def _objects(clients: Clients, bucket: str) -> str:
    page = clients.s3.list_objects_v2(Bucket=bucket, MaxKeys=_PAGE)
    return _count_text(page.get("KeyCount", 0), "object", more=page.get("IsTruncated", False))


def _count_text(count: int, noun: str, *, more: bool = False, about: bool = False) -> str:
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
