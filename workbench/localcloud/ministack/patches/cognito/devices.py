"""Devices: ministack gives no device keys; Cognito tracks the devices of a pool that asks for it.

A sign-in from an unknown device gets a key, which the application confirms with a secret of its
own. Devices are kept with their user; what they prove at sign-in is in ``device_proofs``.
Source: docs.aws.amazon.com/cognito/latest/developerguide/
amazon-cognito-user-pools-device-tracking.html
"""

from __future__ import annotations

import base64
import secrets
import string
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito import live_sign_ins
from workbench.localcloud.ministack.patches.cognito.served_actions import serve, serve_user
from workbench.localcloud.ministack.patches.cognito.sessions import (
    ISSUED,
    Answer,
    refuse,
    reply,
)
from workbench.localcloud.ministack.patches.cognito.triggers.calls import current_call

_KEY = "_devices"
_MOST = 60
_REMEMBERED, _NOT_REMEMBERED = "remembered", "not_remembered"
_SIGN_INS = (
    "InitiateAuth",
    "AdminInitiateAuth",
    "RespondToAuthChallenge",
    "AdminRespondToAuthChallenge",
)

Action = Callable[[Any, Any, Any], Answer]


def install() -> None:
    """Give keys to new devices, bind tokens to theirs, serve the calls for devices."""
    from ministack.services import cognito

    build, refresh_user = cognito._build_auth_result, cognito._refresh_auth_user
    run = cognito._run_idp_handler

    def build_for_device(
        pool_id: str, client_id: str, user: Any, *more: Any, origin_jti: str = "", **named: Any
    ) -> Any:
        pool = cognito._get_pool_unscoped(pool_id)
        is_tracked = pool.get("DeviceConfiguration") and current_call().action in _SIGN_INS
        if origin_jti or not is_tracked:
            return build(pool_id, client_id, user, *more, origin_jti=origin_jti, **named)
        origin = live_sign_ins.begin(pool_id, client_id, user)
        given = _device_of(pool, user, live_sign_ins.of(user)[origin])
        try:
            result = build(pool_id, client_id, user, *more, origin_jti=origin, **named)
        except BaseException:
            live_sign_ins.end(user, [origin])
            raise
        return {**result, "NewDeviceMetadata": given} if given else result

    def refresh_with_device(pool: Any, pid: str, cid: str, token: Any) -> tuple[Any, Any]:
        user, refused = refresh_user(pool, pid, cid, token)
        call = current_call()
        if refused or not user or not call.action:
            return user, refused
        record = live_sign_ins.sign_in_of(cognito._token_claims(token))
        given = call.data.get("DeviceKey") or asked_key()
        if record is not None and record.get("device", given) != given:
            return None, refuse("NotAuthorizedException", "Invalid Refresh Token.")
        return user, None

    def run_with_known_device(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        refused = _unknown_device(action, data)
        answer: Answer = refused or run(handler, action, data)
        return answer

    cognito._build_auth_result = build_for_device
    cognito._refresh_auth_user = refresh_with_device
    cognito._run_idp_handler = run_with_known_device
    for action, of_device in (
        ("GetDevice", _get),
        ("ForgetDevice", _forget),
        ("UpdateDeviceStatus", _update),
    ):
        serve_user(action, _existing(of_device))
        serve(f"Admin{action}", _by_admin(_existing(of_device)))
    serve_user("ConfirmDevice", _confirm)
    serve_user("ListDevices", _list)
    serve("AdminListDevices", _by_admin(_list))


def of(user: Any) -> dict[str, Any]:
    """A user's confirmed devices by key."""
    found: dict[str, Any] = user.setdefault(_KEY, {})
    return found


def asked_key() -> str:
    """The device key that the current step of a sign-in brought, or an earlier one."""
    data = current_call().data
    given = {**(data.get("AuthParameters") or {}), **(data.get("ChallengeResponses") or {})}
    issued = ISSUED.get(data.get("Session") or "")
    return str(given.get("DEVICE_KEY") or (issued.device if issued else ""))


def _device_of(pool: Any, user: Any, record: dict[str, Any]) -> dict[str, str] | None:
    """Bind a sign-in to the device that it names, or to a new one; what to tell of a new one."""
    from ministack.services import cognito

    key = asked_key()
    known = of(user).get(key)
    if known is not None:
        known["DeviceLastAuthenticatedDate"] = time.time()
        record["device"] = key
        return None
    letters = string.ascii_letters + string.digits
    record["device"] = f"{cognito._pool_region(pool['Id'])}_{uuid.uuid4()}"
    record["device_group"] = "-" + "".join(secrets.choice(letters) for _ in range(8))
    return {"DeviceKey": record["device"], "DeviceGroupKey": record["device_group"]}


def remembered(user: Any) -> dict[str, Any] | None:
    """The remembered device that a sign-in names; None for a new or a forgotten one."""
    device = of(user).get(asked_key())
    return device if device and device["status"] == _REMEMBERED else None


def _unknown_device(action: str, data: Mapping[str, Any]) -> Answer | None:
    """The refusal of a sign-in with a key that is no device's of the user."""
    from ministack.services import cognito

    given = {**(data.get("AuthParameters") or {}), **(data.get("ChallengeResponses") or {})}
    if action not in _SIGN_INS or "DEVICE_KEY" not in given or "REFRESH_TOKEN" in given:
        return None
    cognito._pin_unsigned_idp_scope(data)
    pool, _ = cognito._pool_for_client(data.get("ClientId"))
    user = cognito._resolve_user(pool, given.get("USERNAME"))[0] if pool else None
    if user is None or given["DEVICE_KEY"] in of(user):
        return None
    return _no_device()


# -- actions --------------------------------------------------------------------------------------


def _confirm(pool: Any, user: Any, data: Any) -> Answer:
    from ministack.services import cognito

    key, secret = data.get("DeviceKey"), data.get("DeviceSecretVerifierConfig") or {}
    record = live_sign_ins.sign_in_of(cognito._token_claims(data["AccessToken"])) or {}
    if key in of(user):
        return refuse("DeviceKeyExistsException", "Device already exists.")
    if not key or record.get("device") != key:
        return refuse("InvalidParameterException", "Invalid device key given.")
    try:
        salt, verifier = (
            base64.b64decode(secret.get(name) or "", validate=True).hex()
            for name in ("Salt", "PasswordVerifier")
        )
    except (ValueError, TypeError):
        salt = verifier = ""
    if not salt or not verifier:
        return refuse("InvalidParameterException", "Invalid device secret verifier given.")
    tracking = pool.get("DeviceConfiguration") or {}
    on_request = bool(tracking.get("DeviceOnlyRememberedOnUserPrompt"))
    now = time.time()
    of(user)[key] = {
        "DeviceKey": key,
        "DeviceCreateDate": now,
        "DeviceLastModifiedDate": now,
        "DeviceLastAuthenticatedDate": now,
        "name": data.get("DeviceName") or "",
        "ip": cognito.get_request_client_ip(),
        "status": _NOT_REMEMBERED if on_request else _REMEMBERED,
        "group": record.get("device_group", ""),
        "salt": salt,
        "verifier": verifier,
    }
    return reply({"UserConfirmationNecessary": on_request})


def _list(_pool: Any, user: Any, data: Any) -> Answer:
    keys, after = list(of(user)), data.get("PaginationToken")
    if after and after not in keys:
        return refuse("InvalidParameterException", "Invalid pagination token given.")
    start = keys.index(after) + 1 if after else 0
    shown = keys[start : start + (data.get("Limit") or _MOST)]
    told: dict[str, Any] = {"Devices": [_told(of(user)[key]) for key in shown]}
    if start + len(shown) < len(keys):
        told["PaginationToken"] = shown[-1]
    return reply(told)


def _get(_pool: Any, user: Any, data: Any) -> Answer:
    return reply({"Device": _told(of(user)[data["DeviceKey"]])})


def _forget(_pool: Any, user: Any, data: Any) -> Answer:
    del of(user)[data["DeviceKey"]]
    return reply({})


def _update(_pool: Any, user: Any, data: Any) -> Answer:
    status = data.get("DeviceRememberedStatus")
    if status is not None and status not in (_REMEMBERED, _NOT_REMEMBERED):
        return refuse(
            "InvalidParameterException",
            f"1 validation error detected: Value '{status}' at 'deviceRememberedStatus' failed to "
            f"satisfy constraint: Member must satisfy enum value set: "
            f"[{_NOT_REMEMBERED}, {_REMEMBERED}]",
        )
    device = of(user)[data["DeviceKey"]]
    device.update(status=status or device["status"], DeviceLastModifiedDate=time.time())
    return reply({})


def _existing(action: Action) -> Action:
    def of_known(pool: Any, user: Any, data: Any) -> Answer:
        is_known = data.get("DeviceKey") in of(user)
        return action(pool, user, data) if is_known else _no_device()

    return of_known


def _by_admin(action: Action) -> Callable[[Any], Answer]:
    def of_named(data: Any) -> Answer:
        from ministack.services import cognito

        pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
        user = None
        if not refused:
            user, refused = cognito._resolve_user(pool, data.get("Username"))
        return refused or action(pool, user, data)

    return of_named


def _no_device() -> Answer:
    return refuse("ResourceNotFoundException", "Device does not exist.")


def _told(device: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {
        "device_status": "valid",
        "device_name": device["name"],
        "dev:device_remembered_status": device["status"],
        "last_ip_used": device["ip"],
    }
    return {
        **{name: value for name, value in device.items() if name[0].isupper()},
        "DeviceAttributes": [
            {"Name": name, "Value": value} for name, value in attributes.items() if value
        ],
    }
