from __future__ import annotations

import pytest

from tests.functions.live_stacks import function, live
from workbench.functions.backend_functions import backend_functions
from workbench.functions.open_functions import named
from workbench.model.user_problem import UserProblem


def test_what_serves_a_custom_resource_is_internal_and_so_is_what_the_framework_calls() -> None:
    framework = {"USER_ON_EVENT_FUNCTION_ARN": {"Fn::GetAtt": ["onEvent", "Arn"]}}
    found = backend_functions(
        live(
            {
                "mineAABBCCDD": function(
                    Runtime="nodejs22.x",
                    Handler="index.handler",
                    MemorySize="256",
                    Environment={"Variables": {"SECRET": "x", "NAME": {"Ref": "Unknown"}}},
                    LoggingConfig={"LogFormat": "JSON"},
                    Tags=[{"Key": "amplify:friendly-name", "Value": "hello"}],
                ),
                "onEvent": function(Runtime="python3.13"),
                "provider": function(Environment={"Variables": framework}),
                "providerframeworkisComplete1234ABCD": function(),
                "resource": {
                    "Type": "Custom::Thing",
                    "Properties": {"ServiceToken": {"Fn::GetAtt": ["provider", "Arn"]}},
                },
            }
        )
    )
    assert [each.name for each in found if not each.is_internal] == ["hello"]
    assert [each.name for each in found if each.is_internal] == [
        "onEvent", "provider", "providerframeworkisComplete",
    ]  # fmt: skip
    mine = found[0]
    assert mine.arn == "arn:aws:lambda:eu-west-1:111122223333:function:f-mineAABBCCDD"
    assert (mine.memory, mine.timeout, mine.writes_json) == (256, 3, True)
    assert mine.variables == ("NAME", "SECRET")
    assert mine.log_group == "/aws/lambda/f-mineAABBCCDD"


def test_a_function_is_found_by_each_of_its_names() -> None:
    found = backend_functions(live({"hello": function(), "other": function()}))
    for name in ("hello", "f-hello", found[0].arn):
        assert named(found, name).name == "hello"
    with pytest.raises(UserProblem, match="no function 'helo'") as raised:
        named(found, "helo")
    assert raised.value.next_step == "Choose one of: hello, other."
