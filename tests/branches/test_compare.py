"""Two environments beside each other: names as the code has them, and what differs in each."""

from __future__ import annotations

from typing import Any

from screens.branches.environment_rows import difference_rows
from screens.widgets.text_styles import plain
from workbench.branches.compare import PropertyDifference, Side, compare

POOL = "auth179371D7/amplifyAuthUserPool4BA7F805 (AWS::Cognito::UserPool)"
FUNCTION = "function1351588B/greeting/Resource (AWS::Lambda::Function)"


def _side(**resources: Any) -> Side:
    return Side(resources, "", {})


def test_resources_are_named_as_the_code_names_them_with_what_differs() -> None:
    first = _side(**{POOL: {"MfaConfiguration": "OFF"}, FUNCTION: {"Timeout": 3}})
    second = _side(
        **{
            POOL: {"MfaConfiguration": "ON", "DeletionProtection": "ACTIVE"},
            FUNCTION: {"Timeout": 3},
        }
    )
    (found,) = compare(first, second)
    assert found.what == "auth/amplifyAuthUserPool (AWS::Cognito::UserPool)"
    assert set(found.properties) == {
        PropertyDifference("MfaConfiguration", "OFF", "ON"),
        PropertyDifference("DeletionProtection", None, "ACTIVE"),
    }
    rows = [plain(row.spans) for row in difference_rows([found], "main", "feature")]
    assert "  ~ auth/amplifyAuthUserPool (AWS::Cognito::UserPool)" in rows
    assert "      MfaConfiguration  OFF → ON" in rows


def test_a_secret_in_a_property_is_not_shown() -> None:
    variables = [{"Environment": {"Variables": {"API_TOKEN": value}}} for value in ("old", "new")]
    (found,) = compare(_side(**{FUNCTION: variables[0]}), _side(**{FUNCTION: variables[1]}))
    assert [each.path for each in found.properties] == ["Environment.Variables.API_TOKEN"]
    assert "old" not in str(found.properties)
    assert "new" not in str(found.properties)


def test_names_that_would_read_alike_keep_their_hashes() -> None:
    one, other = (
        "data/Fn11111111 (AWS::Lambda::Function)",
        "data/Fn22222222 (AWS::Lambda::Function)",
    )
    found = compare(_side(), _side(**{one: {}, other: {}}))
    assert [each.what for each in found] == [one, other]
