"""GraphQL endpoints: ministack reports AWS's addresses; here they are ones that answer locally.

``https://<id>.appsync-api.<region>.amazonaws.com/graphql`` can't be reached without a proxy.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Record = MutableMapping[str, Any]
Reply = tuple[int, dict[str, str], Any]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of one API; the hosts include the port."""

    graphql: str
    realtime: str
    host: str


def endpoints(api_id: str) -> Endpoints:
    """Where this server answers for an API: queries by POST, subscriptions by WebSocket.

    The scheme is in capitals on purpose. Amplify's JavaScript client makes the address for
    subscriptions by replacing a literal ``http://`` with ``wss://``, which no server without a
    trusted certificate could answer. ``HTTP://`` it leaves alone, ``URL`` brings it to lower case,
    and WebSocket constructors take http addresses: seen in Node 20 and 24 and in Chromium 147.
    """
    host = f"127.0.0.1:{os.environ.get('GATEWAY_PORT', '4566')}"
    path = f"/v1/apis/{api_id}/graphql"
    return Endpoints(f"HTTP://{host}{path}", f"ws://{host}{path}/realtime", host)


def set_addresses(record: Record) -> None:
    """Put the addresses into an API's stored record."""
    found = endpoints(str(record["apiId"]))
    record["uris"] = {"GRAPHQL": found.graphql, "REALTIME": found.realtime}
    record["dns"] = {"GRAPHQL": found.host, "REALTIME": found.host}


def install() -> None:
    """Correct the record after CreateGraphqlApi and after ministack's own restore of its state."""
    from ministack.services import appsync

    appsync._create_graphql_api = _addressed(appsync._create_graphql_api, appsync)
    restore = appsync._restore_state

    def restore_state(data: Any) -> None:
        restore(data)
        # The port may be another than when the state was saved.
        for _, record in appsync._apis.all_items():
            set_addresses(record)

    appsync._restore_state = restore_state


def _addressed(create: Callable[[Any], Reply], appsync: Any) -> Callable[[Any], Reply]:
    def create_graphql_api(body: Any) -> Reply:
        status, headers, content = create(body)
        if status >= 400:
            return status, headers, content
        record = appsync._apis[json.loads(content)["graphqlApi"]["apiId"]]
        set_addresses(record)
        answer: Reply = appsync._get_graphql_api(record["apiId"])
        return answer

    return create_graphql_api
