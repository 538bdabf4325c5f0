"""Custom resources in real stacks, with the code of the real providers from npm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench.localcloud.server import cdk_bootstrap

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

CDK_HANDLERS = "aws-cdk-lib/custom-resource-handlers/dist"
ROLE = "arn:aws:iam::000000000000:role/provider"


def zipped(**files: str | bytes) -> bytes:
    """A zip archive; a double underscore in a name stands for a dot."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return content.getvalue()


@dataclass(frozen=True)
class Provider:
    """A provider's function as it stands in a template."""

    code: bytes
    handler: str
    runtime: str

    def template(
        self, kind: str, properties: dict[str, Any], **resources: dict[str, Any]
    ) -> dict[str, Any]:
        """A template with the function, one custom resource ``Thing`` and more resources."""
        return {
            "Resources": {
                **resources,
                "Provider": {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {
                        "Code": {"S3Bucket": cdk_bootstrap.STAGING_BUCKET, "S3Key": "provider.zip"},
                        "Handler": self.handler,
                        "Runtime": self.runtime,
                        "Role": ROLE,
                        "Timeout": 20,
                        "Tags": [{"Key": "friendly", "Value": "yes"}],
                    },
                },
                "Thing": {
                    "Type": kind,
                    "DependsOn": list(resources),
                    "Properties": {
                        "ServiceToken": {"Fn::GetAtt": ["Provider", "Arn"]},
                        "ServiceTimeout": "10",
                        **properties,
                    },
                },
            },
        }


@pytest.fixture
def put_provider(stacks: Stacks) -> Callable[[Provider], Provider]:
    """A function that puts a provider's code where its template looks for it."""

    def put(provider: Provider) -> Provider:
        stacks.clients.client("s3").put_object(
            Bucket=cdk_bootstrap.STAGING_BUCKET, Key="provider.zip", Body=provider.code
        )
        return provider

    return put


@pytest.fixture
def bucket_deployment(npm_modules: Path, put_provider: Callable[[Provider], Provider]) -> Provider:
    source = npm_modules / CDK_HANDLERS / "aws-s3-deployment/bucket-deployment-handler/index.py"
    return put_provider(
        Provider(zipped(index__py=source.read_bytes()), "index.handler", "python3.13")
    )


@pytest.fixture
def auto_delete(npm_modules: Path, put_provider: Callable[[Provider], Provider]) -> Provider:
    source = npm_modules / CDK_HANDLERS / "aws-s3/auto-delete-objects-handler/index.js"
    return put_provider(
        Provider(zipped(index__js=source.read_bytes()), "index.handler", "nodejs22.x")
    )


@pytest.fixture
def notifications(npm_modules: Path, put_provider: Callable[[Provider], Provider]) -> Provider:
    source = npm_modules / CDK_HANDLERS / "aws-s3/notifications-resource-handler/index.py"
    return put_provider(
        Provider(zipped(index__py=source.read_bytes()), "index.handler", "python3.13")
    )


@pytest.fixture
def table_manager(npm_modules: Path, put_provider: Callable[[Provider], Provider]) -> Provider:
    name = "amplify-table-manager-handler.js"
    found = (npm_modules / "@aws-amplify").glob(
        f"*/node_modules/@aws-amplify/graphql-model-transformer/lib/resources/*/*/{name}"
    )
    source = next(iter(found))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.write(source, name)
    handler = "amplify-table-manager-handler.onEvent"
    return put_provider(Provider(code.getvalue(), handler, "nodejs22.x"))
