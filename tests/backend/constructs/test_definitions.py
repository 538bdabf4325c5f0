from pathlib import Path
from typing import Any

import pytest

from amplify_tui import (
    EmailLogin,
    ExternalProviders,
    Multifactor,
    OidcProvider,
    Passkeys,
    PasswordPolicy,
    PhoneLogin,
    SamlProvider,
    SesSender,
    SnsSender,
    UserAttribute,
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
from workbench.backend.constructs.refusals import refused_at
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import NOWHERE, DefinitionError, Place

HERE = Path(__file__).name
KEY = secret("KEY")
MFA = Multifactor("REQUIRED", totp=True)
LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:shared"


def attributes(*names: str, **limits: Any) -> dict[str, Any]:
    return {"email": True, "user_attributes": {name: UserAttribute(**limits) for name in names}}


def external(**settings: Any) -> dict[str, Any]:
    page = ("http://localhost",)
    return {"email": True, "external": ExternalProviders(page, page, **settings)}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "sign in with nothing"),
        ({"email": True, "groups": ["A", "A"]}, "A is there twice"),
        ({"email": True, "triggers": {"pre_sing_up": None}}, "'pre_sing_up' as a key of triggers"),
        ({"email": True, "account_recovery": "NOBODY"}, "'NOBODY' as account_recovery"),
        ({"email": True, "multifactor": Multifactor("REQUIRED")}, "no second factor"),
        ({"phone": True, "multifactor": Multifactor("OPTIONAL", totp=True)}, "needs SMS"),
        ({"email": EmailLogin(body="welcome")}, "no code in it"),
        ({"email": EmailLogin(body="welcome", style="LINK")}, "no link"),
        ({"phone": PhoneLogin("hello")}, "no code in it"),
        ({"email": True, "external": ExternalProviders((), ())}, "address to come back to"),
        ({"email": True, "preferred_challenge": "EMAIL_OTP"}, "not one of this pool's"),
        ({"email": True, "access": [grant.guest("read")]}, "to functions only"),
        ({"email": True, "name": "9"}, "'9' cannot have that name"),
        ({"email": True, "groups": "ADMINS"}, "'ADMINS' as groups"),
        ({"email": True, "groups": ["my admins"]}, "'my admins' cannot have that name"),
        ({"email": EmailLogin(style="MAGIC")}, "'MAGIC' as email.style"),  # type: ignore[arg-type]
        ({"email": EmailLogin(subject="x" * 141)}, "141 characters"),
        ({"email": True, "passkeys": Passkeys("https://a.com")}, "is not a domain"),
        ({"email": True, "passkeys": Passkeys("192.168.1.1")}, "is not a domain"),
        ({"email": True, "passkeys": True, "multifactor": MFA}, "cannot be used when multifactor"),
        ({"email": True, "multifactor": Multifactor("OPTIONAL", email=True)}, "sent by SES"),
        ({"email": True, "sms_sender": SnsSender(external_id="x")}, "both role_arn and"),
        ({"email": True, "email_sender": SesSender("me")}, "not an email address"),
        ({"email": True, "password_policy": PasswordPolicy(5)}, "min_length cannot be 5"),
        ({"email": True, "password_policy": PasswordPolicy(temporary_days=0)}, "for 0 days"),
        (attributes("custom:a b"), "'custom:a b' cannot have that name"),
        (attributes(f"custom:{'a' * 21}"), "cannot have that name"),
        (attributes("custom:a", required=True), "which only standard attributes can be"),
        (attributes("custom:a", minimum=2, maximum=1), "the minimum 2 and the maximum 1"),
        (attributes("custom:a", maximum=2049), "2049 characters"),
        (attributes(*(f"custom:{number}" for number in range(51))), "more than 50"),
        (external(scopes=("FLY",)), "no scope 'FLY'"),
        (external(domain_prefix="my-cognito"), "'my-cognito' cannot be used"),
        (external(saml=SamlProvider("Own", "")), "no metadata"),
        (external(oidc=(OidcProvider("ab", KEY, KEY, "https://a"),)), "'ab' cannot have"),
        (external(oidc=(OidcProvider("abc", KEY, KEY, "a"),)), "not an https:// address"),
        (external(oidc=(OidcProvider("abc", KEY, KEY, "https://a"),) * 2), "named abc"),
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
        ({"timeout_seconds": "3"}, "'3' as timeout_seconds"),
        ({"timeout_seconds": True}, "True as timeout_seconds"),
        ({"memory_mb": 64}, "memory_mb is 64"),
        ({"memory_mb": 128.5}, "128.5 as memory_mb"),
        ({"runtime": "cobol"}, "runtime 'cobol'"),
        ({"architecture": "z80"}, "architecture"),
        ({"environment": {"A-B": "c"}}, "'A-B' cannot be set"),
        ({"environment": {"AMPLIFY_SSM_ENV_CONFIG": "c"}}, "CONFIG is reserved"),
        ({"environment": {"AWS_REGION": "c"}}, "AWS_REGION is reserved"),
        ({"environment": {"PORT": 80}}, r"80 as environment\['PORT'\]"),
        ({"runtime": "nodejs22.x"}, "cannot run"),
        ({"runtime": "python3.99"}, "runtime 'python3.99'"),
        ({"runtime": "python3.6"}, "runtime 'python3.6'"),
        ({"handler": "nothere"}, "has no 'nothere'"),
        ({"environment": {"LARGE": "x" * 5_000}}, "5,005 bytes"),
        ({"schedule": "sometimes"}, "'sometimes' cannot be used: it is not understood"),
        ({"requirements": "nothing.txt"}, "there is no file"),
        ({"log_retention_days": 2}, "2 days"),
        ({"schedule": ["every day", None]}, r"None as schedule\[1\]"),
        ({"layers": {str(n): f"shared:{n}" for n in range(6)}}, "more than five"),
        ({"layers": {"shared": LAYER}}, f"'{LAYER}' is not one"),
        ({"layers": {"shared": "shared"}}, "'shared' is not one"),
        ({"name": "9"}, "'9' cannot have that name"),
        ({"resource_group": ""}, "its resource_group has no name"),
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
    assert define_storage("my files").name == "my files"
    with pytest.raises(DefinitionError, match="cannot have that name"):
        define_storage("9")
    with pytest.raises(DefinitionError, match="'on_fire' as a key of triggers"):
        define_storage("a", triggers={"on_fire": None})  # type: ignore[dict-item]
    with pytest.raises(DefinitionError, match="as cors_origins"):
        define_storage("a", cors_origins="https://a.com")


def test_what_the_cdk_refuses_is_told_at_the_definition() -> None:
    refused = RuntimeError("There is already a Construct with name 'a'\n    at Node.addChild")
    with pytest.raises(DefinitionError) as caught, refused_at(Place(HERE, 3)):
        raise refused
    assert (caught.value.what[-3:], caught.value.place) == ("'a'", Place(HERE, 3))


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
