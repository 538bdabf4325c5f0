"""Reads what is deployed, from the snapshot of the last deployment or from CloudFormation.

The snapshot knows the hot-swaps, which CloudFormation does not; it holds as long as the root stack
is the one it was taken of and CloudFormation has not changed it since.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from workbench.aws.client_errors import is_missing
from workbench.aws.clients import Clients
from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.assembly.construct_paths import template_paths
from workbench.deploy.assembly.template import NESTED_STACK, Template
from workbench.deploy.live.models import (
    DeployedResource,
    LiveStack,
    after_failed_cloudformation,
)
from workbench.deploy.live.snapshot import load_snapshot
from workbench.deploy.live.stack_events import AWS_PACE, LOCAL_PACE
from workbench.deploy.live.stack_state import StackState, read_stack_state
from workbench.model.deployment import StackPath

_READERS = 8
_READS_UNTIL_SEEN = 4

_Found = TypeVar("_Found")
_Read = Callable[[Clients, str], _Found | None]


def read_live(
    clients: Clients,
    stack_name: str,
    snapshot: Path | None = None,
    *,
    templates: Assembly | None = None,
    untouched: Mapping[StackPath, LiveStack] | None = None,
    state: StackState | None = None,
) -> LiveStack | None:
    """The deployed stack with everything nested in it, or None if there is none.

    ``snapshot`` is the file that ``save_snapshot`` wrote; one that no longer holds, or is
    unreadable, is passed over. ``templates`` is the assembly that was just deployed: its templates
    are taken instead of asking CloudFormation for each (saves a third of the calls). ``untouched``
    are nested stacks that CloudFormation has not worked on since they were read: two calls less for
    each. ``state`` is the root stack's if it has just been read.
    """
    if state is None:
        state = _seen(clients, stack_name, read_stack_state, made=templates is not None)
    if state is None:
        return None
    kept = load_snapshot(snapshot) if snapshot else None
    if kept is not None and kept.holds(state):
        return kept.live
    with ThreadPoolExecutor(_READERS, thread_name_prefix="live") as pool:
        now = _Reader(clients, pool, templates, untouched or {}).read(state)
    if kept is not None and kept.stack_id == state.stack_id:
        # CloudFormation deployed since, here in a session that died or with another tool. What had
        # been swapped before may stand as it was: it is swapped again.
        return after_failed_cloudformation(kept.live, now)
    return now


class _Reader:
    """Reads one tree of stacks; all stacks of a level at once, so the depth sets the time."""

    def __init__(
        self,
        clients: Clients,
        pool: Executor,
        templates: Assembly | None,
        untouched: Mapping[StackPath, LiveStack],
    ) -> None:
        self._clients = clients
        self._pool = pool
        self._templates = templates
        self._untouched = untouched

    def read(self, root: StackState) -> LiveStack:
        """The whole tree below ``root``."""
        levels: list[list[tuple[StackPath, _Parts]]] = []
        waiting: list[tuple[StackPath, str, StackState | None]] = [((), root.stack_id, root)]
        built: dict[StackPath, LiveStack] = {}
        while waiting:
            started = [
                (path, self._start(stack_id, state, path)) for path, stack_id, state in waiting
            ]
            level = [(path, parts.wait()) for path, parts in started]
            levels.append(level)
            waiting = []
            for path, parts in level:
                for resource in parts.resources.values():
                    if resource.type != NESTED_STACK or not resource.physical_id:
                        continue
                    child = (*path, resource.logical_id)
                    known = self._untouched.get(child)
                    if known is not None and known.stack_id == resource.physical_id:
                        built[child] = known
                    else:
                        waiting.append((child, resource.physical_id, None))
        for level in reversed(levels):
            for path, parts in level:
                nested = {
                    key[-1]: child
                    for key, child in built.items()
                    if len(key) == len(path) + 1 and key[: len(path)] == path
                }
                if parts.state is not None:
                    built[path] = self._stack(parts.state, parts, nested)
        return built[()]

    def _start(self, stack_id: str, state: StackState | None, path: StackPath) -> _Started:
        deployed = self._templates.stack(path) if self._templates else None

        def reading(read: _Read[_Found]) -> Future[_Found | None]:
            made = deployed is not None
            return self._pool.submit(_seen, self._clients, stack_id, read, made=made)

        return _Started(
            state=self._done(state) if state else reading(read_stack_state),
            template=self._done(deployed.template)
            if deployed
            else self._pool.submit(_read_template, self._clients, stack_id),
            resources=reading(_read_resources),
        )

    def _stack(
        self, state: StackState, parts: _Parts, nested: Mapping[str, LiveStack]
    ) -> LiveStack:
        return LiveStack(
            name=state.name,
            stack_id=state.stack_id,
            status=state.status,
            template=parts.template,
            parameters=dict(state.parameters),
            outputs=dict(state.outputs),
            resources=parts.resources,
            nested=dict(nested),
            construct_paths=template_paths(parts.template),
            changed_at=state.changed_at.isoformat(),
        )

    @staticmethod
    def _done(value: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(value)
        return future


@dataclass(frozen=True, slots=True)
class _Started:
    state: Future[StackState | None]
    template: Future[Template]
    resources: Future[dict[str, DeployedResource] | None]

    def wait(self) -> _Parts:
        return _Parts(self.state.result(), self.template.result(), self.resources.result() or {})


@dataclass(frozen=True, slots=True)
class _Parts:
    state: StackState | None
    template: Template
    resources: dict[str, DeployedResource]


def _seen(clients: Clients, stack: str, read: _Read[_Found], *, made: bool) -> _Found | None:
    """What ``read`` finds. One that was just ``made`` may not be seen yet: it is asked again."""
    found = read(clients, stack)
    if found is not None or not made:
        return found
    pace = LOCAL_PACE if clients.is_local else AWS_PACE
    for pause in islice(pace.pauses(), _READS_UNTIL_SEEN):
        time.sleep(pause)
        found = read(clients, stack)
        if found is not None:
            break
    return found


def read_template_body(clients: Clients, stack_id: str) -> dict[str, Any]:
    """CloudFormation's template as it was sent; empty for a missing one, or one in YAML."""
    try:
        # A stack that is only under review has no template.
        body: Any = clients.cloudformation.get_template(
            StackName=stack_id, TemplateStage="Original"
        ).get("TemplateBody", {})
    except ClientError as error:
        if is_missing(error):
            return {}
        raise
    if isinstance(body, str):  # botocore gives JSON as an object
        try:
            body = json.loads(body)
        except ValueError:
            return {}
    return dict(body)


def _read_template(clients: Clients, stack_id: str) -> Template:
    return Template.model_validate(read_template_body(clients, stack_id))


def _read_resources(clients: Clients, stack_id: str) -> dict[str, DeployedResource] | None:
    """The stack's resources, or None if there is no such stack."""
    found: dict[str, DeployedResource] = {}
    pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(
        StackName=stack_id
    )
    try:
        for page in pages:
            for raw in page.get("StackResourceSummaries", []):
                if raw["ResourceStatus"] == "DELETE_COMPLETE":
                    continue
                found[raw["LogicalResourceId"]] = DeployedResource(
                    logical_id=raw["LogicalResourceId"],
                    physical_id=raw.get("PhysicalResourceId", ""),
                    type=raw["ResourceType"],
                    status=raw["ResourceStatus"],
                )
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    return found
