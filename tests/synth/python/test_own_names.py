"""A backend whose own packages have this program's names, and one that imports by the old name."""

from __future__ import annotations

import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from workbench.model.events import AnyEvent, LogLine
from workbench.project.models import Project
from workbench.project.node_runtime import NodeRuntime
from workbench.synth.synthesizer import Synthesizer

CONTEXT = {
    "amplify-backend-namespace": "own-names",
    "amplify-backend-name": "me",
    "amplify-backend-type": "sandbox",
}
FILES = {
    "backend.py": """
        from amplify_tui import define_backend
        from screens import TITLE
        from themes.colours import DARK
        from workbench.users import data
        import workbench.model.events

        assert workbench.model.events.MINE == (TITLE, DARK)
        define_backend(data=data)
    """,
    "screens.py": "TITLE = 'a screen of mine'\n",
    "themes/__init__.py": "",
    "themes/colours.py": "DARK = 'black'\n",
    "workbench/__init__.py": "NAME = 'Own'\n",
    "workbench/model/__init__.py": "",
    "workbench/model/events.py": """
        from screens import TITLE
        from themes.colours import DARK

        MINE = (TITLE, DARK)
    """,
    "workbench/users.py": """
        from __future__ import annotations

        from amplify_tui import Model, allow, define_data

        from . import NAME
        from .model.events import MINE


        class Note(Model, rules=[allow.public_api_key()]):
            text: str | None
            kind: Kind | None


        from enum import Enum


        class Kind(Enum):
            OWN = "OWN"
            OTHER = "OTHER"


        assert (NAME, MINE[1]) == ("Own", "black")
        data = define_data(models=[Note], default_authorization="api_key")
    """,
}
OLD_NAME = """
    from workbench.backend import Model, allow, define_backend, define_data


    class Note(Model, rules=[allow.public_api_key()]):
        text: str | None


    define_backend(data=define_data(models=[Note], default_authorization="api_key"))
"""

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Workshop:
    """A project that is written again for each test, and its synthesizer."""

    def __init__(self, root: Path, node: Path) -> None:
        self.project = Project(root, root / "amplify" / "backend.py", "own-names")
        self.events: list[AnyEvent] = []
        self.synthesizer = Synthesizer(self.project, node, self.events.append, rehearsals=0)

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.project.amplify_dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip())

    def schema(self) -> str:
        return "\n".join(file.read_text() for file in self.project.assembly_dir.rglob("*.graphql"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def workshop(
    tmp_path_factory: pytest.TempPathFactory, node_runtime: NodeRuntime
) -> AsyncIterator[Workshop]:
    made = Workshop(tmp_path_factory.mktemp("names"), node_runtime.executable)
    yield made
    await made.synthesizer.close()


async def test_a_backend_imports_its_own_packages_of_our_names(workshop: Workshop) -> None:
    workshop.write(FILES)
    for text in ("text", "words"):  # a second run in the same worker sees the changed file
        source = FILES["workbench/users.py"].replace("text:", f"{text}:")
        workshop.write({"workbench/users.py": source})
        result = await workshop.synthesizer.synth(CONTEXT, workshop.project.assembly_dir)
        assert result.diagnostics == ()
        assert f"{text}: String" in workshop.schema()
        assert {"amplify/workbench/users.py", "amplify/screens.py"} <= set(result.inputs)


async def test_the_old_name_works_with_a_warning(workshop: Workshop) -> None:
    workshop.write({"backend.py": OLD_NAME})
    for file in (workshop.project.amplify_dir / "workbench").rglob("*.py"):
        file.unlink()
    for folder in ("model", "."):
        (workshop.project.amplify_dir / "workbench" / folder).rmdir()
    workshop.events.clear()
    result = await workshop.synthesizer.synth(CONTEXT, workshop.project.assembly_dir)
    assert result.diagnostics == ()
    told = [event.text for event in workshop.events if isinstance(event, LogLine)]
    assert any(
        "import from amplify_tui instead" in line and "backend.py:1" in line for line in told
    )
