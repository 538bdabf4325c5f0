"""Which open operations a schema change has broken, and what to tell the user about it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from graphql import GraphQLSchema

from screens.playground.tab_state import TabState
from screens.ports import Severity
from workbench.playground.lint import broken_by
from workbench.wording import plural

_MOST_NAMED = 3


async def mark_broken_tabs(
    tabs: Sequence[TabState], before: GraphQLSchema, after: GraphQLSchema
) -> list[tuple[str, Severity]]:
    """Mark the tabs whose operations were valid until now; returns messages with their severity."""
    texts = [tab.text for tab in tabs]
    broken = await asyncio.to_thread(broken_by, before, after, texts)
    invalid = await asyncio.to_thread(broken_by, None, after, texts)
    newly, still = {index for index, _ in broken}, {index for index, _ in invalid}
    for index, tab in enumerate(tabs):
        tab.broken = index in newly or (tab.broken and index in still)
    if not broken:
        return [("The schema has changed. The open operations are not affected.", "information")]
    messages: list[tuple[str, Severity]] = []
    for index, finding in broken[:_MOST_NAMED]:
        name = finding.operation or tabs[index].title
        messages.append((f"The new schema breaks {name}: {finding.message}", "warning"))
    if len(newly) > 1 and len(broken) > _MOST_NAMED:
        count = plural(len(newly), "broken tab")
        messages.append((f"{count} in total, marked with !", "warning"))
    return messages
