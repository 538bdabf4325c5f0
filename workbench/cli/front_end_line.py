"""Adds the line that connects a front end with the local cloud, if the user wants it."""

from __future__ import annotations

from workbench.cli.colours import Paint
from workbench.cli.output import out
from workbench.cli.prompts import confirm
from workbench.front_end.connection import FrontEnd
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui


def add_line(found: FrontEnd, paint: Paint, *, asked: bool) -> bool:
    """Show the line and write it, asking first unless that was ``asked``; whether it is there.

    Raises UserProblem where the file has no place for it that is known here.
    """
    name = found.file.name
    if not found.new_text:
        raise UserProblem(
            f"There is no list of plugins to add to in {name}.",
            f"Add this plugin by hand: {found.line}",
            where=str(found.file),
        )
    out(f"  {name}: {paint.strong(found.line)}", flush=True)
    if not asked and not confirm(
        f"Add this line to {name}? It connects your front end with the local cloud and does "
        "nothing in production.",
        unasked=f"`{amplify_tui('front-end')}` adds a line to {name}.",
        declined=f"{name} was not changed.",
    ):
        return False
    from workbench.atomic_files import write_whole

    write_whole(found.file, found.new_text)
    return True
