"""``amplify-tui secret`` and ``env``: a backend's secrets, an app's and its branches' variables."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from workbench.aws.backend_secrets import Secret, SecretProblem, Secrets
from workbench.aws.clients import Clients
from workbench.branches.env_file import read_dotenv, write_dotenv
from workbench.branches.hosting import Hosting
from workbench.branches.referenced_secrets import referenced_secrets
from workbench.cli.colours import Paint
from workbench.cli.output import err, out, out_data, out_json
from workbench.cli.prompts import read_hidden
from workbench.model.events import unheard
from workbench.project.models import BackendIdentity, ProjectProblem
from workbench.startup import Session, connect
from workbench.wording import plural


def manage_secrets(session: Session, arguments: argparse.Namespace) -> int:
    """Set, get, list or remove; a value is typed unseen or read from standard input."""
    session = connect(session, unheard)
    clients = Clients(session.target)
    identity = session.identity
    if arguments.branch or arguments.app:
        hosting = Hosting(clients.client("amplify"), session.project)
        identity = BackendIdentity(hosting.known_app().id, arguments.branch, "branch")
    secrets = Secrets(clients.ssm, identity, shared=arguments.app)
    match arguments.action:
        case "list" if arguments.missing:
            return _print_missing(session, secrets, arguments)
        case "list":
            return _print_secrets(secrets.all(), as_json=arguments.json)
        case "get":
            return _print_secret(secrets.get(arguments.name), as_json=arguments.json)
        case "set":
            secrets.set(arguments.name, read_hidden(arguments.name))
            if arguments.json:
                out_json({"set": arguments.name})
            _say(f"set {arguments.name}; functions read it within a minute, the rest redeployed")
        case _:
            if not arguments.name and not arguments.all:
                raise SecretProblem("Which secret?", "Name it, or remove --all.")
            names = [each.name for each in secrets.all()] if arguments.all else [arguments.name]
            for name in names:
                secrets.remove(name)
            if arguments.json:
                out_json({"removed": names})
            _say(f"removed {', '.join(names) or 'nothing'}")
    return 0


def manage_variables(session: Session, arguments: argparse.Namespace) -> int:
    """List, set, remove, import or export the variables of an app, or of one branch."""
    session = connect(session, unheard)
    hosting = Hosting(Clients(session.target).client("amplify"), session.project)
    app = hosting.known_app()
    branch = arguments.branch
    own = dict(hosting.branch(app, branch).variables if branch else app.variables)
    match arguments.action:
        case "list":
            if arguments.json:
                out_json(own if arguments.values else sorted(own))
            for name in () if arguments.json else sorted(own):
                out(f"{name}={own[name]}" if arguments.values else name)
            return 0
        case "export":
            if arguments.json:
                out_json(own)
            else:
                out_data(write_dotenv(own), end="")
            return 0
        case "set":
            own[arguments.name] = read_hidden(arguments.name)
        case "remove":
            if own.pop(arguments.name, None) is None:
                raise ProjectProblem(f"There is no variable {arguments.name}.", "env list")
        case _:
            file = Path(arguments.name)
            try:
                own |= read_dotenv(file.read_text(encoding="utf-8"), file.name)
            except (OSError, UnicodeDecodeError):
                raise ProjectProblem(f"{file} cannot be read.", "Name another file.") from None
    hosting.set_variables(app, branch, own)
    if arguments.json:
        out_json(sorted(own))
    _say(f"{branch or 'the app'} has {plural(len(own), 'variable')}; the next jobs see them")
    return 0


def _print_secrets(found: tuple[Secret, ...], *, as_json: bool) -> int:
    if as_json:
        out_json([{"name": each.name, "version": each.version} for each in found])
    for each in () if as_json else found:
        out(each.name)
    return 0


def _print_missing(session: Session, secrets: Secrets, arguments: argparse.Namespace) -> int:
    """What the code asks for and is not set, neither here nor for all branches; 1 if there is any."""
    known = {each.name for each in secrets.all()}
    if secrets.identity.type == "branch":
        clients = Clients(session.target)
        known |= {each.name for each in Secrets(clients.ssm, secrets.identity, shared=True).all()}
    wanted = referenced_secrets(session.project.root, arguments.branch)
    missing = [name for name in wanted if name not in known]
    if arguments.json:
        out_json(missing)
    for name in () if arguments.json else missing:
        out(name)
    return 1 if missing else 0


def _print_secret(found: Secret, *, as_json: bool) -> int:
    # As ``ampx sandbox secret get`` does: the value is what the command is asked for.
    if as_json:
        plain = {"name": found.name, "version": found.version, "value": found.value}
        out_json(plain)
    else:
        out_data(found.value)
    return 0


def _say(words: str) -> None:
    err(f"{Paint.of(sys.stderr).good('✓')} {words}")
