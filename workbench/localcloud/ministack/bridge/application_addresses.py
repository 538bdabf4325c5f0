"""Recognises requests to the user's applications: API Gateway, function URLs, CloudFront, ALB.

Those have their own cross-origin rules and authorization.
"""

from __future__ import annotations

from collections.abc import Mapping


def is_application(host: str, path: str) -> bool:
    """Whether the emulator hands a request with this ``Host`` and path to an application."""
    from ministack import app

    return (
        app._parse_execute_api_url(host, path) is not None
        or app._parse_lambda_url(host, path) is not None
        or app._is_potential_alb_request(host, path)
        or app._parse_cloudfront_dataplane_host(host) is not None
        or app._resolve_custom_domain_request(host, path) is not None
    )


def headers_for_page(host: str, path: str, origin: str) -> Mapping[str, str] | None:
    """What the rules of an HTTP API or a function's address add to each of its answers.

    Refusals before the integration have them, too. None where there are no rules: the application
    says itself what pages may read.
    """
    from ministack import app
    from ministack.services import apigateway, lambda_svc

    found: dict[str, str] | None = None
    if api := app._parse_execute_api_url(host, path):
        scope = apigateway.find_api_scope(api[0])
        if scope is not None:
            with apigateway.request_scope(*scope):
                rules = (apigateway._apis.get(api[0]) or {}).get("corsConfiguration")
            found = apigateway._cors_response_headers(rules, origin) if rules else None
    elif url := app._parse_lambda_url(host, path):
        resolved = lambda_svc.resolve_function_url(url[0])
        if resolved is not None and resolved[4].get("Cors"):
            found = lambda_svc._function_url_cors_headers(resolved[4], {"origin": origin})
    return found
