"""The CDK bootstrap resources that ``cdk`` and ``ampx`` look for before they deploy.

Names and version are those of the CDK's modern bootstrap template with the default qualifier
(https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html); ampx asks for version 6 at least.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION
from workbench.localcloud.asgi.client import Call, Reply

QUALIFIER = "hnb659fds"
BOOTSTRAP_VERSION = 30
VERSION_PARAMETER = f"/cdk-bootstrap/{QUALIFIER}/version"
STAGING_BUCKET = f"cdk-{QUALIFIER}-assets-{LOCAL_ACCOUNT}-{LOCAL_REGION}"
ROLES = (
    "deploy-role",
    "file-publishing-role",
    "image-publishing-role",
    "lookup-role",
    "cfn-exec-role",
)


class BootstrapError(RuntimeError):
    """The emulator refused one of the bootstrap resources."""


async def bootstrap(call: Call) -> bool:
    """Make what is missing; returns whether anything was made. Raises :class:`BootstrapError`."""
    if (await _ssm(call, "GetParameter", {"Name": VERSION_PARAMETER})).status == 200:
        return False
    _expect(await call("s3", "PUT", f"/{STAGING_BUCKET}", {}, b""), STAGING_BUCKET, 409)
    for role in ROLES:
        await _make_role(call, f"cdk-{QUALIFIER}-{role}-{LOCAL_ACCOUNT}-{LOCAL_REGION}")
    version = {
        "Name": VERSION_PARAMETER,
        "Type": "String",
        "Value": str(BOOTSTRAP_VERSION),
        "Overwrite": True,
    }
    _expect(await _ssm(call, "PutParameter", version), VERSION_PARAMETER)
    return True


async def _ssm(call: Call, action: str, body: dict[str, object]) -> Reply:
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": f"AmazonSSM.{action}",
    }
    return await call("ssm", "POST", "/", headers, json.dumps(body).encode())


async def _make_role(call: Call, name: str) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": LOCAL_ACCOUNT, "Service": "cloudformation.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            }
        ],
    }
    form = {
        "Action": "CreateRole",
        "Version": "2010-05-08",
        "RoleName": name,
        "AssumeRolePolicyDocument": json.dumps(trust),
    }
    headers = {"content-type": "application/x-www-form-urlencoded"}
    _expect(await call("iam", "POST", "/", headers, urlencode(form).encode()), name, 409)


def _expect(reply: Reply, what: str, *also: int) -> None:
    if reply.status not in (200, *also):
        detail = reply.body[:300].decode(errors="replace")
        raise BootstrapError(f"cannot make {what}: {reply.status} {detail}")
