"""Requests that change a pool, and requests that read it, all at once: each gets a right answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

AT_ONCE = 8
EACH = 50


class Pool:
    """A pool that signs in by e-mail; ``failures`` counts answers that say "my fault" (5xx)."""

    def __init__(self, stacks: Stacks) -> None:
        self.cognito: Any = stacks.clients.cognito_idp
        self.failures: list[str] = []
        self.cognito.meta.events.register("needs-retry", self._look)
        made = self.cognito.create_user_pool(PoolName="users", UsernameAttributes=["email"])
        self.id = made["UserPool"]["Id"]

    def _look(self, response: Any, operation: Any, **_: Any) -> None:
        if response is not None and response[0].status_code >= 500:
            self.failures.append(f"{operation.name}: {response[1].get('Error')}")

    def create(self, name: str) -> str:
        made = self.cognito.admin_create_user(
            UserPoolId=self.id,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": name}],
        )
        return str(made["User"]["Username"])

    def group(self, name: str) -> None:
        self.cognito.create_group(UserPoolId=self.id, GroupName=name)

    def pages(self) -> list[str]:
        found: list[str] = []
        for page in self.cognito.get_paginator("list_users").paginate(UserPoolId=self.id):
            found += [each["Username"] for each in page["Users"]]
        return found


def _side_by_side(work: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(work, range(AT_ONCE)))


def test_creates_lists_and_group_changes_do_not_disturb_each_other(stacks: Stacks) -> None:
    pool = Pool(stacks)
    pool.group("all")
    stop = threading.Event()

    def change(worker: int) -> None:
        for number in range(EACH):
            name = f"user-{worker}-{number}@example.com"
            pool.create(name)
            pool.cognito.admin_add_user_to_group(UserPoolId=pool.id, Username=name, GroupName="all")
            pool.group(f"group-{worker}-{number}")
            if number % 5 == 0:
                pool.cognito.delete_group(UserPoolId=pool.id, GroupName=f"group-{worker}-{number}")

    def read(_worker: int) -> None:
        while not stop.is_set():
            assert len(set(found := pool.pages())) == len(found)
            pool.cognito.list_groups(UserPoolId=pool.id)
            pool.cognito.list_users_in_group(UserPoolId=pool.id, GroupName="all")
            # Both walk over all users: a filter that few match, an address that nobody has.
            pool.cognito.list_users(UserPoolId=pool.id, Filter='email ^= "user-7-1"')
            with pytest.raises(pool.cognito.exceptions.UserNotFoundException):
                pool.cognito.admin_get_user(UserPoolId=pool.id, Username="nobody@example.com")

    with ThreadPoolExecutor(3) as readers:
        reading = [readers.submit(read, number) for number in range(3)]
        try:
            _side_by_side(change)
        finally:
            stop.set()
        for each in reading:
            each.result()
    assert pool.failures == []
    assert len(pool.pages()) == AT_ONCE * EACH
    group = pool.cognito.get_paginator("list_users_in_group")
    members = [
        each["Username"]
        for page in group.paginate(UserPoolId=pool.id, GroupName="all")
        for each in page["Users"]
    ]
    assert sorted(members) == sorted(pool.pages())


def test_of_many_requests_for_one_name_one_succeeds(stacks: Stacks) -> None:
    pool = Pool(stacks)

    def create(name: str) -> str:
        try:
            pool.create(name)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "made"

    for number in range(5):
        with ThreadPoolExecutor(AT_ONCE) as threads:
            answers = list(threads.map(create, [f"same-{number}@example.com"] * AT_ONCE))
        assert sorted(answers) == ["UsernameExistsException"] * (AT_ONCE - 1) + ["made"]
    assert pool.failures == []
