"""``amplify-tui users passkeys`` and ``devices``: what a user signs in with, and on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.commands.users.pool import (
    add_user_action,
    issued_tokens,
    opened_pool,
    report,
    time_text,
)
from workbench.cli.output import err, out, out_json
from workbench.model.user_problem import UserProblem
from workbench.terminal_text import cells, padded, safe_line
from workbench.wording import plural

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions
    from workbench.users.devices import Device
    from workbench.users.open_pool import OpenedPool


def register(actions: Actions) -> None:
    """Add the sub-commands."""
    about = "a user's passkeys (AWS tells them to the user alone: sign in first)"
    passkeys = add_user_action(actions, "passkeys", about, _passkeys)
    passkeys.add_argument(
        "--delete", metavar="ID", default="", help="delete this one (--delete=ID)"
    )
    devices = add_user_action(actions, "devices", "the devices that a user signed in on", _devices)
    change = devices.add_mutually_exclusive_group()
    change.add_argument("--forget", metavar="KEY", default="", help="forget this one, or `all`")
    change.add_argument("--remember", metavar="KEY", default="", help="remember this one")
    change.add_argument("--not-remember", metavar="KEY", default="", help="do not remember it")


def _passkeys(arguments: argparse.Namespace) -> int:
    from workbench.users.passkeys import delete_passkey, list_passkeys

    opened = opened_pool(arguments)
    token = issued_tokens(opened, arguments.user).access
    if arguments.delete:
        delete_passkey(opened.pool, token, arguments.delete)
        report(f"deleted a passkey of {arguments.user}")
        return 0
    found = list_passkeys(opened.pool, token)
    if arguments.json:
        out_json(
            [
                {"id": k.id, "name": k.name, "site": k.site, "created": time_text(k.created)}
                for k in found
            ]
        )
        return 0
    for each in found:
        out(f"{each.name} for {each.site}  {time_text(each.created)}", f"  {each.id}")
    if not found:
        err(f"{arguments.user} has no passkey; a browser registers one.")
    return 0


def _devices(arguments: argparse.Namespace) -> int:
    from workbench.users.devices import forget_device, list_devices, remember_device

    opened = opened_pool(arguments)
    name = opened.pool.get(arguments.user).username
    found = list_devices(opened.pool, name)
    if arguments.forget == "all":
        for each in found:
            forget_device(opened.pool, name, each.key)
        report(f"forgot {plural(len(found), 'device')} of {arguments.user}")
    elif arguments.forget:
        forget_device(opened.pool, name, _key(found, arguments.forget))
        report(f"forgot a device of {arguments.user}")
    elif key := arguments.remember or arguments.not_remember:
        remember_device(opened.pool, name, _key(found, key), bool(arguments.remember))
        said = "remembered" if arguments.remember else "not remembered"
        report(f"a device of {arguments.user}: {said}")
    else:
        _list_devices(arguments, opened, found)
    return 0


def _list_devices(
    arguments: argparse.Namespace, opened: OpenedPool, found: tuple[Device, ...]
) -> None:
    if arguments.json:
        out_json(
            [
                {"key": d.key, "name": d.name, "remembered": d.remembered,
                 "lastUsed": time_text(d.last_used)}
                for d in found
            ]
        )  # fmt: skip
        return
    width = max((cells(safe_line(each.label)) for each in found), default=0)
    for each in found:
        status = {True: "remembered", False: "not remembered", None: ""}[each.remembered]
        out(f"{padded(each.label, width)}  {status:<14}  {time_text(each.last_used)}  {each.key}")
    if not found:
        tracks = opened.pool.describe().tracks_devices
        why = "has no devices" if tracks else "has no devices: this pool tracks none"
        err(f"{arguments.user} {why}.")


def _key(devices: tuple[Device, ...], wanted: str) -> str:
    """A device's key, by key or name; raises UserProblem."""
    keys = [each.key for each in devices if wanted in (each.key, each.name)]
    if len(keys) != 1:
        which = "several devices" if keys else "no device"
        raise UserProblem(f"There is {which} {wanted}.", "Name one by its key; see the list.")
    return keys[0]
