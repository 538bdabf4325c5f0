"""``aws-amplify`` inside a function, and addresses that a function is given, on the local cloud."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from workbench.aws.clients import Clients

pytestmark = [pytest.mark.npm, pytest.mark.cloud]

# As an Amplify project's function does it, with the packages of the tests.
_CODE = """
const { createRequire } = require('node:module');
const https = require('node:https');
exports.handler = async event => {
  const packages = createRequire(process.env.PACKAGES + '/package.json');
  const { Amplify } = packages('aws-amplify');
  const { uploadData, list, getUrl, downloadData, remove } = packages('aws-amplify/storage');
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  const credentials = { accessKeyId, secretAccessKey, sessionToken: process.env.AWS_SESSION_TOKEN };
  const provider = {
    getCredentialsAndIdentityId: async () => ({ credentials }),
    clearCredentialsAndIdentityId: () => {},
  };
  Amplify.configure(
    { Storage: { S3: { bucket: process.env.BUCKET_NAME, region: process.env.AWS_REGION } } },
    { Auth: { credentialsProvider: provider } },
  );
  const path = 'public/a b.txt';
  await uploadData({ path, data: 'x' }).result;
  const { items } = await list({ path: 'public/' });
  const { url } = await getUrl({ path });
  const text = await (await downloadData({ path }).result).body.text();
  const opened = await (await fetch(url.toString())).text();
  await uploadData({ path: 'public/kept.txt', data: 'kept' }).result;
  await remove({ path });
  const other = await (await fetch(process.env.OTHER_URL + 'path')).text();
  const host = new URL(process.env.RAW_URL.replace('_', '//')).hostname;
  const asked = await new Promise((done, failed) => https.get({ host, path: '/raw' }, answer => {
    answer.on('data', part => done(String(part)));
  }).on('error', failed));
  const local = url.href.startsWith(process.env.AWS_ENDPOINT_URL);
  return { items: items.map(each => each.path), local, text, opened, other, asked };
};
"""
_OTHER = "exports.handler = async event => ({ statusCode: 200, body: event.rawPath });"


def test_amplify_storage_in_a_function(local_clients: Clients, npm_modules: Path) -> None:
    local_clients.s3.create_bucket(Bucket="from-a-function")
    lambdas = local_clients.client("lambda")
    _make(lambdas, "other", _OTHER)
    lambdas.create_function_url_config(FunctionName="other", AuthType="NONE")
    address = lambdas.get_function_url_config(FunctionName="other")["FunctionUrl"]
    variables = {
        "BUCKET_NAME": "from-a-function",
        "PACKAGES": str(npm_modules.parent),
        "OTHER_URL": address,
        # The same in a form that nobody knows for an address.
        "RAW_URL": address.replace("//", "_"),
    }
    _make(lambdas, "front-end", _CODE, variables)
    answer = lambdas.invoke(FunctionName="front-end")
    found = json.loads(answer["Payload"].read())
    assert found == {
        "items": ["public/a b.txt"],
        "local": True,
        "text": "x",
        "opened": "x",
        "other": "/path",
        "asked": "/raw",
    }
    kept = local_clients.s3.get_object(Bucket="from-a-function", Key="public/kept.txt")
    assert kept["Body"].read() == b"kept"


def _make(lambdas: Any, name: str, code: str, variables: dict[str, str] | None = None) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.js", code)
    lambdas.create_function(
        FunctionName=name,
        Runtime="nodejs20.x",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Timeout=30,
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": variables or {}},
    )
