"""A browser without scripts: opens pages, fills in their forms, follows what they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


@dataclass
class Form:
    """A form of a page; ``values`` are sent with the button's."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What a person sees of a page."""

    def __init__(self, url: str, response: httpx.Response) -> None:
        super().__init__()
        self.url, self.status = url, response.status_code
        self.location = response.headers.get("location", "")
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.alert = ""
        self.text = ""
        self._in: list[tuple[str, str]] = []
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given["action"]))
        elif tag == "input":
            self.forms[-1].values[given["name"]] = given.get("value", "")
        if tag not in ("input", "meta"):
            self._in.append((tag, given.get("href") or given.get("value") or given.get("role", "")))

    def handle_endtag(self, tag: str) -> None:
        self._in.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        tag, of = self._in[-1] if self._in else ("", "")
        if tag == "a":
            self.links[data] = of
        elif tag == "button":
            self.forms[-1].buttons[data] = of
        elif of == "alert":
            self.alert += data


class Browser:
    """Stops at a redirect that leaves the local cloud: ``location`` is the app's address then."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.page: Page

    def open(self, url: str, params: dict[str, str] | None = None) -> Page:
        """Open an address."""
        response = self._client.get(url, params=params)
        self.page = Page(str(response.url), response)
        return self.page

    def forget(self) -> None:
        """Delete the cookies."""
        self._client.cookies.clear()

    def follow(self, link: str) -> Page:
        """Click a link by its text."""
        return self.open(urljoin(self.page.url, self.page.links[link]))

    def press(self, button: str, **values: str) -> Page:
        """Fill in the form that has this button, and press it."""
        (form,) = (form for form in self.page.forms if button in form.buttons)
        assert set(values) <= set(form.values), (values, form)
        sent = {**form.values, **values, "action": form.buttons[button]}
        response = self._client.post(urljoin(self.page.url, form.action), data=sent)
        self.page = Page(str(response.url), response)
        return self.page
