"""Which changes of indexes are steps of their own, and in which order."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.hand_made import Writer, live_from
from workbench.deploy.plan.index_steps import MOST_INDEXES, IndexSteps, index_steps

_numbers = count()


@pytest.fixture
def steps(tmp_path: Path) -> Any:
    def plan(before: dict[str, Any], after: dict[str, Any]) -> IndexSteps:
        old, new = (
            Writer(tmp_path / str(next(_numbers))).write({"Resources": each})
            for each in (before, after)
        )
        return index_steps(live_from(old), new)

    return plan


def table(**indexes: Any) -> dict[str, Any]:
    """A table; each index has a key attribute, or an index's own properties."""
    made: list[Any] = [
        index
        if isinstance(index, dict)
        else {
            "IndexName": name,
            "KeySchema": [{"AttributeName": index, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
        for name, index in indexes.items()
    ]
    keys = {"id", *(key["AttributeName"] for index in made for key in index["KeySchema"])}
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "rows",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [
                {"AttributeName": key, "AttributeType": "S"} for key in sorted(keys)
            ],
            "GlobalSecondaryIndexes": made,
        },
    }


def test_several_tables_change_side_by_side(steps: Any) -> None:
    found = steps(
        {"Seat": table(one="a"), "Shop": table(), "Same": table(one="a")},
        {"Seat": table(two="b", three="c"), "Shop": table(one="a", two="b"), "Same": table()},
    )
    assert [step.title for step in found.first] == [
        "Create the index two of Seat, create the index one of Shop",
        "Create the index three of Seat",
    ]
    assert found.last == "delete the index one of Seat, create the index two of Shop"


def test_each_step_declares_the_attributes_of_its_own_indexes(steps: Any) -> None:
    found = steps({"Seat": table(one="a")}, {"Seat": table(one="b", two="c")})
    declared = [
        [each["AttributeName"] for each in changed.attributes]
        for step in found.first
        for changed in step.tables
    ]
    assert declared == [["a", "c", "id"], ["c", "id"]]
    assert found.last == "create the index one of Seat"


def test_deletions_come_first_where_the_quota_would_be_passed(steps: Any) -> None:
    before = {f"old{number}": f"a{number}" for number in range(MOST_INDEXES - 1)}
    after = {**before, "new1": "b", "new2": "c"}
    del after["old0"]
    found = steps({"Seat": table(**before)}, {"Seat": table(**after)})
    assert [step.title.split()[0] for step in found.first] == ["Delete", "Create"]
    assert all(len(step.tables[0].indexes) <= MOST_INDEXES for step in found.first)


def test_a_projection_is_fixed_and_capacity_is_not(steps: Any) -> None:
    index = table(one="a")["Properties"]["GlobalSecondaryIndexes"][0]
    capacity = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 2}
    larger = table(one={**index, "ProvisionedThroughput": capacity}, two="b")
    assert steps({"Seat": table(one="a")}, {"Seat": larger}) == IndexSteps()
    keys_only = table(one={**index, "Projection": {"ProjectionType": "KEYS_ONLY"}})
    found = steps({"Seat": table(one="a")}, {"Seat": keys_only})
    assert [step.title for step in found.first] == ["Delete the index one of Seat"]


@pytest.mark.parametrize(
    "replaced",
    [
        {"TableName": "others"},
        {"KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]},
        {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}]},
        {"GlobalSecondaryIndexes": {"Fn::If": ["Some", [], []]}},
    ],
)
def test_another_table_gets_its_indexes_at_once(steps: Any, replaced: dict[str, Any]) -> None:
    after = table(two="b", three="c")
    after["Properties"] |= replaced
    assert steps({"Seat": table(one="a")}, {"Seat": after}) == IndexSteps()


def test_an_index_on_a_retyped_attribute_waits_for_those_on_its_old_type(steps: Any) -> None:
    after = table(one="a", two="a", other="b")
    after["Properties"]["AttributeDefinitions"][0]["AttributeType"] = "N"
    found = steps({"Seat": table(one="a", gone="a")}, {"Seat": after})
    assert [step.title for step in found.first] == [
        "Create the index other of Seat",
        "Delete the index gone of Seat",
        "Delete the index one of Seat",
        "Create the index one of Seat",
    ]
    assert found.last == "create the index two of Seat"
    types = [
        {each["AttributeName"]: each["AttributeType"] for each in step.tables[0].attributes}
        for step in found.first
    ]
    assert [each.get("a") for each in types] == ["S", "S", None, "N"]
