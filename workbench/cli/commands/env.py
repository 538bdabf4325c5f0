"""``amplify-tui env``: the environment variables of an app and of its branches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from workbench.cli.flags import add_json, add_target
from workbench.cli.output import done, out, out_data, out_json
from workbench.cli.parser import Parser, add_action, add_actions
from workbench.cli.prompts import read_hidden
from workbench.cli.session import connect_session
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui
from workbench.wording import plural

if TYPE_CHECKING:
    import argparse

    from workbench.branches.hosting import Hosting
    from workbench.branches.hosting_models import App

NAME: Final = "env"
ABOUT: Final = "an app's or a branch's environment variables"


def register(parser: Parser) -> None:
    """Add the sub-commands; without ``--branch`` it is for the whole app."""
    actions = add_actions(parser)
    list_ = add_action(actions, "list", "the variables' names", _list)
    list_.add_argument("--values", action="store_true", help="with their values")
    _add_owner(list_)
    set_ = add_action(actions, "set", "set a variable, typed without echo or from stdin", _set)
    set_.add_argument("name", metavar="NAME")
    _add_owner(set_)
    remove = add_action(actions, "remove", "remove a variable", _remove)
    remove.add_argument("name", metavar="NAME")
    _add_owner(remove)
    import_ = add_action(actions, "import", "set the variables of a .env file", _import)
    import_.add_argument("name", metavar="FILE")
    _add_owner(import_)
    export = add_action(actions, "export", "print all as a .env file", _export)
    _add_owner(export)


def _add_owner(parser: Parser) -> None:
    add_json(parser)
    parser.add_argument("--branch", default="", help="of this branch instead of the app")
    add_target(parser)


def _list(arguments: argparse.Namespace) -> int:
    own = _open(arguments).own
    if arguments.json:
        out_json(own if arguments.values else sorted(own))
    else:
        out(*(f"{name}={own[name]}" if arguments.values else name for name in sorted(own)))
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from workbench.branches.env_file import write_dotenv

    own = _open(arguments).own
    if arguments.json:
        out_json(own)
    else:
        out_data(write_dotenv(own), end="")
    return 0


def _set(arguments: argparse.Namespace) -> int:
    variables = _open(arguments)
    variables.own[arguments.name] = read_hidden(arguments.name)
    return _save(variables, arguments)


def _remove(arguments: argparse.Namespace) -> int:
    variables = _open(arguments)
    if variables.own.pop(arguments.name, None) is None:
        of = ("--branch", arguments.branch) if arguments.branch else ()
        raise UserProblem(
            f"There is no variable {arguments.name}.",
            f"`{amplify_tui('env', 'list', *of)}` shows all.",
        )
    return _save(variables, arguments)


def _import(arguments: argparse.Namespace) -> int:
    from workbench.branches.env_file import read_dotenv

    variables = _open(arguments)
    file = Path(arguments.name)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UserProblem(f"{file} cannot be read.", "Name another file.") from None
    variables.own.update(read_dotenv(text, file.name))
    return _save(variables, arguments)


class _Variables(NamedTuple):
    """The variables of an app or of one of its branches, to be changed and saved."""

    hosting: Hosting
    app: App
    own: dict[str, str]


def _open(arguments: argparse.Namespace) -> _Variables:
    from workbench.aws.clients import Clients
    from workbench.branches.hosting import Hosting

    session = connect_session(arguments)
    hosting = Hosting(Clients(session.target).client("amplify"), session.project)
    app = hosting.known_app()
    owner = hosting.branch(app, arguments.branch) if arguments.branch else app
    return _Variables(hosting, app, dict(owner.variables))


def _save(variables: _Variables, arguments: argparse.Namespace) -> int:
    hosting, app, own = variables
    hosting.set_variables(app, arguments.branch, own)
    if arguments.json:
        out_json(sorted(own))
    done(f"{arguments.branch or 'the app'} has {plural(len(own), 'variable')}; "
         "the next jobs see them")  # fmt: skip
    return 0
