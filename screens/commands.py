"""The entries of the command palette: what the keys do now, and the themes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.app import App, SystemCommand
from textual.dom import DOMNode
from textual.screen import Screen


def commands(app: App[Any], screen: Screen[Any]) -> Iterable[SystemCommand]:
    """Everything that works now on this screen."""
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        if not active.enabled or not binding.description or binding.action in seen:
            continue
        if binding.id is None or binding.id == "app.palette":
            continue
        seen.add(binding.action)
        about = f"{binding.tooltip or binding.description}  ({app.get_key_display(binding)})"

        def run(action: str = binding.action, node: DOMNode = active.node) -> None:
            app.run_worker(app.run_action(action, node), exclusive=False)

        yield SystemCommand(binding.description, about, run)
    for name in app.available_themes:
        if name != app.theme:

            def use(theme: str = name) -> None:
                app.theme = theme

            yield SystemCommand(f"Theme: {name}", "Use this theme, and save the choice", use)
    yield SystemCommand("Screenshot", "Save the screen as SVG", app.deliver_screenshot)
