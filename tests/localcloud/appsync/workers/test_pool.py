"""Workers: what ends one, that another takes its place, and that none outlives its owner."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from workbench.localcloud.appsync.evaluation import (
    Effects,
    Evaluation,
    Facts,
    TemplateError,
)
from workbench.localcloud.appsync.workers.evaluator import Evaluator

NEVER_ENDS = "let o = []; for (const i of Array(60).fill(0)) { o = [o, o] } return o.flat(99)"
FACTS = Facts("API Key Authorization")

_OWNER = """
import asyncio, sys
from workbench.localcloud.appsync.evaluation import Effects, Facts
from workbench.localcloud.appsync.workers.evaluator import Evaluator

async def main():
    evaluator = Evaluator()
    code = "export function request(ctx) { %s }"
    context = {"arguments": {}, "args": {}, "stash": {}}
    running = evaluator.evaluate_handler(code, "request", context, Effects(), Facts("x"))
    task = asyncio.create_task(running)
    while not evaluator._pool._workers:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    print(*(worker.process for worker in evaluator._pool._workers), flush=True)
    await task

asyncio.run(main())
"""


@pytest.fixture
async def evaluator() -> AsyncIterator[Evaluator]:
    made = Evaluator()
    yield made
    made.close()


def _context() -> dict[str, Any]:
    arguments = {"n": 1}
    return {"arguments": arguments, "args": arguments, "stash": {}, "prev": None, "result": None}


def _busy(evaluator: Evaluator) -> list[Any]:
    return [worker for worker in evaluator._pool._workers if worker.job is not None]


async def _handler(evaluator: Evaluator, body: str, owner: object = None) -> Evaluation:
    code = f"export function request(ctx) {{ {body} }}"
    return await evaluator.evaluate_handler(code, "request", _context(), Effects(), FACTS, owner)


async def test_what_a_handler_does_comes_back(evaluator: Evaluator) -> None:
    code = """export function request(ctx) {
      console.log('seen', ctx.args.n); ctx.stash.kept = { a: [1] }; ctx.args.n = 2;
      util.appendError('soft', 'Kind'); runtime.earlyReturn({ early: true }, { skipTo: 'END' });
    }"""
    context, effects = _context(), Effects()
    stash = context["stash"]
    found = await evaluator.evaluate_handler(code, "request", context, effects, FACTS)
    assert (found.value, found.returned, found.skip_to) == ({"early": True}, True, "END")
    assert stash == {"kept": {"a": [1]}}
    assert context["args"] == {"n": 2}
    assert effects.logs == ['INFO - code.js:2:7: "seen" 1']
    assert [error.message for error in effects.errors] == ["soft"]


async def test_native_code_is_ended_and_others_go_on(evaluator: Evaluator) -> None:
    await _handler(evaluator, "return 1")
    bombs = [asyncio.create_task(_handler(evaluator, NEVER_ENDS, "one")) for _ in range(3)]
    await asyncio.sleep(0.3)
    found = await _handler(evaluator, "return 'quick'", "another")
    assert found.value == "quick"
    assert not any(bomb.done() for bomb in bombs)
    for bomb in bombs:
        with pytest.raises(TemplateError, match="Code took longer than 1 s to run"):
            await bomb
    assert (await _handler(evaluator, "return 2")).value == 2


async def test_a_crash_is_an_error_of_its_field_only(evaluator: Evaluator) -> None:
    bomb = asyncio.create_task(_handler(evaluator, NEVER_ENDS))
    while not (busy := _busy(evaluator)):  # noqa: ASYNC110 - the pool tells nobody
        await asyncio.sleep(0.01)
    os.kill(busy[0].process, signal.SIGSEGV)
    with pytest.raises(TemplateError, match="Code ended its process"):
        await bomb
    assert (await _handler(evaluator, "return 3")).value == 3


async def test_without_the_nursery_another_is_started(evaluator: Evaluator) -> None:
    assert (await _handler(evaluator, "return 1")).value == 1
    nursery = evaluator._pool._keeper._process
    assert nursery is not None
    os.kill(nursery.pid, signal.SIGKILL)
    await asyncio.sleep(0.3)
    assert (await _handler(evaluator, "return 2")).value == 2


async def test_a_template_that_is_not_brief_gives_what_it_would_have(evaluator: Evaluator) -> None:
    # Risky for the loop as a pattern, harmless with this text: it is evaluated in a worker.
    text = """#set($ctx.stash.n = $ctx.args.n)$util.qr($ctx.stash.put('list', [1, 2.5, 'a']))
    $util.log.info('seen') {"payload": $util.matches('^(a+)+$', 'aaa')}"""
    context, effects = _context(), Effects()
    found = await evaluator.evaluate_mapping(text, context, effects, FACTS)
    assert found.value == {"payload": True}
    assert context["stash"] == {"n": 1, "list": [1, 2.5, "a"]}
    assert context["args"] is context["arguments"]
    assert len(effects.logs) == 1


async def test_a_template_ended_by_the_clock_leaves_the_context_as_it_was(
    evaluator: Evaluator,
) -> None:
    text = "#set($ctx.stash.n = 5)$util.matches('^(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')"
    context = _context()
    with pytest.raises(TemplateError, match="Template took longer than 1 s to run"):
        await evaluator.evaluate_mapping(text, context, Effects(), FACTS)
    assert context == _context()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_no_worker_outlives_its_owner() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER % NEVER_ENDS], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        workers = [int(each) for each in owner.stdout.readline().split()]
        assert workers
        owner.kill()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{each}").exists() and _is_ours(each) for each in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_ours(process: int) -> bool:
    try:
        return b"nursery" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
