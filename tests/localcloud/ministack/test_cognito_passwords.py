"""Passwords of a local pool's users: the history, and how long a temporary one counts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.localcloud.user_pools import Pool, refused
from workbench.localcloud.ministack.patches.cognito.passwords import has_expired

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

OLD = "PasswordHistoryPolicyViolationException"


def test_an_old_password_is_not_taken_again(stacks: Stacks) -> None:
    policy = {"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 2}}
    pool = Pool(stacks, Policies=policy, AutoVerifiedAttributes=["email"])
    pool.create("ann", email="ann@example.com", email_verified="true")
    token = pool.sign_in("ann")["AccessToken"]
    words = ["Passw0rd!x", "Passw0rd!y", "Passw0rd!z"]

    def change(before: str, after: str) -> Any:
        return pool.cognito.change_password(
            AccessToken=token, PreviousPassword=before, ProposedPassword=after
        )

    assert refused(lambda: change(words[0], words[0]))[0] == OLD
    change(words[0], words[1])
    assert refused(lambda: change(words[1], words[0]))[0] == OLD
    pool.forgot("ann")
    asked = {"ClientId": pool.client, "Username": "ann", "ConfirmationCode": pool.code()}
    confirm = pool.cognito.confirm_forgot_password
    assert refused(lambda: confirm(**asked, Password=words[0]))[0] == OLD
    confirm(**asked, Password=words[2])
    change(words[2], words[0])


@pytest.mark.unit
def test_a_temporary_password_counts_for_as_long_as_the_pool_says() -> None:
    now, day = time.time(), 86400
    user = {"UserStatus": "FORCE_CHANGE_PASSWORD", "_temporary_since": now}
    pool: dict[str, Any] = {}
    assert not has_expired(pool, user, now + 7 * day - 1)
    assert has_expired(pool, user, now + 7 * day + 1)
    pool["Policies"] = {"PasswordPolicy": {"TemporaryPasswordValidityDays": 1}}
    assert has_expired(pool, user, now + day + 1)
    assert not has_expired(pool, {**user, "UserStatus": "CONFIRMED"}, now + day + 1)


def test_who_gets_a_deleted_users_name_is_in_none_of_their_groups(stacks: Stacks) -> None:
    pool = Pool(stacks)
    named = {"UserPoolId": pool.id, "Username": pool.create("ann")}
    for group in ("a", "b", "c"):
        pool.cognito.create_group(UserPoolId=pool.id, GroupName=group)
        pool.cognito.admin_add_user_to_group(**named, GroupName=group)
    page = pool.cognito.admin_list_groups_for_user(**named, Limit=2)
    rest = pool.cognito.admin_list_groups_for_user(**named, NextToken=page["NextToken"])
    assert [len(each["Groups"]) for each in (page, rest)] == [2, 1]
    pool.cognito.admin_delete_user(**named)
    pool.create("ann")
    listed = pool.cognito.list_users_in_group(UserPoolId=pool.id, GroupName="a")
    assert listed["Users"] == []
