from pathlib import Path
from typing import Any

import pytest

from amplify_tui import (
    EmailLogin,
    ExternalProviders,
    Multifactor,
    PhoneLogin,
    define_auth,
    define_function,
    define_storage,
    grant,
    reference_auth,
    secret,
)
from workbench.backend.constructs.custom_outputs import merged
from workbench.backend.constructs.functions.needs import (
    Definitions,
    environment_of,
    every_function,
    references_of,
)
from workbench.backend.constructs.identity import Identity
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import NOWHERE, DefinitionError

HERE = Path(__file__).name


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "sign in with nothing"),
        ({"email": True, "groups": ["A", "A"]}, "A is there twice"),
        ({"email": True, "triggers": {"pre_sing_up": None}}, "no trigger 'pre_sing_up'"),
        ({"email": True, "account_recovery": "NOBODY"}, "no account recovery"),
        ({"email": True, "multifactor": Multifactor("REQUIRED")}, "no second factor"),
        ({"phone": True, "multifactor": Multifactor("OPTIONAL", totp=True)}, "needs SMS"),
        ({"email": EmailLogin(body="welcome")}, "no code in it"),
        ({"email": EmailLogin(body="welcome", style="LINK")}, "no link"),
        ({"phone": PhoneLogin("hello")}, "no code in it"),
        ({"email": True, "external": ExternalProviders((), ())}, "address to come back to"),
        ({"email": True, "preferred_challenge": "EMAIL_OTP"}, "not one of this pool's"),
        ({"email": True, "access": [grant.guest("read")]}, "to functions only"),
    ],
)
def test_auth_that_cognito_would_not_take(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(DefinitionError, match=says) as caught:
        define_auth(**settings)
    assert caught.value.fix
    assert Path(caught.value.place.file).name == HERE


def test_unknown_actions_on_the_pool_are_named(tmp_path: Path) -> None:
    function = FunctionDefinition("shout", tmp_path / "handler.py")
    with pytest.raises(DefinitionError, match="no action 'fly'"):
        define_auth(email=True, access=[grant.function(function, "fly")])


def test_a_function_is_named_by_its_folder_and_found_beside_its_definition(tmp_path: Path) -> None:
    folder = tmp_path / "greeting"
    folder.mkdir()
    (folder / "handler.py").write_text("")
    made = define_function(str(folder / "handler.py"))
    assert (made.name, made.runtime) == ("greeting", "python3.13")
    assert define_function(HERE).entry == Path(__file__)


@pytest.mark.parametrize(
    ("written", "expression"),
    [
        ("every 5m", "rate(5 minutes)"),
        ("every 1h", "rate(1 hour)"),
        ("every day", "cron(0 0 * * ? *)"),
        ("0 9 ? * 2", "cron(0 9 ? * 2 *)"),
        ("rate(2 days)", "rate(2 days)"),
    ],
)
def test_schedules(written: str, expression: str) -> None:
    assert define_function(HERE, schedule=written).schedule == (expression,)


def handler(event: object, _context: object) -> object:
    """This file is the functions' entry, too."""
    return event


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"timeout_seconds": 901}, "timeout_seconds is 901"),
        ({"memory_mb": 64}, "memory_mb is 64"),
        ({"runtime": "cobol"}, "runtime 'cobol'"),
        ({"architecture": "z80"}, "architecture"),
        ({"environment": {"A-B": "c"}}, "'A-B' cannot be set"),
        ({"environment": {"AMPLIFY_SSM_ENV_CONFIG": "c"}}, "cannot be set"),
        ({"runtime": "python3.99"}, "runtime 'python3.99'"),
        ({"runtime": "python3.6"}, "runtime 'python3.6'"),
        ({"handler": "nothere"}, "has no 'nothere'"),
        ({"environment": {"LARGE": "x" * 5_000}}, "5,005 bytes"),
        ({"schedule": "sometimes"}, "'sometimes' cannot be used: it is not understood"),
        ({"requirements": "nothing.txt"}, "there is no file"),
        ({"log_retention_days": 2}, "2 days"),
        ({"layers": {str(n): str(n) for n in range(6)}}, "more than five"),
        ({"name": "9"}, "its name"),
    ],
)
def test_functions_that_lambda_would_not_take(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(DefinitionError, match=says) as caught:
        define_function(HERE, **settings)
    assert Path(caught.value.place.file).name == HERE


def test_a_missing_file_is_said() -> None:
    with pytest.raises(DefinitionError, match=r"there is no file .*gone\.py"):
        define_function("gone.py")


def test_names_of_secrets_and_storage() -> None:
    assert secret("API_KEY").name == "API_KEY"
    with pytest.raises(DefinitionError, match="cannot have that name"):
        secret("a b")
    with pytest.raises(DefinitionError, match="cannot have that name"):
        define_storage("9")
    with pytest.raises(DefinitionError, match="no trigger"):
        define_storage("a", triggers={"on_fire": None})  # type: ignore[dict-item]


def test_functions_that_only_triggers_and_grants_name_are_made(tmp_path: Path) -> None:
    pre, reader = (FunctionDefinition(name, tmp_path / "handler.py") for name in ("pre", "reader"))
    auth = define_auth(
        email=True, triggers={"pre_sign_up": pre}, access=[grant.function(pre, "getUser")]
    )
    files = define_storage("files", access={"a/*": [grant.function(reader, "read")]})
    definitions = Definitions(auth, None, (files,), (pre,))
    assert every_function(definitions) == (pre, reader)
    assert references_of(definitions) == {
        pre: ("AMPLIFY_AUTH_USERPOOL_ID",),
        reader: ("FILES_BUCKET_NAME",),
    }


def test_a_function_without_anything_in_ssm_reads_nothing() -> None:
    function = FunctionDefinition("shout", Path("handler.py"), environment={"AA": "b"})
    variables, paths = environment_of(function, (), Identity("app", "me", "sandbox"))
    assert (variables, paths) == ({"AA": "b", "AMPLIFY_SSM_ENV_CONFIG": "{}"}, ())


def test_outputs_are_merged_deeply_and_never_overwritten() -> None:
    first = merged({}, {"geo": {"maps": {"default": "a"}}, "list": [1]}, NOWHERE)
    both = merged(first, {"geo": {"aws_region": "r"}, "list": [2]}, NOWHERE)
    assert both == {"geo": {"maps": {"default": "a"}, "aws_region": "r"}, "list": [1, 2]}
    with pytest.raises(DefinitionError, match="sets default twice"):
        merged(both, {"geo": {"maps": {"default": "b"}}}, NOWHERE)


def test_a_referenced_pool_keeps_its_ids() -> None:
    auth = reference_auth(
        user_pool_id="p",
        user_pool_client_id="c",
        identity_pool_id="i",
        auth_role_arn="arn:a",
        unauth_role_arn="arn:u",
        groups={"Admins": "arn:g"},
    )
    assert (auth.user_pool_id, auth.groups["Admins"]) == ("p", "arn:g")
