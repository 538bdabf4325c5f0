"""Identity pools: ministack deletes and unlinks no identity, and lists the first page only.

Its words for what is not found differ, too. It tells members of a pool that were never given, and
keeps those that an update leaves out.
Source: docs.aws.amazon.com/cognitoidentity/latest/APIReference
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.identity_logins import of_identity, pool_of
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_MOST = 60
_GIVEN = "_given"
_OPTIONAL: dict[str, Any] = {
    "SupportedLoginProviders": {},
    "DeveloperProviderName": "",
    "OpenIdConnectProviderARNs": [],
    "CognitoIdentityProviders": [],
    "SamlProviderARNs": [],
}
"""Members of a pool that may be missing, with what ministack has in their place."""
_MISSING = re.compile(r"(Identity pool|Identity) '?([^ ']*)'? not found\.")
_WORDS = {"Identity pool": "IdentityPool", "Identity": "Identity"}


def install() -> None:
    """Answer what is missing, and say what is not found as AWS does."""
    from ministack.services import cognito

    dispatch = cognito._dispatch_identity
    own: Mapping[str, Callable[[Any], Answer]] = {
        "DeleteIdentities": _delete,
        "ListIdentities": _list,
    }
    out, update = cognito._identity_pool_out, cognito._update_identity_pool

    def given_members(pool: Any) -> dict[str, Any]:
        shown: dict[str, Any] = out(pool)
        given = pool.get(_GIVEN, ())
        missing = {name for name in _OPTIONAL if not shown.get(name) and name not in given}
        return {name: value for name, value in shown.items() if name not in missing}

    def update_whole(data: Any) -> Answer:
        pool = cognito._identity_pools.get(data.get("IdentityPoolId"))
        if pool is not None:
            pool[_GIVEN] = [name for name in _OPTIONAL if name in data]
        answer: Answer = update({**copy.deepcopy(_OPTIONAL), **data})
        return answer

    cognito._identity_pool_out = given_members
    cognito._update_identity_pool = update_whole
    cognito._unlink_identity = of_identity(_unlink)

    async def with_missing(action: str, data: Any) -> Answer:
        answer: Answer = own[action](data) if action in own else await dispatch(action, data)
        return _in_aws_words(answer)

    cognito._dispatch_identity = with_missing


def disable(identity: dict[str, Any]) -> None:
    """Nobody signs in to it any more, as after its last login was unlinked."""
    # ministack's own mark of an identity that was merged into another.
    identity.update(Logins={}, _merged_into=identity["IdentityId"])


def unlink(identity: dict[str, Any], providers: set[str]) -> None:
    """Take logins away; without any, the identity is disabled."""
    from ministack.services import cognito

    left = {name: token for name, token in identity["Logins"].items() if name not in providers}
    identity.update(Logins=left, LastModifiedDate=cognito._now_epoch())
    if not left:
        disable(identity)


def _unlink(data: Any) -> Answer:
    from ministack.services import cognito

    identity = pool_of(data["IdentityId"])["_identities"][data["IdentityId"]]
    given = data.get("Logins") or {}
    if not given:
        said = f"Access to Identity '{data['IdentityId']}' is forbidden."
        return refuse("NotAuthorizedException", said)
    unlink(identity, set(data.get("LoginsToRemove") or ()))
    answer: Answer = cognito.json_response({})
    return answer


def _delete(data: Any) -> Answer:
    from ministack.services import cognito

    left = []
    for identity_id in data.get("IdentityIdsToDelete") or ():
        pool = pool_of(identity_id)
        if pool is None:
            left.append({"IdentityId": identity_id, "ErrorCode": "AccessDenied"})
        else:
            del pool["_identities"][identity_id]
    answer: Answer = cognito.json_response({"UnprocessedIdentityIds": left})
    return answer


def _list(data: Any) -> Answer:
    from ministack.services import cognito

    pool = cognito._identity_pools.get(data.get("IdentityPoolId"))
    if pool is None:
        missing = f"Identity pool {data.get('IdentityPoolId')} not found."
        return refuse("ResourceNotFoundException", missing)
    token, most = str(data.get("NextToken") or ""), min(int(data.get("MaxResults") or _MOST), _MOST)
    shown = [
        each
        for each in pool["_identities"].values()
        if not (data.get("HideDisabled") and each.get("_merged_into"))
    ]
    begin = next((at for at, each in enumerate(shown) if each["IdentityId"] == token), None)
    if token and begin is None:
        return refuse("InvalidParameterException", "Invalid pagination token.")
    begin = begin or 0
    page = shown[begin : begin + most]
    told: dict[str, Any] = {
        "IdentityPoolId": pool["IdentityPoolId"],
        "Identities": [
            {
                "IdentityId": each["IdentityId"],
                "Logins": cognito._identity_login_names(each),
                "CreationDate": each["CreationDate"],
                "LastModifiedDate": each["LastModifiedDate"],
            }
            for each in page
        ],
    }
    if begin + most < len(shown):
        told["NextToken"] = shown[begin + most]["IdentityId"]
    answer: Answer = cognito.json_response(told)
    return answer


def _in_aws_words(answer: Answer) -> Answer:
    if answer[0] != 400:
        return answer
    told = json.loads(answer[2])
    found = _MISSING.fullmatch(str(told.get("message")))
    if found is None:
        return answer
    return refuse(told["__type"], f"{_WORDS[found[1]]} '{found[2]}' not found.")
