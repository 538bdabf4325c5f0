"""A backend deploys although nothing serves one of its resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


def _template(name: str = "map") -> dict[str, Any]:
    return {
        "Resources": {
            "Map": {
                "Type": "AWS::Location::Map",
                "Properties": {"MapName": name, "Configuration": {"Style": "VectorEsriStreets"}},
            },
            "App": {"Type": "AWS::Pinpoint::App", "Properties": {"Name": "analytics"}},
        },
        "Outputs": {
            "Map": {"Value": {"Ref": "Map"}},
            "MapArn": {"Value": {"Fn::GetAtt": ["Map", "Arn"]}},
            "AppArn": {"Value": {"Fn::GetAtt": ["App", "Arn"]}},
        },
    }


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}


def test_names_and_arns_are_as_on_aws(stacks: Stacks, server_log: Callable[[], str]) -> None:
    outputs = _outputs(stacks.create("app", _template()))
    assert outputs["Map"] == "map"
    assert outputs["MapArn"] == "arn:aws:geo:us-east-1:000000000000:map/map"
    app_id = stacks.physical_id("app", "App")
    assert outputs["AppArn"] == f"arn:aws:mobiletargeting:us-east-1:000000000000:apps/{app_id}"
    log = server_log()
    assert "AWS::Location::Map map is recorded, but its service is not served" in log
    renamed = _outputs(stacks.update("app", _template("other")))
    assert (renamed["Map"], renamed["AppArn"]) == ("other", outputs["AppArn"])


def test_without_the_patch_the_template_is_refused(stacks_without: Callable[[str], Stacks]) -> None:
    stacks = stacks_without("cloudformation.unserved_types")
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        stacks.create("app", _template())
