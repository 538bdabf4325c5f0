from __future__ import annotations

from pathlib import Path

import pytest

from workbench.project.settings import Settings, load_settings, remember_theme, settings_file


def test_no_file_means_the_defaults_without_a_warning(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == (Settings(), ())


def test_theme_and_keys_are_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("theme = 'light'\n[keys]\nredeploy = 'ctrl+r,f5'\n")
    settings, warnings = load_settings(file)
    assert settings == Settings(theme="light", keys={"redeploy": "ctrl+r,f5"})
    assert warnings == ()


@pytest.mark.parametrize("line", ["'log.search' = 'f'", "log.search = 'f'"])
def test_the_id_of_a_key_needs_no_quotes(tmp_path: Path, line: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"[keys]\n{line}\n")
    assert load_settings(file) == (Settings(keys={"log.search": "f"}), ())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("theme = ", "not valid TOML"),
        ("theme = 3", "theme must be a text"),
        ("colour = 'red'", "no setting 'colour'"),
        ("keys = 3", "keys must be a table"),
        ("[keys]\nredeploy = 3", "'redeploy'"),
        ("[keys]\nredeploy = 'ctrl r'", "'redeploy'"),
    ],
)
def test_what_is_wrong_is_a_warning_and_the_defaults_serve(
    tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content)
    settings, warnings = load_settings(file)
    assert settings == Settings()
    assert len(warnings) == 1
    assert said in warnings[0]


def test_the_good_part_of_a_file_serves(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("theme = 'dark'\n[keys]\ngood = 'g'\nbad = 1\n")
    settings, warnings = load_settings(file)
    assert settings == Settings(theme="dark", keys={"good": "g"})
    assert len(warnings) == 1


@pytest.mark.parametrize(
    "before",
    ["", "# mine\n", "theme = 'light'  # was\n", "# mine\n[keys]\ntheme = 't'\n", "[keys]\na='b'"],
)
def test_a_remembered_theme_leaves_the_rest_alone(tmp_path: Path, before: str) -> None:
    file = tmp_path / "amplify-tui" / "settings.toml"
    file.parent.mkdir()
    file.write_text(before)
    old, _ = load_settings(file)
    remember_theme("dark", file)
    assert load_settings(file) == (Settings(theme="dark", keys=old.keys), ())
    assert ("# mine" in before) == ("# mine" in file.read_text())


def test_the_file_follows_xdg(tmp_path: Path) -> None:
    given = settings_file({"XDG_CONFIG_HOME": str(tmp_path)})
    assert given == tmp_path / "amplify-tui" / "settings.toml"
    default = Path.home() / ".config" / "amplify-tui" / "settings.toml"
    assert settings_file({}) == default
    assert settings_file({"XDG_CONFIG_HOME": "relative"}) == default
