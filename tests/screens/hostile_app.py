"""The app with hostile text in everything that it shows; F12 goes to the next place.

Run as ``python -m tests.screens.hostile_app FOLDER [CLOUD_DIR POOL_ID]`` in a terminal.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.binding import Binding

from screens.app import WorkbenchApp
from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import FormField, FormScreen
from screens.dialogs.picker_screen import PickerScreen
from screens.dialogs.rows_screen import RowsScreen
from screens.playground.result_rows import table_rows
from screens.themes import load_themes
from screens.users.user_rows import detail_rows
from screens.widgets.row_list import Row
from screens.widgets.text_styles import STRONG, TEXT
from tests.hostile_text import EVIL
from tests.screens.scripted import (
    NOW,
    ScriptedStarter,
    failed_resource,
    first_deployment,
    log,
    losing_save,
    type_error,
)
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.playground.result_table import tables
from workbench.users.open_pool import OpenedPool
from workbench.users.user_pools import User, UserDetails, UserPool

# What the engine's own code branches on; everything else is data.
_MEANT = {
    "kind", "level", "status", "stage", "state", "result", "severity", "effect", "method", "offer",
    "type", "stack_name", "stack", "endpoint",
}  # fmt: skip


def poisoned(value: Any) -> Any:
    """The same event with hostile text behind every text that others choose."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            each.name: poisoned(getattr(value, each.name))
            for each in dataclasses.fields(value)
            if each.name not in _MEANT and each.init
        }
        return dataclasses.replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(poisoned(each) for each in value)
    if type(value) is str and value:
        return f"{value[:8]} {EVIL}"
    return value


class HostileApp(WorkbenchApp):
    """Goes from place to place."""

    BINDINGS = [Binding("f12", "next_place", "Next", id="test.next", priority=True)]  # noqa: RUF012

    def places(self) -> list[tuple[str, Callable[[], object]]]:
        """Each place with its name, which it shows in a message."""
        rows = [Row(((f"row {EVIL}", TEXT), (EVIL, STRONG)), "key") for _ in range(3)]
        row = {"id": EVIL, "name": EVIL, EVIL: "x", "list": [{"a": 1}]}
        result = json.loads(json.dumps({"listTodos": {"items": [row, {"id": "1"}]}}))
        user = User(EVIL, "CONFIRMED", True, {"email": EVIL, "name": EVIL, EVIL: "1"}, None, None)
        details = [Row(spans) for _, spans in detail_rows(UserDetails(user, (EVIL,), (EVIL,)))]
        form = [FormField("a", EVIL, EVIL, hint=EVIL)]
        return [
            ("rows", lambda: self.push_screen(RowsScreen(EVIL, rows))),
            ("table", lambda: self.push_screen(RowsScreen("t", table_rows(tables(result)[0], 90)))),
            ("details", lambda: self.push_screen(RowsScreen(EVIL, details))),
            ("form", lambda: self.push_screen(FormScreen(EVIL, form, lambda _: EVIL, EVIL))),
            ("picker", lambda: self.push_screen(PickerScreen(EVIL, lambda _: rows, hint=EVIL))),
            (
                "confirm",
                lambda: self.push_screen(ConfirmScreen(EVIL, rows, f"Yes {EVIL}", EVIL)),
            ),
            ("toast", lambda: self.shell.say(EVIL, "error")),
            ("widget's toast", lambda: self.screen.notify(EVIL, title=EVIL)),
        ]

    def action_next_place(self) -> None:
        """Close the place that is open, go to the next, and say its name."""
        if not hasattr(self, "_at"):
            self._at = iter(self.places())
        elif len(self.screen_stack) > 2:
            self.pop_screen()
        name, go = next(self._at, ("END", lambda: None))
        go()
        self.shell.say(f"PLACE {name}")


def main() -> None:
    """Run it."""
    folder = Path(sys.argv[1])
    starter = ScriptedStarter(folder)
    if len(sys.argv) > 2:
        clients = Clients(lifecycle.start(Path(sys.argv[2])))
        pool = UserPool(clients, sys.argv[3])
        starter.open_pool = lambda: OpenedPool(pool, clients, sign_ins_file=folder / "kept.json")
    themes, _ = load_themes()
    app = HostileApp(starter, themes=themes, theme="dark", clock=lambda: NOW + 61.2)

    def feed() -> None:
        if starter.emit is None:
            app.set_timer(0.1, feed)
            return
        events = [*first_deployment(), *type_error(), *failed_resource()]
        if len(sys.argv) == 2:
            events += losing_save()  # whose question lies over the other screens
        for event in events:
            starter.emit(poisoned(event))
        starter.emit(log(NOW + 200, f"{EVIL} LAST-LINE"))

    app.call_later(feed)
    app.run()


if __name__ == "__main__":
    main()
