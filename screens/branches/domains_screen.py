"""Custom domains of the app, with the DNS records to set."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import FieldProblem, Filled, FormField, FormScreen
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, OK, STRONG, TEXT, WARN
from workbench.branches.context import OpenedBranches
from workbench.branches.domains import Domain, add_domain, list_domains, remove_domain
from workbench.model.user_problem import UserProblem

_NAME = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


class DomainsScreen(ModalScreen[None]):
    """``y`` copies the record under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("domains.add", "n", "add", "Add", "Map a domain to a branch"),
        key("domains.remove", "D", "remove", "Remove", "Remove the domain from the app"),
        key("domains.reload", "r", "reload", "Refresh", "Load the domains again"),
        key("domains.close", "escape,w", "close", "Close", "Back to the branches"),
    ]

    def __init__(self, opened: OpenedBranches, branches: Sequence[str]) -> None:
        super().__init__(id="domains")
        self._opened = opened
        self._branches = branches
        self._domains: tuple[Domain, ...] = ()

    def compose(self) -> ComposeResult:
        """The domains."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Custom domains"
            yield RowList(
                empty=((("Loading the domains …", MUTED),),), id="domains-rows", keys_by_row=True
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Load them."""
        self.query_one(RowList).focus()
        self.action_reload()

    @work(group="load", exclusive=True)
    async def action_reload(self) -> None:
        """Load the domains again."""
        hosting = self._opened.hosting
        view = self.query_one(RowList)
        try:
            self._domains = await asyncio.to_thread(
                lambda: list_domains(hosting, hosting.known_app())
            )
        except UserProblem as problem:
            view.show_rows(problem_rows(problem))
            return
        rows = [row for each in self._domains for row in domain_rows(each)]
        view.show_rows(rows or [Row((("No custom domain yet: n adds one.", MUTED),))])
        self.refresh_bindings()

    @property
    def current(self) -> Domain | None:
        """The domain that the row under the cursor belongs to."""
        row = self.query_one(RowList).current
        name = row.key.partition(" ")[0] if row is not None else ""
        return next((each for each in self._domains if each.name == name), None)

    @work(group="act")
    async def action_add(self) -> None:
        """Map a domain to a branch."""

        def check(filled: Filled) -> str | FieldProblem:
            if not _NAME.fullmatch(filled["name"]):
                return FieldProblem("Type the domain as example.com.", "name")
            if filled["branch"] not in self._branches:
                names = ", ".join(self._branches) or "no branch is connected"
                return FieldProblem(f"Choose a connected branch: {names}.", "branch")
            return ""

        hosting = self._opened.hosting

        async def add(filled: Filled) -> Domain:
            def map_domain() -> Domain:
                app = hosting.known_app()
                return add_domain(hosting, app, filled["name"], filled["prefix"], filled["branch"])

            return await asyncio.to_thread(map_domain)

        fields = (
            FormField("name", "Domain", "", "example.com"),
            FormField("prefix", "Subdomain (empty: the domain itself)", "www", "www"),
            FormField("branch", "Branch", next(iter(self._branches), "")),
        )
        form = FormScreen(
            "Map a domain to a branch", fields, check, label="Map", submit=add, refused_at="name"
        )
        if await self.app.push_screen_wait(form) is not None:
            self.action_reload()

    @work(group="act")
    async def action_remove(self) -> None:
        """Remove the domain from the app; asks first."""
        domain = self.current
        if domain is None:
            return
        rows = [Row(((f"{each.prefix or '@'} → {each.branch}", TEXT),)) for each in domain.parts]
        dialog = ConfirmScreen(
            f"Remove {domain.name} from the app?", rows, "Remove", "Keep",
        )  # fmt: skip
        if await self.app.push_screen_wait(dialog) is True:
            hosting = self._opened.hosting
            await asyncio.to_thread(
                lambda: remove_domain(hosting, hosting.known_app(), domain.name)
            )
            self.action_reload()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action == "add":
            return bool(self._branches)
        if action == "remove":
            return self.is_mounted and self.current is not None
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back to the branches."""
        self.dismiss(None)


def domain_rows(domain: Domain) -> list[Row]:
    """A domain's state, and its records."""
    good = domain.status == "AVAILABLE"
    words = domain.status.lower().replace("_", " ")
    rows = [
        Row(
            (
                (f"{domain.name}  ", STRONG),
                (f"{'✓' if good else '…'} {words}", OK if good else WARN),
            ),
            domain.name,
            copy=domain.name,
        )
    ]
    if domain.reason:
        rows.append(Row(((f"  {domain.reason}", MUTED),), f"{domain.name} reason"))
    if domain.certificate:
        spans = (("  certificate  ", MUTED), (domain.certificate, TEXT))
        rows.append(Row(spans, f"{domain.name} certificate", copy=domain.certificate))
    for each in domain.parts:
        spans = ((f"  → {each.branch}  ", MUTED), (each.record, TEXT))
        rows.append(Row(spans, f"{domain.name} {each.prefix}", copy=each.record))
    return rows
