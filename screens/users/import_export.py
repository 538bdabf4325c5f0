"""Dialogs for users from and to files, and for seeding test users."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

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
from workbench.users.export import export_to
from workbench.users.pool_rules import PoolRules
from workbench.users.search import Search
from workbench.users.seeding import seed_users
from workbench.users.user_files import ImportPlan, plan_for_pool, read_file, summary
from workbench.users.user_pools import PoolDescription, UserPool
from workbench.wording import plural

_REASONS = 5
"""Reasons that a form has room for."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file with exported users."""

    path: Path
    count: int


@dataclass(frozen=True, slots=True)
class Planned:
    """Users to create: ``title`` is the question, ``verb`` says that it is done.

    ``password`` is the seeded users' own.
    """

    plan: ImportPlan
    title: str
    verb: str
    password: str = field(default="", repr=False)


def export_form(pool: UserPool, search: Search, root: Path, cost: str = "") -> FormScreen[Exported]:
    """Write the users that match the search, all of them, to a file; ``cost`` is told first."""

    async def export(filled: Filled) -> Exported:
        path = _path(root, filled["file"])
        with_groups = bool(filled["groups"])
        count = await asyncio.to_thread(
            lambda: export_to(pool, search, path, with_groups=with_groups)
        )
        return Exported(path, count)

    whom = f"the users that match {search.text}" if search.text else "all users"
    return FormScreen(
        f"Export {whom}",
        (
            FormField("file", "File", "users.csv", "users.csv or users.json"),
            FormField("groups", "With their groups (AWS's own import jobs refuse that column)",
                      "true", kind="tick"),
        ),
        _needs_file,
        cost,
        label="Export",
        submit=export,
    )  # fmt: skip


def import_form(pool: UserPool, root: Path) -> FormScreen[Planned]:
    """Check a file's rows; gives what an import would do."""

    async def check(filled: Filled) -> Planned:
        path = _path(root, filled["file"])
        plan = await asyncio.to_thread(lambda: plan_for_pool(pool, read_file(path)))
        if plan.wrong:
            raise FormRefusedError(FieldProblem(wrong_rows_text(plan), "file"))
        return Planned(plan, f"Import {filled['file']}?", "Imported")

    return FormScreen(
        "Import users",
        (FormField("file", "File", "", "users.csv or users.json"),),
        _needs_file,
        "All rows are checked first; nothing is created unless all are valid.",
        label="Check and import",
        submit=check,
    )


def seed_form(pool: UserPool, about: PoolDescription) -> FormScreen[Planned]:
    """Ask for test users; the same seed gives the same users."""

    async def plan(filled: Filled) -> Planned:
        def seeded() -> ImportPlan:
            users = seed_users(
                about.schema,
                int(filled["count"]),
                int(filled["seed"]),
                locale=filled["locale"] or "en-US",
                groups=_shares(filled["groups"]),
                password=filled["password"],
            )
            return plan_for_pool(pool, tuple(users))

        plan = await asyncio.to_thread(seeded)
        return Planned(plan, "Create test users?", "Created", filled["password"])

    return FormScreen(
        "Test users",
        (
            FormField("count", "How many", "20"),
            FormField("password", "Their password ({n} in it: the user's number)",
                      about.rules.known_password(), "empty: they cannot sign in"),
            FormField("groups", "Groups", "", "Editors=0.2, Admins=0.05"),
            FormField("seed", "Seed", "1", "the same seed, the same users"),
            FormField("locale", "Locale", "en-US"),
        ),
        lambda filled: wrong_seed(filled, about.rules),
        label="Seed",
        submit=plan,
    )  # fmt: skip


def create_question(planned: Planned) -> ConfirmScreen:
    """The question before users are created."""
    plan = planned.plan
    lines = [f"Creates {plural(len(plan.users), 'user')}, without invitations."]
    if plan.there:
        lines.append(f"{plural(len(plan.there), 'user')} of these already exist.")
    if plan.new_groups:
        groups = ", ".join(plan.new_groups)
        lines.append(f"The pool has no group {groups}: created first.")
    rows = [Row(((line, TEXT),)) for line in lines]
    return ConfirmScreen(planned.title, rows, "Create", "Cancel")


def seeded_password_screen(password: str) -> RowsScreen:
    """Tell the seeded users' password."""
    rows = [
        Row((("They sign in with their e-mail address and this password:", TEXT),)),
        Row(((f"  {password}", STRONG),), "password", copy=password),
    ]
    if "{n}" in password:
        rows.append(Row((("  {n} is the number in their address: ada.rossi.7@… has 7.", MUTED),)))
    rows.append(Row((("y copies it, o signs in as the user under the cursor.", MUTED),)))
    return RowsScreen("Password of the test users", rows)


def wrong_rows_text(plan: ImportPlan) -> str:
    """Why nothing is imported: each reason once, with the lines that it is about."""
    rows = plural(len(plan.wrong), "row")
    reasons = [f"{places}: {why}" for why, places, _ in summary(plan.wrong)]
    shown, more = reasons[:_REASONS], len(reasons) - _REASONS
    tail = [f"… and {plural(more, 'other reason')}"] if more > 0 else []
    return "\n".join((f"Nothing imported: {rows} not valid.", *shown, *tail))


def _path(root: Path, text: str) -> Path:
    """Relative names are the project's."""
    return root / Path(text).expanduser()


def _needs_file(filled: Filled) -> FieldProblem:
    return FieldProblem("" if filled["file"] else "Name a file.", "file")


def wrong_seed(filled: Filled, rules: PoolRules) -> str | FieldProblem:
    """The mistake in the seed's form, "" for none."""
    if not filled["count"].isdecimal() or not 0 < int(filled["count"]) <= 10_000:
        return FieldProblem("How many: a number from 1 to 10000.", "count")
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
