"""The steps of the checklist, in order: what each does, and what has to be seen."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from scripts.aws_checklist.commands import Commands, RunningSandbox, StepError
from scripts.aws_checklist.project import DATA, FIELD, HANDLER, NEW_FIELD, NEW_MODEL, edit

_LOG_SECONDS: Final = 90.0
"""CloudWatch shows a line some seconds after it was written."""


@dataclass
class Run:
    """What the steps share; ``sandbox`` runs from the first deployment on."""

    commands: Commands
    sandbox: RunningSandbox | None = None
    stack_may_exist: bool = False
    user: str = "checklist@example.com"
    password: str = field(default_factory=lambda: f"Aa1-{secrets.token_hex(8)}")

    @property
    def running(self) -> RunningSandbox:
        """The running sandbox; raises StepError if an earlier step could not start it."""
        if self.sandbox is None or not self.sandbox.is_running:
            raise StepError("the sandbox does not run")
        return self.sandbox


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``act`` returns what it saw, in a few words; ``asks`` is asked before it.

    ``needs_aws``: what it uses only AWS itself has, so an emulator skips it.
    """

    name: str
    expected: str
    act: Callable[[Run], str]
    asks: str = ""
    needs_aws: bool = False


def _credentials(run: Run) -> str:
    said = run.commands.run("doctor")
    _require("CDK bootstrap" in said and "present" in said, said)
    (target,) = [line.strip() for line in said.splitlines() if " target" in line]
    return " ".join(target.split())


def _first_deployment(run: Run) -> str:
    run.stack_may_exist = True
    run.sandbox = RunningSandbox(run.commands, ("--stream-function-logs",))
    return _succeeds(run, "cloudformation")


def _no_change(run: Run) -> str:
    edit(run.commands.root, DATA, ("class Todo", "# a comment\nclass Todo"))
    end, _ = run.running.deployed()
    _require(end["result"] == "no change", end["result"])
    return f"{end['seconds']:.1f} s"


def _function_swap(run: Run) -> str:
    edit(run.commands.root, HANDLER, ("Hello", "Good evening"))
    return _succeeds(run, "hotswap")


def _function_answers(run: Run) -> str:
    return _query(run, '{ greet(name: "Ann") }', "Good evening, Ann!")


def _function_logs(run: Run) -> str:
    _query(run, '{ greet(name: "Bob") }', "Bob")
    line = run.running.until(
        lambda event: event["kind"] == "log" and event["text"].strip() == "greets Bob",
        _LOG_SECONDS,
    )
    return f"{line['source']}: {line['text'].strip()}"


def _schema_swap(run: Run) -> str:
    edit(run.commands.root, DATA, (FIELD, NEW_FIELD))
    return _succeeds(run, "hotswap")


def _data(run: Run) -> str:
    _query(run, 'mutation { createTodo(input: {content: "milk", done: true}) { id } }', "id")
    return _query(run, "{ listTodos { items { content done } } }", "milk")


def _subscription(run: Run) -> str:
    listening = run.commands.start(
        "subscribe", "-e", "subscription { onCreateTodo { content } }", "--count", "1", "--json"
    )
    try:
        for number in range(20):
            # A subscription is confirmed some time after the command has begun.
            text = f'mutation {{ createTodo(input: {{content: "bread {number}"}}) {{ content }} }}'
            _query(run, text, "bread")
            if listening.poll() is not None:
                break
    finally:
        listening.terminate()
    said, _ = listening.communicate(timeout=30)
    _require("bread" in said, said.strip() or "nothing was received")
    return said.strip().splitlines()[-1][:60]


def _new_model(run: Run) -> str:
    edit(
        run.commands.root,
        DATA,
        ("\n\n@query", f"{NEW_MODEL}\n@query"),
        ("[Todo]", "[Todo, Note]"),
    )
    return _succeeds(run, "cloudformation")


def _losing_data(run: Run) -> str:
    edit(run.commands.root, DATA, ("[Todo, Note]", "[Todo]"))
    end, _ = run.running.deployed()
    _require(end["result"] == "refused", end["result"])
    edit(run.commands.root, DATA, ("[Todo]", "[Todo, Note]"))
    again, _ = run.running.deployed()
    _require(again["result"] == "no change", f"after taking it back: {again['result']}")
    return "refused: it would lose the table Note"


def _users(run: Run) -> str:
    name = run.user
    run.commands.run("users", "create", name, "--password", "--no-invite", stdin=run.password)
    signed_in = run.commands.run("users", "sign-in", name, "--json", stdin=run.password)
    _require("access" in json.loads(signed_in), signed_in)
    _require(name in run.commands.run("users", "list"), "the new user is not listed")
    run.commands.run("users", "delete", name, "--yes")
    return "created, signed in by SRP, listed, deleted"


def _secret(run: Run) -> str:
    value = secrets.token_hex(8)
    run.commands.run("secret", "set", "CHECKLIST", stdin=value)
    found = run.commands.run("secret", "get", "CHECKLIST").strip()
    run.commands.run("secret", "remove", "CHECKLIST")
    _require(found == value, "another value came back")
    return "set, read, removed"


def _history(run: Run) -> str:
    status = json.loads(run.commands.run("status", "--json"))
    _require(status["stack_status"].endswith("_COMPLETE"), str(status))
    lines = run.commands.run("history").splitlines()
    _require(len(lines) > 3, "\n".join(lines))
    return f"{status['target']}: {status['stack_status']}, {len(lines) - 1} deployments"


def _deletion(run: Run) -> str:
    code = run.running.stop()
    _require(code == 130, f"Ctrl-C ended the sandbox with {code}")
    said = run.commands.run("delete", "--yes")
    _require("✓ deleted" in said, said)
    run.stack_may_exist = False
    status = json.loads(run.commands.run("status", "--json"))
    _require(not status["stack_status"], str(status))
    remaining = [line.strip() for line in said.splitlines() if "still there" in line]
    return "; ".join(remaining) or "nothing remains"


STEPS: Final = (
    Step("credentials", "doctor finds the account and its bootstrap", _credentials),
    Step(
        "first deployment",
        "by CloudFormation, in under 6 minutes",
        _first_deployment,
        "This makes a stack with a user pool, a table, an API and a function (cents a month).",
    ),
    Step("no change", "a comment deploys nothing, in under 5 s", _no_change),
    Step("function hot-swap", "by hot-swap, in under 10 s", _function_swap),
    Step("function answers", "the new words", _function_answers, needs_aws=True),
    Step("function logs", "what the function printed", _function_logs, needs_aws=True),
    Step("schema hot-swap", "by hot-swap, in under 15 s", _schema_swap),
    Step("data", "a row with the new field", _data, needs_aws=True),
    Step("subscription", "a row as it is made", _subscription, needs_aws=True),
    Step("new model", "by CloudFormation, in under 3 minutes", _new_model),
    Step("losing data", "refused without --allow-destroy", _losing_data),
    Step("users", "a user can sign in", _users),
    Step("secrets", "the same value comes back", _secret),
    Step("history", "what was deployed, and where", _history),
    Step(
        "deletion",
        "the stack is gone; log groups at most remain",
        _deletion,
        "This deletes the stack with all its data.",
    ),
)


def _succeeds(run: Run, method: str) -> str:
    end, found = run.running.deployed()
    if end["result"] != "succeeded":
        failure = end.get("failure") or {}
        raise StepError(f"{end['result']}: {failure.get('title', '')} {failure.get('reason', '')}")
    _require(found == method, f"by {found}, not by {method}")
    return f"{end['seconds']:.1f} s"


def _query(run: Run, text: str, wanted: str) -> str:
    said = run.commands.run("query", "-e", text, "--as", "api-key", "--json")
    _require(wanted in said, said.strip())
    return said.strip()[:60]


def _require(holds: bool, seen: str) -> None:
    if not holds:
        raise StepError(seen)
