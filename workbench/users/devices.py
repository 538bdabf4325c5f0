"""The devices that a user has signed in on, where the pool tracks them.

Blocks; raises UserPoolProblem.
Source: docs.aws.amazon.com/cognito/latest/developerguide/
amazon-cognito-user-pools-device-tracking.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workbench.users.user_pools import UserPool

_MOST = 60
_REMEMBERED, _NOT_REMEMBERED = "remembered", "not_remembered"


@dataclass(frozen=True, slots=True)
class Device:
    """A device that Cognito knows of a user; a remembered one may sign in without a second factor.

    ``remembered`` is None where Cognito does not say.
    """

    key: str
    name: str = ""
    last_used: datetime | None = None
    remembered: bool | None = None

    @property
    def label(self) -> str:
        """Its name, else its key."""
        return self.name or self.key


def list_devices(pool: UserPool, username: str) -> tuple[Device, ...]:
    """A user's devices."""
    found = pool.ask(lambda: pool.cognito.admin_list_devices(**_of(pool, username), Limit=_MOST))
    return read_devices(found)


def read_devices(found: Mapping[str, Any]) -> tuple[Device, ...]:
    """The devices in AdminListDevices's answer."""
    return tuple(_device(each) for each in found.get("Devices", ()))


def forget_device(pool: UserPool, username: str, key: str) -> None:
    """Forget one: the next sign-in there is one of a new device."""
    pool.ask(lambda: pool.cognito.admin_forget_device(**_of(pool, username), DeviceKey=key))


def remember_device(pool: UserPool, username: str, key: str, remembered: bool) -> None:
    """Set whether a device is remembered."""
    status: Any = _REMEMBERED if remembered else _NOT_REMEMBERED
    pool.ask(
        lambda: pool.cognito.admin_update_device_status(
            **_of(pool, username), DeviceKey=key, DeviceRememberedStatus=status
        )
    )


def _of(pool: UserPool, username: str) -> dict[str, str]:
    return {"UserPoolId": pool.pool_id, "Username": username}


def _device(found: Mapping[str, Any]) -> Device:
    attributes = {each["Name"]: each.get("Value", "") for each in found.get("DeviceAttributes", ())}
    status = attributes.get("dev:device_remembered_status")
    return Device(
        found["DeviceKey"],
        attributes.get("device_name", ""),
        found.get("DeviceLastAuthenticatedDate"),
        None if status is None else status == _REMEMBERED,
    )
