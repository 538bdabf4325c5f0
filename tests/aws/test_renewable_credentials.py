"""Credentials that rotate while requests are made: the newest ones sign, and expiry is survived."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.aws.credential_process import RotatingProcess
from tests.aws.sign_in_server import SignInServer
from workbench.aws.client_errors import error_code
from workbench.aws.clients import Clients
from workbench.aws.credentials import identify
from workbench.aws.target import AwsTarget
from workbench.model.user_problem import UserProblem

ROLE = "arn:aws:iam::123456789012:role/cdk-deploy"
SHORT = 60.0
"""Seconds; botocore renews what ends in less than 10 minutes at each request."""


def keys_file(config: Path, key: str) -> None:
    config.with_name("credentials").write_text(
        f"[default]\naws_access_key_id = {key}\naws_secret_access_key = secret\n"
    )


def test_each_role_session_is_assumed_with_the_newest_key(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path
) -> None:
    process = RotatingProcess(tmp_path, seconds=SHORT)
    bare_machine.write_text(f"[profile dev]\ncredential_process = {process.command}\n")
    sign_in_server.role_seconds = SHORT
    role = Clients(AwsTarget(profile="dev")).acting_as(ROLE)
    newest = []
    for _ in range(3):
        role.sts.get_caller_identity()
        newest.append(process.newest_key)
    used = sign_in_server.keys_of("AssumeRole")
    assert len(set(newest)) == 3
    assert [used.index(key) for key in newest] == sorted(used.index(key) for key in newest)
    assert used == sorted(set(used)), "a key that was replaced signed an AssumeRole"
    assert used[-1] == newest[-1]


def test_a_request_is_signed_again_where_the_session_has_expired(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    keys_file(bare_machine, "ASIAOLD")
    sts = Clients(AwsTarget()).sts
    sts.get_caller_identity()
    keys_file(bare_machine, "ASIANEW")
    sign_in_server.expired_keys.add("ASIAOLD")
    assert sts.get_caller_identity()["Account"] == "123456789012"
    assert sign_in_server.keys_of("GetCallerIdentity") == ["ASIAOLD", "ASIAOLD", "ASIANEW"]


def test_a_roles_session_that_aws_calls_expired_is_assumed_again(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    keys_file(bare_machine, "AKIABASE")
    role = Clients(AwsTarget()).acting_as(ROLE)
    role.sts.get_caller_identity()
    [first] = sign_in_server.keys_of("GetCallerIdentity")
    sign_in_server.expired_keys.add(first)
    role.sts.get_caller_identity()
    last = sign_in_server.keys_of("GetCallerIdentity")[-1]
    assert last not in {first, "AKIABASE"}
    assert sign_in_server.keys_of("AssumeRole") == ["AKIABASE", "AKIABASE"]


def test_keys_that_stay_expired_are_told_after_one_request(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    keys_file(bare_machine, "ASIAOLD")
    sign_in_server.expired_keys.add("ASIAOLD")
    with pytest.raises(ClientError) as refused:
        Clients(AwsTarget()).sts.get_caller_identity()
    assert error_code(refused.value) == "ExpiredToken"
    assert sign_in_server.count("GetCallerIdentity") == 1


def test_a_role_that_may_not_be_assumed_leaves_the_own_keys(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    keys_file(bare_machine, "AKIABASE")
    role = Clients(AwsTarget()).acting_as("arn:aws:iam::123456789012:role/Forbidden")
    role.sts.get_caller_identity()
    assert sign_in_server.keys_of("GetCallerIdentity") == ["AKIABASE"]


def test_roles_share_the_credentials_of_their_base(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path
) -> None:
    process = RotatingProcess(tmp_path, seconds=3600)
    bare_machine.write_text(f"[profile dev]\ncredential_process = {process.command}\n")
    base = Clients(AwsTarget(profile="dev"))
    for name in ("deploy", "file-publishing", "lookup"):
        base.acting_as(f"arn:aws:iam::123456789012:role/{name}").sts.get_caller_identity()
    base.sts.get_caller_identity()
    assert process.runs == 1
    assert set(sign_in_server.keys_of("AssumeRole")) == {process.newest_key}


def test_an_expired_base_of_a_profiles_role_is_told(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    keys_file(bare_machine, "ASIAOLD")
    bare_machine.write_text(f"[profile dev]\nrole_arn = {ROLE}\nsource_profile = default\n")
    sign_in_server.expired_keys.add("ASIAOLD")
    with pytest.raises(UserProblem, match="AWS session of profile dev has expired"):
        identify(Clients(AwsTarget(profile="dev")))
    assert sign_in_server.count("AssumeRole") == 1


def test_all_clients_of_a_target_share_its_credentials(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path
) -> None:
    """A credential process may ask for a touch of a key."""
    process = RotatingProcess(tmp_path, seconds=3600)
    bare_machine.write_text(f"[profile dev]\ncredential_process = {process.command}\n")
    target = AwsTarget(profile="dev")
    identify(Clients(target))
    identify(Clients(replace(target, region="eu-west-1")))
    assert process.runs == 1


def test_a_corrected_configuration_is_read_after_a_refusal(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    target = AwsTarget(profile="dev")
    bare_machine.write_text("[profile dev]\ncredential_process = false\n")
    with pytest.raises(UserProblem):
        identify(Clients(target))
    keys = "aws_access_key_id = AKIADEV\naws_secret_access_key = secret\n"
    bare_machine.write_text(f"[profile dev]\n{keys}")
    identify(Clients(target))
    assert sign_in_server.keys_of("GetCallerIdentity") == ["AKIADEV"]
