"""Key bindings, each with the id under which the settings remap it and the text of the help."""

from __future__ import annotations

from textual.binding import Binding


def key(
    name: str,
    keys: str,
    action: str,
    label: str,
    tooltip: str,
    *,
    show: bool = True,
    priority: bool = False,
    display: str | None = None,
) -> Binding:
    """One binding: ``key("users.create", "n", "create", "New", "Create a user")``.

    ``name`` is its id, in the group of its screen. ``show``: in the footer too. ``priority``: even
    if the focused widget has a use of its own for the key.
    """
    return Binding(
        keys, action, label, show, key_display=display, priority=priority, id=name, tooltip=tooltip
    )
