"""Every command that the program prints can be pasted: it parses, and reaches the same target."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from workbench import printed_commands
from workbench.cli.main import COMMANDS, build_parser
from workbench.cli.parser import Parser
from workbench.deploy.failure.known_errors import explain
from workbench.printed_commands import UNAIMED, Aim, aim_at, amplify_tui, aws, cdk_bootstrap

ROOT = Path(__file__).parents[2]
MAKERS: dict[str, Callable[..., str]] = {
    "amplify_tui": amplify_tui,
    "aws": aws,
    "cdk_bootstrap": cdk_bootstrap,
    "pip_install": printed_commands.pip_install,
}
AIMS = {
    "the default": Aim(),
    "a local sandbox": Aim(("--local",), ("--local",), "it's mine", is_default=False),
    "a profile": Aim(
        ("--profile", "my team"),
        ("--profile", "my team"),
        "root",
        profile="my team",
        account="111122223333",
        region="eu-west-1",
        qualifier="team",
        region_variable="eu-west-1",
    ),
    "another pool": Aim(pool="us-east-1_Ab0"),
    "a branch": Aim(branch="feature/x y", profile="", account="111122223333", region="eu-west-1"),
}
WORD = "7"
"""Stands for what is filled in: a name, or a port."""

OPTIONS = {
    ("aws", "configure"): {"--profile"},
    ("aws", "sso", "login"): {"--profile"},
    ("aws", "sts", "get-caller-identity"): {"--profile"},
    ("aws", "sts", "get-session-token"): {"--profile", "--serial-number", "--token-code"},
    ("aws", "configure", "sso"): {"--profile"},
    ("aws", "login"): {"--profile"},
    ("npx", "cdk", "bootstrap"): {"--profile", "--qualifier"},
    ("git", WORD): set(),
    ("git", "init"): set(),
    ("git", "branch"): set(),
    ("git", "status"): set(),
    ("npm", "init"): set(),
    ("npm", "install"): {"--save-dev", "--global"},
    ("df",): {"-h"},
}
"""What foreign tools take, as far as we name it: a command that is not here is a mistake."""


@dataclass(frozen=True)
class Text:
    """A text in the source; what is filled in stands in it as a number."""

    place: str
    text: str


_MAY_PRINT = re.compile(rf"(?<!`)`[a-z]+ |amplify-tui |\b(?:{'|'.join(MAKERS)})\(")


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    """The files that may print a command; parsing all of them would take five times as long."""
    found = (
        (path, path.read_text(encoding="utf-8"))
        for folder in ("workbench", "screens")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not {"templates", "resolvers"} & set(path.parts)  # code for others to run
    )
    return tuple((path, ast.parse(text)) for path, text in found if _MAY_PRINT.search(text))


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    return tuple(_calls())


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    for path, tree in sources():
        for node in ast.walk(tree):
            name = node.func if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Call) and isinstance(name, ast.Name) and name.id in MAKERS:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", name.id, node


def texts() -> Iterator[Text]:
    """Every text of the program but its docstrings."""
    for path, tree in sources():
        seen: set[int] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                seen.add(id(node.value))  # a docstring
            if isinstance(node, ast.JoinedStr):
                seen |= {id(part) for part in node.values}
                parts = (p.value if isinstance(p, ast.Constant) else WORD for p in node.values)
                yield Text(f"{path.relative_to(ROOT)}:{node.lineno}", "".join(map(str, parts)))
            is_text = isinstance(node, ast.Constant) and id(node) not in seen
            if isinstance(node, ast.Constant) and is_text and isinstance(node.value, str):
                yield Text(f"{path.relative_to(ROOT)}:{node.lineno}", node.value)


def words_of(call: ast.Call) -> list[str]:
    return [
        str(each.value) if isinstance(each, ast.Constant) else WORD
        for each in call.args
        if not isinstance(each, ast.Starred)
    ]


def check(command: str) -> None:
    """Raise AssertionError unless the shell and then the tool would understand the command."""
    for part in command.split(" && "):
        words = shlex.split(part)
        while words and re.fullmatch(r"[A-Z_]+=.+", words[0]):
            words.pop(0)
        if words[0] in ("cd", WORD):
            continue
        if words[0] == "amplify-tui":
            ours(words[1:])
        elif words[1:4] == ["-m", "pip", "install"] or words[:3] == ["uv", "pip", "install"]:
            continue
        else:
            foreign(words)


def ours(words: list[str]) -> None:
    try:
        if words:
            build_parser().parse_args(words)
    except SystemExit:
        raise AssertionError(f"amplify-tui does not take {shlex.join(words)}") from None


def foreign(words: list[str]) -> None:
    for length in range(len(words), 0, -1):
        options = OPTIONS.get(tuple(words[:length]))
        if options is not None:
            unknown = {word for word in words[length:] if word.startswith("-")} - options
            assert not unknown, f"{unknown} of {shlex.join(words)}"
            return
    raise AssertionError(f"not a known command: {shlex.join(words)}")


@pytest.mark.parametrize("aim", AIMS.values(), ids=AIMS)
def test_commands_made_for_a_session_can_be_run(aim: Aim) -> None:
    aim_at(aim)
    made = 0
    for place, maker, call in calls():
        options = {each.arg: True for each in call.keywords if each.arg == "exact"}
        words = words_of(call)
        if maker == "amplify_tui" and words[:1] and WORD in words[0]:
            continue
        try:
            check(MAKERS[maker](*words, **options))
        except AssertionError as error:
            raise AssertionError(f"{place}: {error}") from None
        made += 1
    assert made > 30


def test_commands_written_in_texts_can_be_run_and_need_no_target() -> None:
    """What has a target is made by ``printed_commands``, which knows it."""
    for found in texts():
        commands = re.findall(r"`([a-z]+ [^`]+)`", found.text)
        commands += re.findall(r"\b(amplify-tui (?:local|init|[a-z-]+ -)[^`).;\"]*)", found.text)
        for command in commands:
            words = shlex.split(command)
            if words[0] in ("aws", "npx", "ampx", "amplify-tui"):
                assert words[1] in UNAIMED, f"{found.place}: {command}"
            if words[0] not in ("region",):
                try:
                    check(command.replace(",", ""))
                except AssertionError as error:
                    raise AssertionError(f"{found.place}: {error}") from None


def test_commands_without_a_target_are_those_that_do_not_take_one() -> None:
    takes = {each.NAME: Parser(register=each.register).known_words() for each in COMMANDS}
    assert {name for name, words in takes.items() if "--profile" not in words} == UNAIMED
    assert all("--identifier" in words for name, words in takes.items() if name not in UNAIMED)


def test_the_same_command_reaches_the_same_target() -> None:
    aim_at(AIMS["a profile"])
    assert amplify_tui("delete", exact=True) == (
        "AWS_REGION=eu-west-1 amplify-tui delete --identifier root --profile 'my team'"
    )
    assert amplify_tui("local", "start") == "amplify-tui local start"
    assert aws("sso", "login") == "aws sso login --profile 'my team'"
    assert cdk_bootstrap() == (
        "npx cdk bootstrap aws://111122223333/eu-west-1 --qualifier team --profile 'my team'"
    )
    aim_at(AIMS["a branch"])
    assert (
        amplify_tui("secret", "set", "KEY") == "amplify-tui secret set KEY --branch 'feature/x y'"
    )
    aim_at(Aim(whole_app=True))
    assert amplify_tui("secret", "list") == "amplify-tui secret list --app"


def test_a_known_error_names_our_own_command() -> None:
    aim_at(AIMS["a profile"])
    known = explain("Failed to retrieve backend secret 'API KEY' for x. Reason: ParameterNotFound")
    assert known is not None
    assert "`AWS_REGION=eu-west-1 amplify-tui secret set" in known.fix
