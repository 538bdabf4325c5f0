"""Roles that may reach certain fields of AppSync's APIs."""

from __future__ import annotations

import json
from typing import Any

from workbench.aws.clients import Clients


def granted_role(clients: Clients, name: str, *resources: str) -> str:
    """The ARN of a role that the account may assume, with ``appsync:GraphQL`` on these."""
    iam: Any = clients.client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "000000000000"}}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": trust}))
    if resources:
        grant = {"Effect": "Allow", "Action": "appsync:GraphQL", "Resource": list(resources)}
        document = json.dumps({"Version": "2012-10-17", "Statement": grant})
        iam.put_role_policy(RoleName=name, PolicyName="graphql", PolicyDocument=document)
    return str(role["Role"]["Arn"])
