"""Write the tables of docs/keys.md from the app's own bindings: ``python -m scripts.keys_page``."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

PAGE = Path(__file__).parents[1] / "docs" / "keys.md"
BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"

TITLES = {
    "app": "Everywhere",
    "pane": "The panes",
    "start": "Before a project is open",
    "language": "A new project's language",
    "target": "Choosing the target",
    "sandbox": "The sandbox",
    "list": "In every list",
    "resources": "Resources",
    "log": "Log",
    "problems": "Problems",
    "history": "History",
    "deployment": "One deployment of the history",
    "page": "A page over the panes",
    "users": "Users",
    "inbox": "The users' messages",
    "groups": "The pool's groups",
    "tokens": "A sign-in's tokens",
    "pool": "The pool's settings and triggers",
    "branches": "Branches",
    "job": "A job's logs",
    "compare": "A comparison",
    "jobs": "A branch's history",
    "promote": "A promotion",
    "variables": "Variables and secrets",
    "domains": "Custom domains",
    "rows": "A page of facts",
    "form": "A form",
    "confirm": "A question",
    "destroy": "A question about data",
    "picker": "Picking one of many",
    "problem": "A problem",
    "help": "The help",
}
_SIGNS = {"slash": "/", "question_mark": "?", "shift+tab": "Shift+Tab", "escape": "Esc"}


def tables() -> str:
    """All bindings that can be remapped, a table for each place, as Markdown."""
    places: dict[str, dict[str, Binding]] = {}
    for binding in _bindings():
        if binding.id and "." in binding.id:
            places.setdefault(binding.id.split(".", 1)[0], {})[binding.id] = binding
    order = [*TITLES, *sorted(set(places) - set(TITLES))]
    lines: list[str] = []
    for place in order:
        if place in places:
            lines += ["", f"## {TITLES.get(place, place.capitalize())}", ""]
            lines += ["| keys | what | id |", "|---|---|---|"]
            lines += [_row(binding) for binding in places[place].values()]
    return "\n".join(lines).strip() + "\n"


def page(old: str) -> str:
    """The page with its tables written again."""
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: f"{BEGIN}\n\n{tables()}\n{END}", old)


def _row(binding: Binding) -> str:
    keys = " ".join(f"`{_key(key)}`" for key in binding.key.split(","))
    what = binding.tooltip or binding.description
    return f"| {keys.replace('|', chr(92) + '|')} | {what} | `{binding.id}` |"


def _key(key: str) -> str:
    if key in _SIGNS:
        return _SIGNS[key]
    if len(key) == 1:
        return key
    return "+".join(part.capitalize() if len(part) > 1 else part for part in key.split("+"))


def _bindings() -> list[Binding]:
    import screens

    for module in pkgutil.walk_packages(screens.__path__, "screens."):
        importlib.import_module(module.name)
    classes: list[type] = []
    todo: list[type] = [DOMNode]
    seen: set[type] = set()
    while todo:
        current = todo.pop(0)
        if current in seen:
            continue
        seen.add(current)
        todo += current.__subclasses__()
        if current.__module__.startswith("screens.") or issubclass(current, App):
            classes.append(current)
    # By name, not as they were imported: an id that two screens have must not change its words.
    classes.sort(key=lambda each: (each.__module__, each.__qualname__))
    return [
        item
        for each in classes
        for item in each.__dict__.get("BINDINGS", [])
        if isinstance(item, Binding)
    ]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
