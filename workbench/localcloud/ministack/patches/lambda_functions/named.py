"""What calls of Lambda name: a function, one of its versions or aliases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.lambda_functions.refusals import (
    Reply,
    not_found,
    refusing,
)


def function_named(name: str) -> dict[str, Any]:
    """The stored function; empty if it is not there."""
    from ministack.services import lambda_svc

    found: dict[str, Any] | None = lambda_svc._functions.get(name)
    return found if found is not None else {}


def arn_of(name: str, qualifier: object = "") -> str:
    """The ARN of a function, or of its version or alias."""
    from ministack.services import lambda_svc

    arn = str(lambda_svc._func_arn(name))
    return f"{arn}:{qualifier}" if qualifier else arn


def require(name: str, qualifier: str | None) -> None:
    """Refuse a function, version or alias that is not there."""
    function = function_named(name)
    if not function and not qualifier:
        raise not_found(f"Function not found: {arn_of(name)}")
    if not qualifier or qualifier == "$LATEST":
        return
    if qualifier.isdigit() or "$" in qualifier:
        if qualifier not in function.get("versions", {}):
            raise not_found(f"Function not found: {arn_of(name, qualifier)}")
    elif qualifier not in function.get("aliases", {}):
        raise not_found(f"Cannot find alias arn: {arn_of(name, qualifier)}")


def checked(call: Callable[..., Reply], check: Callable[..., None]) -> Callable[..., Reply]:
    """A call that is carried out unless ``check`` refuses it."""

    def carry_out(*given: Any, **named: Any) -> Reply:
        check(*given, **named)
        return call(*given, **named)

    return refusing(carry_out)


def qualifier_in(path_qualifier: str | None, query: Mapping[str, Any] | None) -> str | None:
    """The version or alias that a call names in its address or besides it."""
    from ministack.services import lambda_svc

    found: str | None = lambda_svc._qualifier_from_path_or_query(path_qualifier, query)
    return found
