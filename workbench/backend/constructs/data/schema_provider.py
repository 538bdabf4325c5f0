"""The code of the provider that fills the schema's bucket, in a Lambda function."""

from __future__ import annotations

PROVIDER_CODE = """\
import io, json, urllib.request, uuid, zipfile
import boto3

s3 = boto3.client("s3")


def names(bucket):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {each["Key"] for page in pages for each in page.get("Contents", [])}


def copy(wanted):
    bucket = wanted["DestinationBucketName"]
    kept = set()
    for source, key in zip(wanted["SourceBucketNames"], wanted["SourceObjectKeys"]):
        body = s3.get_object(Bucket=source, Key=key)["Body"].read()
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                s3.put_object(Bucket=bucket, Key=name, Body=archive.read(name))
                kept.add(name)
    remove(bucket, names(bucket) - kept)


def remove(bucket, keys):
    for key in keys:
        s3.delete_object(Bucket=bucket, Key=key)


def handler(event, context):
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer.update(Status="SUCCESS",
                  PhysicalResourceId=event.get("PhysicalResourceId") or str(uuid.uuid4()))
    wanted = event["ResourceProperties"]
    try:
        if event["RequestType"] == "Delete":
            remove(wanted["DestinationBucketName"], names(wanted["DestinationBucketName"]))
        else:
            copy(wanted)
            answer["Data"] = {"DestinationBucketArn": wanted["DestinationBucketArn"]}
    except Exception as error:
        answer.update(Status="FAILED", Reason=str(error))
    if event["ResponseURL"].startswith("http"):
        body, header = json.dumps(answer).encode(), {"Content-Type": ""}
        request = urllib.request.Request(event["ResponseURL"], body, header, method="PUT")
        urllib.request.urlopen(request)
    return answer
"""
