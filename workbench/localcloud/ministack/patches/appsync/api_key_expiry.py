"""API keys: ministack takes any expiry; AppSync one of at least 1 and at most 365 days.

So it is for new keys and changed ones, of GraphQL and Event APIs, by the API and by CloudFormation.
AppSync rounds the time down to the hour, and leaves out a description that was not given.
Source: docs.aws.amazon.com/appsync/latest/APIReference/API_CreateApiKey.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

Reply = tuple[int, dict[str, str], Any]

_TYPE = "AWS::AppSync::ApiKey"
_HOUR = 3600
_DAY = 24 * _HOUR
_DEFAULT_DAYS, _LEAST_DAYS, _MOST_DAYS = 7, 1, 365
_DAYS_AFTER_EXPIRY = 60


def install() -> None:
    """Check and round before a key is stored."""
    from ministack.services import appsync, appsync_events
    from ministack.services.cloudformation import provisioners

    appsync._create_api_key = _creating(appsync._create_api_key)
    appsync._update_api_key = _updating(appsync._update_api_key)
    appsync_events._create_api_key = _creating_for_events(appsync_events._create_api_key)
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]
    create, update = handlers["create"], handlers["update"]

    def create_checked(logical_id: str, props: Mapping[str, Any], *more: Any) -> Any:
        return create(logical_id, _of_template(props), *more)

    def update_checked(
        physical_id: str, old: Mapping[str, Any], props: Mapping[str, Any], *more: Any, **named: Any
    ) -> Any:
        return update(physical_id, old, _of_template(props), *more, **named)

    handlers.update(create=create_checked, update=update_checked)


def out_of_bounds(expires: int) -> str:
    """What is wrong with an expiry in AppSync's words; empty where nothing is."""
    days = (_rounded(expires) - _rounded(int(time.time()))) / _DAY
    if days < _LEAST_DAYS:
        return f"API key must be valid for a minimum of {_LEAST_DAYS} days."
    if days > _MOST_DAYS:
        return f"API key must be valid for a maximum of {_MOST_DAYS} days."
    return ""


def _rounded(expires: int) -> int:
    return expires - expires % _HOUR


def _expiry(given: Any) -> int:
    return _rounded(int(given or time.time() + _DEFAULT_DAYS * _DAY))


def _refused(expires: int) -> Reply | None:
    from ministack.services import appsync

    wrong = out_of_bounds(expires)
    if not wrong:
        return None
    reply: Reply = appsync.error_response_json("ApiKeyValidityOutOfBoundsException", wrong, 400)
    return reply


def _of_template(props: Mapping[str, Any]) -> dict[str, Any]:
    expires = _expiry(props.get("Expires"))
    wrong = out_of_bounds(expires)
    if wrong:
        raise ValueError(f"{wrong} (Service: AppSync, Status Code: 400)")
    return {**props, "Expires": expires}


def _creating(create: Callable[[str, Any], Reply]) -> Callable[[str, Any], Reply]:
    def checked(api_id: str, body: Any) -> Reply:
        from ministack.services import appsync

        expires = _expiry(body.get("expires"))
        reply = _refused(expires) or create(api_id, {**body, "expires": expires})
        if reply[0] == 200 and "description" not in body:
            told = json.loads(reply[2])
            appsync._api_keys[api_id][told["apiKey"]["id"]].pop("description")
            del told["apiKey"]["description"]
            return reply[0], reply[1], json.dumps(told).encode()
        return reply

    return checked


def _updating(update: Callable[[str, str, Any], Reply]) -> Callable[[str, str, Any], Reply]:
    def checked(api_id: str, key_id: str, body: Any) -> Reply:
        from ministack.services import appsync

        given = body.get("expires")
        if given is None:
            return update(api_id, key_id, body)
        expires = _expiry(given)
        refused = _refused(expires)
        if refused is not None:
            return refused
        key = (appsync._api_keys.get(api_id) or {}).get(key_id)
        if key is not None:
            key["deletes"] = expires + _DAYS_AFTER_EXPIRY * _DAY
        return update(api_id, key_id, {**body, "expires": expires})

    return checked


def _creating_for_events(create: Callable[[str, Any], Reply]) -> Callable[[str, Any], Reply]:
    def checked(api_id: str, body: Any) -> Reply:
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            return create(api_id, body)
        expires = _expiry(given.get("expires"))
        given["expires"] = expires
        return _refused(expires) or create(api_id, json.dumps(given).encode())

    return checked
