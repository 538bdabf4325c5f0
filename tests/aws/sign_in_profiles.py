"""Profiles that sign in by a key, an MFA code and SSO, with AWS's services on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.aws.bare_machine import make_bare
from tests.aws.sign_in_server import SignInServer, serving_every_client

MFA = "arn:aws:iam::123456789012:mfa/alice"
_CONFIG = f"""\
[profile keys]
aws_access_key_id = AKIABASE
aws_secret_access_key = secret
[profile admin]
role_arn = arn:aws:iam::123456789012:role/Admin
source_profile = keys
mfa_serial = {MFA}
[profile dev]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Developer
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
"""


@contextmanager
def serving_profiles(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[SignInServer]:
    """The sign-in services, with ``keys``, ``admin`` and ``dev`` in the home's configuration."""
    make_bare(monkeypatch, home).write_text(_CONFIG)
    with serving_every_client(monkeypatch) as server:
        yield server
