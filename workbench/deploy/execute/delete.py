"""Deletes a backend and everything it made, and says what remained."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import is_missing
from workbench.aws.clients import Clients
from workbench.deploy.execute.progress import Progress
from workbench.deploy.execute.stack_operation import Report, follow_operation
from workbench.deploy.execute.stack_repair import remove_stack
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.models import LiveStack
from workbench.deploy.live.reader import read_live
from workbench.deploy.live.stack_events import StackEvent
from workbench.deploy.live.stack_state import StackState, read_stack_state
from workbench.model.events import Emit

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_WORKERS = 8
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion did: ``existed`` is False if there was no stack.

    ``remaining`` names what still stands: kept by its deletion policy, or refused.
    """

    existed: bool
    remaining: tuple[str, ...] = ()


def delete_backend(
    clients: Clients,
    stack_name: str,
    emit: Emit,
    deployment: int | None = None,
    *,
    snapshot: Path | None = None,
) -> Deleted:
    """Delete the stack with its data, the functions' log groups and the snapshot.

    Buckets are emptied first, all versions too. SSM secrets stay, as with ampx. Raises
    DeploymentProblem, its details naming what remained, if resources cannot be deleted.
    """
    state = read_stack_state(clients, stack_name)
    if state is not None and state.is_busy:
        waiting = Progress(emit, deployment)
        follow_operation(clients, state.stack_id, waiting.of_stack)
        state = read_stack_state(clients, stack_name)
    if state is None:
        if snapshot:
            snapshot.unlink(missing_ok=True)
        return Deleted(existed=False)
    live = read_live(clients, stack_name, snapshot)
    progress = Progress(emit, deployment, live=live)
    kept: list[str] = []

    def report(event: StackEvent) -> None:
        if event.status == "DELETE_SKIPPED":
            kept.append(_named(progress, event))
        progress.of_stack(event)

    if live is not None:
        _empty_buckets(clients, live)
    _remove(clients, state, live, report, progress)
    if live is not None:
        kept += _delete_log_groups(clients, live)
    if snapshot:
        snapshot.unlink(missing_ok=True)
    return Deleted(existed=True, remaining=tuple(kept))


def _remove(
    clients: Clients,
    state: StackState,
    live: LiveStack | None,
    report: Report,
    progress: Progress,
) -> None:
    """Delete the stack; once more after a failure, as buckets may have been written meanwhile."""
    try:
        remove_stack(clients, state, report, progress.construct)
    except DeploymentProblem:
        if live is not None:
            _empty_buckets(clients, live)
    else:
        return
    again = read_stack_state(clients, state.stack_id)
    if again is None:
        return
    try:
        remove_stack(clients, again, report, progress.construct)
    except DeploymentProblem as failed:
        standing = read_live(clients, state.stack_id)
        names = _standing(standing, progress) if standing else ()
        raise DeploymentProblem(replace(failed.failure, details=names)) from failed


def _standing(live: LiveStack, progress: Progress) -> tuple[str, ...]:
    return tuple(
        f"remains: {progress.construct(path, resource.logical_id)} "
        f"({resource.type} {resource.physical_id})"
        for path, stack in live.walk()
        for resource in stack.resources.values()
    )


def _named(progress: Progress, event: StackEvent) -> str:
    path = progress.construct(event.stack, event.logical_id)
    return f"{path} ({event.type} {event.physical_id})"


def _empty_buckets(clients: Clients, live: LiveStack) -> None:
    """Empty the buckets that the stack will delete; those it keeps are not touched."""
    buckets = [
        resource.physical_id
        for _, stack in live.walk()
        for resource in stack.resources.values()
        if resource.type == "AWS::S3::Bucket"
        and resource.physical_id
        and not _is_kept(stack, resource.logical_id)
    ]
    if buckets:
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="empty") as pool:
            list(pool.map(lambda bucket: _empty_bucket(clients, bucket), buckets))


def _is_kept(stack: LiveStack, logical_id: str) -> bool:
    resource = stack.template.resources.get(logical_id)
    return resource is not None and resource.is_retained


def _empty_bucket(clients: Clients, bucket: str) -> None:
    pages = clients.s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    try:
        for page in pages:
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            objects = [
                cast(
                    "ObjectIdentifierTypeDef",
                    {"Key": entry.get("Key", ""), "VersionId": entry.get("VersionId", "null")},
                )
                for entry in found
            ]
            for start in range(0, len(objects), _BATCH):
                batch = objects[start : start + _BATCH]
                clients.s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
    except ClientError as error:
        if not is_missing(error):
            raise


def _delete_log_groups(clients: Clients, live: LiveStack) -> list[str]:
    """Delete the log groups that Lambda made outside the stack; the names of those that remain."""
    names = [
        f"/aws/lambda/{resource.physical_id}"
        for _, stack in live.walk()
        for resource in stack.resources.values()
        if resource.type == "AWS::Lambda::Function" and resource.physical_id
    ]

    def delete(name: str) -> bool:
        try:
            clients.logs.delete_log_group(logGroupName=name)
        except (BotoCoreError, ClientError) as error:
            return is_missing(error)
        return True

    if not names:
        return []
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="log-groups") as pool:
        gone = pool.map(delete, names)
        return [f"log group {name}" for name, done in zip(names, gone, strict=True) if not done]
