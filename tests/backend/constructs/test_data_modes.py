"""The API's modes: which there are, and rules that none of them could meet."""

from __future__ import annotations

import pytest

from amplify_tui import DefinitionError, DefinitionErrors, Model, allow, define_data
from workbench.backend.constructs.data.modes import check_rules, every_mode, key_expiry


class Keyed(Model, rules=[allow.public_api_key()]):
    text: str


class Mine(Model, rules=[allow.owner()]):
    text: str


def test_the_default_mode_follows_auth() -> None:
    data = define_data(models=[Mine], api_key_days=7)
    assert every_mode(data, has_auth=True) == ("userPool", "apiKey", "identityPool")
    assert every_mode(data, has_auth=False) == ("apiKey", "identityPool")
    with pytest.raises(DefinitionError, match="backend has no auth"):
        every_mode(define_data(models=[Mine], default_authorization="user_pool"), has_auth=False)


def test_a_rule_without_its_mode_is_told_at_its_line() -> None:
    data = define_data(models=[Keyed])
    check_rules(data, every_mode(data, has_auth=False))  # a key is the default then
    with pytest.raises(DefinitionErrors) as refused:
        check_rules(data, every_mode(data, has_auth=True))
    (wrong,) = refused.value.errors
    assert "the API has no key" in wrong.what
    assert "api_key_days=30" in wrong.fix
    assert (wrong.place.file, wrong.place.line) == (__file__, 11)
    with pytest.raises(DefinitionErrors, match="Give define_backend auth=auth"):
        check_rules(define_data(models=[Mine]), ("apiKey", "identityPool"))


def test_a_key_ends_at_the_same_moment_all_day() -> None:
    morning, evening = 86_400 * 100 + 60, 86_400 * 101 - 60
    assert key_expiry(30, morning) == key_expiry(30, evening)
    assert key_expiry(365, evening) - evening <= 365 * 86_400
