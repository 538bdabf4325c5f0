"""A function's edits on a real local cloud: swapped, drifted, brought back by CloudFormation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from workbench.deploy.plan.instructions import SwapDrifted
from workbench.model.deployment import Method

if TYPE_CHECKING:
    from tests.deploy.conftest import Backend, Deployer

pytestmark = pytest.mark.npm

BACKEND = """import { defineBackend } from '@aws-amplify/backend';
import { auth } from './auth/resource.js';
import { data } from './data/resource.js';
import { hello } from './hello/resource.js';
defineBackend({ auth, data, hello });
"""


def write(backend: Backend, answer: str, more: str = "") -> None:
    # CDK's bundling asks for a lock file; its content does not matter.
    (backend.root / "package-lock.json").write_text("{}")
    backend.write("backend.ts", BACKEND)
    backend.write(
        "hello/resource.ts",
        "import { defineFunction } from '@aws-amplify/backend';\n"
        f"export const hello = defineFunction({{ name: 'hello'{more} }});\n",
    )
    backend.write("hello/handler.ts", f"export const handler = async () => '{answer}';\n")


def answer(deployer: Deployer) -> Any:
    live = deployer.live()
    assert live is not None
    resources = [r for _, stack in live.walk() for r in stack.resources.values()]
    functions = [r for r in resources if r.type == "AWS::Lambda::Function"]
    (name,) = [r.physical_id for r in functions if r.logical_id.startswith("hellolambda")]
    response = deployer.clients.lambda_.invoke(FunctionName=name)
    return json.loads(response["Payload"].read())


def test_a_handler_is_swapped_and_later_taken_back(deployer: Deployer, backend: Backend) -> None:
    write(backend, "one")
    first = backend.synth()
    deployer.deploy(first)
    assert answer(deployer) == "one"

    write(backend, "two")
    assert deployer.deploy(backend.synth()).method is Method.HOTSWAP
    assert answer(deployer) == "two"

    # CloudFormation still believes in the first code: it would leave the second in place.
    write(backend, "one", ", runtime: 20")
    plan = deployer.deploy(backend.synth())
    assert plan.method is Method.CLOUDFORMATION
    assert any(isinstance(step, SwapDrifted) for step in plan.steps)
    assert answer(deployer) == "one"
