"""Reads an API's schema from AppSync's control plane."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.aws.permissions import denial_of
from workbench.outputs_file import ApiEndpoint
from workbench.playground.schema_source import NoSchemaProblem


class GraphqlApi:
    """The API behind an endpoint; every call blocks."""

    def __init__(self, clients: Clients, endpoint: ApiEndpoint, api_id: str = "") -> None:
        """``api_id`` is empty where it has to be found by the address."""
        self._clients = clients
        self._endpoint = endpoint
        self._id = api_id or endpoint.api_id

    def schema_text(self) -> str:
        """The schema with its directives; raises NoSchemaProblem."""
        try:
            answer = self._clients.appsync.get_introspection_schema(
                apiId=self._find(), format="SDL", includeDirectives=True
            )
            return answer["schema"].read().decode()
        except (ClientError, BotoCoreError) as error:
            denial = denial_of(error)
            if denial is not None:
                raise NoSchemaProblem(f"{denial.what}.", denial.next_step) from None
            raise NoSchemaProblem(f"Could not read the schema from AppSync: {error}") from None

    def _find(self) -> str:
        if self._id:
            return self._id
        pages = self._clients.appsync.get_paginator("list_graphql_apis").paginate()
        for page in pages:
            for each in page["graphqlApis"]:
                if each.get("uris", {}).get("GRAPHQL") == self._endpoint.url:
                    self._id = each["apiId"]
                    return self._id
        raise NoSchemaProblem(
            f"No AppSync API in this account has the address {self._endpoint.url}."
        )
