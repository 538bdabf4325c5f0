"""Deletes a backend and everything it made, and says what remained."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import is_missing
from workbench.aws.clients import Clients
from workbench.aws.permissions import Denial, denial_of
from workbench.deploy.execute.progress import Progress
from workbench.deploy.execute.stack_operation import Report, follow_operation
from workbench.deploy.execute.stack_repair import remove_stack
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.models import LiveStack
from workbench.deploy.live.reader import read_live
from workbench.deploy.live.snapshot import load_snapshot
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

    ``remaining`` names what still stands: kept by its deletion policy, or refused. ``denial`` is
    the permission that was missing for it.
    """

    existed: bool
    remaining: tuple[str, ...] = ()
    denial: Denial | None = None


def delete_backend(
    clients: Clients,
    stack_name: str,
    emit: Emit,
    deployment: int | None = None,
    *,
    snapshot: Path | None = None,
) -> Deleted:
    """Delete the stack with its data, the functions' log groups and the snapshot.

    Buckets are emptied first, all versions too; those that the caller may not empty are left to
    CloudFormation, which deletes them if they are empty or empty themselves. SSM secrets stay, as
    with ampx. Raises DeploymentProblem, its details naming what remained, if resources cannot be
    deleted.
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
    live = _read_if_allowed(clients, stack_name, snapshot, state)
    progress = Progress(emit, deployment, live=live)
    kept: list[str] = []

    def report(event: StackEvent) -> None:
        if event.status == "DELETE_SKIPPED":
            kept.append(_named(progress, event))
        progress.of_stack(event)

    functions = _functions(live, snapshot, state)
    _remove(clients, state, live, report, progress)
    denial = _delete_log_groups(clients, functions, kept)
    if snapshot:
        snapshot.unlink(missing_ok=True)
    return Deleted(existed=True, remaining=tuple(kept), denial=denial)


def _remove(
    clients: Clients,
    state: StackState,
    live: LiveStack | None,
    report: Report,
    progress: Progress,
) -> None:
    """Delete the stack; once more after a failure, as buckets may have been written meanwhile."""

    def removed(standing: StackState) -> DeploymentProblem | None:
        try:
            remove_stack(clients, standing, report, progress.construct)
        except DeploymentProblem as failed:
            return failed
        return None

    denial = _empty_buckets(clients, live) if live is not None else None
    failed = removed(state)
    if failed is not None and denial is None:
        denial = _empty_buckets(clients, live) if live is not None else None
        again = read_stack_state(clients, state.stack_id)
        failed = removed(again) if again is not None else None
    if failed is None:
        return
    standing = _read_if_allowed(clients, state.stack_id)
    names = _standing(standing, progress) if standing else ()
    fix = failed.failure.fix
    if denial is not None:
        fix = f"Empty the buckets, then delete again. {denial}"
    raise DeploymentProblem(replace(failed.failure, details=names, fix=fix)) from failed


def _read_if_allowed(
    clients: Clients,
    stack_name: str,
    snapshot: Path | None = None,
    state: StackState | None = None,
) -> LiveStack | None:
    """What stands; None too where the caller may delete the stack but not read it."""
    try:
        return read_live(clients, stack_name, snapshot, state=state)
    except ClientError as error:
        if denial_of(error) is None:
            raise
        return None


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


def _empty_buckets(clients: Clients, live: LiveStack) -> Denial | None:
    """Empty the buckets that the stack will delete; those it keeps are not touched.

    Returns what the caller lacks for it: then some may be as full as before.
    """
    buckets = [
        resource.physical_id
        for _, stack in live.walk()
        for resource in stack.resources.values()
        if resource.type == "AWS::S3::Bucket"
        and resource.physical_id
        and not _is_kept(stack, resource.logical_id)
    ]
    if not buckets:
        return None
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="empty") as pool:
        denials = list(pool.map(lambda bucket: _empty_bucket(clients, bucket), buckets))
    return next((denial for denial in denials if denial is not None), None)


def _is_kept(stack: LiveStack, logical_id: str) -> bool:
    resource = stack.template.resources.get(logical_id)
    return resource is not None and resource.is_retained


def _empty_bucket(clients: Clients, bucket: str) -> Denial | None:
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
                answer = clients.s3.delete_objects(
                    Bucket=bucket, Delete={"Objects": batch, "Quiet": True}
                )
                if any(each.get("Code") == "AccessDenied" for each in answer.get("Errors", [])):
                    return Denial("s3:DeleteObjectVersion")
    except ClientError as error:
        denial = denial_of(error)
        if denial is None and not is_missing(error):
            raise
        return denial
    return None


def _functions(live: LiveStack | None, snapshot: Path | None, state: StackState) -> list[str]:
    """The functions' names; those too that an earlier deletion removed before it failed."""
    known = load_snapshot(snapshot) if snapshot else None
    trees = [live] if live is not None else []
    if known is not None and known.stack_id == state.stack_id:
        trees.append(known.live)
    names = [
        resource.physical_id
        for tree in trees
        for _, stack in tree.walk()
        for resource in stack.resources.values()
        if resource.type == "AWS::Lambda::Function" and resource.physical_id
    ]
    return list(dict.fromkeys(names))


def _delete_log_groups(clients: Clients, functions: list[str], kept: list[str]) -> Denial | None:
    """Delete the log groups that Lambda made outside the stack; those that remain go to ``kept``.

    Returns what the caller lacks for it. The first one is tried alone: who may not delete it may
    delete none.
    """
    names = [f"/aws/lambda/{name}" for name in functions]
    denials: list[Denial] = []

    def delete(name: str) -> bool:
        try:
            clients.logs.delete_log_group(logGroupName=name)
        except (BotoCoreError, ClientError) as error:
            denial = denial_of(error)
            if denial is not None:
                denials.append(denial)
            return is_missing(error)
        return True

    if not names:
        return None
    gone = [delete(names[0])]
    if denials:
        gone += [False] * (len(names) - 1)
    else:
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="log-groups") as pool:
            gone += pool.map(delete, names[1:])
    kept += [f"log group {name}" for name, done in zip(names, gone, strict=True) if not done]
    return denials[0] if denials else None
