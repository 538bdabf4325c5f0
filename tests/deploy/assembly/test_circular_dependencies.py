"""Circles are found before a deployment asks anything, and explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.deploy.assembly.assembly import AssemblyStack
from workbench.deploy.assembly.circular_dependencies import circular_dependencies
from workbench.deploy.assembly.template import Template
from workbench.deploy.failure.failure import DeploymentProblem, refuse_circles

pytestmark = pytest.mark.unit


def template(**resources: Any) -> Template:
    return Template.model_validate(
        {
            "Resources": {
                name: {"Type": "AWS::CloudFormation::Stack", **one}
                for name, one in resources.items()
            }
        }
    )


def test_circles_through_every_kind_of_reference() -> None:
    circle = template(
        auth={"Properties": {"P": {"Fn::GetAtt": ["data", "Outputs.Url"]}}},
        data={"Properties": {"P": {"Fn::Sub": "${function.Outputs.Arn}-x"}}},
        function={"DependsOn": ["auth"]},
        storage={"Properties": {"P": {"Ref": "function"}}},
        other={"Properties": {"P": {"Ref": "AWS::Region"}}},
    )
    assert circular_dependencies(circle) == ("auth", "data", "function", "storage")
    line = template(a={}, b={"DependsOn": "a"}, c={"Properties": {"P": {"Ref": "b"}}})
    assert circular_dependencies(line) == ()
    stack = AssemblyStack((), circle, Path("none"), "")
    with pytest.raises(DeploymentProblem) as refused:
        refuse_circles(stack.walk())
    failure = refused.value.failure
    assert failure.title == "Resources depend on each other in a circle"
    assert "resourceGroupName" in failure.fix
    assert "[auth, data, function, storage]" in failure.reason
