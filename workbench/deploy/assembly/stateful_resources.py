"""Which resources hold data that destroying them would lose: the one rule for plans and questions.

Not counted: log groups, queues and streams (passing data), and buckets whose whole content a bucket
deployment brings (the model schema and the code generator's assets).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the front ends import this before their first paint, through data_loss
    from workbench.deploy.assembly.template import Template

TABLE = "AWS::DynamoDB::Table"
AMPLIFY_TABLE = "Custom::AmplifyDynamoDBTable"
IMPORTED_TABLE = "Custom::ImportedAmplifyDynamoDBTable"
USER_POOL = "AWS::Cognito::UserPool"
BUCKET_DEPLOYMENT = "Custom::CDKBucketDeployment"

DATA_TYPES: Mapping[str, str] = {
    TABLE: "table",
    "AWS::DynamoDB::GlobalTable": "table",
    AMPLIFY_TABLE: "table",
    IMPORTED_TABLE: "table",
    USER_POOL: "user pool",
    "AWS::Cognito::IdentityPool": "identity pool",
    "AWS::S3::Bucket": "bucket",
    "AWS::S3Express::DirectoryBucket": "bucket",
    "AWS::S3Tables::TableBucket": "table bucket",
    "AWS::S3Vectors::VectorBucket": "vector bucket",
    "AWS::RDS::DBInstance": "database",
    "AWS::RDS::DBCluster": "database",
    "AWS::RDS::GlobalCluster": "database",
    "AWS::DSQL::Cluster": "database",
    "AWS::DocDB::DBCluster": "database",
    "AWS::Neptune::DBCluster": "database",
    "AWS::Redshift::Cluster": "database",
    "AWS::RedshiftServerless::Namespace": "database",
    "AWS::MemoryDB::Cluster": "database",
    "AWS::Timestream::Database": "database",
    "AWS::Timestream::Table": "table",
    "AWS::Cassandra::Table": "table",
    "AWS::OpenSearchService::Domain": "search domain",
    "AWS::Elasticsearch::Domain": "search domain",
    "AWS::OpenSearchServerless::Collection": "search collection",
    "AWS::EFS::FileSystem": "file system",
    "AWS::FSx::FileSystem": "file system",
    "AWS::EC2::Volume": "volume",
    "AWS::ECR::Repository": "image repository",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::KMS::Key": "encryption key",
    "AWS::Backup::BackupVault": "backup vault",
}


def holds_data(logical_id: str, resource_type: str, template: Template) -> bool:
    """True if destroying the resource of ``template`` would lose a developer's data."""
    if resource_type not in DATA_TYPES:
        return False
    if resource_type == "AWS::S3::Bucket":
        return not _is_deployed_content(logical_id, template)
    return True


def kind_of(resource_type: str) -> str:
    """The everyday word for a type that holds data."""
    return DATA_TYPES.get(resource_type, "resource")


def _is_deployed_content(bucket: str, template: Template) -> bool:
    """True if a bucket deployment owns the whole bucket: it prunes all that it did not bring."""
    for resource in template.resources.values():
        if resource.type != BUCKET_DEPLOYMENT:
            continue
        properties = resource.properties
        if (
            properties.get("DestinationBucketName") == {"Ref": bucket}
            and properties.get("Prune") in {True, "true"}
            and not properties.get("DestinationBucketKeyPrefix")
            and not properties.get("Exclude")
        ):
            return True
    return False
