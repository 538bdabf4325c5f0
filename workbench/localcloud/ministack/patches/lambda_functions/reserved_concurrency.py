"""ReservedConcurrentExecutions in a template: ministack leaves it out of the function it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_KEY = "ReservedConcurrentExecutions"


def install() -> None:
    """Set it, or take it back, where CloudFormation makes or changes a function."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    handlers["create"] = _reserving(handlers["create"], 1)
    handlers["update"] = _reserving(handlers["update"], 2)


def _reserving(provision: Callable[..., Any], properties: int) -> Callable[..., Any]:
    def provision_reserved(*given: Any) -> Any:
        from ministack.services import lambda_svc

        name, attributes = provision(*given)
        before = given[1] if properties == 2 else {}
        value = given[properties].get(_KEY)
        if value is not None:
            lambda_svc._put_function_concurrency(name, {_KEY: int(value)})
        elif before.get(_KEY) is not None:
            lambda_svc._delete_function_concurrency(name)
        return name, attributes

    return provision_reserved
