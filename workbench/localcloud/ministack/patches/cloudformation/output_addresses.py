"""Addresses in stack outputs: ministack's are AWS's or resolve nowhere; here each one answers.

Templates build ``https://<id>.execute-api.<region>.amazonaws.com`` themselves, and attributes have
the addresses of function URLs, websites, distributions, load balancers and sign-in domains. Those
of this local cloud become loopback addresses; ministack knows some of them below a path of their
own, the others by the host that stands in the path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.contract import AWS_HOSTS_PREFIX

_ADDRESS = re.compile(
    r"(?P<scheme>https?|wss?)://(?P<host>(?P<name>[a-z0-9][a-z0-9.-]*?)\.(?:"
    r"(?P<api>execute-api\.(?:[a-z0-9-]+\.amazonaws\.com(?:\.cn)?|localhost:\d+))"
    r"|(?P<graphql>appsync-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?(?=/graphql))"
    r"|(?P<function>lambda-url\.[a-z0-9-]+\.on\.aws)"
    r"|(?P<sign_in>auth\.[a-z0-9-]+\.amazoncognito\.com)"
    r"|(?P<distribution>cloudfront\.net)"
    r"|(?P<balancer>[a-z0-9-]+\.elb\.amazonaws\.com(?:\.cn)?)"
    r"|(?P<bucket>s3(?:-website)?[.-](?:[a-z0-9.-]+\.)?amazonaws\.com(?:\.cn)?)"
    r"))(?::443)?(?![\w.:-])",
    re.IGNORECASE,
)


def install() -> None:
    """Correct the values of every stack's outputs, also those that a nested stack hands up."""
    from ministack import app
    from ministack.services.cloudformation import stacks

    resolve = stacks._resolve_stack_outputs

    def resolve_stack_outputs(*arguments: Any, **named: Any) -> Any:
        outputs, exports = resolve(*arguments, **named)
        for output in outputs:
            output["OutputValue"] = reachable(output["OutputValue"])
        for export in exports.values():
            export["Value"] = reachable(export["Value"])
        return outputs, exports

    stacks._resolve_stack_outputs = resolve_stack_outputs
    # A front end may have kept AWS's own form of an API's address.
    app._EXECUTE_API_RE = re.compile(
        r"^([a-f0-9]{8})\.execute-api\.(?:localhost|[a-z0-9-]+\.amazonaws\.com(?:\.cn)?)(?::\d+)?$"
    )


def reachable(text: str) -> str:
    """``text`` with the addresses that this server answers for replaced; others stay."""
    return _ADDRESS.sub(_here, text)


def _here(match: re.Match[str]) -> str:
    kind = next(name for name in _KNOWN if match[name])
    if not _KNOWN[kind](match["host"].lower(), match["name"].lower()):
        return match[0]
    scheme = "ws" if match["scheme"].lower().startswith("ws") else "http"
    if kind == "graphql":
        scheme = scheme.upper()  # for the Amplify client: ``appsync.endpoints`` says why
    path = _PATHS.get(kind)
    place = f"{path}{match['name']}" if path else f"{AWS_HOSTS_PREFIX}{match['host'].lower()}"
    return f"{scheme}://127.0.0.1:{os.environ.get('GATEWAY_PORT', '4566')}{place}"


def _is_api(_host: str, name: str) -> bool:
    from ministack.services import apigateway, apigateway_v1

    return (
        apigateway.find_api_scope(name) is not None
        or apigateway_v1.find_api_scope(name) is not None
    )


def _is_graphql(_host: str, name: str) -> bool:
    from ministack.services import appsync

    return any(api == name for (*_, api), _ in appsync._apis.all_items())


def _is_function(_host: str, name: str) -> bool:
    from ministack.services import lambda_svc

    return lambda_svc.resolve_function_url(name) is not None


def _is_sign_in(_host: str, name: str) -> bool:
    from ministack.services import cognito

    return any(domain == name for (_, _, domain), _ in cognito._pool_domain_map.all_items())


def _is_distribution(_host: str, name: str) -> bool:
    from ministack.services import cloudfront

    return cloudfront.find_distribution_for_label(name) is not None


def _is_balancer(host: str, _name: str) -> bool:
    from ministack.services import alb

    return alb.find_lb_for_host(host) is not None


def _is_bucket(_host: str, name: str) -> bool:
    from ministack.services import s3

    return name in s3._buckets


_KNOWN: Mapping[str, Callable[[str, str], bool]] = {
    "api": _is_api,
    "graphql": _is_graphql,
    "function": _is_function,
    "sign_in": _is_sign_in,
    "distribution": _is_distribution,
    "balancer": _is_balancer,
    "bucket": _is_bucket,
}
_PATHS = {
    "api": "/_aws/execute-api/",
    "function": "/_aws/lambda-url/",
    "graphql": "/v1/apis/",
}
