"""The project under measurement, the edits made to it, and the proof that they went live."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from urllib.request import urlopen

from tests.quickstart_project import copy_quickstart
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget

_BACKEND = """\
import { defineBackend } from '@aws-amplify/backend';
import { auth } from './auth/resource.js';
import { data } from './data/resource.js';
import { greet } from './greet/resource.js';

defineBackend({ auth, data, greet });
"""
_FUNCTION = """\
import { defineFunction } from '@aws-amplify/backend';

export const greet = defineFunction({ name: 'greet', entry: './handler.ts' });
"""
_FIELD = "content: a.string()"


def make_project(folder: Path, modules: Path) -> Path:
    """The quickstart with one function."""
    copy_quickstart(folder, modules)
    (folder / "amplify" / "greet").mkdir()
    (folder / "amplify" / "greet" / "resource.ts").write_text(_FUNCTION)
    (folder / "amplify" / "backend.ts").write_text(_BACKEND)
    edit_handler(folder, 0)
    return folder


def edit_handler(project: Path, number: int) -> None:
    """Make the function answer with ``number``."""
    (project / "amplify" / "greet" / "handler.ts").write_text(
        f"export const handler = async () => 'hello {number}';\n"
    )


def edit_model(project: Path, number: int) -> None:
    """Add the field ``extra{number}`` to the model."""
    file = project / "amplify" / "data" / "resource.ts"
    text = file.read_text()
    file.write_text(text.replace(_FIELD, f"extra{number}: a.string(), {_FIELD}", 1))


def model_is_live(target: LocalTarget, stack: str, number: int) -> bool:
    """Ask the deployed API's schema for the field."""
    clients = Clients(target)
    api = _physical_id(clients, stack, "AWS::AppSync::GraphQLApi").rsplit("/", 1)[-1]
    schema = clients.appsync.get_introspection_schema(apiId=api, format="SDL")["schema"].read()
    return f"extra{number}:" in schema.decode()


def handler_is_live(target: LocalTarget, stack: str, number: int) -> bool:
    """Look into the deployed function's code."""
    clients = Clients(target)
    name = _physical_id(clients, stack, "AWS::Lambda::Function", logical_prefix="greet")
    where = clients.lambda_.get_function(FunctionName=name)["Code"]["Location"]
    with urlopen(where, timeout=20) as answer:
        code = zipfile.ZipFile(io.BytesIO(answer.read())).read("index.mjs").decode()
    return f"hello {number}" in code


def stack_of(project: Path, identifier: str | None) -> str:
    """The name of the project's sandbox stack."""
    from workbench.project.identity import sandbox_identity, stack_name
    from workbench.project.locate import find_project

    return stack_name(sandbox_identity(find_project(project), identifier))


def local_target(project: Path) -> LocalTarget:
    """The running local cloud of a project."""
    from workbench.localcloud.lifecycle import start
    from workbench.project.locate import find_project

    return start(find_project(project).local_cloud_dir)


def server_pid(project: Path) -> int:
    """The process id of the project's local cloud."""
    file = project / ".amplify" / "local-cloud" / "server.json"
    return int(json.loads(file.read_text())["pid"])


def _physical_id(clients: Clients, stack: str, wanted: str, logical_prefix: str = "") -> str:
    stacks = [stack]
    while stacks:
        current = stacks.pop()
        pages = clients.cloudformation.get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=current):
            for resource in page["StackResourceSummaries"]:
                kind, physical = resource["ResourceType"], resource.get("PhysicalResourceId", "")
                if kind == wanted and resource["LogicalResourceId"].startswith(logical_prefix):
                    return physical
                if kind == "AWS::CloudFormation::Stack":
                    stacks.append(physical)
    raise LookupError(f"no {wanted} in {stack}")
