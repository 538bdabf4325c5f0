"""The command line of ``amplify-tui users``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

MFA_CHOICES = ("totp", "sms", "email", "off")
"""As workbench.users.user_pools has them; importing it would cost the parser botocore."""

_CREATE_GROUPS = "make the groups that the pool does not have"

_PLAIN = {
    "show": "everything about one user",
    "enable": "let a user sign in again",
    "disable": "keep a user from signing in",
    "confirm": "confirm a user who signed up, without the code",
    "sign-out": "end all sessions of a user",
    "reset": "send a user a code to choose a new password with",
    "resend": "send a user's invitation again, with a new temporary password",
    "triggers": "the pool's trigger functions, and their last runs for a user",
}


def add_users(
    parser: argparse.ArgumentParser, add_target: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Add the sub-commands; each takes the target's flags, ``--pool`` and ``--json``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, about: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(
            name, help=about, description=about, allow_abbrev=False
        )
        add_target(made)
        made.add_argument("--pool", default="", help="another user pool's id")
        made.add_argument("--json", action="store_true", help="the result as JSON")
        return made

    listed = action("list", "the users, or those that a search finds")
    listed.add_argument(
        "search",
        nargs="?",
        default="",
        help="an e-mail's beginning, NAME=VALUE, NAME^BEGINNING, or ~ANYWHERE",
    )
    listed.add_argument("--limit", type=int, default=1_000, help="at most so many (default: 1000)")
    for name, about in _PLAIN.items():
        action(name, about).add_argument("user", help="a user's name, address or number")
    create = action("create", "make a user")
    create.add_argument("user", help="an address, a number (+…) or a username")
    create.add_argument("--attribute", action="append", default=[], metavar="NAME=VALUE")
    create.add_argument("--group", action="append", default=[], help="make the user a member")
    create.add_argument(
        "--password", action="store_true", help="a permanent one, typed unseen or from stdin"
    )
    create.add_argument(
        "--no-invite", dest="invite", action="store_false", help="send no invitation"
    )
    password = action("password", "set a user's password, typed unseen or from stdin")
    password.add_argument("user", help="a user's name, address or number")
    password.add_argument(
        "--temporary", action="store_true", help="to be changed at the next sign-in"
    )
    password.add_argument("--generate", action="store_true", help="make one and print it")
    delete = action("delete", "delete a user for good")
    delete.add_argument("user", help="a user's name, address or number")
    delete.add_argument("--yes", "-y", action="store_true", help="don't ask")
    group = action("group", "list, create and delete groups, add users, remove users")
    group.add_argument(
        "verb", choices=("list", "create", "edit", "delete", "members", "add", "remove")
    )
    group.add_argument("name", nargs="?", default="", metavar="GROUP")
    group.add_argument("user", nargs="?", default="")
    group.add_argument("--description", default="", help="of a new group, or its new one")
    group.add_argument("--role", default="", help="the ARN of its members' role")
    group.add_argument("--precedence", type=int, help="of a new group; the lowest wins")
    group.add_argument("--yes", "-y", action="store_true", help="delete without asking")
    verify = action("verify", "mark a user's address or number as verified")
    verify.add_argument("user", help="a user's name, address or number")
    verify.add_argument("what", choices=("email", "phone"))
    mfa = action("mfa", "choose a user's second factor")
    mfa.add_argument("user", help="a user's name, address or number")
    mfa.add_argument("factor", choices=MFA_CHOICES)
    signs_in = action("sign-in", "sign in as a user; the tokens are kept for the playground")
    signs_in.add_argument("user", help="a user's name, address or number")
    signs_in.add_argument(
        "--flow", choices=("srp", "password", "code", "custom"), default="srp", help="default: srp"
    )
    token = action("token", "a user's ID token, for curl and scripts")
    token.add_argument("user", help="a user's name, address or number")
    token.add_argument("--access", action="store_true", help="the access token instead")
    imported = action("import", "make the users of a CSV or JSON file; all rows are checked first")
    imported.add_argument("file", help="Cognito's CSV, or JSON as users export writes it")
    imported.add_argument("--dry-run", action="store_true", help="only check the rows")
    imported.add_argument("--create-groups", action="store_true", help=_CREATE_GROUPS)
    exported = action("export", "the users as Cognito's CSV, or as JSON")
    exported.add_argument("search", nargs="?", default="", help="as for users list")
    exported.add_argument("--output", "-o", default="", help="a file; .json makes it JSON")
    exported.add_argument(
        "--no-groups",
        dest="groups",
        action="store_false",
        help="no column of groups, which AWS's own import jobs refuse",
    )
    seed = action("seed", "make users to try the backend with")
    seed.add_argument("--count", type=int, default=20, help="how many (default: 20)")
    seed.add_argument("--seed", type=int, default=1, help="the same seed, the same users")
    seed.add_argument("--locale", default="en-US", help="their locale (default: en-US)")
    seed.add_argument(
        "--password",
        action="store_true",
        help="a permanent one, typed unseen or from stdin; {n} in it is the user's number",
    )
    seed.add_argument(
        "--totp", action="store_true", help="set up an authenticator for each; needs --password"
    )
    seed.add_argument("--group", action="append", default=[], metavar="GROUP=SHARE")
    seed.add_argument("--create-groups", action="store_true", help=_CREATE_GROUPS)
    action("settings", "the pool's settings, with the lines of code that set them")
    inbox = action("inbox", "what Cognito would have sent (local cloud)")
    inbox.add_argument("user", nargs="?", default="", help="only what went to this address")
