import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench.backend.constructs.functions.code import FunctionCode, stage_code
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import DefinitionError
from workbench.project.node_runtime import find_node


def staged(function: FunctionDefinition, cache: Path, **options: Any) -> FunctionCode:
    settings = {"reads_parameters": False, "local": True, **options}
    return stage_code(function, cache=cache, **settings)


def files(code: FunctionCode) -> set[str]:
    return {p.relative_to(code.folder).as_posix() for p in code.folder.rglob("*") if p.is_file()}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "amplify" / "greeting"
    (folder / "words").mkdir(parents=True)
    (folder / "__pycache__").mkdir()
    (folder / "handler.py").write_text("def handler(event, context):\n    return 1\n")
    (folder / "resource.py").write_text("")
    (folder / "words" / "__init__.py").write_text("HELLO = 1\n")
    (folder / "__pycache__" / "x.pyc").write_text("")
    return folder


def test_the_code_is_the_folder_without_its_definition(source: Path, tmp_path: Path) -> None:
    code = staged(FunctionDefinition("greeting", source / "handler.py"), tmp_path / "cache")
    assert files(code) == {"handler.py", "words/__init__.py"}
    assert code.handler == "handler.handler"


def test_the_digest_changes_with_the_contents_only(source: Path, tmp_path: Path) -> None:
    function = FunctionDefinition("greeting", source / "handler.py")
    first = staged(function, tmp_path / "cache")
    os.utime(source / "handler.py", (1, 1))
    again = staged(function, tmp_path / "cache")
    (source / "words" / "__init__.py").write_text("HELLO = 2\n")
    changed = staged(function, tmp_path / "cache")
    assert first == again
    assert changed.digest != first.digest
    assert not first.folder.exists()


def test_secrets_are_read_before_the_users_module(source: Path, tmp_path: Path) -> None:
    (source / "handler.py").write_text(
        "import os\nKEY = os.environ['KEY']\nSHARED = os.environ['SHARED']\n"
        "def handler(event, context):\n    return [KEY, SHARED, event]\n"
    )
    function = FunctionDefinition("greeting", source / "handler.py")
    code = staged(function, tmp_path / "cache", reads_parameters=True)
    assert code.handler == "amplify_start.handler"
    (tmp_path / "boto3.py").write_text(
        "class client:\n"
        "    def __init__(self, name): assert name == 'ssm'\n"
        "    def get_parameters(self, Names, WithDecryption):\n"
        "        have = {'/own/KEY': 'k', '/shared/SHARED': 's'}\n"
        "        return {'Parameters': [dict(Name=n, Value=have[n]) for n in Names if n in have]}\n"
    )
    config = {
        "KEY": {"path": "/own/KEY", "sharedPath": "/shared/KEY"},
        "SHARED": {"path": "/own/SHARED", "sharedPath": "/shared/SHARED"},
    }
    done = subprocess.run(
        [sys.executable, "-c", "import amplify_start; print(amplify_start.handler(7, None))"],
        env={
            **os.environ,
            "PYTHONPATH": f"{tmp_path}{os.pathsep}{code.folder}",
            "AMPLIFY_SSM_ENV_CONFIG": json.dumps(config),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "['k', 's', 7]", done.stderr


def test_packages_come_from_the_requirements_file(source: Path, tmp_path: Path) -> None:
    package = tmp_path / "tiny"
    package.mkdir()
    (package / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "tiny"\nversion = "1"\n'
        '[tool.hatch.build.targets.wheel]\ninclude = ["tiny.py"]\n'
    )
    (package / "tiny.py").write_text("ONE = 1\n")
    wheels = tmp_path / "wheels"
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(command, cwd=package, check=True, capture_output=True)
    wheel = next(wheels.glob("*.whl"))
    requirements = source / "requirements.txt"
    requirements.write_text(f"tiny @ {wheel.as_uri()}\n")
    function = FunctionDefinition("greeting", source / "handler.py", requirements=requirements)
    code = staged(function, tmp_path / "cache")
    assert "tiny.py" in files(code)
    assert "requirements.txt" not in files(code)


def test_packages_that_are_not_there_are_an_error(source: Path, tmp_path: Path) -> None:
    requirements = source / "requirements.txt"
    requirements.write_text(f"{tmp_path}/nothing-1-py3-none-any.whl\n")
    function = FunctionDefinition("greeting", source / "handler.py", requirements=requirements)
    with pytest.raises(DefinitionError, match="cannot be installed"):
        staged(function, tmp_path / "cache")


def javascript(folder: Path, name: str, text: str) -> FunctionDefinition:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return FunctionDefinition("shout", folder / name, runtime="nodejs22.x")


def test_javascript_without_esbuild_goes_as_it_is(tmp_path: Path) -> None:
    function = javascript(tmp_path / "shout", "handler.js", "export const handler = () => 1;\n")
    code = staged(function, tmp_path / "cache")
    assert files(code) == {"handler.js", "package.json"}
    assert json.loads((code.folder / "package.json").read_text()) == {"type": "module"}
    common = javascript(tmp_path / "old", "handler.js", "exports.handler = () => 1;\n")
    assert files(staged(common, tmp_path / "cache")) == {"handler.js"}


def test_typescript_needs_esbuild(tmp_path: Path) -> None:
    function = javascript(tmp_path / "shout", "handler.ts", "export const handler = () => 1;\n")
    with pytest.raises(DefinitionError, match="no esbuild") as caught:
        staged(function, tmp_path / "cache")
    assert "npm install" in caught.value.fix


def test_esbuild_runs_only_for_changed_inputs(tmp_path: Path) -> None:
    function = javascript(tmp_path / "p" / "shout", "handler.ts", "one")
    counter = tmp_path / "runs"
    esbuild = tmp_path / "p" / "node_modules" / ".bin" / "esbuild"
    esbuild.parent.mkdir(parents=True)
    esbuild.write_text(
        f"#!{sys.executable}\n"
        "import json, sys\n"
        f"open({str(counter)!r}, 'a').write('x')\n"
        "options = dict(a[2:].split('=', 1) for a in sys.argv if a.startswith('--') and '=' in a)\n"
        "open(options['outfile'], 'w').write('bundled ' + open(sys.argv[1]).read())\n"
        "json.dump({'inputs': {'shout/handler.ts': {}}}, open(options['metafile'], 'w'))\n"
    )
    esbuild.chmod(esbuild.stat().st_mode | stat.S_IXUSR)
    cache = tmp_path / "cache"
    assert staged(function, cache) == staged(function, cache)
    assert counter.read_text() == "x"
    function.entry.write_text("two")
    code = staged(function, cache)
    assert counter.read_text() == "xx"
    assert (code.folder / "index.mjs").read_text() == "bundled two"
    assert code.handler == "index.handler"


@pytest.mark.npm
def test_javascript_reads_its_secrets_first_too(tmp_path: Path) -> None:
    text = "const key = process.env.KEY;\nexport const handler = (event) => [key, event];\n"
    code = staged(
        javascript(tmp_path / "shout", "handler.js", text),
        tmp_path / "cache",
        reads_parameters=True,
    )
    assert code.handler == "amplify_start.handler"
    sdk = tmp_path / "cache" / "node_modules" / "@aws-sdk" / "client-ssm"
    sdk.mkdir(parents=True)
    (sdk / "package.json").write_text('{"type":"module","main":"index.js"}')
    (sdk / "index.js").write_text(
        "export class SSM { async getParameters({ Names }) { return { Parameters:"
        " Names.filter(n => n === '/shared/KEY').map(Name => ({ Name, Value: 'k' })) }; } }"
    )
    script = "import { handler } from './amplify_start.mjs'; console.log(await handler(7));"
    done = subprocess.run(
        [str(find_node().executable), "--input-type=module", "-e", script],
        cwd=code.folder,
        env={
            **os.environ,
            "AMPLIFY_SSM_ENV_CONFIG": json.dumps(
                {"KEY": {"path": "/own/KEY", "sharedPath": "/shared/KEY"}}
            ),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[ 'k', 7 ]", done.stderr
