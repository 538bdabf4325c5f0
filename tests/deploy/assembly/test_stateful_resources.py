"""Plans and the questions before a deletion agree on what holds data."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.deploy.assembly.stateful_resources import holds_data
from workbench.deploy.assembly.template import Template
from workbench.deploy.live.models import DeployedResource, LiveStack
from workbench.deploy.plan.data_loss import losses_of_deletion

DEPLOYMENTS: dict[str, tuple[dict[str, Any] | None, bool]] = {
    "nothing is deployed into it": (None, True),
    "all of it is deployed": ({"Prune": True}, False),
    "all of it is deployed, as CloudFormation has it": ({"Prune": "true"}, False),
    "a folder of it is deployed": ({"Prune": True, "DestinationBucketKeyPrefix": "seed/"}, True),
    "other files stay": ({"Prune": False}, True),
    "some files are left alone": ({"Prune": True, "Exclude": ["uploads/*"]}, True),
}


def _stack(deployment: dict[str, Any] | None) -> LiveStack:
    resources: dict[str, Any] = {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Orders": {"Type": "AWS::RDS::DBInstance"},
        "Queue": {"Type": "AWS::SQS::Queue"},
    }
    if deployment is not None:
        resources["Deployment"] = {
            "Type": "Custom::CDKBucketDeployment",
            "Properties": {"DestinationBucketName": {"Ref": "Bucket"}, **deployment},
        }
    return LiveStack(
        name="app",
        stack_id="arn:aws:cloudformation:us-east-1:000000000000:stack/app/1",
        status="CREATE_COMPLETE",
        template=Template.model_validate({"Resources": resources}),
        resources={
            name: DeployedResource(
                logical_id=name,
                physical_id=f"app-{name.lower()}",
                type=each["Type"],
                status="CREATE_COMPLETE",
            )
            for name, each in resources.items()
        },
    )


@pytest.mark.parametrize("case", DEPLOYMENTS)
def test_a_bucket_holds_data_unless_a_deployment_owns_all_of_it(case: str) -> None:
    deployment, expected = DEPLOYMENTS[case]
    template = _stack(deployment).template
    assert holds_data("Bucket", "AWS::S3::Bucket", template) is expected


def test_a_deletion_names_what_a_plan_would(local_cloud: LocalTarget) -> None:
    clients = Clients(local_cloud)
    clients.s3.create_bucket(Bucket="app-bucket")
    clients.s3.put_object(Bucket="app-bucket", Key="uploads/photo.jpg", Body=b"x")
    for deployment, expected in DEPLOYMENTS.values():
        stack = _stack(deployment)
        named = {loss.physical_id: loss.contents for loss in losses_of_deletion(clients, stack)}
        bucket = {"app-bucket": "1 object"} if expected else {}
        # A database's rows cannot be counted from here: it is named all the same.
        assert named == {"app-orders": "", **bucket}
