"""A protected user pool is deleted neither by a call nor with its stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.localcloud.ministack.cognito_pools import refusal

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


def test_a_protected_pool_stays(stacks: Stacks) -> None:
    cognito: Any = stacks.clients.cognito_idp
    properties = {"UserPoolName": "kept", "DeletionProtection": "ACTIVE"}
    pool = {"Type": "AWS::Cognito::UserPool", "Properties": properties}
    stacks.create("kept", {"Resources": {"Pool": pool}})
    named = {"UserPoolId": stacks.physical_id("kept", "Pool")}
    code, message = refusal(cognito.delete_user_pool, **named)
    assert (code, "deletion protection is activated" in message) == (
        "InvalidParameterException",
        True,
    )
    stacks.cloudformation.delete_stack(StackName="kept")
    stack = stacks.settled("kept")
    assert stack["StackStatus"] == "DELETE_FAILED"
    cognito.update_user_pool(**named, DeletionProtection="INACTIVE")
    cognito.delete_user_pool(**named)
