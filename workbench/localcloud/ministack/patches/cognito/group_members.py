"""Members of groups: ministack keeps deleted users, and tells all of a user's groups at once.

Who later gets the name of a deleted user is in no group on AWS, which also tells groups in pages.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/
API_AdminListGroupsForUser.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse, reply
from workbench.localcloud.ministack.patches.cognito.user_index import named_in

_MOST = 60


def install() -> None:
    """Take a deleted user out of their groups; tell groups in pages."""
    from ministack.services import cognito

    list_groups = cognito._admin_list_groups_for_user

    def list_page(data: Any) -> Answer:
        answer: Answer = list_groups(data)
        if answer[0] != 200:
            return answer
        token = str(data.get("NextToken") or "0")
        if not token.isdecimal():
            return refuse("InvalidParameterException", "Invalid NextToken.")
        start, most = int(token), int(data.get("Limit") or _MOST)
        groups = json.loads(answer[2])["Groups"]
        more = {"NextToken": str(start + most)} if start + most < len(groups) else {}
        return reply({"Groups": groups[start : start + most], **more})

    cognito._admin_list_groups_for_user = list_page
    cognito._admin_delete_user = _leaving(cognito._admin_delete_user)
    cognito._delete_user = _leaving(cognito._delete_user)


def _leaving(delete: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def delete_and_leave(data: Any) -> Answer:
        from ministack.services import cognito

        if "AccessToken" in data:
            user, pool = cognito._user_pool_for_access_token(data["AccessToken"])
        else:
            pool, user, _ = named_in(data)
        answer = delete(data)
        if answer[0] == 200 and user is not None:
            for name in user.get("_groups", ()):
                members = pool["_groups"].get(name, {}).get("_members", [])
                if user["Username"] in members:
                    members.remove(user["Username"])
        return answer

    return delete_and_leave
