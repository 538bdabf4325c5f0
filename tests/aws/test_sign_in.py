"""What a profile needs next: an SSO session, an MFA code, another tool's command, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.aws.sign_in_server import GOOD_CODE, SignInServer
from workbench.aws.credential_problems import MfaCodeNeeded, SsoSignInNeeded
from workbench.aws.sign_in import Step, ToolSignIn, code_mistake, next_step, sso_login
from workbench.aws.target import AwsTarget
from workbench.model.user_problem import UserProblem

CONFIG = """\
[profile team]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Developer

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1

[profile admin]
source_profile = team
role_arn = arn:aws:iam::111122223333:role/admin
mfa_serial = GAHT12345678

[profile keys]
region = eu-west-1

[profile broken]
source_profile = broken
role_arn = arn:aws:iam::111122223333:role/admin
"""


@pytest.fixture(autouse=True)
def config(bare_machine: Path) -> Path:
    bare_machine.write_text(CONFIG)
    return bare_machine


def step_of(profile: str | None, codes: dict[str, str] | None = None) -> Step | None:
    return next_step(AwsTarget(profile=profile, region="eu-west-1"), codes)


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("keys", "aws configure --profile keys"),
        (None, "aws configure"),
    ],
)
def test_keys_are_entered_with_the_aws_cli(profile: str | None, words: str) -> None:
    step = step_of(profile)
    assert isinstance(step, ToolSignIn)
    assert " ".join(step.command) == words


def test_the_environments_profile_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "admin")
    step = step_of(None)
    assert isinstance(step, SsoSignInNeeded)
    assert step.sso is not None
    assert step.sso.name == "corp"


@pytest.mark.parametrize("profile", ["broken", "nobody"])
def test_what_no_sign_in_solves_is_a_problem(profile: str) -> None:
    with pytest.raises(UserProblem) as problem:
        step_of(profile)
    assert problem.value.offer == "target"


def test_a_role_behind_sso_takes_both_steps(sign_in_server: SignInServer) -> None:
    target = AwsTarget(profile="admin")
    first = next_step(target)
    assert isinstance(first, SsoSignInNeeded)
    login = sso_login(target, first)
    assert login is not None
    login.begin()
    login.wait(lambda _: False)
    second = next_step(target)
    assert isinstance(second, MfaCodeNeeded)
    assert second.serial == "GAHT12345678"
    assert next_step(target, {second.serial: GOOD_CODE}) is None
    assert next_step(target) is None, "the session is kept for the next start"


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_what_no_device_shows_is_not_sent(code: str) -> None:
    assert code_mistake(code) == "A code has 6 digits."
    assert not code_mistake("123456")


def test_keys_that_aws_has_revoked_ask_for_a_sign_in(sign_in_server: SignInServer) -> None:
    """Though the cache calls them good: an administrator ended the session."""
    target = AwsTarget(profile="team")
    for _ in range(2):
        step = next_step(target)
        assert isinstance(step, SsoSignInNeeded)
        login = sso_login(target, step)
        assert login is not None
        login.begin()
        login.wait(lambda _: False)
        assert next_step(target) is None
        sign_in_server.expired_keys |= {each.access_key for each in sign_in_server.asked}
        assert next_step(target, offline=True) is None
