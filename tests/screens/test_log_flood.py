"""A flood of log lines: keys still work, memory stays bounded, nothing important is lost."""

from __future__ import annotations

import threading
from pathlib import Path

from screens.event_queue import LOG_QUEUE_LINES, Feed
from screens.sandbox.log_buffer import LIMIT, LogBuffer
from screens.sandbox.log_pane import LogView
from screens.sandbox.panes import HistoryPane
from tests.screens.scripted import (
    NOW,
    ScriptedStarter,
    first_deployment,
    save_begins,
    save_ends,
    scripted_app,
)
from tests.screens.settling import sandbox_screen, until
from workbench.model.events import AnyEvent, Level, LogLine

FLOOD = 30_000


def line(number: int, text: str = "") -> LogLine:
    return LogLine(at=NOW, level=Level.INFO, source="flood", text=text or f"line {number}")


def arrived(view: LogView) -> int:
    """How many lines came so far; the kept ones stop growing at the buffer's limit."""
    return view.buffer.line_count + view.buffer.dropped


async def test_keys_work_in_a_flood_and_the_newest_line_is_shown(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path)
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, first_deployment())
        view = screen.query_one(LogView)
        await pilot.press("4")
        await until(pilot, lambda: screen.focused_pane() == "log")
        stop = threading.Event()
        sent = [0]

        def flood() -> None:
            while not stop.wait(0.01):
                for _ in range(100):
                    sent[0] += 1
                    app.feed.emit(line(sent[0]))

        producer = threading.Thread(target=flood, daemon=True)
        producer.start()
        try:
            await until(pilot, lambda: view.row_count() > 2_000, "some lines")
            await pilot.press("5")
            await until(pilot, lambda: screen.focused_pane() == "history", "the history")
            await pilot.press("4")
            await until(pilot, lambda: screen.focused_pane() == "log", "the log again")
            await pilot.press("k", "k", "k")
            assert not view.following
            kept = view.buffer.rows[view.cursor].line.text
            seen = arrived(view)
            await until(pilot, lambda: arrived(view) > seen + 1_000, "more lines")
            assert view.buffer.rows[view.cursor].line.text == kept
            await pilot.press("G")
            assert view.following
        finally:
            stop.set()
            producer.join()
        await until(pilot, lambda: app.feed.is_drained, "the feed")
        assert view.buffer.rows[-1].line.text == f"line {sent[0]}"
        assert f"line {sent[0]}" in view.render_line(view.size.height - 1).text


async def test_events_that_matter_survive_a_flood(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path)
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, first_deployment())
        for event in (*save_begins(), *save_ends()):
            app.feed.emit(event)
            for number in range(FLOOD // 20):
                app.feed.emit(line(number))
        await until(pilot, lambda: app.feed.is_drained, "the feed")
        await pilot.pause()
        assert len(screen.query_one(HistoryPane).rows) == 2
        assert screen.state.history[2].seconds == 0.92


def test_feed_bounds_lines_and_counts_the_dropped() -> None:
    received: list[tuple[int, int, int]] = []

    def receive(events: list[AnyEvent], lines: list[LogLine], dropped: int) -> None:
        received.append((len(events), len(lines), dropped))

    feed = Feed(receive)  # type: ignore[arg-type]
    for number in range(LOG_QUEUE_LINES + 500):
        feed.emit(line(number))
    feed.emit(first_deployment()[0])

    async def deliver() -> None:
        feed.open()

    import asyncio

    asyncio.run(deliver())
    assert received == [(1, LOG_QUEUE_LINES, 500)]


def test_buffer_keeps_the_newest_lines() -> None:
    buffer = LogBuffer(limit=1_000)
    for start in range(0, 20_000, 500):
        buffer.append([line(number) for number in range(start, start + 500)])
    assert buffer.line_count <= 1_000 + 5_000
    assert buffer.rows[-1].line.text == "line 19999"
    assert buffer.dropped == 20_000 - buffer.line_count
    assert LIMIT >= 10_000


def test_control_sequences_never_reach_the_terminal() -> None:
    buffer = LogBuffer()
    buffer.append([line(0, "\x1b[31mred\x1b[0m \x1b]52;c;ZXZpbA==\x07\ttab\nsecond")])
    shown = "red �]52;c;ZXZpbA==�"
    assert [row.text for row in buffer.rows] == [f"{shown}    tab", "second"]


def test_wrapped_lines_are_whole() -> None:
    buffer = LogBuffer()
    text = "".join(chr(ord("a") + number % 26) for number in range(200))
    buffer.append([line(0, text)])
    buffer.arrange(minimum=Level.DEBUG, wanted="", wrap_width=80)
    assert len(buffer.rows) > 1
    assert "".join(row.text for row in buffer.rows) == text
    assert buffer.text().count("\n") == 1


async def test_wrapped_lines_are_whole_beside_the_scrollbar_that_they_bring(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path)
    app = scripted_app(starter)
    text = "".join(chr(ord("a") + number % 26) for number in range(400))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, first_deployment()[:1])
        view = screen.query_one(LogView)
        await pilot.press("4")
        await until(pilot, lambda: screen.focused_pane() == "log")
        assert not view.show_vertical_scrollbar
        await pilot.press("w")
        for number in range(4):
            app.feed.emit(line(number, text))
        await until(pilot, lambda: view.show_vertical_scrollbar, "the scrollbar")
        await until(pilot, lambda: view.buffer.wrap_width == view.text_width, "the new width")
        assert "…" not in "".join(view.render_line(y).text for y in range(view.size.height))
