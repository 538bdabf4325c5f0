"""What packages do when they are imported is part of every save.

Warm assemblies equal fresh ones.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.synth.assemblies import different
from workbench.synth.synthesizer import Synthesizer

if TYPE_CHECKING:
    from tests.synth.conftest import Bench

pytestmark = [pytest.mark.npm, pytest.mark.asyncio(loop_scope="module")]

CONTEXT = {
    "amplify-backend-namespace": "quickstart",
    "amplify-backend-name": "me",
    "amplify-backend-type": "sandbox",
}

PACKAGES = {
    "environment-cjs": "process.env.FROM_PACKAGE = (process.env.FROM_PACKAGE ?? '') + 'x';\n",
    "counter-cjs": "let count = 0;\nexports.next = () => ++count;\n",
    "shared-cjs": "exports.names = [];\n",
    "user-of-shared-cjs": "const { names } = require('shared-cjs');\nnames.push('user');\n",
    "counter-esm": "let count = 0;\nexport const next = () => ++count;\n",
    "registry-esm": (
        "const key = Symbol.for('registry');\n"
        "globalThis[key] ??= [];\nglobalThis[key].push('registered');\n"
        "export const registered = globalThis[key];\n"
    ),
    "patches-esm": (
        "import fs from 'node:fs';\nimport { Stack } from 'aws-cdk-lib';\n"
        "const read = fs.readFileSync;\n"
        "fs.readFileSync = (...args) => read(...args);\n"
        "export const wrapped = read.toString().includes('read(...args)');\n"
        "String.prototype.loud = function () { return (this.calls = 1) && `${this}!`; };\n"
        "Array.prototype.first ??= function () { return this[0]; };\n"
        "const { toString } = Stack.prototype;\n"
        "Stack.prototype.toString = function () { return toString.call(this) + '+'; };\n"
        "Error.stackTraceLimit += 1;\n"
        "export const limit = Error.stackTraceLimit;\n"
    ),
    "process-esm": (
        "export const listeners = process.listenerCount('exit');\n"
        "process.on('exit', () => {});\n"
        "export const mask = process.umask(process.umask() ^ 0o20);\n"
        "export const folder = process.cwd().endsWith('/amplify');\nprocess.chdir('amplify');\n"
        "setTimeout(() => { process.env.LATE = 'yes'; }, 30);\n"
        "setInterval(() => { globalThis.late = true; }, 30);\n"
    ),
    "requires-esm-cjs": "exports.next = require('counter-esm').next;\n",
    "reads-a-file-cjs": (
        "exports.setting = JSON.parse(require('fs').readFileSync(\n"
        "  require('path').join(__dirname, '../../settings.json'), 'utf8')).setting;\n"
    ),
}

BACKEND = """\
import 'dotenv/config';
import 'environment-cjs';
import 'user-of-shared-cjs';
import { createRequire } from 'node:module';
import { CfnOutput } from 'aws-cdk-lib';
import * as counterCjs from 'counter-cjs';
import * as counterEsm from 'counter-esm';
import { limit, wrapped } from 'patches-esm';
import * as ofProcess from 'process-esm';
import { setting } from 'reads-a-file-cjs';
import { registered } from 'registry-esm';
import shared from 'shared-cjs';
import { defineBackend, defineFunction } from '@aws-amplify/backend';
import { auth } from './auth/resource.js';
import { data } from './data/resource.js';

const said = defineFunction({
  name: 'said',
  entry: './said.ts',
  environment: { LEVEL: process.env.LEVEL ?? process.env.OTHER ?? 'missing' },
});
const backend = defineBackend({ auth, data, said });
const stack = backend.createStack('seen');
const seen = {
  counters: [counterCjs.next(), counterEsm.next(), counterEsm.next()],
  fromPackage: process.env.FROM_PACKAGE,
  late: process.env.LATE ?? globalThis.late ?? null,
  first: ([1] as any).first(),
  loud: ('a' as any).loud?.name ?? null,
  registered, names: shared.names, setting, limit, wrapped, stack: stack.toString(),
  process: { listeners: ofProcess.listeners, mask: ofProcess.mask, folder: ofProcess.folder },
  EXTRA
};
new CfnOutput(stack, 'Seen', { value: JSON.stringify(seen) });
process.env.LEFT = 'by the run';
process.env.PATH += ':/left';
"""

PLAIN = BACKEND.replace("EXTRA", "")


def write_project(bench: Bench) -> None:
    for name, text in PACKAGES.items():
        folder = f"amplify/node_modules/{name}"
        kind = "module" if name.endswith("-esm") else "commonjs"
        manifest = {"name": name, "version": "1.0.0", "type": kind, "main": "index.js"}
        bench.write(f"{folder}/package.json", json.dumps(manifest))
        bench.write(f"{folder}/index.js", text)
    bench.write("amplify/said.ts", "export const handler = async () => 'said';\n")
    bench.write("amplify/settings.json", '{"setting": 1}')
    bench.write("amplify/backend.ts", PLAIN)
    bench.write(".env", "LEVEL=one\n")


async def assembly(bench: Bench, synthesizer: Synthesizer, name: str) -> Path:
    result = await synthesizer.synth(CONTEXT, bench.project.assembly_dir.with_name(name))
    assert result.diagnostics == ()
    assert result.assembly is not None
    return result.assembly


class Both:
    """Evaluates in the warm process and, once for the same files, in a new one."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._fresh: dict[str, Path] = {}

    async def seen(self) -> dict[str, object]:
        """What the backend saw, the same in both."""
        warm = await assembly(self._bench, self._bench.synthesizer, "cdk.out")
        await asyncio.sleep(0.1)  # what the run left behind has time to do harm
        assert different(warm, await self._new()) == []
        (template,) = warm.glob("*seen*.template.json")
        value: str = json.loads(template.read_text())["Outputs"]["Seen"]["Value"]
        return {**json.loads(value), "level": level(warm)}

    async def _new(self) -> Path:
        """The assembly of a new process, which takes 4 s."""
        files = "".join(
            map(self._bench.read, ("amplify/backend.ts", "amplify/settings.json", ".env"))
        )
        if files not in self._fresh:
            new = self._bench.another()
            try:
                name = f"cdk.new-{len(self._fresh)}"
                self._fresh[files] = await assembly(self._bench, new, name)
            finally:
                await new.close()
        return self._fresh[files]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_both(module_bench: Bench) -> Both:
    return Both(module_bench)


@pytest_asyncio.fixture(loop_scope="module")
async def both(warm_bench: Bench, module_both: Both) -> Both:
    write_project(warm_bench)
    return module_both


def level(folder: Path) -> str:
    (template,) = folder.glob("*function*.template.json")
    resources = json.loads(template.read_text())["Resources"].values()
    (function,) = [each for each in resources if each["Type"] == "AWS::Lambda::Function"]
    return str(function["Properties"]["Environment"]["Variables"]["LEVEL"])


async def test_every_save_sees_what_a_new_process_sees(both: Both, warm_bench: Bench) -> None:
    first = await both.seen()
    assert first["level"] == "one"
    assert first["counters"] == [1, 1, 2]
    assert (first["fromPackage"], first["names"]) == ("x", ["user"])
    assert first["late"] is None

    assert await both.seen() == first
    # One is not left, and the other is read.
    warm_bench.write(".env", "OTHER=two\n")
    warm_bench.write("amplify/settings.json", '{"setting": 2}')
    warm_bench.edit("amplify/backend.ts", "import 'environment-cjs';\n", "")
    first.pop("fromPackage")
    assert await both.seen() == {**first, "level": "two", "setting": 2}


async def test_a_save_that_fails_leaves_nothing_to_the_next(both: Both, warm_bench: Bench) -> None:
    first = await both.seen()
    await fail(warm_bench, PLAIN)
    warm_bench.write("amplify/backend.ts", PLAIN)
    assert await both.seen() == first


async def fail(bench: Bench, backend: str) -> None:
    bench.write("amplify/backend.ts", f"{backend}\nthrow new Error('after all');\n")
    result = await bench.synthesizer.synth(CONTEXT, bench.project.assembly_dir)
    assert "after all" in result.diagnostics[0].message


async def test_esm_that_a_package_requires_is_evaluated_again_too(
    both: Both, warm_bench: Bench
) -> None:
    extra = "required: createRequire(import.meta.url)('requires-esm-cjs').next(),"
    requiring = BACKEND.replace("EXTRA", extra)
    await fail(warm_bench, requiring)
    warm_bench.write("amplify/backend.ts", requiring)
    first = await both.seen()
    assert await both.seen() == first
