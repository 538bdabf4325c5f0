"""Stack operations wait while the state is read, and the reading for steps that have begun."""

from __future__ import annotations

import threading

from workbench.localcloud.ministack.patches.cloudformation.operation_steps import OperationSteps

ROLE = "AWS::IAM::Role"


def test_no_step_begins_while_the_state_is_read() -> None:
    steps = OperationSteps()
    begun = threading.Event()

    def operation() -> None:
        steps.note("stack", ROLE, "CREATE_IN_PROGRESS")
        begun.set()

    with steps.held():
        thread = threading.Thread(target=operation)
        thread.start()
        assert not begun.wait(0.1)
    assert begun.wait(5)
    thread.join()


def test_the_state_is_read_when_the_step_has_ended() -> None:
    steps = OperationSteps()
    order: list[str] = []
    steps.note("stack", ROLE, "CREATE_IN_PROGRESS")

    def read() -> None:
        with steps.held():
            order.append("read")

    thread = threading.Thread(target=read)
    thread.start()
    order.append("made")
    steps.note("stack", ROLE, "CREATE_COMPLETE")
    thread.join()
    assert order == ["made", "read"]


def test_nothing_waits_for_long_steps_and_nested_stacks() -> None:
    steps = OperationSteps()
    steps.note("root", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS")
    steps.note("child", "Custom::Slow", "CREATE_IN_PROGRESS")
    with steps.held():
        steps.note("child", "Custom::Slow", "CREATE_COMPLETE")
