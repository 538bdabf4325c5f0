"""The reduction of events to what the panes show."""

from __future__ import annotations

from dataclasses import replace

from screens.sandbox.diff_rows import diff_rows, diff_summary
from screens.sandbox.problem_rows import problem_rows, problem_title
from screens.sandbox.resource_rows import build_tree, default_closed, find_node, tree_rows
from screens.sandbox.view_state import DeploymentState, Part, SandboxState, deployment_state
from screens.widgets.format import duration, short_path
from screens.widgets.text_styles import plain
from screens.widgets.wrap import wrap_spans
from tests.screens.scripted import (
    NOW,
    STACK,
    failed_resource,
    first_deployment,
    losing_save,
    model_diff,
    resources,
    save_begins,
    save_ends,
    type_error,
)
from workbench.model.deployment import (
    DeploymentResult,
    Diff,
    Effect,
    PropertyChange,
    ResourceChange,
)
from workbench.model.events import LocalCloudReported, LoopState, StateChanged


def told(*lists: list) -> SandboxState:  # type: ignore[type-arg]
    state = SandboxState()
    for events in lists:
        for event in events:
            state.apply(event)
    return state


def test_deployments_become_history() -> None:
    state = told(first_deployment(), save_begins(), save_ends())
    assert [state.history[number].result for number in (1, 2)] == [DeploymentResult.SUCCEEDED] * 2
    assert state.loop is LoopState.WATCHING
    assert len(state.resources) == len(resources())


def test_failure_stays_until_the_next_deployment_begins() -> None:
    state = told(first_deployment(), failed_resource())
    assert state.failure is not None
    assert state.resources[(("auth179371D7",), "UserPool")].status == "UPDATE_FAILED"
    told_next = save_begins(NOW + 300, 4)
    state.apply(told_next[0])
    assert state.failure is None


def test_diagnostics_go_when_the_next_check_is_clear() -> None:
    state = told(first_deployment(), type_error())
    assert state.diagnostics["types"]
    for event in first_deployment(NOW + 300):
        state.apply(event)
    assert not any(state.diagnostics.values())


def test_question_opens_and_closes() -> None:
    state = told(first_deployment(), losing_save())
    assert state.question is not None
    parts = state.apply(StateChanged(at=NOW, state=LoopState.SYNTHESIZING))
    assert state.question is None
    assert Part.QUESTION in parts


def test_damaged_files_stay_among_the_problems() -> None:
    state = SandboxState()
    damage = "The local cloud's state was damaged (it is empty). That of 10:00 was taken."
    state.apply(LocalCloudReported(at=1.0, status="running", damages=(damage,)))
    assert [plain(row.spans) for row in problem_rows(state)] == [f"! {damage}"]
    assert problem_title(state) == "1 warning"


def test_following_another_terminal_shows_its_state() -> None:
    state = told([StateChanged(at=NOW, state=LoopState.ATTACHED, detail="checking")])
    assert state.is_attached
    assert state.loop is LoopState.CHECKING
    state.apply(StateChanged(at=NOW, state=LoopState.STARTING))
    assert not state.is_attached


def test_old_deployment_is_told_from_its_events_alone() -> None:
    state = deployment_state(2, save_begins() + save_ends())
    assert state.seconds == 0.92
    assert state.diff is not None
    assert [record.title for record in state.steps.values()] == ["Swap the GraphQL schema"]


def test_diff_names_replacement_as_data_loss() -> None:
    state = DeploymentState(number=1, diff=model_diff(replaces=True))
    text = "\n".join(plain(row.spans) for row in diff_rows(state))
    assert "± TodoTable" in text
    assert "its data is lost" in text
    assert diff_summary(model_diff(replaces=True)) == "~1 ±1"
    assert diff_summary(Diff()) == "no change"


def test_diff_shows_what_the_service_does_with_a_change() -> None:
    note = "the index is deleted and created again; queries of it fail meanwhile"
    keys = PropertyChange("GlobalSecondaryIndexes[a].KeySchema[b]", "c", None, note=note)
    table = ResourceChange(
        (), "T", "data/T", "AWS::DynamoDB::Table", Effect.UPDATE, properties=(keys,)
    )
    rows = diff_rows(DeploymentState(number=1, diff=Diff((table,))))
    assert any(plain(row.spans).endswith(f"  {note}") for row in rows)


def test_diff_names_rows_that_no_longer_fit() -> None:
    warning = "Todo: due is missing in 2 of 3 rows: reading it fails"
    diff = replace(model_diff(), warnings=(warning,))
    rows = [plain(row.spans) for row in diff_rows(DeploymentState(number=1, diff=diff))]
    assert f"  ! {warning}" in rows


def test_tree_is_stack_construct_resource() -> None:
    root = build_tree(resources(), STACK)
    assert set(root.children) == {"auth", "data"}
    assert root.children["data"].is_stack
    todo = find_node(root, "/data/amplifyData/Todo")
    assert todo is not None
    assert todo.is_stack
    closed = [plain(row.spans).split()[2] for row in tree_rows(root, {"/auth", "/data"})]
    assert closed == ["auth", "data"]
    assert default_closed(root, largest=4) == {"/data/amplifyData/Todo"}


def test_words() -> None:
    assert duration(0.417) == "0.42s"
    assert duration(61) == "1m 01s"
    assert duration(3_700) == "1h 01m"
    assert short_path(f"{STACK}/auth.NestedStack/auth.NestedStackResource") == "auth"
    assert short_path(f"{STACK}/a/Fn/Fn.AppSyncFunction") == "a/Fn"


def test_wrapping_keeps_every_word_and_the_indent() -> None:
    spans = (("  → ", "accent"), ("one two three four five six seven eight", "text"))
    lines = wrap_spans(spans, 20)
    assert all(len(plain(line)) <= 20 for line in lines)
    assert plain(lines[1]).startswith("    ")
    assert " ".join(plain(line) for line in lines).split() == ["→", *plain((spans[1],)).split()]
