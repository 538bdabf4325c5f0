"""``amplify-tui users import``, ``export`` and ``seed``: many users, from and to files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.commands.users.pool import add_pool_action, opened_pool
from workbench.cli.output import DataOutput, err, out, out_json
from workbench.cli.prompts import read_password
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui
from workbench.wording import plural

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from workbench.cli.parser import Actions
    from workbench.users.bulk import BulkFailure
    from workbench.users.open_pool import OpenedPool
    from workbench.users.user_files import FileUser, ImportPlan
    from workbench.users.user_pools import UserPool

_CREATE_GROUPS: Final = "create the groups that the pool does not have"


def register(actions: Actions) -> None:
    """Add the sub-commands."""
    about = "create the users of a CSV or JSON file, all or none (no import job of Cognito's)"
    imported = add_pool_action(actions, "import", about, _import)
    imported.add_argument("file", help="Cognito's CSV, or JSON as users export writes it")
    imported.add_argument("--dry-run", action="store_true", help="only check the rows")
    imported.add_argument("--create-groups", action="store_true", help=_CREATE_GROUPS)
    about = "the users as Cognito's CSV, or as JSON"
    exported = add_pool_action(actions, "export", about, _export)
    exported.add_argument("search", nargs="?", default="", help="as for users list")
    exported.add_argument("--output", "-o", default="", help="a file; .json makes it JSON")
    exported.add_argument(
        "--no-groups",
        dest="groups",
        action="store_false",
        help="no column of groups, which AWS's own import jobs refuse",
    )
    seed = add_pool_action(actions, "seed", "create users to try the backend with", _seed)
    seed.add_argument("--count", type=int, default=20, help="how many (default: 20)")
    seed.add_argument("--seed", type=int, default=1, help="the same seed, the same users")
    seed.add_argument("--locale", default="en-US", help="their locale (default: en-US)")
    seed.add_argument(
        "--password",
        action="store_true",
        help="a permanent one, typed without echo or from stdin; {n} in it is the user's number",
    )
    seed.add_argument(
        "--totp", action="store_true", help="set up an authenticator for each; needs --password"
    )
    seed.add_argument("--group", action="append", default=[], metavar="GROUP=SHARE")
    seed.add_argument("--create-groups", action="store_true", help=_CREATE_GROUPS)


def _export(arguments: argparse.Namespace) -> int:
    """Write the users to a file, which then is complete or as it was, or to standard output."""
    from workbench.users.export import export_to, found_users
    from workbench.users.groups import read_memberships
    from workbench.users.search import parse_search
    from workbench.users.user_files import write_csv, write_json

    pool = opened_pool(arguments).pool
    search = parse_search(arguments.search)

    def groups() -> Mapping[str, Sequence[str]] | None:
        return read_memberships(pool) if arguments.groups else None

    if arguments.output:
        path = Path(arguments.output)
        if arguments.json and path.suffix != ".json":
            raise UserProblem(
                f"The name {path} asks for CSV, --json for JSON.",
                "Use a name that ends in .json, or leave out --json.",
            )
        count = export_to(pool, search, path, with_groups=arguments.groups)
    elif arguments.json:
        count = write_json(found_users(pool, search), DataOutput(), groups())
    else:
        count = write_csv(found_users(pool, search), pool.describe().schema, DataOutput(), groups())
    err(Paint.of(sys.stderr).faint(plural(count, "user")))
    return 0


def _import(arguments: argparse.Namespace) -> int:
    """Create the users of a file after all rows are checked; 1 if some cannot be created."""
    from workbench.users.user_files import plan_for_pool, read_file, summary

    pool = opened_pool(arguments).pool
    rows = read_file(Path(arguments.file))
    plan = plan_for_pool(pool, rows)
    if plan.wrong and not arguments.json:
        for why, places, _count in summary(plan.wrong):
            err(f"✗ {arguments.file}, {places}: {why}")
    failed: Sequence[BulkFailure] = ()
    if not arguments.dry_run and not plan.wrong:
        _create_groups(pool, plan, allowed=arguments.create_groups)
        failed = _create(pool, plan.users)
    done = 0 if arguments.dry_run or plan.wrong else len(plan.users) - len(failed)
    if arguments.json:
        wrong = [{"place": e.place, "username": e.username, "why": e.why} for e in plan.wrong]
        out_json({**_document(done, failed), "wrong": wrong, "there": len(plan.there)})
    elif plan.wrong:
        out(f"Nothing was imported. Invalid: {len(plan.wrong)} of {plural(len(rows), 'row')}.")
    elif arguments.dry_run:
        out(f"Would create {plural(len(plan.users), 'user')}{_existing(plan)}.")
        if plan.new_groups:
            out(f"Groups that the pool does not have: {', '.join(plan.new_groups)}.")
    else:
        _report(done, failed, plan)
    return 1 if failed or plan.wrong else 0


def _seed(arguments: argparse.Namespace) -> int:
    """Create users to try the backend with; those of the same seed that exist are left alone."""
    from workbench.users.seeding import seed_users
    from workbench.users.user_files import plan_for_pool

    opened = opened_pool(arguments)
    pool = opened.pool
    if arguments.totp and not arguments.password:
        raise UserProblem("An authenticator is set up by signing in.", "Add --password.")
    password = read_password("the new users") if arguments.password else ""
    about = pool.describe()
    if password and (problem := about.rules.wrong_password(password.replace("{n}", "1"))):
        raise UserProblem(problem, "Choose another password; {n} in it is the user's number.")
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
    _create_groups(pool, plan, allowed=arguments.create_groups)
    failed = _create(pool, plan.users, _authenticators(opened, totp=arguments.totp))
    done = len(plan.users) - len(failed)
    if arguments.json:
        out_json({**_document(done, failed), "there": len(plan.there)})
    else:
        _report(done, failed, plan)
    return 1 if failed else 0


def _create_groups(pool: UserPool, plan: ImportPlan, *, allowed: bool) -> None:
    from workbench.users.groups import Group, create_group

    if plan.new_groups and not allowed:
        create = amplify_tui("users", "group", "create", plan.new_groups[0])
        raise UserProblem(
            f"The pool has no group {', '.join(plan.new_groups)}.",
            f"Add --create-groups, or create each with `{create}`.",
        )
    for name in plan.new_groups:
        create_group(pool, Group(name))


def _create(
    pool: UserPool,
    users: Sequence[FileUser],
    then: Callable[[FileUser], None] = lambda _user: None,
) -> Sequence[BulkFailure]:
    from workbench.users.bulk import run_bulk
    from workbench.users.user_files import make_file_user

    by_name = {user.username: user for user in users}

    def one(name: str) -> None:
        make_file_user(pool, by_name[name])
        then(by_name[name])

    return run_bulk(list(by_name), one).failed


def _authenticators(opened: OpenedPool, *, totp: bool) -> Callable[[FileUser], None]:
    """Set up an authenticator for each new user, if that is wanted."""
    if not totp:
        return lambda _user: None
    import threading

    from workbench.users.authenticator import set_up_authenticator
    from workbench.users.user_sign_in import app_client

    client = app_client(opened.clients.cognito_idp, opened.pool.pool_id, opened.client_id)
    lock = threading.Lock()

    def give(new: FileUser) -> None:
        user = opened.pool.get(new.username)
        with lock:  # one file keeps them all
            set_up_authenticator(opened, client, user, new.password)

    return give


def _document(created: int, failed: Sequence[BulkFailure]) -> dict[str, object]:
    return {
        "made": created,
        "failed": [{"username": each.username, "why": each.why} for each in failed],
    }


def _report(created: int, failed: Sequence[BulkFailure], plan: ImportPlan) -> None:
    for each in failed:
        err(f"✗ {each.username}: {each.why} {each.next_step}")
    paint = Paint.of(sys.stdout)
    mark = paint.bad("✗") if failed else paint.good("✓")
    some_failed = f", {len(failed)} failed" if failed else ""
    out(f"{mark} Created {plural(created, 'user')}{some_failed}{_existing(plan)}.")


def _existing(plan: ImportPlan) -> str:
    return f", {len(plan.there)} already existed" if plan.there else ""


def _share(text: str) -> tuple[str, float]:
    name, sign, value = text.partition("=")
    try:
        share = float(value) if sign else 1.0
    except ValueError:
        share = -1.0
    if not name or not 0 <= share <= 1:
        raise UserProblem(
            f"{text!r} is not a valid share of a group.", "Write GROUP=0.2 for a fifth."
        )
    return name, share
