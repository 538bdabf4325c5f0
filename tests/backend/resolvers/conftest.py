"""Generated resolvers, evaluated one by one: what a field's handlers say for its arguments."""

from __future__ import annotations

from typing import Any, Literal

from workbench.backend.definitions.schema import DataDefinition
from workbench.backend.resolvers.plan import plan_resolvers
from workbench.localcloud.appsync.evaluation import Context, Effects, Facts
from workbench.localcloud.appsync.javascript.handler import evaluate_handler


def handler_value(
    data: DataDefinition,
    field: str,
    arguments: dict[str, Any],
    function: Literal["request", "response"] = "request",
    **members: Any,
) -> Any:
    """What the last step of a field's resolver says to a caller with the API key."""
    plan = next(each for each in plan_resolvers(data.schema) if each.field_name == field)
    context: Context = {
        "arguments": arguments,
        "args": arguments,
        "stash": {},
        "identity": None,
        "source": None,
        "request": {"headers": {}, "domainName": None},
        "info": {"fieldName": field, "parentTypeName": plan.type_name},
        "prev": {"result": {}},
        "result": None,
        "error": None,
        "env": {},
        **members,
    }
    facts = Facts("API Key Authorization")
    code = plan.steps[-1].code
    return evaluate_handler(code, function, context, Effects(), facts).value
