"""Export, import and seeding from the users pane."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import Filled, FormField, FormScreen
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.widgets.row_list import Row
from screens.widgets.tones import FAIL, MUTED, STRONG, TEXT
from workbench.aws.user_pools import User, UserPool
from workbench.model.user_problem import UserProblem
from workbench.users.export import export_to
from workbench.users.search import parse_search
from workbench.users.seeding import seed_users
from workbench.users.user_files import FileUser, ImportPlan, make_file_user, plan_import, read_file
from workbench.wording import plural

if TYPE_CHECKING:
    from screens.users.screen import UsersScreen


async def export_users(screen: UsersScreen, pool: UserPool) -> None:
    """Write the users that the search finds, all of them, to a file."""
    whom = f"the users found by {screen.roster.search}" if screen.roster.search else "all users"
    form = FormScreen(
        f"Export {whom}",
        (FormField("file", "File", "users.csv", "users.csv, or users.json"),),
        lambda filled: "" if filled["file"] else "Name a file.",
    )
    filled = await screen.app.push_screen_wait(form)
    if filled is None:
        return
    path = _path(screen.root, filled["file"])
    screen.acting.tell("Exporting")
    try:
        count = await asyncio.to_thread(export_to, pool, parse_search(screen.roster.search), path)
    except UserProblem as problem:
        screen.app.say(str(problem), "error")
        return
    finally:
        screen.acting.tell("")
    screen.app.say(f"{plural(count, 'user')} written to {path.name}")


async def import_users(screen: UsersScreen, pool: UserPool) -> None:
    """Check a file's rows, say what would be done, then do it."""
    form = FormScreen(
        "Import users",
        (FormField("file", "File", "", "users.csv, or users.json"),),
        lambda filled: "" if filled["file"] else "Name a file.",
    )
    filled = await screen.app.push_screen_wait(form)
    if filled is None:
        return
    path = _path(screen.root, filled["file"])
    screen.acting.tell("Checking the file")
    try:
        plan = await asyncio.to_thread(lambda: _planned(pool, read_file(path)))
    except UserProblem as problem:
        screen.app.say(str(problem), "error")
        return
    finally:
        screen.acting.tell("")
    if plan.wrong:
        await _show_wrong(screen, plan)
        return
    await _make(screen, pool, plan, f"Import {path.name}", "Imported")


async def seed(screen: UsersScreen, pool: UserPool) -> None:
    """Ask how many users, then make them; the same seed gives the same users."""
    form = FormScreen(
        "Users to try the backend with",
        (
            FormField("count", "How many", "20"),
            FormField("seed", "Seed", "1", "the same seed, the same users"),
            FormField("locale", "Locale", "en-US"),
            FormField("groups", "Groups", "", "Editors=0.2, Admins=0.05"),
        ),
        _wrong_seed,
    )
    filled = await screen.app.push_screen_wait(form)
    if filled is None:
        return

    def planned() -> ImportPlan:
        users = seed_users(
            pool.schema(),
            int(filled["count"]),
            int(filled["seed"]),
            locale=filled["locale"] or "en-US",
            groups=_shares(filled["groups"]),
        )
        return _planned(pool, tuple(users))

    try:
        plan = await asyncio.to_thread(planned)
    except UserProblem as problem:
        screen.app.say(str(problem), "error")
        return
    await _make(screen, pool, plan, "Make users", "Made")


async def _make(
    screen: UsersScreen, pool: UserPool, plan: ImportPlan, title: str, words: str
) -> None:
    if not plan.users:
        screen.app.say("Nothing to do: all of them are there already", "warning")
        return
    there = f"{plural(len(plan.there), 'user')} of these are there already." if plan.there else ""
    rows = [Row(((f"{plural(len(plan.users), 'user')} will be made, without invitations.", TEXT),))]
    rows += [Row(((there, MUTED),))] if there else []
    dialog = ConfirmScreen(f"{title}?", rows, "Make them", "No", belongs_to_engine=False)
    if await screen.app.push_screen_wait(dialog) is not True:
        return
    by_name = {user.username: user for user in plan.users}
    users = [User(name, "", enabled=True) for name in by_name]
    await screen.acting.act(words, pool, users, lambda name: make_file_user(pool, by_name[name]))


async def _show_wrong(screen: UsersScreen, plan: ImportPlan) -> None:
    rows = [
        Row((("✗ ", FAIL), (f"{e.place} {e.username}", STRONG), (f"  {e.why}", MUTED)))
        for e in plan.wrong
    ]
    picker = PickerScreen(
        f"Nothing was imported: {plural(len(plan.wrong), 'row')} wrong",
        lambda text: matching(rows, text),
        hint="search",
    )
    await screen.app.push_screen_wait(picker)


def _planned(pool: UserPool, users: Sequence[FileUser]) -> ImportPlan:
    return plan_import(users, pool.schema(), pool.users())


def _path(root: Path, text: str) -> Path:
    """Relative names are the project's."""
    return root / Path(text).expanduser()


def _wrong_seed(filled: Filled) -> str:
    if not filled["count"].isdecimal() or not 0 < int(filled["count"]) <= 10_000:
        return "How many is a number from 1 to 10000."
    if not filled["seed"].isdecimal():
        return "The seed is a whole number."
    try:
        shares = _shares(filled["groups"])
    except ValueError:
        return "Write groups as NAME=0.2, with commas between."
    wrong = [name for name, share in shares.items() if not 0 <= share <= 1]
    return f"A share is from 0 to 1: {wrong[0]}." if wrong else ""


def _shares(text: str) -> dict[str, float]:
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {name: float(share) if sign else 1.0 for name, sign, share in pairs}
