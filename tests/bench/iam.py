"""Measure what IAM's decision adds to a call; prints Markdown.

    python -m tests.bench.iam [--rounds 20] [--requests 150]

One local cloud; a role with as many statements as Amplify gives to a signed-in user asks with one
signed request each, again and again, with IAM on and off in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

BUCKET = "bench-iam"
PATHS = 40
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "000000000000"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    },
}


def main() -> int:
    """Print a table of medians."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.iam", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--requests", type=int, default=150)
    asked = parser.parse_args()
    found: dict[tuple[str, bool], list[tuple[float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "cloud"
        target = lifecycle.start(state)
        try:
            keys = _prepare(target)
            pid = lifecycle.status(state).pid
            for turn in range(asked.rounds):
                for on in (True, False) if turn % 2 else (False, True):
                    lifecycle.start(state, iam=on)
                    for name, request in _requests(target, keys).items():
                        found[name, on].append(_milliseconds(request, asked.requests, pid))
        finally:
            lifecycle.stop(state)
    print("| ms a call | with IAM | without | ratio | IAM adds | of it CPU |")
    print("|---|---|---|---|---|---|")
    for name in dict.fromkeys(name for name, _ in found):
        pairs = list(zip(found[name, True], found[name, False], strict=True))
        with_ = statistics.median(on[0] for on, _ in pairs)
        without = statistics.median(off[0] for _, off in pairs)
        ratio = statistics.median(on[0] / off[0] for on, off in pairs)
        adds = statistics.median(on[0] - off[0] for on, off in pairs)
        computed = statistics.median(on[1] - off[1] for on, off in pairs)
        print(
            f"| {name} | {with_:.3f} | {without:.3f} | {ratio:.3f} | {adds:.3f} | {computed:.3f} |"
        )
    return 0


def _prepare(target: LocalTarget) -> Credentials:
    clients = Clients(target)
    clients.s3.create_bucket(Bucket=BUCKET)
    clients.s3.put_object(Bucket=BUCKET, Key="path-7/me/a.txt", Body=b"x")
    clients.client("dynamodb").create_table(
        TableName="bench",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    clients.client("dynamodb").put_item(TableName="bench", Item={"id": {"S": "me"}})
    clients.client("ssm").put_parameter(Name="/bench/a", Value="x", Type="String")
    statements: list[dict[str, Any]] = []
    for number in range(PATHS):
        prefix = f"path-{number}/${{aws:PrincipalTag/user}}"
        statements += [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                "Resource": f"arn:aws:s3:::{BUCKET}/{prefix}/*",
            },
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": f"arn:aws:s3:::{BUCKET}",
                "Condition": {"StringLike": {"s3:prefix": [f"{prefix}/*", f"{prefix}/"]}},
            },
        ]
    statements += [
        {
            "Effect": "Allow",
            "Action": "dynamodb:*",
            "Resource": "arn:aws:dynamodb:*:*:table/bench",
            "Condition": {
                "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/user}"]}
            },
        },
        {"Effect": "Allow", "Action": "ssm:Get*", "Resource": "arn:aws:ssm:*:*:parameter/bench/*"},
    ]
    iam = clients.client("iam")
    role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="bench", PolicyName="given", PolicyDocument=document)
    tags: Any = [{"Key": "user", "Value": "me"}]
    given = clients.client("sts").assume_role(
        RoleArn=role["Arn"], RoleSessionName="bench", Tags=tags
    )["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def _requests(target: LocalTarget, keys: Credentials) -> dict[str, httpx.Request]:
    """One signed request of each kind, good for some minutes."""
    session: dict[str, Any] = {
        "aws_access_key_id": keys.access_key,
        "aws_secret_access_key": keys.secret_key,
        "aws_session_token": keys.token,
        "endpoint_url": target.endpoint,
    }
    version = Config(signature_version="s3v4")
    s3 = boto3.client("s3", region_name="us-east-1", config=version, **session)
    key = {"Bucket": BUCKET, "Key": "path-7/me/a.txt"}
    return {
        "S3 GetObject": httpx.Request("GET", s3.generate_presigned_url("get_object", key)),
        "S3 ListObjects": httpx.Request(
            "GET",
            s3.generate_presigned_url(
                "list_objects_v2", {"Bucket": BUCKET, "Prefix": "path-7/me/"}
            ),
        ),
        "DynamoDB GetItem": _signed(
            target,
            keys,
            "dynamodb",
            "DynamoDB_20120810.GetItem",
            {"TableName": "bench", "Key": {"id": {"S": "me"}}},
        ),
        "SSM GetParameters": _signed(
            target, keys, "ssm", "AmazonSSM.GetParameters", {"Names": ["/bench/a"]}
        ),
    }


def _signed(
    target: LocalTarget, keys: Credentials, service: str, name: str, document: object
) -> httpx.Request:
    body = json.dumps(document).encode()
    version = "1.0" if service == "dynamodb" else "1.1"
    headers = {
        "host": urlsplit(target.endpoint).netloc,
        "x-amz-target": name,
        "content-type": f"application/x-amz-json-{version}",
    }
    request: Any = AWSRequest("POST", target.endpoint + "/", headers, body)
    SigV4Auth(keys, service, "us-east-1").add_auth(request)
    return httpx.Request("POST", target.endpoint + "/", headers=dict(request.headers), content=body)


def _milliseconds(request: httpx.Request, count: int, pid: int) -> tuple[float, float]:
    """What one call takes, and what of it the server computes, in milliseconds."""
    with httpx.Client(trust_env=False) as client:
        client.send(request).raise_for_status()
        computed, began = _computed(pid), time.perf_counter()
        for _ in range(count):
            client.send(request).raise_for_status()
        took = time.perf_counter() - began
        return took / count * 1000, (_computed(pid) - computed) / count * 1000


def _computed(pid: int) -> float:
    """Seconds of CPU that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
