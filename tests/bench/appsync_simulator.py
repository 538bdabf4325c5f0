"""The npm simulator as a child process, configured with what an API on the local cloud has.

Its packages are installed once, into a folder of their own in the cache of the tests.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud.env_vars import process_environment
from workbench.project.node_runtime import NodeRuntime

VERSION = "2.16.20"
PACKAGE = "@aws-amplify/amplify-appsync-simulator"
PACKAGES = {
    "private": True,
    "dependencies": {PACKAGE: VERSION, "graphql": "15.8.0"},
    # Left to itself npm installs two versions of graphql, which refuse each other's schemas.
    "overrides": {"graphql": "15.8.0"},
}
DRIVER = Path(__file__).with_suffix(".js")
NPM_TIMEOUT_SECONDS = 1800
START_TIMEOUT_SECONDS = 60
ROOTS = ("Query", "Mutation", "Subscription")
SERVED = ("AMAZON_DYNAMODB", "NONE")


def installed_simulator(node: NodeRuntime) -> Path:
    """The simulator's package folder; installs it where it is missing."""
    home = Path(os.environ.get("AMPLIFY_TUI_TEST_CACHE") or "~/.cache/amplify-tui-tests")
    folder = home.expanduser() / f"appsync-simulator-{VERSION}"
    complete = folder / "complete"
    if not complete.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(json.dumps(PACKAGES))
        done = subprocess.run(
            # Its dependencies' install scripts only print or build what it can do without.
            [*node.npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=folder,
            env=node.environment(),
            capture_output=True,
            text=True,
            timeout=NPM_TIMEOUT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"npm install failed in {folder}:\n{done.stderr}"
        complete.touch()
    return folder / "node_modules" / PACKAGE


def configuration(clients: Clients, target: LocalTarget, api_id: str, key: str) -> dict[str, Any]:
    """An API of the local cloud in the simulator's terms: schema, templates, tables.

    Templates are given as files, as the Amplify CLI gives them: the simulator parses those once.
    """
    appsync = clients.appsync
    sdl = appsync.get_introspection_schema(apiId=api_id, format="SDL")["schema"].read().decode()
    templates: list[dict[str, str]] = []

    def locations(name: str, record: Mapping[str, Any]) -> dict[str, str]:
        found = {}
        for side in ("request", "response"):
            path = f"{name}.{side}.vtl"
            templates.append({"path": path, "content": record[f"{side}MappingTemplate"]})
            found[f"{side}MappingTemplateLocation"] = path
        return found

    sources = appsync.list_data_sources(apiId=api_id)["dataSources"]
    functions = appsync.list_functions(apiId=api_id)["functions"]
    names = {source["name"] for source in sources if source["type"] in SERVED}
    resolvers = [
        record
        for root in ROOTS
        for record in appsync.list_resolvers(apiId=api_id, typeName=root)["resolvers"]
    ]
    return {
        "appSync": {
            "name": "bench",
            "apiKey": key,
            "defaultAuthenticationType": {"authenticationType": "API_KEY"},
            "additionalAuthenticationProviders": [{"authenticationType": "AWS_IAM"}],
        },
        "schema": {"path": "schema.graphql", "content": sdl},
        "dataSources": [_source(one, target) for one in sources if one["name"] in names],
        "functions": [
            {
                "name": record["functionId"],
                "dataSourceName": record["dataSourceName"],
                **locations(record["functionId"], record),
            }
            for record in functions
            if record["dataSourceName"] in names
        ],
        "resolvers": [
            {
                "kind": "PIPELINE",
                "typeName": record["typeName"],
                "fieldName": record["fieldName"],
                "functions": record["pipelineConfig"]["functions"],
                **locations(f"{record['typeName']}.{record['fieldName']}", record),
            }
            for record in resolvers
        ],
        "mappingTemplates": templates,
    }


@contextmanager
def running_simulator(
    node: NodeRuntime, package: Path, target: LocalTarget, api: dict[str, Any]
) -> Iterator[tuple[str, int]]:
    """The simulator's GraphQL address and process id."""
    environment = process_environment(target, node.environment())
    # NODE_ENV=production spares express its development checks: the simulator at its best.
    environment = {**environment, "NODE_ENV": "production"}
    with tempfile.TemporaryDirectory(prefix="amplify-tui-bench-") as folder:
        config, log = Path(folder) / "config.json", Path(folder) / "log"
        config.write_text(json.dumps({"package": str(package), "api": api}))
        with log.open("w") as errors:
            process = subprocess.Popen(
                [str(node.executable), str(DRIVER), str(config)],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert process.stdout is not None
        try:
            ready, _, _ = select.select([process.stdout], [], [], START_TIMEOUT_SECONDS)
            line = process.stdout.readline() if ready else ""
            if not line.startswith("{"):
                raise AssertionError(f"the simulator did not start: {line}{log.read_text()}")
            yield f"http://127.0.0.1:{json.loads(line)['port']}/graphql", process.pid
        finally:
            process.kill()
            process.wait()


def _source(record: Mapping[str, Any], target: LocalTarget) -> dict[str, Any]:
    found: dict[str, Any] = {"name": record["name"], "type": record["type"]}
    if record["type"] == "AMAZON_DYNAMODB":
        found["config"] = {
            "endpoint": target.endpoint,
            "region": target.region,
            "tableName": record["dynamodbConfig"]["tableName"],
        }
    return found
