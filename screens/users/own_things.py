"""A user's passkeys and devices: choose one, then what to do with it."""

from __future__ import annotations

import asyncio
from typing import Final

from screens.dialogs.ask import Ask
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.users.actions import UserAction
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, STRONG, TEXT
from workbench.playground.authorizing import NotAuthorizedProblem
from workbench.playground.caller_credentials import CallerCredentials
from workbench.users.devices import forget_device, list_devices, remember_device
from workbench.users.open_pool import OpenedPool, callers_auth
from workbench.users.passkeys import delete_passkey, list_passkeys
from workbench.users.user_pools import User, UserPoolProblem

_DEVICE_ACTIONS: Final = {
    "forget": "Forget it: the next sign-in there is one of a new device",
    "remember": "Remember it",
    "not": "Do not remember it",
}


async def choose_device_action(ask: Ask, opened: OpenedPool, user: User) -> UserAction | None:
    """Choose a device and what to do with it; raises UserPoolProblem."""
    devices = await asyncio.to_thread(list_devices, opened.pool, user.username)
    if not devices:
        raise UserPoolProblem(
            f"{user.label} has no devices.",
            "A pool that tracks devices knows those that its application has confirmed.",
        )
    status = {True: "remembered", False: "not remembered", None: ""}
    rows = [
        Row(((each.label, STRONG), (f"  {status[each.remembered]}", MUTED)), each.key)
        for each in devices
    ]
    key = await ask(_picker(f"Devices of {user.label}", rows))
    if key is None:
        return None
    actions = [Row(((text, TEXT),), name) for name, text in _DEVICE_ACTIONS.items()]
    what = await ask(_picker("This device", actions))
    match what:
        case "forget":
            return UserAction(
                "Forgot a device of", lambda pool, name: forget_device(pool, name, key)
            )
        case "remember" | "not":
            keeps = what == "remember"
            verb = "Remembers a device of" if keeps else "No longer remembers a device of"
            return UserAction(verb, lambda pool, name: remember_device(pool, name, key, keeps))
    return None


async def choose_passkey_action(ask: Ask, opened: OpenedPool, user: User) -> UserAction | None:
    """Choose a passkey to delete; raises UserPoolProblem."""
    token = await asyncio.to_thread(_access_token, opened, user)
    passkeys = await asyncio.to_thread(list_passkeys, opened.pool, token)
    if not passkeys:
        raise UserPoolProblem(
            f"{user.label} has no passkey.", "A browser registers one, in your application."
        )
    rows = [Row(((each.name, STRONG), (f"  for {each.site}", MUTED)), each.id) for each in passkeys]
    key = await ask(_picker(f"Delete a passkey of {user.label}", rows))
    if key is None:
        return None
    return UserAction("Deleted a passkey of", lambda pool, _name: delete_passkey(pool, token, key))


def _access_token(opened: OpenedPool, user: User) -> str:
    """Cognito tells passkeys to the user alone: by a sign-in, or the local cloud's own token."""
    callers = CallerCredentials(opened.clients, callers_auth(opened), opened.sign_ins_file)
    try:
        return callers.user_tokens(user.username).access
    except NotAuthorizedProblem as problem:
        raise UserPoolProblem(
            problem.what, problem.next_step or "Sign in as the user first: o."
        ) from None


def _picker(title: str, rows: list[Row]) -> PickerScreen:
    return PickerScreen(title, lambda text: matching(rows, text), hint="search")
