"""A problem that the user can solve, as rows: the same in a dialog and inside a pane."""

from __future__ import annotations

from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, STRONG, TEXT
from workbench.model.user_problem import UserProblem


def problem_rows(problem: UserProblem) -> list[Row]:
    """What is wrong and where, the next step, and the details; ``y`` copies all of it."""
    whole = "\n".join((str(problem), *problem.details))
    rows = [Row((("✗ ", FAIL), (problem.what, STRONG)), "problem", whole, indent=2)]
    if problem.where:
        rows.append(Row(((f"  {problem.where}", MUTED),), "where", whole, indent=2))
    if problem.next_step:
        rows.append(Row((("→ ", ACCENT), (problem.next_step, TEXT)), "next", whole, indent=2))
    if problem.offer == "login":
        words = (("  press ", MUTED), ("Ctrl+L", ACCENT), (" to sign in", TEXT))
        rows.append(Row(words, "login", whole))
    for number, line in enumerate(problem.details):
        rows.append(Row(((f"  {line}", MUTED),), f"detail:{number}", whole, indent=2))
    return rows
