"""What is a paste among keys that come without bracketed paste, by their times."""

from __future__ import annotations

import random

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key, MouseScrollUp, Paste
from textual.message import Message

from screens.bursts import BurstGate

TWO_MUTATIONS = (
    'mutation A { createList(input: {name: "paste1"}) { id } }\n'
    'mutation B {\n\tcreateList(input: {name: "paste2"}) { id }\n}\n'
)


class Line:
    """A terminal line: bytes come at their times, and the gate's own waits are kept."""

    def __init__(self) -> None:
        self.gate = BurstGate()
        self.parser = XTermParser()
        self.now = 100.0
        self.out: list[Message] = []

    def rest(self, seconds: float) -> None:
        until = self.now + seconds
        while (wait := self.gate.wait(self.now)) is not None and self.now + wait <= until:
            self.now += max(wait, 0.0001)
            self.out += self.gate.due(self.now)
        self.now = until

    def come(self, text: str, gap: float = 0.1) -> None:
        self.out += self.gate.take(self.parser.feed(text), self.now)
        self.rest(gap)

    @property
    def seen(self) -> list[str]:
        """Keys by name, pastes as ``<text>``."""
        return [
            f"<{each.text}>" if isinstance(each, Paste) else each.key
            for each in self.out
            if isinstance(each, Key | Paste)
        ]

    @property
    def pasted(self) -> str:
        """All text, where nothing but pastes came."""
        assert all(isinstance(each, Paste) for each in self.out), self.seen
        return "".join(each.text for each in self.out if isinstance(each, Paste))


def came(*chunks: str, gap: float = 0.1) -> Line:
    line = Line()
    for chunk in chunks:
        line.come(chunk, gap)
    line.rest(2)
    return line


def test_typed_keys_pass_one_by_one() -> None:
    assert came(*"y{D\n\r\tq").seen == [
        "y",
        "left_curly_bracket",
        "D",
        "ctrl+j",
        "enter",
        "tab",
        "q",
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("size", "gap"), [(1_000, 0.05), (16, 0.0), (16, 0.02), (16, 0.05), (3, 0.0), (3, 0.019)]
)
def test_a_paste_in_pieces_is_one_text(ending: str, size: int, gap: float) -> None:
    text = TWO_MUTATIONS.replace("\n", ending)
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    line = came(*chunks, gap=gap)
    text_of_keys = {"left_curly_bracket": "{", "space": " "}
    seen = "".join(
        each[1:-1] if each.startswith("<") else text_of_keys.get(each, each) for each in line.seen
    )
    assert seen == TWO_MUTATIONS
    assert "ctrl+j" not in line.seen
    assert "enter" not in line.seen


def test_bytes_of_a_serial_line_are_a_paste() -> None:
    line = came(*TWO_MUTATIONS, gap=0.001)
    assert line.pasted == TWO_MUTATIONS


def test_a_slow_byte_stream_may_type_letters_but_breaks_never_act() -> None:
    line = came(*TWO_MUTATIONS, gap=0.012)
    assert not {"ctrl+j", "enter", "tab"} & set(line.seen)
    assert "<" in "".join(line.seen)


def test_any_cut_of_a_paste_arrives_whole_and_runs_nothing() -> None:
    chance = random.Random(7)
    for _ in range(300):
        ending = chance.choice(["\n", "\r\n", "\r"])
        text = TWO_MUTATIONS.replace("\n", ending)
        line = Line()
        at = chance.randint(9, 60)
        line.come(text[:at], chance.uniform(0, 0.05))
        while at < len(text):
            size = chance.randint(1, 40)
            line.come(text[at : at + size], chance.uniform(0, 0.05))
            at += size
        line.rest(2)
        assert line.pasted == TWO_MUTATIONS


def test_a_line_break_late_behind_a_paste_belongs_to_it() -> None:
    line = Line()
    line.come("query Whole { id }", 0.3)
    line.come("\n", 3)
    assert line.pasted == "query Whole { id }\n"
    line.come("\n")
    assert line.seen[-1] == "ctrl+j"


@pytest.mark.parametrize(
    "keys", ["jjjjjjjjjjjjjj", "jjy", "7", "/foo\r", "ab\t", "lits\x7f\x7fst", "\x0e\x0e\x0e\x0e"]
)
def test_key_repeat_and_a_few_keys_at_once_are_typed(keys: str) -> None:
    line = came(keys)
    assert len(line.seen) == len(keys)
    assert not any(isinstance(each, Paste) for each in line.out)


@pytest.mark.parametrize("keys", ["y\nD", "a\n", "\na", "\ry", "x\ty", "yDqTRxw", "\r\r\r"])
def test_what_nobody_types_at_once_is_a_paste(keys: str) -> None:
    assert came(keys).pasted


def test_control_characters_in_a_paste_do_nothing() -> None:
    assert came("echo \x03\x11 one\x04\ntwo\u0085\u2028three\n").pasted == "echo  one\ntwo\nthree\n"


def test_other_sequences_keep_their_place() -> None:
    line = came("\x1b[A\x1b[B" + "\x1b[<64;3;4M" * 3 + "\x1bOP")
    assert [type(each) for each in line.out] == [
        *[Key] * 2,
        *[MouseScrollUp] * 3,
        Key,
    ]
    line = came("one\ntwo\x1b[A")
    assert line.seen == ["<one\ntwo>", "up"]
    line = came("\x1b[200~one\r\ntwo\x1b[201~x")
    assert line.seen == ["<one\r\ntwo>", "x"]


def test_ctrl_j_of_the_kitty_protocol_is_a_key_at_any_speed() -> None:
    assert came("ab\x1b[106;5u").seen == ["a", "b", "ctrl+j"]


def test_wide_characters_of_an_input_method_arrive() -> None:
    assert "".join(came("にほ").seen) == "にほ"
    assert came("日本語日本語の文章です").pasted == "日本語日本語の文章です"


def test_a_long_paste_is_shown_on_its_way() -> None:
    line = Line()
    for _ in range(100):
        line.come("a line of text\n", 0.01)
    assert len(line.out) >= 2
    line.rest(1)
    assert line.pasted == "a line of text\n" * 100
