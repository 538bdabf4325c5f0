"""A form: checked, then submitted while it stays open, so that a refusal loses nothing typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, TypeVar, overload

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from screens.dialogs.confirm_screen import Choice
from screens.dialogs.options import Options
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.tick import Tick
from screens.widgets.titles import as_title
from workbench.model.user_problem import UserProblem

Filled = Mapping[str, str]
"""What was filled in, by the fields' names; a tick is ``true`` or ````, an option its value."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One line: a ``text``, a ``secret`` (shown as dots), a ``tick``, or one of ``options``."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    kind: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    """Values and their words, for the kind ``options``."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A mistake, and the field that it is in."""

    text: str
    field: str = ""


class FormRefusedError(Exception):
    """Raised on submitting a form: it stays open, with the problem at its field."""

    def __init__(self, problem: FieldProblem) -> None:
        super().__init__(problem.text)
        self.problem = problem


Check = Callable[[Filled], str | FieldProblem]
RefusedAt = str | Callable[[UserProblem, Filled], str]
T = TypeVar("T")


class FormScreen(ModalScreen[T | None], Generic[T]):
    """Dismissed with what ``submit`` returns, or with what was filled in; with None when closed.

    ``label`` names what it does (Create, Import). The form stays open while ``submit`` runs, and
    where it raises a UserProblem (shown at the field ``refused_at``) or FormRefusedError.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key("form.take", "f5,ctrl+enter,ctrl+j", "take", "Submit", "Submit the form"),
        # With priority: what is typed right behind the key must land in the next line.
        key("form.next", "tab", "app.focus_next", "Next", "Go to the next line", priority=True),
        key(
            "form.previous",
            "shift+tab",
            "app.focus_previous",
            "Previous",
            "Go to the previous line",
            show=False,
            priority=True,
        ),
        key("form.close", "escape", "cancel", "Close", "Close; nothing is done"),
    ]

    @overload
    def __init__(
        self: FormScreen[Filled],
        title: str,
        fields: Sequence[FormField],
        check: Check,
        about: str = "",
        *,
        label: str = "OK",
    ) -> None: ...

    @overload
    def __init__(
        self,
        title: str,
        fields: Sequence[FormField],
        check: Check,
        about: str = "",
        *,
        label: str = "OK",
        submit: Callable[[Filled], Awaitable[T]],
        refused_at: RefusedAt = "",
    ) -> None: ...

    def __init__(
        self,
        title: str,
        fields: Sequence[FormField],
        check: Check,
        about: str = "",
        *,
        label: str = "OK",
        submit: Callable[[Filled], Awaitable[T]] | None = None,
        refused_at: RefusedAt = "",
    ) -> None:
        """``check`` says what is wrong with what was filled in, "" for nothing."""
        # No id: one form may follow another before the first is gone.
        super().__init__(classes="form")
        self._title = title
        self._fields = fields
        self._check = check
        self._about = about
        self._label = label
        self._submit = submit
        self._refused_at = refused_at
        self._is_submitting = False
        self._bindings = self._bindings.copy()
        for pressed, bindings in self._bindings.key_to_bindings.items():
            self._bindings.key_to_bindings[pressed] = [
                replace(each, description=label) if each.action == "take" else each
                for each in bindings
            ]

    def compose(self) -> ComposeResult:
        """A caption and a line for each field, its problem below; the button always in sight."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(self._title)
            with VerticalScroll(id="form-fields", can_focus=False):
                if self._about:
                    yield Static(self._about, classes="caption", markup=False)
                for at, field in enumerate(self._fields):
                    yield from self._lines(at, field)
            yield Static("", id="form-problem", classes="problem", markup=False)
            with Horizontal(id="form-choices"):
                yield Choice(f" {self._label} ", id="form-do")
                yield Choice(" Close ", id="form-cancel")
        yield KeyBar()

    def _lines(self, at: int, field: FormField) -> ComposeResult:
        if field.kind == "tick":
            yield Tick(field.label, field.value == "true", id=f"form-{at}")
        elif field.kind == "options":
            yield Static(field.label, classes="caption", markup=False)
            yield Options(field.options, field.value, id=f"form-{at}")
        else:
            yield Static(field.label, classes="caption", markup=False)
            yield Input(
                field.value,
                placeholder=field.hint,
                password=field.kind == "secret",
                id=f"form-{at}",
            )
        yield Static("", id=f"form-problem-{at}", classes="problem", markup=False)

    def on_mount(self) -> None:
        """Begin at the first line."""
        self.query_one("#form-0" if self._fields else "#form-do").focus()

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        self._next_line(int(str(event.input.id).rpartition("-")[2]))

    @on(Options.Submitted)
    def _option_taken(self, event: Options.Submitted) -> None:
        self._next_line(int(str(event.options.id).rpartition("-")[2]))

    def _next_line(self, at: int) -> None:
        later = [n for n in range(at + 1, len(self._fields)) if self._fields[n].kind != "tick"]
        if later:
            self.query_one(f"#form-{later[0]}").focus()
        else:
            self.action_take()

    def on_key(self, event: events.Key) -> None:
        """Enter, or space, on a button."""
        if event.key in ("enter", "space") and isinstance(self.focused, Choice):
            event.stop()
            self._chosen(self.focused)

    def on_click(self, event: events.Click) -> None:
        """A button by mouse."""
        if isinstance(event.widget, Choice):
            self._chosen(event.widget)

    def _chosen(self, choice: Choice) -> None:
        if choice.id == "form-do":
            self.action_take()
        else:
            self.action_cancel()

    @property
    def filled(self) -> Filled:
        """What stands in the lines now."""
        found = {}
        for at, field in enumerate(self._fields):
            if field.kind == "tick":
                found[field.name] = "true" if self.query_one(f"#form-{at}", Tick).value else ""
            elif field.kind == "options":
                found[field.name] = self.query_one(f"#form-{at}", Options).value
            else:
                text = self.query_one(f"#form-{at}", Input).value
                found[field.name] = text if field.kind == "secret" else text.strip()
        return found

    def action_take(self) -> None:
        """Submit, if nothing is wrong with what was filled in."""
        if self._is_submitting:
            return
        filled = self.filled
        problem = self._check(filled)
        if isinstance(problem, str):
            problem = FieldProblem(problem)
        if problem.text:
            self._tell(problem)
        elif self._submit is None:
            self.dismiss(filled)  # type: ignore[arg-type]  # without ``submit``, T is Filled
        else:
            self._run(self._submit, filled)

    @work(group="submit")
    async def _run(self, submit: Callable[[Filled], Awaitable[T]], filled: Filled) -> None:
        """Submit; a refusal is shown at its field, and nothing that was typed is lost."""
        self._is_submitting = True
        self._tell(FieldProblem(""))
        waiting = self.query_one("#form-problem", Static)
        waiting.update(f"{self._label} …")
        waiting.set_class(True, "-waiting")
        waiting.display = True
        try:
            result = await submit(filled)
        except FormRefusedError as refused:
            self._tell(refused.problem)
        except UserProblem as problem:
            at = self._refused_at
            field = at if isinstance(at, str) else at(problem, filled)
            self._tell(FieldProblem(" ".join(str(problem).split()), field))
        else:
            self.dismiss(result)
        finally:
            self._is_submitting = False

    def _tell(self, problem: FieldProblem) -> None:
        """Show this one problem, at its field where it has one; the focus goes there."""
        if not self.is_mounted:
            return
        for each in self.query(".problem").results(Static):
            each.set_class(False, "-waiting")
            each.update("")
            each.display = False
        if not problem.text:
            return
        at = next((n for n, each in enumerate(self._fields) if each.name == problem.field), None)
        place = self.query_one("#form-problem" if at is None else f"#form-problem-{at}", Static)
        place.update(f"✗ {problem.text}")
        place.display = True
        if at is not None:
            line = self.query_one(f"#form-{at}")
            line.focus()
            self.call_after_refresh(place.scroll_visible, animate=False)

    def action_cancel(self) -> None:
        """Close without it."""
        self.dismiss(None)
