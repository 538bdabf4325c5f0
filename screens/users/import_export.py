"""Export, import and seeding from the users pane."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import (
    FieldProblem,
    Filled,
    FormField,
    FormRefusedError,
    FormScreen,
)
from screens.dialogs.rows_screen import RowsScreen
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, STRONG, TEXT
from workbench.model.user_problem import UserProblem
from workbench.users.export import export_to
from workbench.users.groups import Group, create_group
from workbench.users.pool_rules import PoolRules
from workbench.users.search import parse_search
from workbench.users.seeding import seed_users
from workbench.users.user_files import (
    ImportPlan,
    make_file_user,
    plan_for_pool,
    read_file,
    summary,
)
from workbench.users.user_pools import User, UserPool
from workbench.wording import plural

if TYPE_CHECKING:
    from screens.users.screen import UsersScreen

_REASONS = 5
"""Reasons that a form has room for."""


async def export_users(screen: UsersScreen, pool: UserPool) -> None:
    """Write the users that the search finds, all of them, to a file."""
    whom = f"the users found by {screen.roster.search}" if screen.roster.search else "all users"
    count, path = 0, screen.root

    async def export(filled: Filled) -> None:
        nonlocal count, path
        path = _path(screen.root, filled["file"])
        search = parse_search(screen.roster.search, everywhere=pool.is_local)
        with_groups = bool(filled["groups"])
        count = await asyncio.to_thread(
            lambda: export_to(pool, search, path, with_groups=with_groups)
        )

    form = FormScreen(
        f"Export {whom}",
        (
            FormField("file", "File", "users.csv", "users.csv, or users.json"),
            FormField("groups", "With their groups (AWS's own import jobs refuse that column)",
                      "true", kind="tick"),
        ),
        _needs_file,
        label="Export",
        do=export,
    )  # fmt: skip
    if await screen.app.push_screen_wait(form) is None:
        return
    screen.shell.say(f"{plural(count, 'user')} written to {path.name}")


async def import_users(screen: UsersScreen, pool: UserPool) -> None:
    """Check a file's rows, say what would be done, then do it."""
    plans: list[ImportPlan] = []

    async def look(filled: Filled) -> None:
        path = _path(screen.root, filled["file"])
        plan = await asyncio.to_thread(lambda: plan_for_pool(pool, read_file(path)))
        if plan.wrong:
            raise FormRefusedError(FieldProblem(wrong_words(plan), "file"))
        plans.append(plan)

    form = FormScreen(
        "Import users",
        (FormField("file", "File", "", "users.csv, or users.json"),),
        _needs_file,
        "Every row is checked first; nothing is made before all are right.",
        label="Check and import",
        do=look,
    )
    filled = await screen.app.push_screen_wait(form)
    if filled is not None:
        await _make(screen, pool, plans[-1], f"Import {filled['file']}", "Imported")


async def seed(screen: UsersScreen, pool: UserPool) -> None:
    """Ask how many users, then make them; the same seed gives the same users."""
    rules = screen.loading_users.rules
    plans: list[ImportPlan] = []

    async def look(filled: Filled) -> None:
        def seeded() -> ImportPlan:
            users = seed_users(
                pool.describe().schema,
                int(filled["count"]),
                int(filled["seed"]),
                locale=filled["locale"] or "en-US",
                groups=_shares(filled["groups"]),
                password=filled["password"],
            )
            return plan_for_pool(pool, tuple(users))

        plans.append(await asyncio.to_thread(seeded))

    form = FormScreen(
        "Users to try the backend with",
        (
            FormField("count", "How many", "20"),
            FormField("password", "Their password ({n} in it: the user's number)",
                      rules.known_password(), "empty: they cannot sign in"),
            FormField("groups", "Groups", "", "Editors=0.2, Admins=0.05"),
            FormField("seed", "Seed", "1", "the same seed, the same users"),
            FormField("locale", "Locale", "en-US"),
        ),
        lambda filled: wrong_seed(filled, rules),
        label="Seed",
        do=look,
    )  # fmt: skip
    filled = await screen.app.push_screen_wait(form)
    if filled is None:
        return
    if await _make(screen, pool, plans[-1], "Make users", "Made") and filled["password"]:
        password = filled["password"]
        rows = [
            Row((("They sign in with their e-mail address and this password:", TEXT),)),
            Row(((f"  {password}", STRONG),), "password", copy=password),
        ]
        if "{n}" in password:
            rows.append(
                Row((("  {n} is the number in their address: ada.rossi.7@… has 7.", MUTED),))
            )
        rows.append(Row((("y copies it, o signs in as the user under the cursor.", MUTED),)))
        screen.app.push_screen(RowsScreen("Their password", rows))


async def _make(
    screen: UsersScreen, pool: UserPool, plan: ImportPlan, title: str, words: str
) -> bool:
    """Say what would be made, ask, make it; True where all were made."""
    if not plan.users:
        screen.shell.say("Nothing to do: all of them are there already", "warning")
        return False
    lines = [f"{plural(len(plan.users), 'user')} will be made, without invitations."]
    if plan.there:
        lines.append(f"{plural(len(plan.there), 'user')} of these are there already.")
    if plan.new_groups:
        groups = ", ".join(plan.new_groups)
        lines.append(f"The pool has no group {groups}: they are made first.")
    rows = [Row(((line, TEXT),)) for line in lines]
    dialog = ConfirmScreen(f"{title}?", rows, "Make them", "No")
    if await screen.app.push_screen_wait(dialog) is not True:
        return False
    try:
        for name in plan.new_groups:
            await asyncio.to_thread(create_group, pool, Group(name))
    except UserProblem as problem:
        screen.shell.say(str(problem), "error")
        return False
    by_name = {user.username: user for user in plan.users}
    users = [User(name, "", enabled=True) for name in by_name]
    return await screen.acting.act(
        words, pool, users, lambda name: make_file_user(pool, by_name[name])
    )


def wrong_words(plan: ImportPlan) -> str:
    """Why nothing is imported: each reason once, with the lines that it is about."""
    rows = plural(len(plan.wrong), "row")
    reasons = [f"{places}: {why}" for why, places, _ in summary(plan.wrong)]
    shown, more = reasons[:_REASONS], len(reasons) - _REASONS
    tail = [f"… and {plural(more, 'other reason')}"] if more > 0 else []
    return "\n".join((f"{rows} cannot be imported, so nothing is.", *shown, *tail))


def _path(root: Path, text: str) -> Path:
    """Relative names are the project's."""
    return root / Path(text).expanduser()


def _needs_file(filled: Filled) -> FieldProblem:
    return FieldProblem("" if filled["file"] else "Name a file.", "file")


def wrong_seed(filled: Filled, rules: PoolRules) -> str | FieldProblem:
    """What is wrong with the seed's form, "" for nothing."""
    if not filled["count"].isdecimal() or not 0 < int(filled["count"]) <= 10_000:
        return FieldProblem("How many is a number from 1 to 10000.", "count")
    if not filled["seed"].isdecimal():
        return FieldProblem("The seed is a whole number.", "seed")
    password = filled["password"].replace("{n}", "1")
    if password and (wrong := rules.wrong_password(password)):
        return FieldProblem(wrong, "password")
    try:
        shares = _shares(filled["groups"])
    except ValueError:
        return FieldProblem("Write groups as NAME=0.2, with commas between.", "groups")
    wrong_shares = [name for name, share in shares.items() if not 0 <= share <= 1]
    if wrong_shares:
        return FieldProblem(f"A share is from 0 to 1: {wrong_shares[0]}.", "groups")
    return ""


def _shares(text: str) -> dict[str, float]:
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {name: float(share) if sign else 1.0 for name, sign, share in pairs}
