from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

from workbench.function_logs.log_book import Filter, Head, LogBook, entry_text
from workbench.function_logs.log_events import LogEvent
from workbench.function_logs.log_feed import FunctionLine
from workbench.function_logs.records import record_of
from workbench.model.events import Level

A = "aaaaaaaa-95b1-4643-9700-2807f4e68189"
B = "bbbbbbbb-95b1-4643-9700-2807f4e68189"
AT = "2024-08-23T19:28:07.462Z"


def line(message: str, function: str = "hello", stream: str = "s") -> FunctionLine:
    return FunctionLine(function, record_of(LogEvent(1, stream, message)))


def run(request: str, *messages: str, function: str = "hello") -> Iterator[FunctionLine]:
    stream = f"{function}-{request}"
    yield line(f"START RequestId: {request} Version: $LATEST", function, stream)
    for each in messages:
        yield line(each, function, stream)
    yield line(f"END RequestId: {request}", function, stream)
    yield line(
        f"REPORT RequestId: {request}\tDuration: 4.50 ms\tBilled Duration: 5 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 70 MB\tInit Duration: 133.61 ms\t",
        function,
        stream,
    )


def texts(book: LogBook) -> list[str]:
    return [entry_text(each) for each in book.shown]


def test_an_invocations_facts_are_one_entry_also_between_those_of_others() -> None:
    book = LogBook()
    for pair in zip(run(A, "of a"), run(B, "of b", function="other"), strict=True):
        book.take(pair)
    assert texts(book) == [
        "hello aaaaaaaa  4.5 ms, billed 5 ms, 70 of 128 MB, cold start 134 ms",
        "other bbbbbbbb  4.5 ms, billed 5 ms, 70 of 128 MB, cold start 134 ms",
        "hello of a",
        "other of b",
    ]
    head = book.shown[0]
    assert isinstance(head, Head)
    assert [each.text for each in book.lines_of(head)] == ["of a"]


def test_an_invocation_that_goes_on_says_so_and_changes_when_it_ends() -> None:
    book = LogBook()
    begun, *rest, report = run(A, f"{AT}\t{A}\tERROR\tInvoke Error \t{{}}")
    book.take([begun])
    assert texts(book) == ["hello aaaaaaaa  running"]
    book.take([*rest, report])
    assert texts(book)[0].endswith("cold start 134 ms, error")


def test_filters() -> None:
    book = LogBook()
    book.take(run(A, "Ann came", "quiet"))
    book.take(run(B, f"{AT}\t{B}\tWARN\tcareful", function="other"))
    for wanted, shown in {
        Filter(level=Level.WARNING): ["other careful"],
        Filter(functions=frozenset({"other"}), text="care"): ["other careful"],
        Filter(request=A[:8], text="a"): ["hello Ann came"],
        Filter(names=("ann",)): [
            "hello aaaaaaaa  4.5 ms, billed 5 ms, 70 of 128 MB, cold start 134 ms",
            "hello Ann came",
            "hello quiet",
        ],
        Filter(text="nothing"): [],
    }.items():
        book.show(wanted)
        assert texts(book) == shown, wanted


def test_what_a_filter_names_later_is_shown_from_its_beginning() -> None:
    book = LogBook(filter=Filter(names=("bob",)))
    begun, first, *_ = run(A, "nobody yet")
    book.take([begun, first])
    assert texts(book) == []
    assert book.take([line("now Bob", stream=begun.record.stream)]).rearranged
    assert texts(book) == ["hello aaaaaaaa  running", "hello nobody yet", "hello now Bob"]


def test_only_the_newest_lines_are_kept() -> None:
    book = LogBook(limit=10)
    fallen = sum(book.take([line(f"line {at}")]).fallen for at in range(6_000))
    assert fallen == book.dropped > 0
    assert len(book.entries) <= 10 + 5_000
    assert book.dropped + len(book.entries) == 6_000
    assert texts(book)[-1] == "hello line 5999"


def test_lines_of_functions_that_begin_before_the_feed_have_no_head() -> None:
    book = LogBook()
    book.take([line(f"END RequestId: {A}"), line("printed at the start")])
    assert texts(book) == ["hello printed at the start"]


def test_a_line_takes_less_than_600_bytes() -> None:
    tracemalloc.start()
    book = LogBook()
    text = "x" * 90
    for at in range(2_000):
        book.take([line(f"{AT}\t{A}\tINFO\t{at} {text}", stream=f"{at % 10} stream")])
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(book.entries) >= 2_000
    assert used / len(book.entries) < 600
