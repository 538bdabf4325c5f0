"""UpdateGroup: ministack does not know it; Cognito does.

Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference
"""

from __future__ import annotations

from typing import Any

from workbench.localcloud.ministack.patches.cognito.served_actions import serve
from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    refuse,
)

_GROUP_MEMBERS = ("Description", "Precedence", "RoleArn")


def install() -> None:
    """Answer the missing calls."""
    serve("UpdateGroup", _update_group)


def _update_group(data: Any) -> Answer:
    from ministack.core.iam_evaluator import validate_role_arn
    from ministack.services import cognito

    pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
    if refused:
        return refused  # type: ignore[no-any-return]
    group = pool["_groups"].get(data.get("GroupName"))
    if group is None:
        return refuse("ResourceNotFoundException", "Group not found.")
    role = data.get("RoleArn", "")
    wrong = validate_role_arn(role) if role else ""
    if wrong:
        return refuse("InvalidParameterException", wrong)
    group.update({name: data[name] for name in _GROUP_MEMBERS if name in data})
    group["LastModifiedDate"] = cognito._now_epoch()
    answer: Answer = cognito.json_response({"Group": cognito._group_out(group)})
    return answer
