"""Publishes Docker images: those that the repository lacks are built, tagged and pushed."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable
from contextlib import ExitStack

from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_code
from workbench.aws.clients import Clients
from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.assembly.image_assets import ImageAsset
from workbench.deploy.execute.bootstrap import Bootstrap
from workbench.deploy.execute.images.container_tool import (
    CHOICE_VARIABLE,
    TOOLS,
    ContainerTool,
    Say,
    ToolError,
    find_tool,
)
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.model.deployment import Failure
from workbench.printed_commands import cdk_bootstrap

_ASLEEP = re.compile(
    r"Cannot connect to the Docker daemon|Is the docker daemon running|podman machine start"
    r"|unable to connect to Podman|finch vm (?:init|start)|docker\.sock",
    re.IGNORECASE,
)


def publish_images(
    images: Iterable[ImageAsset],
    assembly: Assembly,
    clients: Clients,
    bootstrap: Bootstrap,
    say: Say,
) -> int:
    """Bring the images into their repositories; how many were pushed.

    A tag names the image's content, so one that is there is never built again. Raises
    DeploymentProblem, naming the construct, if nothing here can build an image.
    """
    pushed = 0
    with ExitStack() as stack:
        signed_in: dict[str, ContainerTool] = {}
        for image in images:
            who = _name(image, assembly)
            if clients.is_local:
                raise DeploymentProblem(_not_local(who))
            acting = bootstrap.acting(clients, image.role)
            repository = bootstrap.fill(image.repository)
            if _exists(acting, repository, image.tag):
                continue
            tool = find_tool(say)
            if tool is None:
                raise DeploymentProblem(_no_tool(who))
            registry = f"{bootstrap.account}.dkr.ecr.{bootstrap.region}.{clients.url_suffix}"
            try:
                local = _build(image, tool, who)
                if registry not in signed_in:
                    pushing = stack.enter_context(tool.with_own_sign_ins())
                    _sign_in(pushing, acting, registry)
                    signed_in[registry] = pushing
                address = f"{registry}/{repository}:{image.tag}"
                signed_in[registry].run("tag", local, address)
                say(f"Pushing the image of {who}")
                signed_in[registry].run("push", address)
            except ToolError as error:
                raise DeploymentProblem(_tool_failed(error, tool, image, who)) from error
            pushed += 1
    return pushed


def _build(image: ImageAsset, tool: ContainerTool, who: str) -> str:
    """The local name of the image, which is built if it is not there yet."""
    source = image.source
    if source.executable:
        tool.say(f"Building the image of {who} with {source.executable[0]}")
        return tool.command(source.executable, image.folder)
    local = f"cdkasset-{image.hash.lower()}"
    if not tool.succeeds("inspect", local):
        tool.say(f"Building the image of {who} with {tool.name}")
        tool.run(*_build_arguments(image, local), cwd=image.folder / source.directory)
    return local


def _build_arguments(image: ImageAsset, local: str) -> tuple[str, ...]:
    source = image.source
    arguments = ["build"]
    for flag, pairs in (
        ("--build-arg", source.docker_build_args),
        ("--build-context", source.docker_build_contexts),
    ):
        for name, value in pairs.items():
            arguments += [flag, f"{name}={value}"]
    for name, value in source.docker_build_secrets.items():
        arguments += ["--secret", f"id={name},{value}"]
    arguments += ["--tag", local]
    for flag, value in (
        ("--ssh", source.docker_build_ssh),
        ("--target", source.docker_build_target),
        ("--file", source.docker_file),
        ("--network", source.network_mode),
        ("--platform", source.platform),
        ("--cache-to", str(source.cache_to or "")),
    ):
        if value:
            arguments += [flag, value]
    arguments += [f"--output={output}" for output in source.docker_outputs]
    for option in source.cache_from:
        arguments += ["--cache-from", str(option)]
    if source.cache_disabled:
        arguments.append("--no-cache")
    return (*arguments, ".")


def _exists(acting: Clients, repository: str, tag: str) -> bool:
    try:
        acting.client("ecr").describe_images(
            repositoryName=repository, imageIds=[{"imageTag": tag}]
        )
    except ClientError as error:
        match error_code(error):
            case "ImageNotFoundException":
                return False
            case "RepositoryNotFoundException":
                raise DeploymentProblem(_no_repository(repository)) from error
        raise
    return True


def _sign_in(tool: ContainerTool, acting: Clients, registry: str) -> None:
    """Sign the tool in to ECR, for 12 hours; the password goes in by standard input."""
    found = acting.client("ecr").get_authorization_token().get("authorizationData", [])
    token = base64.b64decode(found[0].get("authorizationToken", "")).decode() if found else ""
    user, _, password = token.partition(":")
    if not password:
        raise ToolError(f"{tool.name} login", ["ECR gave no credentials."])
    tool.run("login", "--username", user, "--password-stdin", registry, given=password, quiet=True)


def _name(image: ImageAsset, assembly: Assembly) -> str:
    """The construct that uses the image: the first resource whose properties have its tag."""
    for stack in assembly.root.walk():
        for logical_id, resource in stack.template.resources.items():
            if image.tag in json.dumps(resource.properties, default=str):
                path = assembly.construct_paths.get(stack.path, {}).get(logical_id, logical_id)
                return path.removesuffix("/Resource")
    return image.display_name or image.hash[:12]


def _not_local(who: str) -> Failure:
    return Failure(
        title="The local cloud does not run container images",
        reason=f"{who} is made of a container image.",
        fix="Define the function without an image (its code as files), or deploy this backend to "
        "AWS: choose another target with `T`, or --profile.",
        construct_path=who,
    )


def _no_tool(who: str) -> Failure:
    chosen = os.environ.get(CHOICE_VARIABLE)
    missing = f"{chosen} ({CHOICE_VARIABLE}) is not" if chosen else f"none of {', '.join(TOOLS)} is"
    return Failure(
        title="A container image has to be built, and no tool for that is here",
        reason=f"{who} is made of a container image; {missing} on PATH.",
        fix=f"Install Docker, Podman or Finch, or name another tool in {CHOICE_VARIABLE}, then "
        "save again. Or define the function without an image.",
        construct_path=who,
    )


def _no_repository(repository: str) -> Failure:
    return Failure(
        title="The repository for container images does not exist",
        reason=f"There is no ECR repository {repository} in this account and region.",
        fix=f"Run `{cdk_bootstrap()}` again.",
    )


def _tool_failed(error: ToolError, tool: ContainerTool, image: ImageAsset, who: str) -> Failure:
    output = "\n".join(error.lines)
    if _ASLEEP.search(output):
        return Failure(
            title=f"{tool.name} is installed, but does not run",
            reason=error.lines[-1],
            fix=f"Start it, then save again: {who} is made of a container image.",
            construct_path=who,
            offer="retry",
        )
    folder = image.folder / image.source.directory
    return Failure(
        title=f"`{error.doing}` failed for the image of {who}",
        reason=_cause(error.lines),
        fix=f"The log has the whole output. Look at {image.source.docker_file or 'Dockerfile'} "
        f"(a copy is in {folder}), then save again.",
        construct_path=who,
        offer="retry",
        details=error.lines,
    )


def _cause(lines: tuple[str, ...]) -> str:
    """The line that names the error, else the last one."""
    for line in reversed(lines):
        if re.search(r"\berror\b", line, re.IGNORECASE):
            return line
    return lines[-1] if lines else "It gave no reason."
