from __future__ import annotations

import pytest

from workbench.deploy.assembly.template import Template
from workbench.deploy.live.models import DeployedResource, LiveStack
from workbench.function_logs.functions import LoggedFunction, functions_of, name_patterns
from workbench.model.user_problem import UserProblem


def stack(name: str, resources: dict[str, tuple[str, object]], **more: object) -> LiveStack:
    """Resources by logical id, with their physical ids and logging configurations."""
    return LiveStack.model_validate(
        {
            "name": name,
            "stack_id": f"arn:aws:cloudformation:us-east-1:111122223333:stack/{name}/1",
            "status": "CREATE_COMPLETE",
            "template": Template.model_validate(
                {
                    "Resources": {
                        logical_id: {
                            "Type": "AWS::Lambda::Function",
                            "Properties": {
                                "Tags": [{"Key": "amplify:friendly-name", "Value": logical_id}],
                                "LoggingConfig": config,
                                "Runtime": "nodejs22.x",
                            },
                        }
                        for logical_id, (_, config) in resources.items()
                    }
                }
            ),
            "resources": {
                logical_id: DeployedResource(
                    logical_id=logical_id,
                    physical_id=physical_id,
                    type="AWS::Lambda::Function",
                    status="CREATE_COMPLETE",
                )
                for logical_id, (physical_id, _) in resources.items()
            },
            **more,
        }
    )


def test_functions_are_those_that_the_outputs_name_with_the_groups_that_they_log_to() -> None:
    nested = stack(
        "function",
        {
            "plain": ("f-plain", None),
            "named": ("f-named", {"LogGroup": "/my/group"}),
            "referred": ("f-referred", {"LogGroup": {"Ref": "Group"}}),
            "Group": ("/made/group", None),
            "provider": ("f-provider", None),
        },
    )
    live = stack(
        "root",
        {},
        nested={"function": nested},
        outputs={"definedFunctions": '["f-plain","f-named","f-referred"]'},
    )
    prefix = "arn:aws:logs:us-east-1:111122223333:log-group:"
    groups = {"named": "/my/group", "plain": "/aws/lambda/f-plain", "referred": "/made/group"}
    assert functions_of(live) == tuple(
        LoggedFunction(name, group, "nodejs22.x", prefix + group) for name, group in groups.items()
    )


@pytest.mark.parametrize("output", ["", "[", "{}", "[1]"])
def test_odd_outputs_name_no_functions(output: str) -> None:
    assert functions_of(stack("root", {}, outputs={"definedFunctions": output})) == ()


def test_a_pattern_that_is_none_is_refused() -> None:
    assert name_patterns(["auth.*"])[0].search("my-auth-trigger")
    with pytest.raises(UserProblem, match="not a valid regular expression"):
        name_patterns(["("])
