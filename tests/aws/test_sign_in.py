"""Which command of the AWS CLI gives a profile new credentials."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.aws.profile_sign_in import sign_in_command

CONFIG = """\
[default]
region = eu-west-1

[profile team]
sso_session = corp

[profile old]
sso_start_url = https://example.com/start

[profile admin]
source_profile = team
role_arn = arn:aws:iam::111122223333:role/admin

[profile keys]
region = eu-west-1

[profile round]
source_profile = round
"""


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "config"
    file.write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return file


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("team", "aws sso login --profile team"),
        ("old", "aws sso login --profile old"),
        ("admin", "aws sso login --profile team"),
        ("keys", "aws configure --profile keys"),
        ("round", "aws configure --profile round"),
        ("nobody", "aws configure --profile nobody"),
        (None, "aws configure"),
    ],
)
def test_command_fits_the_profile(profile: str | None, words: str) -> None:
    assert " ".join(sign_in_command(profile)) == words


def test_the_environments_profile_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "admin")
    assert sign_in_command(None) == ("aws", "sso", "login", "--profile", "team")


def test_broken_configuration_still_has_a_command(config: Path) -> None:
    config.write_text("[profile team\nsso_session")
    assert sign_in_command("team") == ("aws", "configure", "--profile", "team")
