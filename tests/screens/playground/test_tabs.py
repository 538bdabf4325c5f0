"""The tabs and what one of them shows, without a screen."""

from __future__ import annotations

from graphql import build_schema

from screens.playground.result_rows import Fold
from screens.playground.schema_change import mark_broken_tabs
from screens.playground.shown_stream import ShownStream
from screens.playground.tab_state import KEPT_EVENTS, WELCOME, StreamState, TabState
from screens.playground.tabs import TabContent, Tabs
from screens.widgets.text_styles import plain
from workbench.playground.requests import Request
from workbench.playground.run_as import As, RunAs
from workbench.playground.stream import StreamEvent


def test_tabs_are_restored_as_they_were_saved() -> None:
    tabs = Tabs()
    tabs.open(TabContent("query A { a }", '{"x": 1}', run_as="guest"))
    assert len(tabs.all) == 1  # nothing was written in the first one
    tabs.open(TabContent("query B { b }", file="b.graphql"))
    tabs.step(1)
    again = Tabs()
    again.restore(tabs.as_saved())
    assert again.all == tabs.all
    assert again.active == tabs.active
    assert [each.title for each in again.all] == ["A", "b"]
    assert [each.run_as for each in again.all] == ["guest", "guest"]  # a new tab has its caller


def test_there_is_always_a_tab_in_front_and_a_free_number_is_used_again() -> None:
    tabs = Tabs()
    tabs.add()
    tabs.add()
    assert [each.id for each in tabs.all] == [1, 2, 3]
    tabs.go_to(2)
    tabs.close()
    assert tabs.active.id == 3
    tabs.add()
    assert [each.id for each in tabs.all] == [1, 3, 2]
    for _ in range(3):
        tabs.close()
    assert [each.text for each in tabs.all] == [WELCOME]
    assert tabs.active is tabs.all[0]


async def test_only_a_tab_that_was_valid_is_broken_by_a_schema_change() -> None:
    before, after = (
        build_schema(f"type Query {{ a: Int {field}: Int }}") for field in ("old", "new")
    )
    texts = ("query One { old }", "{ a }", "{ never }", "query Two { new }")
    tabs = [TabState(at, text) for at, text in enumerate(texts)]
    messages = await mark_broken_tabs(tabs, before, after)
    assert [each.broken for each in tabs] == [True, False, False, False]
    assert [severity for _, severity in messages] == ["warning"]
    assert "breaks One: Cannot query field 'old'" in messages[0][0]
    assert await mark_broken_tabs(tabs, after, before) == [
        ("The new schema breaks Two: Cannot query field 'new' on type 'Query'.", "warning")
    ]
    assert [each.broken for each in tabs] == [False, False, False, True]


def test_a_paused_stream_holds_its_events_back_and_loses_none_of_them() -> None:
    stream = StreamState(RunAs(As.GUEST), Request("subscription { a }"), started=True)
    shown = ShownStream(stream)

    def numbers() -> list[str]:
        rows = [plain(row.spans) for row in shown.rows(Fold(), 80)]
        return [text.rpartition("#")[2] for text in rows if text.startswith("◆")]

    for at in range(KEPT_EVENTS):
        stream.add(StreamEvent(0.0, {"at": at}, f'{{"at": {at}}}'))
    stream.toggle_pause()
    for at in range(3):
        stream.add(StreamEvent(0.0, {"held": at}, f'{{"held": {at}}}'))
    assert len(numbers()) == KEPT_EVENTS
    assert numbers()[-1] == str(KEPT_EVENTS)
    assert "paused · 3 held" in shown.title
    stream.toggle_pause()
    assert numbers()[-1] == str(KEPT_EVENTS + 3)
    assert len(numbers()) == KEPT_EVENTS
    assert shown.value(f"/event{KEPT_EVENTS + 3}/held") == 2
    found = [plain(row.spans) for row in shown.rows(Fold(wanted='"held": 1'), 80)]
    assert sum(text.startswith("◆") for text in found) == 1
