from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.localcloud.appsync.evaluation import FieldError, TemplateError
from workbench.localcloud.appsync.records import DataSource


async def test_none_gives_back_its_payload(cloud: Any) -> None:
    source = DataSource("None", "NONE")
    assert await cloud.run(source, {"version": "2018-05-29", "payload": {"a": [1]}}) == {"a": [1]}
    assert await cloud.run(source, {"version": "2018-05-29"}) is None
    assert await cloud.run(source, {}) is None
    with pytest.raises(TemplateError, match="Expected JSON object but got a 'NULL' instead"):
        await cloud.run(source, None)


@pytest.mark.parametrize(
    ("kind", "product"),
    [
        ("RELATIONAL_DATABASE", "RDS Data API"),
        ("AMAZON_OPENSEARCH_SERVICE", "OpenSearch"),
        ("AMAZON_ELASTICSEARCH", "Elasticsearch"),
    ],
)
async def test_what_is_not_there_says_so(cloud: Any, kind: str, product: str) -> None:
    with pytest.raises(FieldError, match="not available on the local cloud") as caught:
        await cloud.run(DataSource("Data", kind), {"statements": ["select 1"]})
    assert product in caught.value.message
    assert "Data" in caught.value.message


@pytest.mark.npm
async def test_events_reach_the_bus_and_its_targets(cloud: Any, tmp_path: Any) -> None:
    file = tmp_path / "came"
    function = await cloud.function(
        "const fs = await import('node:fs');"
        f"fs.writeFileSync({json.dumps(str(file))}, JSON.stringify(event));"
    )
    rule = {"Name": "placed", "EventPattern": json.dumps({"source": ["my.app"]})}
    await cloud.services.call("events", "PutRule", rule)
    target = {"Id": "1", "Arn": function.settings["lambdaFunctionArn"]}
    await cloud.services.call("events", "PutTargets", {"Rule": "placed", "Targets": [target]})
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/default"
    source = DataSource("Bus", "AMAZON_EVENTBRIDGE", {"eventBusArn": bus})
    event = {
        "source": "my.app",
        "detailType": "placed",
        "detail": {"order": 5},
        "resources": ["arn:aws:s3:::one"],
        "time": "2026-01-02T03:04:05Z",
    }
    answer = await cloud.run(source, {"operation": "PutEvents", "events": [event]})
    assert answer["FailedEntryCount"] == 0
    assert answer["Entries"][0]["EventId"]
    came = await cloud.written(file)
    assert (came["source"], came["detail-type"], came["detail"]) == (
        "my.app",
        "placed",
        {"order": 5},
    )
    assert came["resources"] == ["arn:aws:s3:::one"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"operation": "Put"}, "Unsupported operation 'Put'."),
        ({"operation": "PutEvents"}, "Value for field '$[events]' not found."),
        (
            {"operation": "PutEvents", "events": [{"source": "a"}]},
            "Value for field '$[events][0][detailType]' not found.",
        ),
    ],
)
async def test_malformed_events_say_what_is_wrong(cloud: Any, asked: Any, message: str) -> None:
    source = DataSource("Bus", "AMAZON_EVENTBRIDGE", {"eventBusArn": "default"})
    with pytest.raises(TemplateError) as caught:
        await cloud.run(source, asked)
    assert caught.value.message == message
