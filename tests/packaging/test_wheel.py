"""The wheel carries everything: it is built, installed elsewhere and its command is run."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from workbench.project.scaffold import LANGUAGES

pytestmark = pytest.mark.install

ROOT = Path(__file__).parents[2]
PACKAGES = ("workbench", "screens", "themes")
TEMPLATES = ROOT / "workbench/project/templates"


def run(*command: str | Path, cwd: Path) -> str:
    # Without PYTHONPATH and outside the checkout nothing but the wheel can provide the packages.
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=ROOT)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment's bin folder: the wheel is its own, the dependencies are borrowed."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    site = Path(
        run(
            python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home
        ).strip()
    )
    # A .pth inside a folder named by a .pth is not read, so an editable install stays out.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "--quiet"),
        *("--no-deps", "--no-index", "--disable-pip-version-check", wheel),
        cwd=home,
    )
    return home / "bin"


def test_every_file_of_the_packages_is_inside(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".pyc"
    }
    stub = "workbench/backend/amplify_tui.pyi"
    assert ours - inside == {stub}
    assert {"amplify_tui.py", "amplify_tui-stubs/__init__.pyi"} <= inside
    for kind in (".mjs", ".ts", ".tcss", ".toml"):
        assert any(name.endswith(kind) for name in inside), f"no {kind} file in the wheel"


def test_the_wheel_brings_its_licence_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        *PACKAGES,
        "amplify_tui.py",
        "amplify_tui-stubs",
    }


def test_the_packages_come_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import workbench, screens, themes\nfor m in (workbench, screens, themes): print(m.__file__)"  # noqa: E501
    files = run(installed / "python", "-c", code, cwd=tmp_path).split()
    assert all(file.startswith(str(installed.parent)) for file in files)


def test_the_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    assert version("amplify-tui") in run(installed / "amplify-tui", "--version", cwd=tmp_path)


def test_the_readmes_commands_deploy_a_project_with_packages_of_the_same_names(
    installed: Path, tmp_path: Path
) -> None:
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise SystemExit('imported the user's')")
    python = installed / "python"
    assert version("amplify-tui") in run(python, "-m", "amplify_tui", "--version", cwd=tmp_path)
    command = ("env", f"PYTHONPATH={tmp_path}", installed / "amplify-tui")
    assert version("amplify-tui") in run(*command, "--version", cwd=tmp_path)
    run(*command, "init", "--language", "python", "shop", cwd=tmp_path)
    try:
        said = run(*command, "sandbox", "--once", "--local", cwd=tmp_path / "shop")
        assert "live in" in said
        assert (tmp_path / "shop" / "amplify_outputs.json").is_file()
    finally:
        run(*command, "local", "stop", cwd=tmp_path / "shop")


def test_types_arrive_at_a_users_checker(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "resource.py").write_text(
        "from amplify_tui import define_storage\nreveal_type(define_storage('files').name)\n"
    )
    # The CDK's declarations take mypy a minute.
    (tmp_path / "mypy.ini").write_text(
        "[mypy-aws_cdk.*,constructs.*,jsii.*]\nfollow_imports = skip\nignore_missing_imports = true\n"  # noqa: E501
    )
    mypy = (sys.executable, "-m", "mypy", "--strict", "--python-executable", installed / "python")
    assert 'Revealed type is "str"' in run(*mypy, "resource.py", cwd=tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_starts_a_project(installed: Path, language: str, tmp_path: Path) -> None:
    """As README has it, with the templates' Python files compiled beside them, as pip does it."""
    (site,) = (installed.parent / "lib").glob("python*/site-packages")
    assert list((site / "workbench/project/templates").rglob("*.pyc"))
    command = (installed / "amplify-tui", "init", "--no-install", "--language", language)
    run(*command, "shop", cwd=tmp_path)
    assert files_below(tmp_path / "shop" / "amplify") == files_below(
        TEMPLATES / language / "amplify"
    )


def test_a_project_starts_from_an_installation_that_nobody_may_write(
    installed: Path, tmp_path: Path
) -> None:
    home = installed.parent
    init = f"{installed}/amplify-tui init --language python shop"
    if os.geteuid() == 0:
        read_only = f"mount --bind {home} {home} && mount -o remount,ro,bind {home}"
        refused = f"! touch {home}/written 2>/dev/null"
        run("unshare", "-m", "sh", "-c", f"{read_only} && {refused} && {init}", cwd=tmp_path)
    else:
        run(
            "sh",
            "-c",
            f"chmod -R a-w {home}; {init}; code=$?; chmod -R u+w {home}; exit $code",
            cwd=tmp_path,
        )
    assert files_below(tmp_path / "shop" / "amplify") == files_below(
        TEMPLATES / "python" / "amplify"
    )


def test_uv_installs_it_as_a_tool(wheel: Path, tmp_path: Path) -> None:
    """An environment of its own with everything from the index, as pipx makes it too."""
    places = {"UV_TOOL_DIR": tmp_path / "tools", "UV_TOOL_BIN_DIR": tmp_path / "bin"}
    set_places = [f"{name}={place}" for name, place in places.items()]
    uv = ("env", *set_places, sys.executable, "-m", "uv")
    run(
        *uv,
        "tool",
        "install",
        "--quiet",
        "--python",
        sys.executable,
        wheel,
        cwd=tmp_path,
    )
    # As --compile-bytecode does it, without 30 s for the CDK.
    tool = tmp_path / "tools" / "amplify-tui"
    (ours,) = (tool / "lib").glob("python*/site-packages/workbench")
    run(tool / "bin" / "python", "-m", "compileall", "-q", ours, cwd=tmp_path)
    for language in LANGUAGES:
        command = (tmp_path / "bin" / "amplify-tui", "init", "--no-install", "--language", language)
        run(*command, f"my-{language}", cwd=tmp_path)
        expected = files_below(TEMPLATES / language / "amplify")
        assert files_below(tmp_path / f"my-{language}" / "amplify") == expected


def files_below(folder: Path) -> dict[str, str]:
    """The text of each file by its path in the folder."""
    return {
        str(file.relative_to(folder)): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
