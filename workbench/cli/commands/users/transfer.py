"""``amplify-tui users import``, ``export`` and ``seed``: many users, from and to files."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from workbench.cli.colours import Paint
from workbench.cli.output import DataOutput, err, out, out_json
from workbench.cli.prompts import read_password
from workbench.project.models import ProjectProblem
from workbench.users.authenticator import set_up_authenticator
from workbench.users.bulk import BulkFailure, run_bulk
from workbench.users.export import export_to, found_users
from workbench.users.groups import Group, create_group, read_memberships
from workbench.users.open_pool import OpenedPool
from workbench.users.search import parse_search
from workbench.users.seeding import seed_users
from workbench.users.user_files import (
    FileUser,
    ImportPlan,
    make_file_user,
    plan_for_pool,
    read_file,
    summary,
    write_csv,
    write_json,
)
from workbench.users.user_pools import UserPool
from workbench.users.user_sign_in import app_client
from workbench.wording import plural


def export_users(pool: UserPool, arguments: argparse.Namespace) -> int:
    """Write the users to a file, which is there whole or as it was, or to standard output."""
    search = parse_search(arguments.search)

    def groups() -> Mapping[str, Sequence[str]] | None:
        return read_memberships(pool) if arguments.groups else None

    if arguments.output:
        path = Path(arguments.output)
        if arguments.json and path.suffix != ".json":
            raise ProjectProblem(
                f"{path} would be CSV by its name.", "Let it end in .json, or leave --json away."
            )
        count = export_to(pool, search, path, with_groups=arguments.groups)
    elif arguments.json:
        count = write_json(found_users(pool, search), DataOutput(), groups())
    else:
        count = write_csv(found_users(pool, search), pool.describe().schema, DataOutput(), groups())
    err(Paint.of(sys.stderr).faint(plural(count, "user")))
    return 0


def import_users(pool: UserPool, arguments: argparse.Namespace) -> int:
    """Make the users of a file, after all its rows are checked; 1 where some cannot be made."""
    rows = read_file(Path(arguments.file))
    plan = plan_for_pool(pool, rows)
    if plan.wrong and not arguments.json:
        for why, places, _count in summary(plan.wrong):
            err(f"✗ {arguments.file}, {places}: {why}")
    failed: Sequence[BulkFailure] = ()
    if not arguments.dry_run and not plan.wrong:
        _make_groups(pool, plan, allowed=arguments.create_groups)
        failed = _make(pool, plan.users)
    done = 0 if arguments.dry_run or plan.wrong else len(plan.users) - len(failed)
    if arguments.json:
        wrong = [{"place": e.place, "username": e.username, "why": e.why} for e in plan.wrong]
        out_json({**_told(done, failed), "wrong": wrong, "there": len(plan.there)})
    elif plan.wrong:
        verb = "is" if len(plan.wrong) == 1 else "are"
        rows_of = f"{len(plan.wrong)} of {plural(len(rows), 'row')}"
        out(f"Nothing was imported: {rows_of} {verb} wrong.")
    elif arguments.dry_run:
        out(f"{plural(len(plan.users), 'user')} would be made, {len(plan.there)} already there.")
        if plan.new_groups:
            out(f"Groups that the pool does not have: {', '.join(plan.new_groups)}.")
    else:
        _say(done, failed, f"imported, {len(plan.there)} already there")
    return 1 if failed or plan.wrong else 0


def seed_pool(opened: OpenedPool, arguments: argparse.Namespace) -> int:
    """Make users to try the backend with; who is there from the same seed is left as they are."""
    pool = opened.pool
    if arguments.totp and not arguments.password:
        raise ProjectProblem("An authenticator is set up by a sign-in.", "Add --password.")
    password = read_password("the new users") if arguments.password else ""
    about = pool.describe()
    if password and (problem := about.rules.wrong_password(password.replace("{n}", "1"))):
        raise ProjectProblem(problem, "Choose another password; {n} in it is the user's number.")
    groups = dict(_share(each) for each in arguments.group)
    users = tuple(
        seed_users(
            about.schema,
            arguments.count,
            arguments.seed,
            locale=arguments.locale,
            groups=groups,
            password=password,
        )
    )
    plan = plan_for_pool(pool, users)
    _make_groups(pool, plan, allowed=arguments.create_groups)
    failed = _make(pool, plan.users, _authenticators(opened, totp=arguments.totp))
    done = len(plan.users) - len(failed)
    if arguments.json:
        out_json({**_told(done, failed), "there": len(plan.there)})
    else:
        _say(done, failed, f"made, {len(plan.there)} already there")
    return 1 if failed else 0


def _make_groups(pool: UserPool, plan: ImportPlan, *, allowed: bool) -> None:
    if plan.new_groups and not allowed:
        raise ProjectProblem(
            f"The pool has no group {', '.join(plan.new_groups)}.",
            "Add --create-groups, or make them with `users group create`.",
        )
    for name in plan.new_groups:
        create_group(pool, Group(name))


def _make(
    pool: UserPool,
    users: Sequence[FileUser],
    then: Callable[[FileUser], None] = lambda _user: None,
) -> Sequence[BulkFailure]:
    by_name = {user.username: user for user in users}

    def one(name: str) -> None:
        make_file_user(pool, by_name[name])
        then(by_name[name])

    return run_bulk(list(by_name), one).failed


def _authenticators(opened: OpenedPool, *, totp: bool) -> Callable[[FileUser], None]:
    """Set up an authenticator for each new user, where that is wanted."""
    if not totp:
        return lambda _user: None
    client = app_client(opened.clients.cognito_idp, opened.pool.pool_id, opened.client_id)
    lock = threading.Lock()

    def give(new: FileUser) -> None:
        user = opened.pool.user(new.username).user
        with lock:  # one file keeps them all
            set_up_authenticator(opened, client, user, new.password)

    return give


def _told(done: int, failed: Sequence[BulkFailure]) -> dict[str, object]:
    return {
        "made": done,
        "failed": [{"username": each.username, "why": each.why} for each in failed],
    }


def _say(done: int, failed: Sequence[BulkFailure], words: str) -> None:
    for each in failed:
        err(f"✗ {each.username}: {each.why} {each.next_step}")
    out(f"{Paint.of(sys.stdout).good('✓')} {plural(done, 'user')} {words}")


def _share(text: str) -> tuple[str, float]:
    name, sign, value = text.partition("=")
    try:
        share = float(value) if sign else 1.0
    except ValueError:
        share = -1.0
    if not name or not 0 <= share <= 1:
        raise ProjectProblem(f"{text!r} is no share of a group.", "Write GROUP=0.2 for a fifth.")
    return name, share
