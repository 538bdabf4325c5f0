"""Passwords of a local pool that were used before, or have waited too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.localcloud.ministack.cognito_pools import PASSWORD, new_pool, refusal
from workbench.localcloud.ministack.patches.cognito.temporary_passwords import is_expired

if TYPE_CHECKING:
    from workbench.aws.clients import Clients
    from workbench.aws.target import LocalTarget

DAY = 86400
USED = "PasswordHistoryPolicyViolationException"


def test_the_last_passwords_are_not_taken_again(
    local_cloud: LocalTarget, local_clients: Clients
) -> None:
    pool = new_pool(local_cloud, local_clients.cognito_idp)
    pool.cognito.update_user_pool(
        UserPoolId=pool.id, Policies={"PasswordPolicy": {"PasswordHistorySize": 2}}
    )
    pool.new_user()
    token = pool.begin()["AuthenticationResult"]["AccessToken"]

    def change(old: str, new: str) -> None:
        pool.cognito.change_password(AccessToken=token, PreviousPassword=old, ProposedPassword=new)

    second, third = "Second-horse-2", "Third-horse-3"
    assert refusal(change, PASSWORD, PASSWORD)[0] == USED
    change(PASSWORD, second)
    assert refusal(change, second, PASSWORD)[0] == USED
    by_admin = {"UserPoolId": pool.id, "Username": "ann", "Permanent": True}
    assert refusal(pool.cognito.admin_set_user_password, **by_admin, Password=second)[0] == USED
    change(second, third)
    # Two are remembered: the first one counts no more.
    change(third, PASSWORD)
    assert refusal(change, "wrong", third) == (
        "NotAuthorizedException",
        "Incorrect username or password.",
    )


def test_a_temporary_password_lasts_as_long_as_the_pool_says() -> None:
    waiting = {"UserStatus": "FORCE_CHANGE_PASSWORD", "_temporary_since": 0.0}
    three = {"Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 3}}}
    assert not is_expired(three, waiting, 3 * DAY)
    assert is_expired(three, waiting, 3 * DAY + 1)
    assert not is_expired({}, waiting, 7 * DAY)
    assert is_expired({}, waiting, 7 * DAY + 1)
    assert not is_expired({}, {**waiting, "UserStatus": "CONFIRMED"}, 99 * DAY)
