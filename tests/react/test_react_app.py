"""The React quickstart with unmodified packages, used in Chromium; nothing leaves this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.browser.browser import Browser, needs_chromium
from tests.browser.page import Page
from tests.react.conftest import PASSWORD, App, vite_command
from workbench.aws.clients import Clients
from workbench.project.node_runtime import NodeRuntime

pytestmark = [needs_chromium, pytest.mark.cloud, pytest.mark.npm]

SUBMIT = "button[type=submit]"
CODE = "input[name=confirmation_code]"


def sign_in(page: Page, user: str, password: str = PASSWORD) -> None:
    """Sign in by a password, in the Authenticator."""
    choose_factor(page, user, "")
    page.type("input[name=password]", password)
    page.click(SUBMIT, "Sign In with Password")


def choose_factor(page: Page, user: str, factor: str) -> None:
    """Name the user to the Authenticator, which then offers several ways to sign in."""
    page.type("input[name=username]", user)
    page.type("input[name=password]", PASSWORD)
    page.click(SUBMIT, "Sign in")
    page.wait_for(SUBMIT, "Sign In with Password")
    if factor:
        page.click("button", factor)


def one_time_code(secret: str, ahead: int = 0) -> str:
    """What an authenticator app shows (RFC 6238), some seconds from now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    step = struct.pack(">Q", int(time.time() + ahead) // 30)
    digest = hmac.new(key, step, hashlib.sha1).digest()
    at = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[at : at + 4])
    return str((number & 0x7FFFFFFF) % 1_000_000).zfill(6)


def test_a_user_signs_up_and_signs_in_with_a_second_factor(app: App, browser: Browser) -> None:
    user = "ann@example.com"
    page = browser.open(app.url)
    page.click("button", "Create Account")
    page.type("input[name=email]", user)
    page.type("input[name=password]", PASSWORD)
    page.type("input[name=confirm_password]", PASSWORD)
    page.click("button", "Create account with Password")
    page.wait_for(CODE)
    page.type(CODE, app.last_code(user))
    page.click(SUBMIT, "Confirm")
    page.wait_for("h1", user)
    page.click("button", "Set up TOTP")
    secret = page.wait_until("return document.querySelector('#secret').innerText")
    page.type("input[name=code]", one_time_code(secret))
    page.click("button", "Verify")
    page.wait_for("#totp", "TOTP is on")
    page.click("button", "Sign out")
    sign_in(page, user)
    page.wait_for(CODE)
    page.type(CODE, "000000" if one_time_code(secret, 30) != "000000" else "000001")
    page.click(SUBMIT, "Confirm")
    page.wait_for("[role=alert]", "Invalid code received for user")
    page.type(CODE, one_time_code(secret, 30))
    page.click(SUBMIT, "Confirm")
    page.wait_for("h1", user)
    page.click("button", "Sign out")
    page.wait_for("input[name=username]")


def test_the_hosted_sign_in_leads_there_and_back(app: App, browser: Browser) -> None:
    user = "hosted@example.com"
    page = browser.open(app.url)
    page.click("button", "Hosted sign-in")
    page.wait_for("footer", "sign-in page of your local cloud")
    page.click("a", "Sign up")
    page.wait_for("h1", "Sign up")
    page.type("input[type=email]", user)
    page.type("input[type=password]", PASSWORD)
    page.click("button", "Sign up")
    page.wait_for("input[name=code]")
    page.type("input[name=code]", app.last_code(user))
    page.click("button", "Confirm")
    page.wait_for("[role=status]", "You are signed up.")
    page.type("input[name=username]", user)
    page.type("input[name=password]", "Wrong-horse-1")
    page.click("button", "Sign in")
    page.wait_for("[role=alert]", "Incorrect username or password.")
    page.type("input[name=username]", user)
    page.type("input[name=password]", PASSWORD)
    page.click("button", "Sign in")
    page.wait_for("button", "Set up TOTP")
    assert page.evaluate("location.href") == app.url
    page.click("button", "Sign out")
    page.wait_for("button", "Hosted sign-in")
    browser.hear_until(lambda log: any("/logout?" in request.url for request in log.requests))
    page.wait_until(f"return location.href === '{app.url}' && find('button', 'Hosted sign-in')")


def test_two_tabs_see_each_others_changes(app: App, browser: Browser) -> None:
    page = browser.open(f"{app.url}?page=todos")
    sign_in(page, app.make_user("todos"))
    page.wait_for("#synced", "synced")
    other = browser.open(f"{app.url}?page=todos", beside=page)
    other.wait_for("#synced", "synced")
    page.type("input[name=content]", "Milk")
    page.click("button", "Add")
    for tab in (page, other):
        tab.wait_for("li", "Milk")
    other.click("button", "Finish Milk")
    for tab in (page, other):
        tab.wait_for("li span", "Milk: done")
    page.click("button", "Delete Milk")
    for tab in (page, other):
        tab.wait_for("#events", "created Milk\nupdated Milk\ndeleted Milk")
        tab.wait_gone("li")
    assert page.text("#errors") == ""
    # A user sees nothing of another's.
    stranger = browser.open(f"{app.url}?page=todos")
    sign_in(stranger, app.make_user("stranger"))
    stranger.wait_for("#synced", "synced")
    page.type("input[name=content]", "Tea")
    page.click("button", "Add")
    other.wait_for("li", "Tea")
    assert "Tea" not in stranger.text()


def test_files_go_up_and_come_down(app: App, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "small ü+1.txt").write_text("hello")
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(6 << 20))
    picture = tmp_path / "picture.png"
    page = browser.open(f"{app.url}?page=files")
    sign_in(page, app.make_user("files"))
    page.wait_for("input[type=file]")
    picture.write_bytes(base64.b64decode(page.call("Page.captureScreenshot")["data"]))
    for file in (tmp_path / "small ü+1.txt", large, picture):
        page.choose_files("input[type=file]", "", [file])
        page.wait_for("#state", f"uploaded {file.name}")
        page.wait_for("li", f"{file.name}: {file.stat().st_size}")
    parts = [one for one in browser.log.requests if "partNumber=" in one.url]
    assert len({one.url for one in parts if one.method == "PUT"}) == 2
    page.click("button", "Show small")
    page.wait_for("#state", "fetched 5 bytes")
    page.click("button", "Show picture.png")
    page.wait_for("#state", f"fetched {picture.stat().st_size} bytes")
    page.wait_until("return document.querySelector('img')?.naturalWidth > 100")
    page.click("button", "Remove large.bin")
    page.wait_gone("li", "large.bin")
    assert "picture.png" in page.text("ul")


def test_the_storage_browser_lists_and_uploads(app: App, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    page = browser.open(f"{app.url}?page=browser")
    sign_in(page, app.make_user("browser"))
    page.wait_for("td", "own/us-east-1:")
    page.click("button", "public/")
    page.click("button[aria-label='Menu Toggle']")
    page.click("button", "Upload")
    page.choose_files("button", "Add files", [tmp_path / "notes.txt"])
    page.wait_for("td", "notes.txt")
    page.click("button", "Upload")
    page.wait_for("body", "All files uploaded.")
    page.click("button", "Exit")
    page.wait_for("td", "notes.txt")


def test_a_guest_reads_and_does_not_write(app: App, browser: Browser) -> None:
    page = browser.open(f"{app.url}?page=guest")
    page.click("button", "List")
    page.wait_for("#state", "allowed:")
    page.click("button", "Write")
    page.wait_for("#state", "refused: AccessDenied")


def test_a_page_that_the_bucket_does_not_name_reads_nothing(app: App, browser: Browser) -> None:
    s3 = Clients(app.target).s3
    bucket = app.outputs["storage"]["bucket_name"]
    rules: Any = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    elsewhere: Any = [{**rules[0], "AllowedOrigins": ["https://app.example"]}]
    page = browser.open(f"{app.url}?page=guest")
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": elsewhere})
    try:
        page.click("button", "List")
        page.wait_for("#state", "refused: ")
    finally:
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    page.click("button", "List")
    page.wait_for("#state", "allowed:")


def test_a_code_by_email_signs_in_and_resets_the_password(app: App, browser: Browser) -> None:
    user = app.make_user("codes")
    page = browser.open(app.url)
    choose_factor(page, user, "Sign In with Email")
    page.wait_for(CODE)
    page.type(CODE, app.last_code(user))
    page.click(SUBMIT, "Confirm")
    page.wait_for("h1", user)
    page.click("button", "Sign out")
    page.click("button", "Forgot your password?")
    page.type("input[name=username]", user)
    page.click(SUBMIT, "Send code")
    page.wait_for(CODE)
    page.type(CODE, app.last_code(user))
    page.type("input[name=password]", f"{PASSWORD}-new")
    page.type("input[name=confirm_password]", f"{PASSWORD}-new")
    page.click(SUBMIT, "Submit")
    sign_in(page, user, f"{PASSWORD}-new")
    page.wait_for("h1", user)


def test_a_user_without_a_password_makes_a_passkey(app: App, browser: Browser) -> None:
    user = "passkeys@example.com"
    page = browser.open(f"{app.url}?page=passkeys")
    page.add_authenticator()
    page.click("button", "Create Account")
    page.type("input[name=email]", user)
    page.click("button", "Create account with Email OTP")
    page.wait_for(CODE)
    page.type(CODE, app.last_code(user))
    page.click(SUBMIT, "Confirm")
    page.click("button", "Create a Passkey")
    # The list of them comes later, and moves the button.
    page.wait_for("[data-amplify-authenticator-passkeyprompt]", "Existing Passkeys")
    page.click("button", "Continue")
    page.wait_for("h1", user)
    page.click("button", "Sign out")
    choose_factor(page, user, "Sign In with Passkey")
    page.wait_for("h1", user)


def test_a_production_build_has_nothing_of_it(
    app: App, react_packages: Path, node_runtime: NodeRuntime
) -> None:
    built = subprocess.run(
        vite_command(react_packages, node_runtime, "build", "--outDir", "dist"),
        cwd=app.root,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    files = [file for file in (app.root / "dist").rglob("*") if file.is_file()]
    assert any(file.suffix == ".js" for file in files)
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "amplify_tui" not in text
        assert "amplify-tui" not in text
