"""The React quickstart with unmodified packages, used in Chromium; nothing leaves this machine."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from tests.browser.browser import Browser
from tests.browser.page import Page
from tests.chromium import needs_chromium
from tests.react.conftest import PASSWORD, App, vite_command
from workbench.project.node_runtime import NodeRuntime

pytestmark = [needs_chromium, pytest.mark.cloud, pytest.mark.npm]

SUBMIT = "button[type=submit]"


def sign_in(page: Page, user: str) -> None:
    """Fill in the Authenticator's form, and choose the password among the ways it offers."""
    page.type("input[name=username]", user)
    page.type("input[name=password]", PASSWORD)
    page.click(SUBMIT, "Sign in")
    page.wait_for(SUBMIT, "Sign In with Password")
    page.type("input[name=password]", PASSWORD)
    page.click(SUBMIT, "Sign In with Password")


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
