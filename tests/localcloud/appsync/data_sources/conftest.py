"""The emulator's own DynamoDB, Lambda and EventBridge inside the test, and data sources on them."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import time
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from workbench.aws.local_keys import LocalKeys
from workbench.localcloud.appsync.data_sources.invoke import invoke
from workbench.localcloud.appsync.records import DataSource
from workbench.localcloud.ministack import emulator, installation
from workbench.localcloud.ministack.bridge.appsync_services import EmulatorServices


@dataclass
class Cloud:
    """The services, what they marked as changed, and a table to work on."""

    services: EmulatorServices
    marks: list[Iterable[str] | None] = field(default_factory=list)

    async def table(self, name: str = "", sort: bool = False, index: str = "") -> DataSource:
        """A new table with key ``id`` (and ``at``), and the data source on it."""
        name = name or f"t-{uuid.uuid4().hex[:8]}"
        keys = [("id", "S", "HASH"), *([("at", "N", "RANGE")] if sort else [])]
        parameters: dict[str, Any] = {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": n, "KeyType": kind} for n, _, kind in keys],
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t, _ in keys],
        }
        if index:
            parameters["AttributeDefinitions"].append(
                {"AttributeName": index, "AttributeType": "S"}
            )
            parameters["GlobalSecondaryIndexes"] = [
                {
                    "IndexName": f"by-{index}",
                    "KeySchema": [{"AttributeName": index, "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ]
        await self.services.call("dynamodb", "CreateTable", parameters)
        settings = {"tableName": name, "awsRegion": "us-east-1"}
        return DataSource("Things", "AMAZON_DYNAMODB", settings)

    async def function(self, body: str) -> DataSource:
        """A Node function with this handler body (``event`` at hand), and the data source on it."""
        from ministack.app import _get_module

        name = f"f-{uuid.uuid4().hex[:8]}"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.mjs", "export const handler = async (event) => {" + body + "};")
        document = {
            "FunctionName": name,
            "Runtime": "nodejs20.x",
            "Role": "arn:aws:iam::000000000000:role/r",
            "Handler": "index.handler",
            "Timeout": 2,
            "Code": {"ZipFile": base64.b64encode(packed.getvalue()).decode()},
        }
        status, _, answer = await _get_module("lambda_svc").handle_request(
            "POST", "/2015-03-31/functions", {}, json.dumps(document).encode(), {}
        )
        assert status == 201, answer
        arn = json.loads(answer)["FunctionArn"]
        return DataSource("Fn", "AWS_LAMBDA", {"lambdaFunctionArn": arn})

    async def run(
        self,
        source: DataSource,
        request: Any,
        context: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Any:
        """What the data source gives."""
        return await invoke(source, request, self.services, dict(context or {}), **more)

    async def written(self, file: Path) -> Any:
        """What a function writes into a file, as soon as it is there."""

        def wait() -> Any:
            end = time.monotonic() + 15
            while not (file.exists() and file.read_text()) and time.monotonic() < end:
                time.sleep(0.05)
            return json.loads(file.read_text())

        return await asyncio.to_thread(wait)

    async def item(self, source: DataSource, **key: Any) -> Any:
        """The item as DynamoDB has it."""
        name = source.settings["tableName"]
        asked = {"TableName": name, "Key": key}
        return (await self.services.call("dynamodb", "GetItem", asked)).get("Item")


@pytest.fixture(scope="session")
def _emulator(tmp_path_factory: pytest.TempPathFactory) -> None:
    state = tmp_path_factory.mktemp("state")
    before = dict(os.environ)
    emulator.load(state, 1, LocalKeys("local", "local"))
    installation.install()
    for name in set(os.environ) - set(before):
        if name.startswith("AWS_"):
            del os.environ[name]


@pytest.fixture
def cloud(_emulator: None) -> Cloud:
    marks: list[Iterable[str] | None] = []
    return Cloud(EmulatorServices(marks.append), marks)
