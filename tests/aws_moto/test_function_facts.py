"""What is known of a function on AWS; what the profile may not read is said, and the rest shown."""

from __future__ import annotations

from pathlib import Path

from tests.aws_moto.aws import Aws
from tests.functions.fact_backend import FactBackend
from workbench.aws.clients import Clients
from workbench.functions.event_sources import switch_source
from workbench.functions.schedules import switch_schedule

READS = {
    "cloudwatch:GetMetricData", "events:DescribeRule", "iam:GetPolicy", "iam:GetPolicyVersion",
    "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies",
    "lambda:GetFunction", "lambda:GetFunctionEventInvokeConfig", "lambda:ListEventSourceMappings",
    "scheduler:GetSchedule", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
}  # fmt: skip


def test_everything_is_read_and_switched(aws: Aws, clients: Clients, tmp_path: Path) -> None:
    backend = FactBackend(clients, tmp_path)
    backend.send(backend.dead)
    aws.calls.clear()
    facts = backend.facts()
    assert set(aws.calls.actions) == READS
    assert len(facts.grants.grants) == 2
    assert [each.is_wide for each in facts.grants.grants] == [False, True]
    (source,) = facts.sources
    assert (source.is_on, source.dead_letters and source.dead_letters.waiting) == (False, 1)
    assert [each.is_on for each in facts.schedules] == [True, True]
    assert facts.statistics is not None and facts.statistics.runs == 0
    switch_source(backend.opened, source, on=True, pause=0.01)
    for schedule in facts.schedules:
        switch_schedule(backend.opened, schedule, on=False)
    changed = backend.facts()
    assert [each.is_on for each in changed.sources] == [True]
    assert [each.is_on for each in changed.schedules] == [False, False]

    for action in READS - {"lambda:GetFunction"}:
        aws.faults.deny(action)
    denied = backend.facts()
    said = " ".join(denied.notes)
    for action in READS - {"lambda:GetFunction", "iam:GetPolicyVersion", "sqs:GetQueueAttributes"}:
        assert action in said or action in ("iam:GetPolicy", "iam:GetRolePolicy", "sqs:GetQueueUrl")
    assert [each.expression for each in denied.schedules] == ["cron(0 9 * * ? *)", "rate(7 days)"]
    assert denied.variables == facts.variables
