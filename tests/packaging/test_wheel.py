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

ROOT = Path(__file__).parents[2]
PACKAGES = ("workbench", "screens", "themes")


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
    assert ours - inside == set()
    for kind in (".mjs", ".ts", ".tcss", ".toml"):
        assert any(name.endswith(kind) for name in inside), f"no {kind} file in the wheel"


def test_the_wheel_brings_its_licence_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_packages_come_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import workbench, screens, themes\nfor m in (workbench, screens, themes): print(m.__file__)"
    files = run(installed / "python", "-c", code, cwd=tmp_path).split()
    assert all(file.startswith(str(installed.parent)) for file in files)


def test_the_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    assert version("amplify-tui") in run(installed / "amplify-tui", "--version", cwd=tmp_path)


def test_the_command_starts_a_project(installed: Path, tmp_path: Path) -> None:
    run(installed / "amplify-tui", "init", "--no-install", "shop", cwd=tmp_path)
    assert (tmp_path / "shop" / "amplify" / "data" / "resource.ts").is_file()
    assert (tmp_path / "shop" / "amplify" / "tsconfig.json").is_file()
    assert "@aws-amplify/backend" in (tmp_path / "shop" / "package.json").read_text()
