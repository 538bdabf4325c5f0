"""Forms for variables and secrets: set one, import a .env file, export one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from screens.dialogs.form_screen import FieldProblem, Filled, FormField, FormScreen
from workbench.branches.settings import (
    EnvironmentSettings,
    Setting,
    export_variables,
    import_variables,
)


def setting_form(
    settings: EnvironmentSettings, setting: Setting, title: str, *, label: str
) -> FormScreen[Setting]:
    """Set a variable or a secret; asks for its name where it has none yet."""
    is_secret = setting.kind == "secret"
    kind = "secret" if is_secret else "text"
    value = FormField("value", "Value", "" if is_secret else setting.value, kind=kind)
    fields = (value,) if setting.name else (FormField("name", "Name"), value)

    def check(filled: Filled) -> str | FieldProblem:
        if not filled.get("name", setting.name):
            return FieldProblem("Type a name.", "name")
        if is_secret and not filled["value"]:
            return FieldProblem("Type a value.", "value")
        return ""

    async def save(filled: Filled) -> Setting:
        wanted = replace(setting, name=filled.get("name", setting.name))
        await asyncio.to_thread(settings.set, wanted, filled["value"])
        return wanted

    return FormScreen(title, fields, check, label=label, submit=save, refused_at=fields[0].name)


def import_form(settings: EnvironmentSettings, root: Path, whom: str) -> FormScreen[str]:
    """Set the variables of a .env file; gives its name."""
    title = f"Import variables for {whom}"
    return _file_form(title, root, ".env", "Import", partial(import_variables, settings))


def export_form(variables: Mapping[str, str], root: Path, whom: str) -> FormScreen[str]:
    """Write variables to a new file that only the user can read; gives its name."""
    title = f"Export the variables of {whom}"
    return _file_form(title, root, ".env.local", "Export", partial(export_variables, variables))


def _file_form(
    title: str, root: Path, name: str, label: str, act: Callable[[Path], object]
) -> FormScreen[str]:
    """Ask for a file, ``name`` being proposed, and do with it what ``label`` says."""

    async def submit(filled: Filled) -> str:
        file = _path(root, filled["file"])
        await asyncio.to_thread(act, file)
        return file.name

    return FormScreen(
        title,
        (FormField("file", "File", name, name),),
        _needs_file,
        label=label,
        submit=submit,
        refused_at="file",
    )


def _path(root: Path, text: str) -> Path:
    """Relative names are the project's."""
    return root / Path(text).expanduser()


def _needs_file(filled: Filled) -> FieldProblem:
    return FieldProblem("" if filled["file"] else "Name a file.", "file")
