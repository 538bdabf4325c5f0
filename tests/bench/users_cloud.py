"""A local cloud that can be filled with users: POST ``/_bench/fill?pool=ID&count=N``."""

from __future__ import annotations

import copy
import sys
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.server import main as server
from workbench.localcloud.server.local_cloud import LocalCloud


def fill(pool_id: str, count: int) -> None:
    """Copy the pool's first user ``count`` times, each with a name and an address of their own."""
    from ministack.services import cognito

    users = cognito._user_pools[pool_id]["_users"]
    template = next(iter(users.values()))
    for number in range(count):
        name = str(uuid.uuid4())
        values = {"sub": name, "email": f"user{number:06}@example.com"}
        attributes = [
            {**each, "Value": values.get(each["Name"], each["Value"])}
            for each in template["Attributes"]
        ]
        own = copy.deepcopy({k: v for k, v in template.items() if k != "Attributes"})
        users[name] = {**own, "Username": name, "Attributes": attributes}


def main() -> int:
    """Serve as the local cloud does, with one route more."""
    start = LocalCloud.start

    async def with_fill(self: LocalCloud, health: Callable[[], object], **more: Any) -> Any:
        app = await start(self, health, **more)

        async def filled(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"] == "/_bench/fill":
                asked = parse_qs(scope["query_string"].decode())
                fill(asked["pool"][0], int(asked["count"][0]))
                await send_json(send, 200, {})
            else:
                await app(scope, receive, send)

        return filled

    LocalCloud.start = with_fill  # type: ignore[method-assign,assignment]
    return server.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
