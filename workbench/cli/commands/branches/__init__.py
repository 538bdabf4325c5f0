"""The command line of ``amplify-tui branches``."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def add_secrets(
    parser: argparse.ArgumentParser, add_target: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Add ``secret``'s sub-commands; without ``--branch`` they are for the sandbox."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, about in (
        ("set", "set a secret, typed unseen or from stdin"),
        ("get", "print a secret's value"),
        ("list", "the secrets' names"),
        ("remove", "remove a secret"),
    ):
        made = actions.add_parser(name, help=about, description=about, allow_abbrev=False)
        if name != "list":
            made.add_argument("name", nargs="?" if name == "remove" else None, default="")
        if name == "list":
            made.add_argument(
                "--missing", action="store_true", help="what the code asks for and is not set"
            )
        if name == "remove":
            made.add_argument("--all", action="store_true", help="all of them")
        made.add_argument("--branch", default="", help="of this branch instead of the sandbox")
        made.add_argument("--app", action="store_true", help="shared by all branches of the app")
        made.add_argument("--json", action="store_true", help="the result as JSON")
        add_target(made)


def add_variables(
    parser: argparse.ArgumentParser, add_target: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Add ``env``'s sub-commands; without ``--branch`` they are for the whole app."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, about in (
        ("list", "the variables' names"),
        ("set", "set a variable, typed unseen or from stdin"),
        ("remove", "remove a variable"),
        ("import", "set the variables of a .env file"),
        ("export", "print all as a .env file"),
    ):
        made = actions.add_parser(name, help=about, description=about, allow_abbrev=False)
        if name in ("set", "remove", "import"):
            made.add_argument("name", metavar="FILE" if name == "import" else "NAME")
        if name == "list":
            made.add_argument("--values", action="store_true", help="with their values")
        made.add_argument("--json", action="store_true", help="the result as JSON")
        made.add_argument("--branch", default="", help="of this branch instead of the app")
        add_target(made)


def _hours(text: str) -> float:
    hours = float(text)
    if not 0 < hours <= 24 * 365:
        raise argparse.ArgumentTypeError("more than 0 hours, and at most a year")
    return hours


def add_branches(
    parser: argparse.ArgumentParser, add_target: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Add the sub-commands; each takes the target's flags and ``--json``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, about: str, *branches: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(
            name, help=about, description=about, allow_abbrev=False
        )
        for branch in branches:
            made.add_argument(branch, help="a Git branch's name")
        add_target(made)
        made.add_argument("--json", action="store_true", help="the result as JSON")
        return made

    action("list", "all environments: sandboxes and branches")
    connect = action("connect", "make a Git branch an environment, and deploy it", "branch")
    connect.add_argument("--production", action="store_true", help="mark it as production")
    connect.add_argument(
        "--no-deploy", dest="deploy", action="store_false", help="do not deploy it yet"
    )
    preview = action(
        "preview", "an environment of a branch or commit that goes by itself", "source"
    )
    preview.add_argument(
        "--hours", type=_hours, default=24.0, help="how long it lives (default: 24)"
    )
    automatic = action("automatic", "which new Git branches become environments by themselves")
    automatic.add_argument("patterns", nargs="*", help="such as 'feature/*'")
    automatic.add_argument("--off", action="store_true", help="connect none")
    automatic.add_argument(
        "--remove-gone", action="store_true", help="environments go with their Git branches"
    )
    deploy = action("deploy", "deploy a branch's last commit; follows the job", "branch")
    deploy.add_argument("--retry", default="", metavar="JOB", help="repeat an ended job")
    deploy.add_argument("--detach", action="store_true", help="do not wait for its end")
    logs = action("logs", "a job's logs, as they come", "branch")
    logs.add_argument("job", nargs="?", default="", help="a job's number (default: the last)")
    stop = action("stop", "stop a branch's job", "branch")
    stop.add_argument("job", nargs="?", default="", help="a job's number (default: the last)")
    delete = action("delete", "delete a branch's environment with all its data", "branch")
    delete.add_argument("--yes", "-y", action="store_true", help="don't ask")
    compare = action(
        "compare", "what the second environment has more, less or else", "first", "second"
    )
    compare.add_argument(
        "--values", action="store_true", help="variables' values, and which secrets have others"
    )
    promote = action(
        "promote", "merge one branch into another, and deploy that", "source", "target"
    )
    promote.add_argument(
        "--no-preview",
        dest="preview",
        action="store_false",
        help="do not look first at what the deployment would change",
    )
    promote.add_argument("--yes", "-y", action="store_true", help="don't ask")
