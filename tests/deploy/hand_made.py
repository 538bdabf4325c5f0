"""Small cloud assemblies written to disk as CDK writes them, and live stacks made from them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from workbench.deploy.assembly.assembly import Assembly, AssemblyStack, read_assembly
from workbench.deploy.live.models import DeployedResource, LiveStack

STACK = "amplify-app-me-sandbox-0123456789"
ARN = f"arn:aws:cloudformation:eu-west-1:000000000000:stack/{STACK}/1"
BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"


class Writer:
    """Writes one assembly; nested stacks are resources with their template under ``Nested``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        folder.mkdir(parents=True)

    def asset(self, content: str, extension: str = "vtl") -> str:
        """Add a file asset; its object key."""
        digest = hashlib.sha256(content.encode()).hexdigest()
        name = f"asset.{digest}.{extension}"
        (self.folder / name).write_text(content)
        return self._add(digest, name, extension)

    def folder_asset(self, files: dict[str, str]) -> str:
        """Add a zip asset of files; its object key."""
        digest = hashlib.sha256(json.dumps(files).encode()).hexdigest()
        folder = self.folder / f"asset.{digest}"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content)
        return self._add(digest, folder.name, "zip", packaging="zip")

    def write(self, template: dict[str, Any]) -> Assembly:
        """Write the templates and manifests, and read them back as the product does."""
        name = f"{STACK}.template.json"
        self._template(template, name, f"/{STACK}")
        (self.folder / "assets.json").write_text(json.dumps({"files": self.files}))
        (self.folder / "metadata.json").write_text(json.dumps(self.metadata))
        manifest = {
            "artifacts": {
                "assets": {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}},
                STACK: {
                    "type": "aws:cloudformation:stack",
                    "properties": {"templateFile": name, "tags": {"created-by": "amplify"}},
                    "dependencies": ["assets"],
                    "additionalMetadataFile": "metadata.json",
                },
            }
        }
        (self.folder / "manifest.json").write_text(json.dumps(manifest))
        return read_assembly(self.folder, STACK)

    def _template(self, template: dict[str, Any], name: str, construct: str) -> str:
        resources = {}
        for logical_id, given in template.get("Resources", {}).items():
            resource = dict(given)
            nested = resource.pop("Nested", None)
            path = f"{construct}/{logical_id}/Resource"
            if nested is not None:
                key = self._template(
                    nested, f"{logical_id}.nested.template.json", f"{construct}/{logical_id}"
                )
                path = f"{construct}/{logical_id}.NestedStack/{logical_id}.NestedStackResource"
                url = {"Fn::Join": ["", ["https://s3/", {"Fn::Sub": BUCKET}, f"/{key}"]]}
                properties = {**resource.get("Properties", {}), "TemplateURL": url}
                resource |= {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
            self.metadata[path] = [{"type": "aws:cdk:logicalId", "data": logical_id}]
            resources[logical_id] = resource
        text = json.dumps({**template, "Resources": resources})
        (self.folder / name).write_text(text)
        return self._add(hashlib.sha256(text.encode()).hexdigest(), name, "json")

    def _add(self, digest: str, path: str, extension: str, packaging: str = "file") -> str:
        key = f"{digest}.{extension}"
        self.files[digest] = {
            "source": {"path": path, "packaging": packaging},
            "destinations": {"here": {"bucketName": BUCKET, "objectKey": key}},
        }
        return key


def live_from(assembly: Assembly, **update: Any) -> LiveStack:
    """The live stack as if CloudFormation had deployed ``assembly``, through its JSON form."""
    live = _live(assembly, assembly.root).model_copy(update=update)
    return LiveStack.model_validate_json(live.model_dump_json(by_alias=True))


def _live(assembly: Assembly, stack: AssemblyStack) -> LiveStack:
    resources = {
        logical_id: DeployedResource(
            logical_id=logical_id,
            physical_id=_physical(logical_id, resource.type),
            type=resource.type,
            status="CREATE_COMPLETE",
        )
        for logical_id, resource in stack.template.resources.items()
    }
    return LiveStack(
        name=STACK,
        stack_id=ARN,
        status="CREATE_COMPLETE",
        template=stack.template,
        resources=resources,
        nested={name: _live(assembly, child) for name, child in stack.nested.items()},
        outputs={name: f"value-of-{name}" for name in stack.template.outputs},
        construct_paths=dict(assembly.construct_paths.get(stack.path, {})),
    )


def _physical(logical_id: str, resource_type: str) -> str:
    where = "arn:aws:appsync:eu-west-1:000000000000:apis"
    if resource_type == "AWS::AppSync::GraphQLApi":
        return f"{where}/api1"
    if resource_type == "AWS::AppSync::FunctionConfiguration":
        return f"{where}/api1/functions/{logical_id}-f1"
    return f"{logical_id.lower()}-1"


def s3(key: str) -> dict[str, str]:
    """An S3 location of the assets bucket, as CDK writes it."""
    return {"Fn::Sub": f"s3://{BUCKET}/{key}"}
