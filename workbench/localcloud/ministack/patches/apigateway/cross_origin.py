"""Cross-origin rules of HTTP APIs: ministack answers every ``OPTIONS``, and loses templates' rules.

AWS answers ``OPTIONS`` where the API has rules; without them it leaves it to the API's routes, so
that a function may answer. The rules of templates, whose names begin with capitals, ministack
stores and never finds.
Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Rules = Mapping[str, Any]
Headers = dict[str, str]

_OPTIONS = "OPTIONS"
_LEFT_TO_ROUTES = "options"
"""The method in the form that ministack does not take for a preflight."""
_TAKE_METHOD = {
    "_match_route": 1,
    "_authorize_request_v2": 3,
    "_invoke_lambda_proxy": 4,
    "_invoke_http_proxy": 2,
}
"""What is handed the method further on, and in which place."""
_ANY_OF_SCHEME = ("https://*", "http://*")


def install() -> None:
    """Wrap what serves a request to an HTTP API, and what makes one of a template."""
    from ministack.services import apigateway
    from ministack.services.cloudformation import provisioners

    for name, at in _TAKE_METHOD.items():
        setattr(apigateway, name, _with_method(getattr(apigateway, name), at))
    apigateway._cors_response_headers = _with_schemes(apigateway._cors_response_headers)
    apigateway._handle_execute_in_scope = _serving(apigateway._handle_execute_in_scope, apigateway)
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    for name, at in (("create", 1), ("update", 2)):
        handlers[name] = _with_readable_rules(handlers[name], at)


def _with_readable_rules(handler: Callable[..., Any], at: int) -> Callable[..., Any]:
    def with_readable_rules(*given: Any, **named: Any) -> Any:
        rules = given[at].get("CorsConfiguration")
        if rules:
            readable = {name[:1].lower() + name[1:]: value for name, value in rules.items()}
            properties = {**given[at], "CorsConfiguration": readable}
            given = (*given[:at], properties, *given[at + 1 :])
        return handler(*given, **named)

    return with_readable_rules


def _serving(serve: Callable[..., Any], apigateway: Any) -> Callable[..., Any]:
    async def handle(api_id: str, stage: str, path: str, method: str, *more: Any) -> Any:
        rules = (apigateway._apis.get(api_id) or {}).get("corsConfiguration")
        asked = method if rules or method != _OPTIONS else _LEFT_TO_ROUTES
        return await serve(api_id, stage, path, asked, *more)

    return handle


def _with_method(called: Callable[..., Any], at: int) -> Callable[..., Any]:
    def with_method(*given: Any, **named: Any) -> Any:
        if given[at] == _LEFT_TO_ROUTES:
            given = (*given[:at], _OPTIONS, *given[at + 1 :])
        return called(*given, **named)

    return with_method


def _with_schemes(headers_of: Callable[[Rules, str], Headers]) -> Callable[[Rules, str], Headers]:
    def with_schemes(rules: Rules, origin: str) -> Headers:
        allowed = rules.get("allowOrigins") or ()
        if any(each in allowed and origin.startswith(each[:-1]) for each in _ANY_OF_SCHEME):
            rules = {**rules, "allowOrigins": [origin]}
        return headers_of(rules, origin)

    return with_schemes
