"""The end of an AWS session is said in time, once, and not for sessions without one."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from queue import Queue

from workbench.cli.session_notice import SessionNotice
from workbench.model.events import SignedIn

WHO = SignedIn(at=0.0, profile="dev", account="123456789012", region="eu-west-1", name="Admin")


def test_said_ten_minutes_before() -> None:
    said: Queue[str] = Queue()
    notice = SessionNotice(said.put)
    notice.follow(replace(WHO, until=time.time() + 600.05))
    words = said.get(timeout=30)
    assert words.startswith("The AWS session of dev ends at ")
    assert "`amplify-tui login" in words


def test_a_renewed_session_is_not_told_of() -> None:
    said: Queue[str] = Queue()
    notice = SessionNotice(said.put)
    before = threading.active_count()
    notice.follow(replace(WHO, until=time.time() + 5000))
    notice.follow(WHO)
    while threading.active_count() > before:
        time.sleep(0.005)
    assert said.empty()
