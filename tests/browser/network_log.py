"""What a browser's pages, frames and workers asked the network for."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from tests.browser.devtools import Event

_WITHOUT_NETWORK = {"data", "blob", "about", "chrome", "devtools"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request; a redirect is another one."""

    method: str
    url: str

    @property
    def leaves_loopback(self) -> bool:
        """Whether its answer would come from another machine."""
        parts = urlsplit(self.url)
        name = parts.hostname or ""
        if parts.scheme in _WITHOUT_NETWORK or name == "localhost" or name.endswith(".localhost"):
            return False
        try:
            return not ip_address(name).is_loopback
        except ValueError:
            return True


class NetworkLog:
    """Requests, sockets, and what failed, of all targets together."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.problems: list[str] = []
        """Failed requests, error messages and exceptions, to say why a wait was in vain."""
        self._urls: dict[str, str] = {}

    def take(self, event: Event) -> None:
        """Note an event."""
        params = event.params
        match event.method:
            case "Network.requestWillBeSent":
                asked = params["request"]
                self._urls[params["requestId"]] = asked["url"]
                self.requests.append(Request(asked["method"], asked["url"]))
            case "Network.webSocketCreated" | "Network.webTransportCreated":
                self.requests.append(Request("CONNECT", params["url"]))
            case "Network.responseReceived" if params["response"]["status"] >= 400:
                response = params["response"]
                self.problems.append(f"{response['status']} {response['url'][:200]}")
            case "Network.loadingFailed" if not params.get("canceled"):
                url = self._urls.get(params["requestId"], "")
                self.problems.append(f"{params['errorText']} {url[:200]}")
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                said = details.get("exception", {}).get("description") or details["text"]
                self.problems.append(said[:1000])
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "assert"}:
                said = [str(one.get("value", one.get("description"))) for one in params["args"]]
                self.problems.append(" ".join(said)[:1000])

    @property
    def strangers(self) -> list[str]:
        """Addresses beyond loopback that were asked for."""
        return sorted({request.url for request in self.requests if request.leaves_loopback})
