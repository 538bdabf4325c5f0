"""All keys that work here, grouped by the pane they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen

from screens.panes import PANES
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, MUTED, STRONG, TEXT, Spans
from screens.widgets.wrapped_rows import WrappedRows

GROUPS = {
    "app": "Everywhere",
    "pane": "Panes",
    "sandbox": "Sandbox",
    "list": "In a list",
    "resources": "Resources",
    "log": "Log",
    "history": "History",
    "deployment": "Deployment",
    "page": "Page",
    "start": "Start",
    "target": "Target",
    "language": "New project",
    "inbox": "Messages",
    "pool": "User pool",
    "groups": "Groups",
    "tokens": "Tokens",
    "job": "A job",
    "jobs": "Jobs",
    "compare": "Comparison",
    "promote": "Promotion",
    "variables": "Variables",
    "domains": "Domains",
    "rows": "Page",
    "form": "Form",
    "confirm": "Dialog",
    "destroy": "Data loss",
    "picker": "Picker",
    "problems": "Problems",
    "problem": "A problem",
    "play": "Playground",
    **{pane.id: pane.title for pane in PANES},
}
"""The titles of groups: the first part of a binding's id."""

_LEAST_WORDS = 20
"""Cells of a description's line, on however narrow a screen."""

_LAST = ("list", "pane", "app")
"""The keys of every list and every screen come after the screen's own."""


class KeyRows(WrappedRows):
    """The rows of ``help_rows``: the descriptions wrap, the names stand in one column."""

    _name_width = 0

    def show_wrapped(self, rows: Sequence[Row]) -> None:
        """Show rows, wrapped now and after each resize."""
        self._name_width = max((len(row.key) for row in rows), default=0)
        super().show_wrapped(rows)

    def wrapped(self, row: Row, width: int) -> Sequence[Spans]:
        """The first line has the keys and the name, the others more of the description."""
        if not row.key:
            return super().wrapped(row, width)
        keys, words, name = row.spans
        indent = len(keys[0])
        room = width - indent - self._name_width - 1
        first, *more = wrap(words[0], max(room, _LEAST_WORDS))
        return [
            (keys, (f"{first:<{room}} ", words[1]), name),
            *(((" " * indent, TEXT), (line, words[1])) for line in more),
        ]


class HelpScreen(ModalScreen[None]):
    """The keys of the screen below; binding ids are shown for remapping in the settings file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("page.back", "escape,question_mark,q", "dismiss", "Back", "Close the help"),
    ]

    def __init__(self, below: Screen[object], keymap: Mapping[str, str]) -> None:
        super().__init__(id="help-page")
        self._below = below
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """One scrolling list."""
        with Vertical(id="dialog"):
            yield KeyRows(id="page")
        yield KeyBar()

    def on_mount(self) -> None:
        """Name it."""
        self.query_one("#dialog", Vertical).border_title = "Keys"
        rows = self.query_one(KeyRows)
        rows.show_wrapped(help_rows(self._below, self.app, self._keymap))
        rows.focus()


def _declared(kind: type) -> list[Binding]:
    """All bindings of a class and its bases, one for each key."""
    found: list[Binding] = []
    for base in kind.__mro__:
        found.extend(Binding.make_bindings(base.__dict__.get("BINDINGS", ())))
    return found


def collect_bindings(
    screen: Screen[object], app: App[object], keymap: Mapping[str, str]
) -> dict[str, dict[str, Binding]]:
    """Bindings of the focused widget, its screen, the other widgets and the app, by group, by id.

    Keys of one binding are joined; remapped keys are the ones that count.
    """
    groups: dict[str, dict[str, Binding]] = {}
    focused = [] if screen.focused is None else list(screen.focused.ancestors_with_self)
    nodes = dict.fromkeys((*focused, screen, *screen.walk_children(), app))
    for node in sorted(nodes, key=lambda each: each is app):
        for one in _declared(type(node)):
            group = (one.id or "").partition(".")[0]
            if one.id is None:
                continue
            known_group = groups.setdefault(group, {})
            remapped = keymap.get(one.id)
            keys = remapped.split(",") if remapped else [one.key]
            shown = [app.get_key_display(one.with_key(key.strip(), None)) for key in keys]
            if one.key_display and not remapped:
                shown = [one.key_display]
            known = known_group.get(one.id)
            before = (known.key_display or "").split(" ") if known is not None else []
            shown = before + [key for key in shown if key not in before]
            known_group[one.id] = one.with_key(one.key, " ".join(shown))
    last = [group for group in _LAST if group in groups]
    return {group: groups[group] for group in (*(g for g in groups if g not in _LAST), *last)}


def help_rows(screen: Screen[object], app: App[object], keymap: Mapping[str, str]) -> list[Row]:
    """The list's rows."""
    rows: list[Row] = []
    for group, found in collect_bindings(screen, app, keymap).items():
        if rows:
            rows.append(Row(()))
        rows.append(Row(((GROUPS.get(group, group.capitalize()), STRONG),)))
        for name, binding in found.items():
            keys = binding.key_display or binding.key
            words = binding.tooltip or binding.description
            spans = ((f"  {keys:<12} ", ACCENT), (words, TEXT), (name, MUTED))
            rows.append(Row(spans, key=name, copy=name))
    rows.append(Row(()))
    rows.append(Row((("The names on the right remap keys: ", MUTED), ("[keys]", TEXT))))
    rows.append(Row((("in ~/.config/amplify-tui/settings.toml.", MUTED),)))
    return rows
