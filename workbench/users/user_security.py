"""What Cognito knows of a user's devices, linked identities and past sign-ins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workbench.users.devices import Device, read_devices
from workbench.users.user_pools import UserPool, UserPoolProblem

_EVENTS = 10
_NOT_RECORDED = ("UserPoolAddOnNotEnabledException", "InvalidParameterException")


@dataclass(frozen=True, slots=True)
class AuthEvent:
    """A past sign-in, sign-up or change of password, with its result."""

    kind: str
    result: str
    at: datetime | None = None
    risk: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class UserSecurity:
    """``events`` is None where the pool records none (its threat protection is off)."""

    devices: tuple[Device, ...] = ()
    events: tuple[AuthEvent, ...] | None = None
    denied: tuple[str, ...] = ()
    """What the credentials may not read, a sentence each."""


def read_security(cognito: Any, pool: UserPool, username: str) -> UserSecurity:
    """A user's devices and last events; raises UserPoolProblem."""
    of = {"UserPoolId": pool.pool_id, "Username": username}
    denied: list[str] = []
    devices = _asked_where_known(pool, denied, lambda: cognito.admin_list_devices(**of, Limit=60))
    events = _asked_where_known(
        pool, denied, lambda: cognito.admin_list_user_auth_events(**of, MaxResults=_EVENTS)
    )
    return UserSecurity(
        read_devices(devices or {}),
        None if events is None else tuple(_event(each) for each in events.get("AuthEvents", ())),
        tuple(denied),
    )


def linked_identities(attributes: Mapping[str, str]) -> tuple[str, ...]:
    """``Google 1234`` for each identity of another provider; Cognito keeps them as an attribute."""
    try:
        found = json.loads(attributes.get("identities", "[]"))
        return tuple(f"{each['providerName']} {each['userId']}" for each in found)
    except (ValueError, TypeError, KeyError):
        return ()


def _asked_where_known(pool: UserPool, denied: list[str], call: Any) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = pool.ask(call)
    except UserPoolProblem as problem:
        if problem.is_denied:
            denied.append(problem.what)
            return None
        if problem.code in _NOT_RECORDED:
            return None
        raise
    return found


def _event(found: Mapping[str, Any]) -> AuthEvent:
    context = found.get("EventContextData") or {}
    return AuthEvent(
        found.get("EventType", ""),
        found.get("EventResponse", ""),
        found.get("CreationDate"),
        (found.get("EventRisk") or {}).get("RiskLevel", ""),
        ", ".join(part for part in (context.get("City"), context.get("Country")) if part),
    )
