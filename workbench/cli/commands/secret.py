"""``amplify-tui secret``: sets, prints and removes a backend's secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workbench.cli.flags import add_json, add_target
from workbench.cli.output import done, out, out_data, out_json
from workbench.cli.parser import Parser, add_action, add_actions
from workbench.cli.prompts import read_hidden
from workbench.cli.session import connect_session
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import aim, aim_at

if TYPE_CHECKING:
    import argparse

    from workbench.aws.backend_secrets import Secrets
    from workbench.startup import Session

NAME: Final = "secret"
ABOUT: Final = "the sandbox's or a branch's secrets"


def register(parser: Parser) -> None:
    """Add the sub-commands; without ``--branch`` it is for the sandbox."""
    actions = add_actions(parser)
    set_ = add_action(actions, "set", "set a secret, typed without echo or from stdin", _set)
    set_.add_argument("name")
    _add_backend(set_)
    get = add_action(actions, "get", "print a secret's value", _get)
    get.add_argument("name")
    _add_backend(get)
    list_ = add_action(actions, "list", "the secrets' names", _list)
    list_.add_argument(
        "--missing", action="store_true", help="what the code asks for and is not set"
    )
    _add_backend(list_)
    remove = add_action(actions, "remove", "remove a secret", _remove)
    remove.add_argument("name", nargs="?", default="")
    remove.add_argument("--all", action="store_true", help="all of them")
    _add_backend(remove)


def _add_backend(parser: Parser) -> None:
    parser.add_argument("--branch", default="", help="of this branch instead of the sandbox")
    parser.add_argument("--app", action="store_true", help="shared by all branches of the app")
    add_json(parser)
    add_target(parser)


def _set(arguments: argparse.Namespace) -> int:
    session, secrets = _open(arguments)
    secrets.set(arguments.name, read_hidden(arguments.name))
    if arguments.json:
        out_json({"set": arguments.name})
    done(
        f"set {arguments.name} on {session.target.label}; functions read it within a minute, the "
        "rest when redeployed"
    )
    return 0


def _get(arguments: argparse.Namespace) -> int:
    _, secrets = _open(arguments)
    found = secrets.get(arguments.name)
    # As ``ampx sandbox secret get`` does: the value is what the command is asked for.
    if arguments.json:
        out_json({"name": found.name, "version": found.version, "value": found.value})
    else:
        out_data(found.value)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    session, secrets = _open(arguments)
    if arguments.missing:
        return _list_missing(session, secrets, arguments)
    found = secrets.all()
    if arguments.json:
        out_json([{"name": each.name, "version": each.version} for each in found])
    else:
        out(*(each.name for each in found))
    return 0


def _list_missing(session: Session, secrets: Secrets, arguments: argparse.Namespace) -> int:
    """What the code asks for and is set neither here nor for all branches; 1 if there is any."""
    from workbench.aws.backend_secrets import Secrets
    from workbench.aws.clients import Clients
    from workbench.branches.referenced_secrets import referenced_secrets

    known = {each.name for each in secrets.all()}
    if secrets.identity.type == "branch":
        ssm = Clients(session.target).ssm
        known |= {each.name for each in Secrets(ssm, secrets.identity, shared=True).all()}
    wanted = referenced_secrets(session.project.root, arguments.branch)
    missing = [name for name in wanted if name not in known]
    if arguments.json:
        out_json(missing)
    else:
        out(*missing)
    return 1 if missing else 0


def _remove(arguments: argparse.Namespace) -> int:
    session, secrets = _open(arguments)
    if not arguments.name and not arguments.all:
        raise UserProblem("Which secret?", "Name it, or remove all with --all.")
    names = [each.name for each in secrets.all()] if arguments.all else [arguments.name]
    for name in names:
        secrets.remove(name)
    if arguments.json:
        out_json({"removed": names})
    done(f"removed {', '.join(names) or 'nothing'} on {session.target.label}")
    return 0


def _open(arguments: argparse.Namespace) -> tuple[Session, Secrets]:
    from dataclasses import replace

    from workbench.aws.backend_secrets import Secrets
    from workbench.aws.clients import Clients
    from workbench.branches.hosting import Hosting
    from workbench.project.models import BackendIdentity

    session = connect_session(arguments)
    clients = Clients(session.target)
    identity = session.identity
    if arguments.branch or arguments.app:
        aim_at(replace(aim(), branch=arguments.branch, whole_app=arguments.app, identifier=""))
        hosting = Hosting(clients.client("amplify"), session.project)
        identity = BackendIdentity(hosting.known_app().id, arguments.branch, "branch")
    return session, Secrets(clients.ssm, identity, shared=arguments.app)
