"""A user pool whose service answers what a test says, at the HTTP boundary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import botocore.session
from botocore.stub import Stubber

from workbench.aws.clients import Clients
from workbench.users.user_pools import UserPool

POOL = "us-east-1_Pool"


@dataclass
class StubbedPool:
    """``waits`` are the seconds that the pool waited between two attempts."""

    pool: UserPool
    clients: Clients
    service: Stubber
    waits: list[float] = field(default_factory=list)

    def lists(self, *pages: list[str], has_more: bool = False) -> None:
        """List these users, by username, as pages; ``has_more``: the last is not the last."""
        token = ""
        for number, names in enumerate(pages, 1):
            users = [{"Username": name, "UserStatus": "CONFIRMED"} for name in names]
            asked: dict[str, Any] = {"UserPoolId": POOL, "Limit": 60}
            asked |= {"PaginationToken": token} if token else {}
            token = f"page {number}" if has_more or number < len(pages) else ""
            answer: dict[str, Any] = {"Users": users}
            answer |= {"PaginationToken": token} if token else {}
            self.service.add_response("list_users", answer, asked)

    def describes(self, users: int = 0) -> None:
        """Describe the pool."""
        self.service.add_response(
            "describe_user_pool", {"UserPool": {"EstimatedNumberOfUsers": users}}
        )


def stubbed_pool(*, is_local: bool = False) -> StubbedPool:
    """A pool; use ``service`` as a context manager."""
    client: Any = botocore.session.Session().create_client(
        "cognito-idp",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    waits: list[float] = []
    wait: Callable[[float], None] = waits.append
    clients = cast(Clients, SimpleNamespace(cognito_idp=client, is_local=is_local))
    pool = UserPool(clients, POOL, wait=wait)
    return StubbedPool(pool, clients, Stubber(client), waits)
