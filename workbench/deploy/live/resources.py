"""The deployed resources as one list, for the resource tree and for scripts."""

from __future__ import annotations

from workbench.aws.target import AwsTarget, Target
from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.live.console_urls import console_url
from workbench.deploy.live.models import LiveStack
from workbench.model.deployment import LiveResource


def list_resources(
    live: LiveStack, assembly: Assembly | None, target: Target
) -> tuple[LiveResource, ...]:
    """Every resource of the stack and its nested stacks, parents first.

    Construct paths come from the assembly if it knows them, else from the last deployment.
    """
    on_aws = isinstance(target, AwsTarget)
    found: list[LiveResource] = []
    for path, stack in live.walk():
        known = assembly.construct_paths.get(path, {}) if assembly else {}
        for resource in stack.resources.values():
            url = ""
            if on_aws:
                url = console_url(resource.type, resource.physical_id, stack.region)
            found.append(
                LiveResource(
                    stack=path,
                    logical_id=resource.logical_id,
                    construct_path=known.get(resource.logical_id)
                    or stack.construct_paths.get(resource.logical_id)
                    or "/".join((*path, resource.logical_id)),
                    type=resource.type,
                    status=resource.status,
                    physical_id=resource.physical_id,
                    console_url=url,
                )
            )
    return tuple(found)
