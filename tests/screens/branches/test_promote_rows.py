from typing import Any, cast

from screens.branches.promote_screen import coming_rows
from screens.widgets.text_styles import plain
from workbench.deploy.plan.instructions import ChangeIndexes, DeployStack, Plan, TableIndexes
from workbench.loop.dry_run import ComingChanges
from workbench.loop.stages import Prepared
from workbench.model.deployment import Diff, Effect, Method, ResourceChange


def test_a_promotion_says_what_it_does_to_rows_and_indexes() -> None:
    change = ResourceChange(("data",), "SeatTable", "Seat", "AWS::DynamoDB::Table", Effect.UPDATE)
    index = TableIndexes(("data",), "SeatTable", "delete the index one of Seat", (), ())
    steps = (ChangeIndexes("root", (index,)), DeployStack("root", False, "create the index one"))
    plan = Plan(Method.CLOUDFORMATION, cast("Any", None), None, steps)
    diff = Diff((change,), warnings=("Seat: at is missing in 3 of 9 rows",))
    rows = [plain(row.spans) for row in coming_rows(ComingChanges(Prepared(diff, plan)))]
    assert "  ! Seat: at is missing in 3 of 9 rows" in rows
    assert rows[-3:] == [
        "Indexes change one at a time, in 2 updates:",
        "  1. Delete the index one of Seat",
        "  2. Create the index one and update the stack root",
    ]
