"""Runs handlers as a data plane does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest

from workbench.localcloud.appsync.evaluation import Context, Effects, Evaluation, Facts
from workbench.localcloud.appsync.javascript.handler import evaluate_handler

Run = Callable[..., Evaluation]


class Field:
    """One field's context and effects, over as many evaluations as a test makes."""

    def __init__(self) -> None:
        arguments: dict[str, Any] = {}
        self.context: Context = {
            "arguments": arguments,
            "args": arguments,
            "stash": {},
            "identity": None,
            "source": None,
            "request": {"headers": {}, "domainName": None},
            "info": {"fieldName": "getPost", "parentTypeName": "Query"},
            "prev": {"result": None},
            "result": None,
            "error": None,
            "env": {},
        }
        self.effects = Effects()
        self.facts = Facts("API Key Authorization")

    def run(
        self, code: str, function: Literal["request", "response"] = "request", **members: Any
    ) -> Evaluation:
        """Evaluate one handler, with some members of the context set."""
        for name, value in members.items():
            self.context[name] = value
        if "arguments" in members:
            self.context["args"] = members["arguments"]
        return evaluate_handler(code, function, self.context, self.effects, self.facts)

    def value(self, expression: str, imports: str = "", **members: Any) -> Any:
        """What an expression over ``ctx`` gives."""
        return self.run(
            f"{imports}\nexport const request = (ctx) => ({expression});", **members
        ).value


@pytest.fixture
def field() -> Field:
    return Field()
