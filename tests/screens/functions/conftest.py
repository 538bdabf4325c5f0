"""The functions pane on a stack of three functions: one that speaks, one that fails, one inside."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.functions.screen import FunctionsScreen
from screens.widgets.line_view import LineView
from screens.widgets.text_styles import plain
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.functions.open_functions import OpenedFunctions

STACK = "functions-pane"
HANDLER = """import json


def handler(event, context):
    print("hello " + str(event.get("name")))
    if event.get("name") == "Bob":
        raise ValueError("no Bobs")
    return {"greeting": "Hello, " + str(event.get("name"))}
"""
PROVIDER = "def handler(event, context):\n    return {}\n"


def template() -> str:
    """A function by its friendly name with a schedule, and one of the CDK's own."""
    role = "arn:aws:iam::000000000000:role/any"

    def function(code: str, name: str) -> dict[str, Any]:
        return {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.11",
                "Handler": "index.handler",
                "Role": role,
                "Code": {"ZipFile": code},
                "Tags": [{"Key": "amplify:friendly-name", "Value": name}],
            },
        }

    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "ScheduleExpression": "rate(7 days)",
            "Targets": [{"Id": "0", "Arn": {"Fn::GetAtt": ["greet", "Arn"]}}],
        },
    }
    return json.dumps(
        {
            "Resources": {
                "greet": function(HANDLER, "greeting"),
                "providerframeworkonEvent": function(PROVIDER, "inside"),
                "weekly": rule,
            }
        }
    )


@dataclass
class FunctionsDriver:
    """The pane, and what a test presses and sees."""

    pilot: Pilot[None]
    app: WorkbenchApp
    screen: FunctionsScreen
    clients: Clients
    function: str
    root: Path

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    def shown(self) -> str:
        """All rows of the screen in front."""
        rows = []
        for view in self.app.screen.query(LineView):
            rows += [plain(view.row_spans(at)) for at in range(view.row_count())]
            if not view.row_count():
                rows += [plain(spans) for spans in view.empty_rows()]
        return "\n".join(rows)

    async def sees(self, text: str) -> None:
        await until(self.pilot, lambda: text in self.shown(), text)

    def invoke(self, **event: Any) -> None:
        self.clients.lambda_.invoke(FunctionName=self.function, Payload=json.dumps(event).encode())


OpenPane = Callable[..., AbstractAsyncContextManager[FunctionsDriver]]


@pytest.fixture
def deployed(local_cloud: LocalTarget) -> Iterator[tuple[Clients, str]]:
    """The stack's clients, and the physical name of its function."""
    clients = Clients(local_cloud)
    clients.cloudformation.create_stack(StackName=STACK, TemplateBody=template())
    clients.cloudformation.get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    resources = clients.cloudformation.list_stack_resources(StackName=STACK)
    names = {
        each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
        for each in resources["StackResourceSummaries"]
    }
    yield clients, names["greet"]
    clients.cloudformation.delete_stack(StackName=STACK)


@pytest.fixture
def pane(deployed: tuple[Clients, str], tmp_path: Path) -> OpenPane:
    """Open the pane on the stack; the project has the handler's source."""
    clients, function = deployed
    source = tmp_path / "amplify" / "functions" / "greeting" / "index.py"
    source.parent.mkdir(parents=True)
    source.write_text(HANDLER)

    @asynccontextmanager
    async def opened(size: tuple[int, int] = (120, 36)) -> AsyncIterator[FunctionsDriver]:
        starter = ScriptedStarter(
            tmp_path,
            open_functions=lambda: OpenedFunctions(clients, STACK, tmp_path, tmp_path / "kept"),
        )
        app = scripted_app(starter)
        async with app.run_test(size=size) as pilot:
            await sandbox_screen(pilot, starter, first_deployment())
            await pilot.press("f2")
            await until(pilot, lambda: isinstance(app.screen, FunctionsScreen), "the pane")
            screen = app.screen
            assert isinstance(screen, FunctionsScreen)
            yield FunctionsDriver(pilot, app, screen, clients, function, tmp_path)

    return opened
