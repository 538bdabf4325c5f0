"""Recognises requests to the user's applications: API Gateway, function URLs, CloudFront, ALB.

Those have their own cross-origin rules and authorization.
"""

from __future__ import annotations


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
