"""Opens the API of a session's sandbox, or of any URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.outputs_file import from_url
from workbench.playground.api import PlaygroundApi
from workbench.playground.authorizing import IamCredentials, NotAuthorizedProblem, Tokens

if TYPE_CHECKING:
    from workbench.startup import Session


def open_sandbox_api(session: Session) -> PlaygroundApi:
    """Open the API of a session's sandbox, whose target must answer (``startup.connect``).

    Blocks for 0.2 s if botocore is not loaded yet. Raises UserProblem.
    """
    from workbench.aws.clients import Clients
    from workbench.aws.trusted_endpoint import trusted_api
    from workbench.deploy.outputs.own_outputs import own_endpoint
    from workbench.playground.caller_credentials import CallerCredentials
    from workbench.playground.graphql_apis import GraphqlApi
    from workbench.users.token_store import FILE_NAME

    clients = Clients(session.target)
    endpoint, where = own_endpoint(
        clients, session.stack_name, session.project.root, session.sandbox_dir
    )
    api_id = trusted_api(endpoint, clients, where, session.stack_name)
    callers = CallerCredentials(clients, endpoint.auth, session.sandbox_dir / FILE_NAME)
    control_plane = GraphqlApi(clients, endpoint, api_id)
    return PlaygroundApi(endpoint, callers, control_plane, clients.ca_bundle)


def open_url_api(url: str, headers: Mapping[str, str]) -> PlaygroundApi:
    """Open the API at any URL; raises UserProblem."""
    return PlaygroundApi(from_url(url, headers), _NoCredentials(), None)


class _NoCredentials:
    """The credentials of a plain URL: it has only the headers that go with it."""

    def users(self) -> tuple[str, ...]:
        return ()

    def user_tokens(self, name: str) -> Tokens:
        raise NotAuthorizedProblem("This address has no user pool. Add headers to it instead.")

    def identity(self, tokens: Tokens | None) -> IamCredentials:
        raise NotAuthorizedProblem("This address has no identity pool. Add headers to it instead.")

    def own(self) -> IamCredentials:
        raise NotAuthorizedProblem(
            "This address takes no AWS credentials. Add headers to it instead."
        )
