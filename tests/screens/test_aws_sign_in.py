"""Signing in to AWS by dialogs, against AWS's sign-in services on loopback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from screens.dialogs.aws_sign_in import run_tool
from screens.dialogs.form_screen import FormScreen
from screens.dialogs.problem_screen import ProblemScreen
from screens.dialogs.sso_screen import SsoScreen
from screens.sandbox.header import HeaderBar
from screens.sandbox.screen import SandboxScreen
from screens.widgets.text_styles import plain
from screens.widgets.wrapped_rows import WrappedRows
from tests.aws.sign_in_profiles import serving_profiles
from tests.aws.sign_in_server import GOOD_CODE, SignInServer
from tests.screens.scripted import NOW, ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.aws.sso_login import Authorization, Pause
from workbench.aws.target import AwsTarget
from workbench.model.deployment import DeploymentResult, Failure
from workbench.model.events import (
    AnyEvent,
    DeploymentFinished,
    DeploymentStarted,
    LoopState,
    SignedIn,
    StateChanged,
    Trigger,
)
from workbench.model.user_problem import UserProblem

FAILED = Failure("The SSO session has expired", "", "Sign in.", offer="login")
WHO = SignedIn(at=NOW, profile="dev", account="123456789012", region="eu-west-1", name="Admin")


def expired() -> list[AnyEvent]:
    return [
        DeploymentStarted(at=NOW, deployment=2, trigger=Trigger("save", ("amplify/data.ts",))),
        DeploymentFinished(
            at=NOW, deployment=2, result=DeploymentResult.FAILED, seconds=1.0, failure=FAILED
        ),
        StateChanged(at=NOW, state=LoopState.FAILED),
    ]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SignInServer]:
    with serving_profiles(monkeypatch, tmp_path) as running:
        running.interval = 0
        yield running


async def on_aws(
    pilot: Pilot[None], starter: ScriptedStarter, profile: str, events: Sequence[AnyEvent]
) -> SandboxScreen:
    screen = await sandbox_screen(pilot, starter, events)
    info = replace(screen.opened.info, aws=AwsTarget(profile=profile))
    screen.opened = replace(screen.opened, info=info)
    return screen


def text(pilot: Pilot[None], selector: str) -> str:
    """What a line of the dialog says; empty as long as it is not there."""
    return "".join(str(each.content) for each in pilot.app.screen.query(selector).results(Static))


def header(screen: SandboxScreen) -> str:
    return screen.query_one(HeaderBar).render_line(0).text


async def test_the_waiting_save_is_deployed_after_the_sign_in(
    starter: ScriptedStarter, server: SignInServer
) -> None:
    server.token_answers = ["AuthorizationPendingException"] * 10_000
    app = scripted_app(starter)
    copied: list[str] = []
    app.shell.copy = lambda text, what: copied.append(text)  # type: ignore[method-assign]
    async with app.run_test(size=(140, 30)) as pilot:
        screen = await on_aws(pilot, starter, "dev", expired())
        assert "SIGN IN" in header(screen)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, SsoScreen), "the dialog")
        await until(pilot, lambda: text(pilot, "#sso-code") == "QWER-TYUI", "the code")
        address = f"{server.endpoint}/device?user_code=QWER-TYUI"
        assert text(pilot, "#sso-address") == address
        await pilot.press("y", "c")
        assert copied == [address, "QWER-TYUI"]
        server.token_answers.clear()  # the user confirms
        await until(pilot, lambda: starter.controls.asked == ["redeploy"], "the deployment")
        assert app.screen is screen
        assert "AWS dev · 123456789012 · eu-west-1 · Developer" in header(screen)


async def test_cancelling_ends_the_wait(starter: ScriptedStarter, server: SignInServer) -> None:
    server.token_answers = ["AuthorizationPendingException"] * 10_000
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await on_aws(pilot, starter, "dev", expired())
        await pilot.press("x")
        await until(pilot, lambda: server.count("CreateToken"), "the wait")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen, "the end of the dialog")
        await until(pilot, lambda: not any(w.group == "sso" for w in app.workers), "its worker")
        assert starter.controls.asked == []


async def test_an_expired_code_is_replaced(starter: ScriptedStarter, server: SignInServer) -> None:
    server.token_answers = ["ExpiredTokenException"]
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await on_aws(pilot, starter, "dev", expired())
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, SsoScreen), "the dialog")
        await until(pilot, lambda: "Nobody confirmed" in text(pilot, "#sso-state"), "the reason")
        await pilot.press("r")
        await until(pilot, lambda: starter.controls.asked == ["redeploy"], "the deployment")
        assert server.count("StartDeviceAuthorization") == 2


async def test_a_wrong_mfa_code_stays_in_the_dialog(
    starter: ScriptedStarter, server: SignInServer
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await on_aws(pilot, starter, "admin", expired())
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, FormScreen), "the dialog")
        await pilot.press(*"999999", "enter")
        refused = "MultiFactorAuthentication failed with invalid MFA one time pass code"
        await until(pilot, lambda: refused in text(pilot, "#form-problem-0"), "AWS's words")
        await pilot.press(*GOOD_CODE, "enter")
        await until(pilot, lambda: starter.controls.asked == ["redeploy"], "the deployment")
        assert "AWS admin · 123456789012 · until " in header(screen)


async def test_signing_in_again_before_the_end(
    starter: ScriptedStarter, server: SignInServer
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(140, 30)) as pilot:
        screen = await on_aws(pilot, starter, "dev", first_deployment())
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "Developer" in header(screen), "who is signed in")
        assert server.count("StartDeviceAuthorization") == 1
        assert starter.controls.asked == []


class Unconfirmed:
    """A sign-in on AWS's own address, which nobody confirms."""

    def begin(self) -> Authorization:
        url = "https://device.sso.eu-west-1.amazonaws.com/"
        return Authorization(url, f"{url}?user_code=ABCD-EFGH", "ABCD-EFGH", NOW)

    def wait(self, pause: Pause) -> bool:
        while not pause(1):
            pass
        return False


async def test_the_address_can_be_clicked(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, first_deployment())
        app.push_screen(SsoScreen(Unconfirmed(), "dev"))
        await until(pilot, lambda: text(pilot, "#sso-code") == "ABCD-EFGH", "the code")
        line = app.screen.query_one("#sso-address", Static).render_line(0)
        links = {segment.style.link for segment in line if segment.style and segment.style.link}
        assert links == {"https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH"}


async def test_a_problem_dialog_leads_to_the_sign_in(
    starter: ScriptedStarter, server: SignInServer
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await on_aws(pilot, starter, "admin", first_deployment())
        app.shell.show_problem(UserProblem("Nobody is signed in.", "Sign in.", offer="login"))
        await until(pilot, lambda: isinstance(app.screen, ProblemScreen), "the problem")
        rows = app.screen.query_one(WrappedRows).rows
        assert "press Ctrl+L to sign in" in "\n".join(plain(row.spans) for row in rows)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, FormScreen), "the dialog")
        form = app.screen
        await pilot.press("ctrl+l")
        assert app.screen is form


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (140, "AWS dev · 123456789012 · eu-west-1 · Admin · until Mon 14:30"),
        (80, "AWS dev · until Mon 14:30"),
        (60, "AWS dev"),
    ],
)
async def test_the_header_says_as_much_as_fits(
    starter: ScriptedStarter, width: int, words: str
) -> None:
    app = scripted_app(starter)
    end = 1_790_001_000.0  # 14:30 UTC, more than 10 minutes ahead
    who = replace(WHO, until=end)
    async with app.run_test(size=(width, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, [*first_deployment(), who])
        assert words in header(screen)


async def test_the_end_is_told_in_time(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    said: list[str] = []
    app.shell.say = lambda text, severity="": said.append(text)  # type: ignore[method-assign]
    async with app.run_test(size=(100, 30)) as pilot:
        who = replace(WHO, until=NOW + 5000)
        screen = await sandbox_screen(pilot, starter, [*first_deployment(), who])
        assert said == []
        await sandbox_screen(pilot, starter, [replace(who, until=NOW + 300)])
        await until(pilot, lambda: said, "the notice")
        assert "AWS session of dev ends at" in said[0]
        await sandbox_screen(pilot, starter, [replace(who, until=None)])
        assert "until" not in header(screen)


@pytest.mark.parametrize(("code", "signed_in"), [(0, True), (1, False), (None, False)])
async def test_keys_are_entered_in_the_aws_cli(
    starter: ScriptedStarter,
    code: int | None,
    signed_in: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "aws").touch(0o755)
    app = scripted_app(starter)
    app.shell.run_in_terminal = lambda command: code  # type: ignore[method-assign]
    async with app.run_test(size=(100, 30)) as pilot:
        await sandbox_screen(pilot, starter)
        assert run_tool(("aws", "configure"), app.shell) is signed_in


async def test_without_the_aws_cli_its_command_is_copied(
    starter: ScriptedStarter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    app = scripted_app(starter)
    copied: list[tuple[str, str]] = []
    app.shell.copy = lambda text, what: copied.append((text, what))  # type: ignore[method-assign]
    async with app.run_test(size=(100, 30)) as pilot:
        await sandbox_screen(pilot, starter)
        assert not run_tool(("aws", "configure"), app.shell)
    ((copy, what),) = copied
    assert copy == "aws configure"
    assert "install the AWS CLI" in what
