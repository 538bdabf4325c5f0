"""A page without a bundler: the one line of the docs, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import Session

from tests.browser.browser import needs_chromium, running_browser
from tests.browser.site import running_site
from tests.front_end.backends import BUCKET, Backend
from tests.local_keys import own_keys
from workbench.aws.clients import Clients

pytestmark = [pytest.mark.cloud, needs_chromium]

DOCS = Path(__file__).parents[2] / "docs" / "front-end.md"
SCRIPT = ".amplify/front-end/browser.js"
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>'
PAGE = """<!doctype html>
<html><head>LINE</head><body><p id="found"></p><a target="_blank" href="PICTURE">link</a>
<script type="module">
  const ask = body => ({
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body,
  });
  const address = 'https://cognito-idp.us-east-1.amazonaws.com/';
  const wrong = '{"AuthFlow":"USER_SRP_AUTH","ClientId":"none"}';
  const sent = await Promise.all([
    fetch(address, ask(wrong)),
    fetch(new Request(address, ask(wrong))),
    fetch(address, { ...ask(new Response(wrong).body), duplex: 'half' }),
  ]);
  const types = await Promise.all(sent.map(async each => (await each.json()).__type));
  const images = [document.createElement('img'), new Image()];
  images[0].setAttribute('src', 'PICTURE');
  images[1].src = 'PICTURE';
  await Promise.all(images.map(each => each.decode()));
  const url = new URL('PICTURE');
  found.textContent = [
    'done', ...types, ...images.map(each => each.naturalWidth),
    url.hostname, new URL(url.href).hostname,
  ].join(' ');
</script></body></html>
"""


def test_a_page_without_a_bundler(backend: Backend, local_clients: Clients, tmp_path: Path) -> None:
    s3 = local_clients.s3
    s3.put_object(Bucket=BUCKET, Key="a.svg", Body=PICTURE, ContentType="image/svg+xml")
    keys = own_keys(backend.target)
    host = f"{BUCKET}.s3.us-east-1.amazonaws.com"
    elsewhere: Any = Session().create_client(
        "s3",
        region_name="us-east-1",
        endpoint_url="https://s3.us-east-1.amazonaws.com",
        config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}),
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
    )
    picture = elsewhere.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "a.svg"})
    assert picture.startswith(f"https://{host}/")
    (line,) = re.findall(r"```html\n(.*)\n```", DOCS.read_text(encoding="utf-8"))
    files = {
        "/": PAGE.replace("LINE", line).replace("PICTURE", picture),
        f"/{SCRIPT}": (backend.root / SCRIPT).read_text(encoding="utf-8"),
    }
    with running_site(files) as port, running_browser(tmp_path / "profile") as browser:
        page = browser.open(f"http://localhost:{port}/")
        page.wait_for("#found", "done")
        refused = " ".join(["ResourceNotFoundException"] * 3)
        assert page.text("#found") == f"done {refused} 7 7 {host} 127.0.0.1"
        page.click("a")
        # The images ask once together, the link's own tab again.
        opened = f"{backend.target.endpoint}/_amplify_tui/aws/{host}/a.svg"
        browser.hear_until(
            lambda log: sum(each.url.startswith(opened) for each in log.requests) == 2
        )
        assert browser.log.strangers == []
