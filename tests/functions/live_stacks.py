"""Live stacks from a few resources."""

from __future__ import annotations

from typing import Any

from workbench.deploy.live.models import LiveStack


def function(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def live(resources: dict[str, Any], **more: Any) -> LiveStack:
    """A stack whose functions have the physical names ``f-LOGICALID``."""
    return LiveStack.model_validate(
        {
            "name": "root",
            "stack_id": "arn:aws:cloudformation:eu-west-1:111122223333:stack/root/1",
            "status": "CREATE_COMPLETE",
            "template": {"Resources": resources},
            "resources": {
                logical_id: {
                    "logical_id": logical_id,
                    "physical_id": f"f-{logical_id}",
                    "type": each["Type"],
                    "status": "CREATE_COMPLETE",
                }
                for logical_id, each in resources.items()
            },
            **more,
        }
    )
