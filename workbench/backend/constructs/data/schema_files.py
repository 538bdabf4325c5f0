"""The bucket with the annotated schema, from which Amplify's tools make the model introspection.

The bucket's deployment has the properties of CDK's ``BucketDeployment``, so that a changed schema
can be swapped without a stack update; its provider is a short function in place of CDK's layer
with a whole AWS CLI in it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from aws_cdk import CfnResource, Duration, FileAssetPackaging, aws_iam, aws_lambda, aws_s3

from workbench.backend.constructs.data.schema_provider import PROVIDER_CODE

FILE = "model-schema.graphql"


def publish_schema(stack: Any, scope: Any, text: str, outdir: Path) -> str:
    """Make the bucket with the schema in it and return the file's S3 address."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    folder = outdir / f"asset.{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(text, "utf-8")
    asset = stack.synthesizer.add_file_asset(
        file_name=folder.name,
        packaging=FileAssetPackaging.ZIP_DIRECTORY,
        source_hash=digest,
        display_name="model schema",
    )
    bucket = aws_s3.CfnBucket(
        scope,
        "CodegenAssetsBucket",
        cors_configuration={
            "corsRules": [
                {
                    "allowedMethods": ["GET", "HEAD"],
                    "allowedHeaders": ["*"],
                    "allowedOrigins": [f"https://{stack.region}.console.aws.amazon.com/amplify"],
                }
            ]
        },
    )
    provider = _provider(scope, bucket, f"arn:{stack.partition}:s3:::{asset.bucket_name}")
    deployment = CfnResource(
        scope,
        "CodegenAssetsDeployment",
        type="Custom::CDKBucketDeployment",
        properties={
            "ServiceToken": provider.function_arn,
            "SourceBucketNames": [asset.bucket_name],
            "SourceObjectKeys": [asset.object_key],
            "DestinationBucketName": bucket.ref,
            "Prune": True,
            "DestinationBucketArn": bucket.attr_arn,
        },
    )
    # The name is read out of the deployment's answer, so that it is there when the file is.
    arn = deployment.get_att("DestinationBucketArn").to_string()
    from aws_cdk import Fn

    return f"s3://{Fn.select(5, Fn.split(':', arn))}/{FILE}"


def _provider(scope: Any, bucket: Any, assets_arn: str) -> Any:
    statement = aws_iam.PolicyStatement
    return aws_lambda.Function(
        scope,
        "CodegenAssetsProvider",
        runtime=aws_lambda.Runtime.PYTHON_3_13,
        handler="index.handler",
        timeout=Duration.seconds(60),
        code=aws_lambda.Code.from_inline(PROVIDER_CODE),
        initial_policy=[
            statement(actions=["s3:GetObject"], resources=[f"{assets_arn}/*"]),
            statement(
                actions=["s3:ListBucket", "s3:PutObject", "s3:DeleteObject"],
                resources=[bucket.attr_arn, f"{bucket.attr_arn}/*"],
            ),
        ],
    )
