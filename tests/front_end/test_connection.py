"""The line in a front end's configuration: where it goes, and that it is told and offered once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command_here import command_here
from tests.front_end.backends import Backend
from workbench.front_end.connection import find_front_end
from workbench.front_end.written import FOLDER, disconnect, refresh

PLUGIN = (
    "import(`${process.cwd()}/.amplify/front-end/vite.cjs`).then((m) => m.default(), () => null)"
)
STATEMENT = "import(`${process.cwd()}/.amplify/front-end/dev-server.cjs`).catch(() => {});"
_IMPORT = "import { defineConfig } from 'vite'\nimport react from '@vitejs/plugin-react'\n\n"

PLACES = {
    "one line": (
        "vite.config.ts",
        _IMPORT + "export default defineConfig({\n  plugins: [react()],\n})\n",
        _IMPORT + f"export default defineConfig({{\n  plugins: [{PLUGIN}, react()],\n}})\n",
    ),
    "several lines": (
        "vite.config.js",
        "export default {\n  plugins: [\n    react(),\n    other(),\n  ],\n}\n",
        f"export default {{\n  plugins: [\n    {PLUGIN},\n    react(),\n    other(),\n  ],\n}}\n",
    ),
    "no plugins": (
        "vite.config.mts",
        "export default defineConfig({ base: '/x' })\n",
        f"export default defineConfig({{\n  plugins: [{PLUGIN}], base: '/x' }})\n",
    ),
    "next": (
        "next.config.ts",
        "import type { NextConfig } from 'next';\n\nconst config: NextConfig = {};\n",
        f"import type {{ NextConfig }} from 'next';\n\n{STATEMENT}\n"
        "\nconst config: NextConfig = {};\n",
    ),
    "next without imports": (
        "next.config.js",
        "module.exports = {}\n",
        f"{STATEMENT}\nmodule.exports = {{}}\n",
    ),
    "plugins of another tool": (
        "vite.config.ts",
        "export default { css: { postcss: { plugins: [tailwind()] } } }\n",
        "",
    ),
    "no place": (
        "vite.config.ts",
        "export default make({ plugins })\n",
        "",
    ),
}


@pytest.mark.unit
@pytest.mark.parametrize("kind", PLACES)
def test_where_the_line_goes(tmp_path: Path, kind: str) -> None:
    name, before, after = PLACES[kind]
    (tmp_path / name).write_text(before)
    found = find_front_end(tmp_path)
    assert found is not None
    assert (found.file.name, found.connected, found.new_text) == (name, False, after)
    if after:
        (tmp_path / name).write_text(after)
        again = find_front_end(tmp_path)
        assert again is not None
        assert again.connected


@pytest.mark.unit
def test_the_command_adds_the_line_once(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "shop"}')
    (tmp_path / "amplify").mkdir()
    (tmp_path / "amplify" / "backend.ts").write_text("")
    ended = command_here(tmp_path, "front-end")
    assert ended.code == 1
    assert "vite.config" in ended.err
    assert "docs/front-end.md" in ended.err
    config = tmp_path / "vite.config.ts"
    config.write_text("export default { plugins: [react()] }\n")
    ended = command_here(tmp_path, "front-end")
    assert (ended.code, "--yes" in ended.err) == (1, True)
    assert FOLDER.name not in config.read_text()
    assert command_here(tmp_path, "front-end", "--yes").code == 0
    once = config.read_text()
    assert once == f"export default {{ plugins: [{PLUGIN}, react()] }}\n"
    ended = command_here(tmp_path, "front-end")
    assert (ended.code, config.read_text()) == (0, once)
    assert "connects your front end" in ended.out


@pytest.mark.cloud
def test_the_files_follow_a_local_cloud_that_moves(backend: Backend) -> None:
    folder = backend.root / FOLDER
    moved = "http://127.0.0.1:1"
    refresh(backend.root, moved, "us-east-1")
    assert moved in (folder / "browser.js").read_text()
    assert json.loads((folder / "backend.json").read_text())["endpoint"] == moved
    backend.outputs_file.write_text('{"version": "1.4", "auth": {"user_pool_id": "other"}}')
    refresh(backend.root, "http://127.0.0.1:2", "us-east-1")
    assert moved in (folder / "browser.js").read_text()
    (folder / "backend.json").unlink()
    refresh(backend.root, "http://127.0.0.1:2", "us-east-1")
    assert not (folder / "backend.json").exists()


@pytest.mark.cloud
def test_a_page_goes_to_aws_once_that_was_deployed_to(backend: Backend) -> None:
    script = backend.root / FOLDER / "browser.js"
    disconnect(backend.root, backend.root / "other" / "amplify_outputs.json")
    assert backend.target.endpoint in script.read_text()
    disconnect(backend.root, backend.outputs_file)
    assert "localAddress" not in script.read_text()
    backend.write()
    assert backend.target.endpoint in script.read_text()


@pytest.mark.unit
def test_a_front_end_in_another_folder(tmp_path: Path) -> None:
    backend, web = tmp_path / "backend", tmp_path / "web"
    (backend / FOLDER).mkdir(parents=True)
    web.mkdir()
    (web / "vite.config.ts").write_text("export default { plugins: [] }\n")
    assert find_front_end(backend) is None
    outputs = {"outputs": str(web / "amplify_outputs.json")}
    (backend / FOLDER / "backend.json").write_text(json.dumps(outputs))
    found = find_front_end(backend)
    assert found is not None
    assert found.file == web / "vite.config.ts"
    assert "${process.cwd()}/../backend/.amplify/front-end/vite.cjs" in found.new_text
