"""Whether a pool may invoke a function: ministack does not ask; AWS asks the function's policy.

Source:
docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.iam.evaluation import decide_service
from workbench.localcloud.iam.requests import Request
from workbench.localcloud.ministack.authorization.enforcement import is_enforced
from workbench.localcloud.ministack.authorization.resource_policies import resource_policy_of

_SERVICE = "cognito-idp.amazonaws.com"


def may_invoke(pool: Any, arn: str, function: Mapping[str, Any]) -> bool:
    """Whether the function's policy lets Cognito invoke it for this pool.

    A function whose role does not exist is asked for no policy, as it is held to none: on AWS it
    could not be there.
    """
    from ministack.services import iam

    if not is_enforced():
        return True
    role = str(function["config"].get("Role") or "")
    account = arn.split(":")[4]
    if iam._roles.get_scoped(account, None, role.rpartition("/")[2]) is None:
        return True
    context = {"aws:sourcearn": pool["Arn"], "aws:sourceaccount": account}
    request = Request("lambda:InvokeFunction", arn, context)
    return decide_service(_SERVICE, request, resource_policy_of(arn)).allowed
