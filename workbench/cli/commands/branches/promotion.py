"""``amplify-tui branches promote``: merges one branch into another, and deploys that."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from workbench.cli.colours import Paint
from workbench.cli.commands.branches.action import add_branch_action, opened_branches
from workbench.cli.flags import add_yes
from workbench.cli.output import done, err, out
from workbench.cli.prompts import confirm
from workbench.wording import plural

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions


def register(actions: Actions) -> None:
    """Add the sub-command."""
    about = "merge one branch into another, and deploy that"
    promote = add_branch_action(actions, "promote", about, _promote, "source", "target")
    promote.add_argument(
        "--no-preview",
        dest="preview",
        action="store_false",
        help="do not show first what the deployment would change",
    )
    add_yes(promote)


def _promote(arguments: argparse.Namespace) -> int:
    from workbench.branches.promote import plan_promotion, promote
    from workbench.cli.commands.branches.jobs import follow_job
    from workbench.cli.event_text import HumanLines
    from workbench.loop.promotion_preview import preview_promotion

    source, target = arguments.source, arguments.target
    opened = opened_branches(arguments)
    promotion = plan_promotion(opened.project.root, source, target)
    if not promotion.commits:
        done(f"{target} already has all of {source}")
        return 0
    how = "moves forward by" if promotion.is_fast_forward else "merges"
    out(f"{target} {how} {plural(len(promotion.commits), 'commit')}:")
    for each in promotion.commits:
        out(f"  {each.short} {each.subject} ({each.author})")
    app = opened.app_of(target)
    if app is not None and arguments.preview:
        coming = preview_promotion(opened, promotion)
        if coming.failure is not None:
            err(*HumanLines(Paint.of(sys.stderr)).failure(coming.failure))
            return 1
        out(*coming.lines)
    if not arguments.yes and not confirm(
        f"Promote {source} to {target}?",
        unasked="A promotion deploys.",
        declined="Nothing was changed.",
    ):
        return 1
    commit = promote(opened.project.root, promotion)
    if app is None:
        done(f"{target} is not connected: nothing is deployed")
        return 0
    job = opened.hosting.start_for(app, target, commit.id)
    return follow_job(opened, app, target, job, as_json=arguments.json)
