"""Every kind of credentials that a profile can have, without a library that asks the terminal."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from tests.aws.sign_in_server import GOOD_CODE, SignInServer
from workbench.aws.clients import Clients
from workbench.aws.credential_chain import DetachedProcess, open_credentials
from workbench.aws.credential_problems import (
    CredentialsUnavailableError,
    MfaCodeNeeded,
    credential_problem,
)
from workbench.aws.credentials import identify
from workbench.aws.target import AwsTarget
from workbench.model.user_problem import UserProblem

MFA = "arn:aws:iam::123456789012:mfa/alice"
ROLE = "role_arn = arn:aws:iam::123456789012:role"
KEYS = "aws_access_key_id = AKIABASE\naws_secret_access_key = secret\n"
MFA_PROFILE = f"[profile keys]\n{KEYS}[profile admin]\n{ROLE}/Admin\nsource_profile = keys\n" + (
    f"mfa_serial = {MFA}\n"
)


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(prompt: str) -> str:
        raise AssertionError(f"a library asked the terminal: {prompt}")

    monkeypatch.setattr("getpass.getpass", asked)
    monkeypatch.setattr("builtins.input", asked)


def problem_of(profile: str | None = None) -> UserProblem:
    with pytest.raises(UserProblem) as caught:
        identify(Clients(AwsTarget(profile=profile, region="eu-west-1")))
    return caught.value


def test_mfa_is_a_problem_that_names_the_device(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    bare_machine.write_text(MFA_PROFILE)
    problem = problem_of("admin")
    assert isinstance(problem, MfaCodeNeeded)
    assert (problem.serial, problem.offer) == (MFA, "login")
    assert "aws sts get-session-token" in problem.next_step
    assert "--profile keys" in problem.next_step
    assert sign_in_server.asked == []


def test_an_mfa_session_is_kept_for_the_next_start_and_the_aws_cli(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path
) -> None:
    bare_machine.write_text(MFA_PROFILE)
    target = AwsTarget(profile="admin")
    identify(Clients(target, codes={MFA: GOOD_CODE}))
    identify(Clients(target))
    assert sign_in_server.count("AssumeRole") == 1
    [file] = (tmp_path / ".aws" / "cli" / "cache").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    request = {"RoleArn": "arn:aws:iam::123456789012:role/Admin", "SerialNumber": MFA}
    assert file.stem == sha1(json.dumps(request).encode()).hexdigest()
    assert json.loads(file.read_text())["Credentials"]["AccessKeyId"].startswith("ASIAADMIN")


def test_a_refused_code_is_told_in_awss_words(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    bare_machine.write_text(MFA_PROFILE)
    with pytest.raises(MfaCodeNeeded, match="invalid MFA one time pass code") as refused:
        identify(Clients(AwsTarget(profile="admin"), codes={MFA: "999999"}))
    assert refused.value.serial == MFA
    assert refused.value.refused


def test_clients_that_had_no_code_work_after_the_sign_in_of_others(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    bare_machine.write_text(MFA_PROFILE)
    early = Clients(AwsTarget(profile="admin"))
    with pytest.raises(UserProblem):
        identify(early)
    identify(Clients(AwsTarget(profile="admin"), codes={MFA: GOOD_CODE}))
    assert identify(early).account == "123456789012"


def test_an_mfa_session_is_used_to_its_end(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    bare_machine.write_text(MFA_PROFILE)
    sign_in_server.role_seconds = 300  # botocore would ask for the next code at once
    clients = Clients(AwsTarget(profile="admin"), codes={MFA: GOOD_CODE})
    for _ in range(2):
        identify(clients)
    assert sign_in_server.count("AssumeRole") == 1


def test_a_chain_of_roles(bare_machine: Path, sign_in_server: SignInServer) -> None:
    bare_machine.write_text(
        f"[profile keys]\n{KEYS}[profile first]\n{ROLE}/First\nsource_profile = keys\n"
        f"[profile second]\n{ROLE}/Second\nsource_profile = first\nexternal_id = outside\n"
    )
    identify(Clients(AwsTarget(profile="second")))
    first, second = (each for each in sign_in_server.asked if each.operation == "AssumeRole")
    assert first.access_key == "AKIABASE"
    assert second.access_key.startswith("ASIAFIRST")
    assert second.parameters["ExternalId"] == "outside"


def test_a_role_from_the_environments_keys(
    bare_machine: Path, sign_in_server: SignInServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    bare_machine.write_text(f"[profile ci]\n{ROLE}/Ci\ncredential_source = Environment\n")
    identify(Clients(AwsTarget(profile="ci")))
    assert sign_in_server.keys_of("AssumeRole") == ["AKIAENV"]


def test_web_identity_from_the_environment(
    sign_in_server: SignInServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("a-token")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/Pod")
    identify(Clients(AwsTarget()))
    [asked] = [
        each for each in sign_in_server.asked if each.operation == "AssumeRoleWithWebIdentity"
    ]
    assert asked.parameters["WebIdentityToken"] == "a-token"


def test_a_process_has_no_terminal(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path
) -> None:
    script = tmp_path / "asks.sh"
    script.write_text(
        'if (: </dev/tty) 2>/dev/null; then echo "has a terminal" >&2; exit 3; fi\n'
        'read line || { echo "cannot ask for the PIN" >&2; exit 1; }\n'
    )
    bare_machine.write_text(f"[profile dev]\ncredential_process = sh {script}\n")
    problem = problem_of("dev")
    assert problem.what == (
        "The credential process of profile dev failed (sh): cannot ask for the PIN"
    )


def test_a_process_that_never_ends_is_ended(bare_machine: Path, tmp_path: Path) -> None:
    class Impatient(DetachedProcess):
        SECONDS = 0.2

    child = tmp_path / "child"
    script = tmp_path / "waits.sh"
    script.write_text(f"sleep 300 & echo $! > {child}\nwait\n")
    bare_machine.write_text(f"[profile dev]\ncredential_process = sh {script}\n")
    credentials = open_credentials(lambda: Session(profile="dev"), popen=Impatient)
    with pytest.raises(CredentialsUnavailableError, match="no answer within"):
        credentials.get_frozen_credentials()
    number = int(child.read_text())
    while (
        Path(f"/proc/{number}").exists() and " Z " not in Path(f"/proc/{number}/stat").read_text()
    ):
        sleep(0.01)


def test_a_home_that_takes_no_files_costs_the_cache_alone(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path
) -> None:
    bare_machine.write_text(
        f"[profile keys]\n{KEYS}[profile dev]\n{ROLE}/Admin\nsource_profile = keys\n"
    )
    (tmp_path / ".aws" / "cli").write_text("a file where the folder would be")
    for _ in range(2):
        assert identify(Clients(AwsTarget(profile="dev"))).account == "123456789012"
    assert sign_in_server.count("AssumeRole") == 2


def missing_file(config: Path) -> str:
    return "[profile dev]\ncredential_process = /no/such/program\n"


def no_json(config: Path) -> str:
    return "[profile dev]\ncredential_process = echo hello\n"


def old_version(config: Path) -> str:
    return "[profile dev]\ncredential_process = echo '{\"Version\": 7}'\n"


def circle(config: Path) -> str:
    return (
        f"[profile dev]\n{ROLE}/A\nsource_profile = two\n"
        f"[profile two]\n{ROLE}/B\nsource_profile = dev\n"
    )


def no_such_source(config: Path) -> str:
    return f"[profile dev]\n{ROLE}/A\nsource_profile = nobody\n"


def half_a_key(config: Path) -> str:
    config.with_name("credentials").write_text("[dev]\naws_access_key_id = AKIA\n")
    return ""


def forbidden(config: Path) -> str:
    return f"[profile keys]\n{KEYS}[profile dev]\n{ROLE}/Forbidden\nsource_profile = keys\n"


def no_token_file(config: Path) -> str:
    return f"[profile dev]\n{ROLE}/A\nweb_identity_token_file = /no/such/token\n"


def broken_file(config: Path) -> str:
    return "[profile dev\nrole"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (missing_file, "/no/such/program could not be started: No such file or directory"),
        (no_json, "echo did not answer with credentials as JSON"),
        (old_version, "Unsupported version '7'"),
        (circle, "lead in a circle: dev → two → dev"),
        (no_such_source, 'source_profile "nobody" referenced in the profile "dev" does not exist'),
        (half_a_key, "keys of profile dev are incomplete: aws_secret_access_key is missing"),
        (forbidden, "role of profile dev may not be assumed: User is not authorized"),
        (no_token_file, "No such file or directory: '/no/such/token'"),
        (broken_file, "AWS settings of"),
    ],
)
def test_a_broken_profile_has_one_problem(
    bare_machine: Path,
    sign_in_server: SignInServer,
    settings: Callable[[Path], str],
    words: str,
) -> None:
    text = settings(bare_machine)
    if text:
        bare_machine.write_text(text)
    problem = problem_of("dev")
    assert words in problem.what
    assert problem.next_step


def test_keys_of_the_environment_that_have_ended(
    sign_in_server: SignInServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z")
    problem = problem_of()
    assert "temporary keys of profile default have expired" in problem.what


def test_an_unknown_error_is_not_blamed_on_the_credentials() -> None:
    assert credential_problem(RuntimeError("something else"), "dev") is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("sso_session = corp\n", "Sign in: `amplify-tui login`."),
        ("source_profile = keys\nmfa_serial = GAHT1\n", "Sign in: `amplify-tui login`."),
        ("login_session = alice\n", "Run `aws login --profile dev`."),
        ("", "Renew its keys with the tool that wrote them"),
    ],
)
def test_an_expired_session_is_renewed_by_what_made_it(
    bare_machine: Path, settings: str, words: str
) -> None:
    bare_machine.write_text(
        f"[profile keys]\n{KEYS}[profile dev]\n{settings}"
        "[sso-session corp]\nsso_start_url = https://corp\nsso_region = eu-west-1\n"
    )
    answer: Any = {"Error": {"Code": "ExpiredToken", "Message": "expired"}}
    problem = credential_problem(ClientError(answer, "DescribeStacks"), "dev")
    assert problem is not None
    assert (problem.what, problem.offer) == ("The AWS session of profile dev has expired.", "login")
    assert problem.next_step.startswith(words)


def test_expired_keys_of_the_shell_are_renewed_there(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAENV")
    answer: Any = {"Error": {"Code": "ExpiredToken", "Message": "expired"}}
    problem = credential_problem(ClientError(answer, "DescribeStacks"))
    assert problem is not None
    assert problem.next_step.startswith("Set new AWS_… keys in the shell")
