"""GetOpenIdToken: ministack always answers; AWS not where the classic flow is off.

It is off where a pool says so, and where it maps roles. A pool that says nothing allows it, but
ministack takes such a pool for one that says no.
Source: docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html, and aws-cli's
issue 7652 for pools that say nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.identity_logins import pool_of
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_TYPE = "AWS::Cognito::IdentityPool"
_MEMBER = "AllowClassicFlow"
_OFF = "Basic (classic) flow is not enabled, please use enhanced flow."
_MAPPED = "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow."


def install() -> None:
    """Check before a token is given; keep what a pool does not say."""
    from ministack.services import cognito
    from ministack.services.cloudformation import provisioners

    get_token = cognito._get_open_id_token
    create, update = cognito._create_identity_pool, cognito._update_identity_pool
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]
    create_resource, update_resource = handlers["create"], handlers["update"]

    def get_token_checked(data: Any) -> Answer:
        pool = pool_of(data.get("IdentityId"))
        if pool is not None and pool.get(_MEMBER) is False:
            return refuse("InvalidParameterException", _OFF)
        if pool is not None and pool.get("_role_mappings"):
            return refuse("InvalidParameterException", _MAPPED)
        answer: Answer = get_token(data)
        return answer

    def create_as_said(data: Any) -> Answer:
        answer: Answer = create(data)
        return _told_as_said(answer, data)

    def update_as_said(data: Any) -> Answer:
        answer: Answer = update(data)
        return _told_as_said(answer, data)

    def create_resource_as_said(logical_id: str, props: Mapping[str, Any], *more: Any) -> Any:
        made = create_resource(logical_id, props, *more)
        _keep(made[0], props)
        return made

    def update_resource_as_said(
        physical_id: str, old: Any, props: Mapping[str, Any], *more: Any, **named: Any
    ) -> Any:
        made = update_resource(physical_id, old, props, *more, **named)
        _keep(physical_id, props)
        return made

    cognito._get_open_id_token = get_token_checked
    cognito._create_identity_pool = create_as_said
    cognito._update_identity_pool = update_as_said
    handlers.update(create=create_resource_as_said, update=update_resource_as_said)


def _told_as_said(answer: Answer, data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    if answer[0] != 200:
        return answer
    pool_id = json.loads(answer[2])["IdentityPoolId"]
    _keep(pool_id, data)
    told: Answer = cognito.json_response(
        cognito._identity_pool_out(cognito._identity_pools[pool_id])
    )
    return told


def _keep(pool_id: str, given: Mapping[str, Any]) -> None:
    from ministack.services import cognito

    if given.get(_MEMBER) is None:
        cognito._identity_pools[pool_id].pop(_MEMBER, None)
