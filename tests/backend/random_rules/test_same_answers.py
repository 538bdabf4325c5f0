"""Random rules × callers × inputs: a Python backend answers as Amplify's own resolvers answer.

One seed's models are deployed in both languages, and the same random calls are made to both: what
comes must be the same, errors and their texts included, and so must be the tables in the end.
``RULES_SEED``, ``RULES_MODELS`` and ``RULES_CALLS`` ask for another, longer run.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tests.backend.random_rules.definitions import (
    LISTS,
    TEXTS,
    Model,
    python_of,
    random_models,
    typescript_of,
)
from tests.localcloud.appsync.matrix.callers import Callers
from tests.localcloud.appsync.matrix.deployed import USERS, shared_deployment
from tests.localcloud.appsync.realtime.socket_client import Refused
from tests.quickstart_project import copy_quickstart

pytestmark = pytest.mark.npm

SEED = int(os.environ.get("RULES_SEED", "7"))
MODELS = int(os.environ.get("RULES_MODELS", "8"))
CALLS = int(os.environ.get("RULES_CALLS", "300"))
CALLERS = (
    *("user:ann", "user:ann", "user:bob", "user:cara", "user:dan"),
    *("key", "iam:", "iam:ann", "lambda:open", "admin"),
)
_HERE = Path(__file__).parents[1]
_TYPESCRIPT = _HERE.parent / "localcloud/appsync/matrix/amplify"
_PYTHON = _HERE / "matrix/amplify"
_REQUEST_ID = re.compile(r"Request ID: \w+")
Said = tuple[Any, list[Any]]


@dataclass
class Side:
    """One of the two deployments; what differs between them by nature is named the same."""

    callers: Callers
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """Each model's keys, by the order in which its rows were made."""

    def given(self, value: Any) -> Any:
        """An input with this deployment's owners: ``@ann``."""
        if isinstance(value, dict):
            return {key: self.given(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.given(each) for each in value]
        return self.callers.owner(value[1:]) if str(value).startswith("@") else value

    def named(self, value: Any) -> Any:
        """An answer without what is this deployment's own."""
        if isinstance(value, dict):
            return {key: self.named(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.named(each) for each in value]
        if not isinstance(value, str):
            return value
        for user in USERS:
            owner = self.callers.owner(user)
            for part in (owner, *owner.split("::")):
                value = value.replace(part, f"@{user}")
        for rows in self.rows.values():
            for number, key in enumerate(rows):
                value = value.replace(key.get("id", "\0"), f"#{number}")
        return value

    def run(self, who: str, model: Model, verb: str, given: dict[str, Any]) -> Said:
        query, variables = _operation(model, verb, self.given(given))
        answer = self.callers.run(who, query, **variables)
        data = dict(answer.data)
        made = data.get(f"create{model.name}")
        if verb == "create" and made:
            names = model.identifier or ("id",)
            self.rows.setdefault(model.name, []).append({name: made[name] for name in names})
        order: list[int] = []
        for page in data.values():
            if isinstance(page, dict) and "items" in page:
                # A table has no order; errors name items by their places.
                items = page["items"]
                order = sorted(range(len(items)), key=lambda at: str(self.named(items[at])))
                page["items"] = [items[at] for at in order]
        errors = [
            (
                [
                    order.index(step) if order and isinstance(step, int) else step
                    for step in each.get("path") or ()
                ],
                each.get("errorType"),
                _REQUEST_ID.sub("", self.named(each["message"])),
            )
            for each in answer.errors
        ]
        return self.named(data), sorted(errors, key=str)

    async def listen(self, who: str, model: Model, verb: str) -> Said:
        query = f"subscription {{ on{verb}{model.name} {{ {_selection(model)} }} }}"
        try:
            async with self.callers.socket(who) as socket:
                await socket.say({"type": "connection_init"})
                said = await socket.hear()
                if said["type"] == "connection_ack":
                    await socket.say(self.callers.start(who, "one", query))
                    said = await socket.hear()
        except (Refused, EOFError) as refused:
            return type(refused).__name__, []
        errors = said.get("payload", {}).get("errors", [])
        return said["type"], [(each.get("errorType"), each.get("message")) for each in errors]


@pytest.fixture(scope="module")
def models() -> tuple[Model, ...]:
    return random_models(SEED, MODELS)


@pytest.fixture(scope="module")
def sides(
    tmp_path_factory: pytest.TempPathFactory, npm_modules: Path, models: tuple[Model, ...]
) -> Iterator[tuple[Side, Side]]:
    """Both deployments of the seed's models."""

    def typescript(project: Path) -> Path:
        copy_quickstart(project, npm_modules)
        shutil.copytree(_TYPESCRIPT, project / "amplify", dirs_exist_ok=True)
        (project / "amplify/data/resource.ts").write_text(typescript_of(models))
        return project

    def python(project: Path) -> Path:
        shutil.copytree(_PYTHON, project / "amplify")
        (project / "amplify/data/resource.py").write_text(python_of(models))
        return project

    folder = tmp_path_factory.mktemp("random-rules")
    (folder / "ts").mkdir()
    (folder / "py").mkdir()
    with (
        shared_deployment(folder / "ts", typescript) as theirs,
        shared_deployment(folder / "py", python) as ours,
        httpx.Client(timeout=20) as http,
    ):
        yield Side(Callers(theirs, http)), Side(Callers(ours, http))


def test_both_languages_answer_the_same(
    sides: tuple[Side, Side], models: tuple[Model, ...]
) -> None:
    random = Random(SEED)
    theirs, ours = sides
    different: list[str] = []
    for _ in range(CALLS):
        model = random.choice(models)
        who = random.choice(CALLERS)
        rows = theirs.rows.get(model.name, [])
        verb = random.choices(
            ("create", "update", "delete", "get", "list"), (6 if len(rows) < 6 else 2, 8, 1, 2, 2)
        )[0]
        given = _random_input(random, model, verb)
        if verb in ("update", "delete", "get"):
            row = random.randrange(len(rows) + 1)
            nobody = dict.fromkeys(model.identifier or ("id",), "nobody")
            keys = [[*side.rows.get(model.name, []), nobody][row] for side in sides]
        else:
            keys = [{}, {}]
        expected, came = (
            side.run(who, model, verb, {**key, **given})
            for side, key in zip(sides, keys, strict=True)
        )
        if _without_redacted(model, verb, expected, came) != came:
            different.append(_told(model, f"{who} {verb} {given}", expected, came))
    for model in models:
        left = [side.run("admin", model, "list", {}) for side in sides]
        if left[0] != left[1]:
            different.append(_told(model, "what is left", *left))
    assert sum(map(len, theirs.rows.values())) > len(models)  # else little was tried
    assert not different, f"{len(different)} differences\n" + "\n\n".join(different[:8])
    assert ours.rows.keys() == theirs.rows.keys()


async def test_both_languages_let_the_same_listen(
    sides: tuple[Side, Side], models: tuple[Model, ...]
) -> None:
    random = Random(SEED)
    different = []
    for model in models:
        for who in random.sample(CALLERS, 4):
            verb = random.choice(("Create", "Update", "Delete"))
            expected, came = [await side.listen(who, model, verb) for side in sides]
            if expected != came:
                different.append(_told(model, f"{who} listens to {verb}", expected, came))
    assert not different, "\n\n".join(different[:8])


def _without_redacted(model: Model, verb: str, expected: Said, came: Said) -> Said:
    """What is expected, without the one difference that is meant.

    What a mutation answers goes to its subscribers. Fields that not all of them may see are null
    there in both languages, but Amplify leaves in those that hold owners.
    """
    name = f"{verb}{model.name}"
    theirs, ours = expected[0].get(name), came[0].get(name)
    if verb not in ("create", "update", "delete") or not theirs or not ours:
        return expected
    hidden = {each: None for each in ("holder", "editors", "owner") if ours.get(each, 0) is None}
    return {name: {**theirs, **hidden}}, expected[1]


def _told(model: Model, what: str, expected: Said, came: Said) -> str:
    return f"{model.python}{what}\n  typescript: {expected}\n  python:     {came}"


def _selection(model: Model) -> str:
    names = (*(model.identifier or ("id",)), *TEXTS, *LISTS)
    return " ".join((*names, "owner") if model.has_owner else names)


def _operation(model: Model, verb: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    fields, name = _selection(model), model.name
    if verb == "list":
        return f"query {{ list{name}s(limit: 1000) {{ items {{ {fields} }} }} }}", {}
    if verb == "get":
        kind = "String!" if model.identifier else "ID!"
        names = model.identifier or ("id",)
        head = ", ".join(f"${each}: {kind}" for each in names)
        passed = ", ".join(f"{each}: ${each}" for each in names)
        return f"query({head}) {{ get{name}({passed}) {{ {fields} }} }}", given
    kind = f"{verb.title()}{name}Input!"
    query = f"mutation($input: {kind}) {{ {verb}{name}(input: $input) {{ {fields} }} }}"
    return query, {"input": given}


def _random_input(random: Random, model: Model, verb: str) -> dict[str, Any]:
    if verb not in ("create", "update"):
        return {}
    given: dict[str, Any] = {}
    share = 0.5 if verb == "create" else 0.3
    for name in (*TEXTS, *LISTS):
        if random.random() < share:
            given[name] = None if random.random() < 0.25 else _random_value(random, name)
    if verb == "create":
        for key in model.identifier:
            given[key] = f"{key}-{random.randrange(10**9)}"
        if not model.identifier and random.random() < 0.2:
            given["id"] = f"id-{random.randrange(10**9)}"
    return given


def _random_value(random: Random, name: str) -> Any:
    if name == "holder":
        return random.choice(("@ann", "@bob", "nobody"))
    if name == "editors":
        return random.sample(("@ann", "@bob", "@dan"), random.randint(0, 2))
    if name == "team":
        return random.choice(("Admins", "Editors", "Others"))
    if name == "teams":
        return random.sample(("Admins", "Editors", "Others"), random.randint(0, 2))
    return random.choice(("x", "y", ""))
