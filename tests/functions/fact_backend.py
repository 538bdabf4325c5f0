"""A function with a queue, two schedules and a role, made by calls to any AWS."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from tests.functions.live_stacks import function, live
from workbench.aws.clients import Clients
from workbench.deploy.live.models import LiveStack
from workbench.functions.backend_functions import backend_functions
from workbench.functions.facts import FunctionFacts, read_facts
from workbench.functions.open_functions import OpenedFunctions

HANDLER = "def handler(event, context):\n    print('got', event)\n    return event\n"
DAILY = {"work": "daily"}
WEEKLY = {"at": "<aws.scheduler.scheduled-time>"}


class FactBackend:
    """Everything in it is named with ``f-``; ``facts`` reads it as the product does."""

    def __init__(self, clients: Clients, folder: Path, runtime: str = "python3.11") -> None:
        self.clients = clients
        self.opened = OpenedFunctions(clients, "stack", folder, folder)
        region, account = clients.region, clients.account
        self.arn = f"arn:aws:lambda:{region}:{account}:function:f-hello"
        role = self._role()
        lambda_: Any = clients.lambda_
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("index.py", HANDLER)
        lambda_.create_function(
            FunctionName="f-hello",
            Runtime=runtime,
            Role=role,
            Handler="index.handler",
            Code={"ZipFile": content.getvalue()},
            Environment={"Variables": {"COLOUR": "green", "API_TOKEN": "t0p"}},
        )
        self.queue, self.dead = self._queue("f-dead"), ""
        self.dead, self.queue = self.queue, self._queue("f-jobs", self.queue)
        lambda_.create_event_source_mapping(
            FunctionName="f-hello", EventSourceArn=self.queue, BatchSize=5, Enabled=False
        )
        clients.client("events").put_rule(Name="f-daily", ScheduleExpression="cron(0 9 * * ? *)")
        clients.client("scheduler").create_schedule(
            Name="f-weekly",
            ScheduleExpression="rate(7 days)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Description="kept",
            Target={"Arn": self.arn, "RoleArn": role, "Input": json.dumps(WEEKLY)},
        )
        self.live = self._live(region, account)
        (self.function,) = backend_functions(self.live)

    def facts(self) -> FunctionFacts:
        """What is known now."""
        return read_facts(self.opened, self.live, self.function)

    def send(self, queue: str) -> None:
        """Put a message into a queue."""
        sqs = self.clients.client("sqs")
        url = sqs.get_queue_url(QueueName=queue.rpartition(":")[2])["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="{}")

    def _role(self) -> str:
        iam = self.clients.client("iam")
        services = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": services},
            "Action": "sts:AssumeRole",
        }
        role = iam.create_role(
            RoleName="f-role",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )["Role"]["Arn"]
        table = {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
            "Resource": "arn:aws:dynamodb:us-east-1:1:table/Chat",
        }
        wide = {
            "Effect": "Allow",
            "Action": ["lambda:InvokeFunction", "sqs:*", "logs:CreateLogGroup",
                       "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "*",
        }  # fmt: skip
        for name, statement in (("own", table), ("attached", wide)):
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            if name == "own":
                iam.put_role_policy(RoleName="f-role", PolicyName=name, PolicyDocument=document)
            else:
                made = iam.create_policy(PolicyName=f"f-{name}", PolicyDocument=document)
                iam.attach_role_policy(RoleName="f-role", PolicyArn=made["Policy"]["Arn"])
        return str(role)

    def _queue(self, name: str, dead: str = "") -> str:
        sqs = self.clients.client("sqs")
        redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 1})
        given = {"RedrivePolicy": redrive} if dead else {}
        url = sqs.create_queue(QueueName=name, Attributes=given)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])

    def _live(self, region: str, account: str) -> LiveStack:
        arn = {"Fn::GetAtt": ["hello", "Arn"]}
        daily = {
            "ScheduleExpression": "cron(0 9 * * ? *)",
            "Targets": [{"Id": "0", "Arn": arn, "Input": json.dumps(DAILY)}],
        }
        weekly = {
            "ScheduleExpression": "rate(7 days)",
            "Target": {"Arn": arn, "Input": json.dumps(WEEKLY)},
        }
        return live(
            {
                "hello": function(Runtime="python3.11", Handler="index.handler"),
                "daily": {"Type": "AWS::Events::Rule", "Properties": daily},
                "weekly": {"Type": "AWS::Scheduler::Schedule", "Properties": weekly},
            },
            stack_id=f"arn:aws:cloudformation:{region}:{account}:stack/root/1",
        )
