"""Decides whether an API's address may be given tokens and keys.

``amplify_outputs.json`` alone does not decide.

The file may come with a repository. On the local cloud only its own address is trusted. On AWS it
is the API that the stack's outputs name, which costs one request that Amplify's managed policy
allows; else those that AppSync's control plane names for this account (addresses of APIs and custom
domains). Where neither may be asked, an address of AppSync's own form is.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.model.user_problem import UserProblem
from workbench.outputs_file import APPSYNC_HOST, ApiEndpoint
from workbench.printed_commands import amplify_tui


def trusted_api(endpoint: ApiEndpoint, clients: Clients, where: str, stack_name: str) -> str:
    """The API's id where it is known, else empty; raises UserProblem for a foreign address.

    Blocks. ``where`` is what names the address, ``stack_name`` the stack that should.
    """
    if not isinstance(clients.target, LocalTarget):
        named = _stack_outputs(clients, stack_name)
        host = urlsplit(endpoint.address).hostname or ""
        # A custom domain may belong to anybody: AppSync says whose it is.
        if endpoint.url == named.get("awsAppsyncApiEndpoint") and APPSYNC_HOST.fullmatch(host):
            return named.get("awsAppsyncApiId", "")
    check_endpoint(endpoint, clients, where)
    return ""


def check_endpoint(endpoint: ApiEndpoint, clients: Clients, where: str) -> None:
    """Raise UserProblem unless the address, read from ``where``, is the target's own.

    Blocks; on AWS it asks the control plane.
    """
    target = clients.target
    if isinstance(target, LocalTarget):
        problem = local_refusal(endpoint.address, target.endpoint)
    else:
        problem = aws_refusal(endpoint.address, _named(clients), clients.region)
    if problem:
        raise UserProblem(
            f"{where} sends requests, with tokens and keys, to {_shown(endpoint.url)}: {problem}.",
            _next_step(endpoint.address),
            where=where,
        )


def local_refusal(address: str, endpoint: str) -> str:
    """Why an address is not on the local cloud at ``endpoint``; empty where it is."""
    ours = urlsplit(endpoint)
    found = _split(address)
    if (
        found is not None
        and found.scheme == "http"
        and found.hostname in (ours.hostname, "localhost")
        and _port(found) == ours.port
        and "@" not in found.netloc
    ):
        return ""
    return f"that is not this project's local cloud, which is at {endpoint}"


def aws_refusal(address: str, named: frozenset[str] | None, region: str) -> str:
    """Why an address is none of AppSync's for this account; empty where it is one.

    ``named`` are the hosts that the control plane names, None where it may not be asked.
    """
    found = _split(address)
    if found is None or found.scheme != "https" or "@" in found.netloc or _port(found) != 443:
        return "on AWS an API is asked by https alone"
    host = (found.hostname or "").lower()
    if named is not None:
        if host in named:
            return ""
        return f"AppSync names no API and no domain of this account at it, in {region}"
    if APPSYNC_HOST.fullmatch(host):
        return ""
    return "that is not an AppSync address, and your credentials may not list the account's domains"


def _stack_outputs(clients: Clients, stack_name: str) -> dict[str, str]:
    try:
        (stack,) = clients.cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except (ClientError, BotoCoreError):
        return {}
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}


def _named(clients: Clients) -> frozenset[str] | None:
    """The hosts of the account's APIs and of their custom domains."""
    try:
        hosts = {
            (urlsplit(uri).hostname or "").lower()
            for page in clients.appsync.get_paginator("list_graphql_apis").paginate()
            for api in page["graphqlApis"]
            for uri in api.get("uris", {}).values()
        }
    except (ClientError, BotoCoreError):
        return None
    return frozenset(hosts | _domains(clients))


def _domains(clients: Clients) -> set[str]:
    try:
        return {
            str(each["domainName"]).lower()
            for page in clients.appsync.get_paginator("list_domain_names").paginate()
            for each in page["domainNameConfigs"]
        }
    except (ClientError, BotoCoreError):
        return set()


def _split(address: str) -> SplitResult | None:
    if re.search(r"[\x00-\x20\x7f\\]", address):
        return None  # Not every reader of addresses sees the same host in these.
    try:
        found = urlsplit(address)
        _ = found.port
    except ValueError:
        return None
    return found


def _port(found: SplitResult) -> int | None:
    return found.port or {"http": 80, "https": 443}.get(found.scheme)


def _shown(url: str) -> str:
    return ascii(url)[1:-1][:200]


def _next_step(address: str) -> str:
    deploy = amplify_tui("sandbox", "--once")
    query = amplify_tui("query", "--url", address, "--header", "NAME: VALUE")
    return (
        f"Deploy to write it again: `{deploy}`. If you mean this address, name it yourself, with "
        f"the headers that it shall get: `{query}`, or F10 in the playground."
    )
