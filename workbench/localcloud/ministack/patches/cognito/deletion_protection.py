"""Deletion protection: ministack deletes a pool that has it; Cognito refuses, to a stack as well.

Source:
docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html
"""

from __future__ import annotations

from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_PROTECTED = (
    "The user pool cannot be deleted because deletion protection is activated. "
    "Deletion protection must be inactivated first."
)


def install() -> None:
    """Stand before both ways to delete a pool."""
    from ministack.services import cognito
    from ministack.services.cloudformation import provisioners

    delete = cognito._delete_user_pool
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Cognito::UserPool"]
    delete_resource = handlers["delete"]

    def delete_unprotected(data: Any) -> Answer:
        if _is_protected(data.get("UserPoolId")):
            return refuse("InvalidParameterException", _PROTECTED)
        answer: Answer = delete(data)
        return answer

    def delete_unprotected_resource(physical_id: str, properties: Any) -> Any:
        if _is_protected(physical_id):
            raise ValueError(f'Resource handler returned message: "{_PROTECTED}"')
        return delete_resource(physical_id, properties)

    cognito._delete_user_pool = delete_unprotected
    handlers["delete"] = delete_unprotected_resource


def _is_protected(pool_id: Any) -> bool:
    from ministack.services import cognito

    pool = cognito._user_pools.get(pool_id) or {}
    return bool(pool.get("DeletionProtection") == "ACTIVE")
