"""The picker of the API's address: the sandbox's own, a saved one, or another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from screens.dialogs.ask import Ask
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.playground.address_screen import AddressScreen
from screens.ports import Shell
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, OK, STRONG
from workbench.playground.addresses import (
    Address,
    load_addresses,
    remove_address,
    save_address,
)


async def ask_address(
    ask: Ask, shell: Shell, folder: Path, current: Address | None
) -> tuple[Address | None] | None:
    """Ask which API to connect to: a tuple of its address (None: the sandbox's own), or None.

    ``folder`` has the saved addresses; they can be removed here, too.
    """
    saved, warning = await asyncio.to_thread(load_addresses, folder)
    if warning:
        shell.say(warning, "warning")
    rows = _rows(saved, current)
    picker = PickerScreen("API address", lambda text: matching(rows, text), hint="search")
    chosen = await ask(picker)
    if chosen is None:
        return None
    kind, _, number = chosen.partition(":")
    if kind == "sandbox":
        return (None,)
    if kind == "remove":
        try:
            await asyncio.to_thread(remove_address, folder, saved[int(number)])
        except OSError as error:
            shell.say(f"Could not remove the address: {error.strerror}", "warning")
        return None
    address = saved[int(number)] if kind == "saved" else None
    if address is not None:
        if current is not None and current.label == address.label and not current.lacks:
            return (current,)
        if not address.lacks:
            return (address,)
    typed: Address | None = await ask(AddressScreen(address))
    if typed is None:
        return None
    try:
        await asyncio.to_thread(save_address, folder, typed)
    except OSError as error:
        shell.say(f"Could not save the address: {error.strerror}", "warning")
    return (typed,)


def _rows(saved: Sequence[Address], current: Address | None) -> list[Row]:
    rows = [_row("sandbox", "sandbox", "the API of this backend", is_current=current is None)]
    for at, each in enumerate(saved):
        lacks = ", ".join("the query string" if name == "?" else name for name in each.lacks)
        about = f"asks for {lacks} again" if lacks else "saved with its headers"
        is_current = current is not None and current.label == each.label
        rows.append(_row(f"saved:{at}", each.label, about, is_current=is_current))
    rows.append(_row("new", "another address …", "AWS or any GraphQL endpoint"))
    rows += [
        _row(f"remove:{at}", f"remove {each.label}", "and what is saved with it")
        for at, each in enumerate(saved)
    ]
    return rows


def _row(key: str, name: str, about: str, *, is_current: bool = False) -> Row:
    return Row((("● " if is_current else "  ", OK), (name, STRONG), (f"  {about}", MUTED)), key)
