"""What is known of a user's passkeys, devices, role, linked identities and past sign-ins."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workbench.users.devices import Device, read_devices
from workbench.users.identity_role import IdentityRole, read_identity_role
from workbench.users.local_notes import read_local_notes
from workbench.users.open_pool import OpenedPool
from workbench.users.passkeys import Passkey, list_passkeys
from workbench.users.token_store import saved_sign_in
from workbench.users.user_pools import User, UserPool, UserPoolProblem

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
    passkeys: tuple[Passkey, ...] | None = None
    """None where Cognito tells them to the user alone, who is not signed in here."""
    waiting: Mapping[str, str] = field(default_factory=dict)
    """New addresses and numbers that wait for their code, where the local cloud knows."""
    role: IdentityRole | None = None
    """Of the user's AWS credentials; None where that was not asked."""
    events: tuple[AuthEvent, ...] | None = None
    denied: tuple[str, ...] = ()
    """What the credentials may not read, a sentence each."""


def read_security(opened: OpenedPool, user: User) -> UserSecurity:
    """All of it; raises UserPoolProblem.

    On AWS the role is not asked for: it takes another permission, and a request for each user.
    """
    pool, cognito = opened.pool, opened.pool.cognito
    of = {"UserPoolId": pool.pool_id, "Username": user.username}
    denied: list[str] = []
    devices = _asked_where_known(pool, denied, lambda: cognito.admin_list_devices(**of, Limit=60))
    events = _asked_where_known(
        pool, denied, lambda: cognito.admin_list_user_auth_events(**of, MaxResults=_EVENTS)
    )
    notes = read_local_notes(opened, user.username)
    return UserSecurity(
        read_devices(devices or {}),
        _own_passkeys(opened, user) if notes is None else notes.passkeys,
        {} if notes is None else notes.waiting,
        None if notes is None else read_identity_role(opened, user),
        None if events is None else tuple(_event(each) for each in events.get("AuthEvents", ())),
        tuple(denied),
    )


def _own_passkeys(opened: OpenedPool, user: User) -> tuple[Passkey, ...] | None:
    """The passkeys, by the access token of a saved sign-in that has not expired."""
    file = opened.sign_ins_file
    saved = saved_sign_in(file, opened.pool.pool_id, user.username) if file else None
    if saved is None or saved.tokens is None or saved.tokens.expires < time.time():
        return None
    try:
        return list_passkeys(opened.pool, saved.tokens.access)
    except UserPoolProblem:
        return None  # ended meanwhile, or the pool has no passkeys


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
