"""The SSO sign-in by device code, and the files that it shares with the AWS CLI."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from tests.aws.sign_in_server import ACCOUNT, SignInServer
from workbench.aws.clients import Clients
from workbench.aws.credential_problems import SsoSignInNeeded
from workbench.aws.credentials import identify
from workbench.aws.sign_in import next_step, session_end, sso_login
from workbench.aws.sso_login import CodeExpiredProblem, SsoLogin
from workbench.aws.target import AwsTarget
from workbench.model.user_problem import UserProblem

START = "https://corp.awsapps.com/start"
ROLE = "sso_account_id = 123456789012\nsso_role_name = Developer\n"
SESSION = (
    f"[profile dev]\nsso_session = corp\n{ROLE}"
    f"[sso-session corp]\nsso_start_url = {START}\nsso_region = eu-west-1\n"
    "sso_registration_scopes = sso:account:access\n"
    "[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/Admin\nsource_profile = dev\n"
)
LEGACY = f"[profile dev]\nsso_start_url = {START}\nsso_region = eu-west-1\n{ROLE}"


def dev() -> AwsTarget:
    """A target of its own: its credentials are shared by all that use it."""
    return AwsTarget(profile="dev")


class Pauses:
    """Does not wait; notes for how long the sign-in would have."""

    def __init__(self, *, cancel_after: int | None = None) -> None:
        self.seconds: list[float] = []
        self._cancel_after = cancel_after

    def __call__(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        return self._cancel_after is not None and len(self.seconds) > self._cancel_after


def sign_in(pause: Callable[[float], bool] | None = None) -> bool:
    login = sso_login(dev())
    assert login is not None
    login.begin()
    return login.wait(pause or Pauses())


def token_file(home: Path, name: str) -> Path:
    return home / ".aws" / "sso" / "cache" / f"{sha1(name.encode()).hexdigest()}.json"


@pytest.mark.parametrize(("settings", "name"), [(SESSION, "corp"), (LEGACY, START)])
def test_a_sign_in_makes_the_profile_usable(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path, settings: str, name: str
) -> None:
    bare_machine.write_text(settings)
    step = next_step(dev())
    assert isinstance(step, SsoSignInNeeded)
    login = sso_login(dev(), step)
    assert login is not None
    shown = login.begin()
    assert shown.code == "QWER-TYUI"
    assert shown.url_with_code == f"{shown.url}?user_code=QWER-TYUI"
    assert login.wait(Pauses())
    assert next_step(dev()) is None
    caller = identify(Clients(dev()))
    assert caller.account == ACCOUNT
    token = token_file(tmp_path, name)
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    saved = json.loads(token.read_text())
    assert set(saved) == {
        "startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret",
        "registrationExpiresAt", "refreshToken",
    }  # fmt: skip
    assert saved["expiresAt"].endswith("Z")


def test_the_role_from_an_sso_profile(bare_machine: Path, sign_in_server: SignInServer) -> None:
    bare_machine.write_text(SESSION)
    admin = AwsTarget(profile="admin")
    step = next_step(admin)
    assert isinstance(step, SsoSignInNeeded)
    login = sso_login(admin, step)
    assert login is not None
    login.begin()
    login.wait(Pauses())
    assert next_step(admin) is None
    assert sign_in_server.keys_of("AssumeRole")[0].startswith("ASIASSO")


def test_polling_keeps_to_the_services_rhythm(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    bare_machine.write_text(SESSION)
    sign_in_server.interval = 3
    sign_in_server.token_answers = [
        "AuthorizationPendingException",
        "SlowDownException",
        "AuthorizationPendingException",
    ]
    pauses = Pauses()
    assert sign_in(pauses)
    assert pauses.seconds == [3, 3, 8, 8]


def test_a_client_is_registered_once(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path
) -> None:
    bare_machine.write_text(SESSION)
    sign_in()
    sign_in()
    assert sign_in_server.count("RegisterClient") == 1
    # Named as the AWS CLI names it, so that it is the CLI's, too.
    identity = {
        "region": "eu-west-1",
        "scopes": ["sso:account:access"],
        "session_name": "corp",
        "startUrl": START,
        "tool": "botocore",
    }
    assert token_file(tmp_path, json.dumps(identity)).exists()


def test_cancelled(bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path) -> None:
    bare_machine.write_text(SESSION)
    sign_in_server.token_answers = ["AuthorizationPendingException"] * 9
    assert not sign_in(Pauses(cancel_after=2))
    assert sign_in_server.count("CreateToken") == 2
    assert not token_file(tmp_path, "corp").exists()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ("ExpiredTokenException", CodeExpiredProblem, "Nobody confirmed the code in time"),
        ("AccessDeniedException", UserProblem, "declined in the browser"),
        ("InvalidRequestException", UserProblem, "SSO refused the sign-in"),
    ],
)
def test_a_sign_in_that_fails(
    bare_machine: Path,
    sign_in_server: SignInServer,
    answer: str,
    kind: type[UserProblem],
    words: str,
) -> None:
    bare_machine.write_text(SESSION)
    sign_in_server.token_answers = [answer]
    with pytest.raises(kind, match=words) as problem:
        sign_in()
    assert problem.value.next_step


def test_a_code_that_nobody_confirms_ends(bare_machine: Path, sign_in_server: SignInServer) -> None:
    bare_machine.write_text(SESSION)
    sign_in_server.token_answers = ["AuthorizationPendingException"] * 9
    session = Clients(dev()).session
    sso = Clients(dev()).profile_settings.sso
    assert sso is not None
    clock = [1000.0]
    login = SsoLogin(session, sso, now=lambda: clock[0])
    login.begin()

    def pause(seconds: float) -> bool:
        clock[0] += 400
        return False

    with pytest.raises(CodeExpiredProblem):
        login.wait(pause)
    assert sign_in_server.count("CreateToken") == 2


def test_a_sign_in_that_cannot_be_saved(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path
) -> None:
    bare_machine.write_text(SESSION)
    (tmp_path / ".aws" / "sso").write_text("a file where the folder would be")
    with pytest.raises(UserProblem, match="could not be saved"):
        sign_in()


def edit_token(home: Path, change: Callable[[dict[str, Any]], None]) -> None:
    file = token_file(home, "corp")
    token = json.loads(file.read_text())
    change(token)
    file.write_text(json.dumps(token))


def end_soon(token: dict[str, Any]) -> None:
    token["expiresAt"] = f"{datetime.now(UTC) + timedelta(seconds=30):%Y-%m-%dT%H:%M:%SZ}"


def test_a_token_that_ends_is_renewed_without_the_user(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path
) -> None:
    bare_machine.write_text(SESSION)
    sign_in()
    edit_token(tmp_path, end_soon)
    clients = Clients(dev())
    identify(clients)
    grants = [
        each.parameters["grantType"]
        for each in sign_in_server.asked
        if each.operation == "CreateToken"
    ]
    assert grants[1:] == ["refresh_token"]
    assert session_end(clients) is None


def test_without_a_refresh_token_the_end_is_known(
    bare_machine: Path, sign_in_server: SignInServer, tmp_path: Path
) -> None:
    bare_machine.write_text(SESSION)
    sign_in_server.refresh_tokens = False
    sign_in_server.token_seconds = 8 * 3600
    sign_in()
    clients = Clients(dev())
    identify(clients)
    end = session_end(clients)
    token = json.loads(token_file(tmp_path, "corp").read_text())
    assert end == datetime.fromisoformat(token["expiresAt"]).timestamp()


def test_a_token_that_the_portal_refuses_asks_for_a_sign_in(
    bare_machine: Path, sign_in_server: SignInServer
) -> None:
    bare_machine.write_text(SESSION)
    sign_in()
    clients = Clients(dev())
    sign_in_server.expired_keys.add("token-3")
    with pytest.raises(SsoSignInNeeded) as problem:
        identify(clients)
    assert problem.value.offer == "login"
    sign_in()
    assert identify(clients).account == ACCOUNT
