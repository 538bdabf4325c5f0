"""How many calls each action may cost at AWS; docs/aws.md shows the same figures.

Calls are counted without DescribeStackEvents: there is one for each stack at work per one or two
seconds, however long CloudFormation takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws_moto.aws import Aws, Profile
from tests.aws_moto.backends import Backend
from tests.aws_moto.enforcement import Enforcement
from tests.aws_moto.policy_page import page
from tests.aws_moto.sandbox import Deployer, Loop, aws_target
from tests.aws_moto.test_least_privilege import add_field
from workbench.aws.target import AwsTarget
from workbench.cli.main import main
from workbench.model.deployment import DeploymentResult
from workbench.model.events import ResourcesListed

pytestmark = pytest.mark.cloud

EVENTS = "cloudformation:DescribeStackEvents"
FIRST = "first deployment"
FUNCTION = "function save"
FIELD = "field save"
MODEL = "new model"
BUDGET = {
    (FIRST, "python"): 35,
    (FIRST, "typescript"): 62,
    (FUNCTION, "python"): 3,
    (FUNCTION, "typescript"): 3,
    (FIELD, "python"): 7,
    (FIELD, "typescript"): 7,
    (MODEL, "python"): 20,
    (MODEL, "typescript"): 20,
}
COMMANDS = {
    "status": 2,
    "outputs": 4,
    "users list": 2,
    "functions list": 3,
    "functions logs": 3,
    "functions invoke greeting": 3,
    "functions events greeting": 3,
    "secret list": 2,
    "delete --yes": 15,
}


class Saves:
    """One sandbox in its loop; each save says what it cost."""

    def __init__(self, loop: Loop, aws: Aws) -> None:
        self._loop = loop
        self._aws = aws
        self._count = 0

    def cost(self) -> int:
        """Wait for the next deployment and all that follows it; the calls since the last one."""
        self._count += 1
        finished = self._loop.until_finished(self._count)
        assert finished.result is DeploymentResult.SUCCEEDED, finished.failure
        self._loop.until(lambda: self._listed() == self._count)
        calls = [action for action in self._aws.calls.actions if action != EVENTS]
        self._aws.calls.clear()
        return len(calls)

    def save(self, backend: Backend) -> int:
        """Save, and wait; what it cost."""
        self._loop.save(backend)
        return self.cost()

    def _listed(self) -> int:
        return sum(isinstance(event, ResourcesListed) for event in list(self._loop.events))


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_saves(aws: Aws, profile: Profile, tmp_path: Path, language: str) -> None:
    backend = Backend.load(language)
    handler = "handler.py" if language == "python" else "index.mjs"
    cost: dict[str, int] = {}
    enforcement = Enforcement(aws)
    with Loop(tmp_path / "project", AwsTarget(profile=profile.name), backend) as loop:
        saves = Saves(loop, aws)
        cost[FIRST] = saves.cost()
        backend.change_asset(handler, "# two")
        cost[FUNCTION] = saves.save(backend)
        add_field(backend)
        cost[FIELD] = saves.save(backend)
        backend.add_model("Note")
        cost[MODEL] = saves.save(backend)
        # A save of the same content reaches the watcher, and nothing else.
        file = loop.session.project.backend_file
        file.write_text(file.read_text())
        loop.until_seen()
        assert len(aws.calls) == 0
    enforcement.assert_nothing_refused()
    assert cost == {name: calls for (name, of), calls in BUDGET.items() if of == language}


def test_a_comparison(deployed: Deployer, deployed_aws: Aws) -> None:
    deployed.restart()
    deployed_aws.calls.clear()
    deployed.stack.synth_context()
    deployed.prepare(Backend.load("python"))
    assert sorted(deployed_aws.calls.actions) == [
        "cloudformation:DescribeStacks",
        "ssm:GetParametersByPath",
    ]


@pytest.fixture
def project(
    aws: Aws, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The project's folder, with the sandbox deployed; the current one."""
    deployer = Deployer(tmp_path / "project", aws_target(profile.name))
    deployer.deploy(Backend.load("python"))
    monkeypatch.chdir(deployer.root)
    yield deployer.root


@pytest.mark.usefixtures("project")
def test_commands(aws: Aws) -> None:
    cost = {}
    for command in COMMANDS:
        aws.calls.clear()
        flags = ["--profile", "moto", "--identifier", "tester"]
        assert main([*command.split(), *flags]) == 0
        cost[command] = sum(action != EVENTS for action in aws.calls.actions)
    assert cost == COMMANDS


def test_the_page_shows_these_figures() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", page(), re.M)
    shown = {name: figure for name, figure in rows if re.match(r"\d", figure)}
    for (name, language), calls in BUDGET.items():
        assert shown[f"{name}, {language.title().replace('script', 'Script')}"] == str(calls)
    for name, calls in COMMANDS.items():
        assert shown[f"`{name.removesuffix(' --yes')}`"] == str(calls)
