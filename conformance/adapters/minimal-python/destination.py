"""A Cordial destination in plain Python 3 without libraries. Put your own code into `deliver`."""
import http.client
import json
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit


def request_of(event, settings):
    """What a Segment event becomes: a path of Cordial's Segment ingest, and a body."""
    user, traits = event.get("userId"), event.get("traits") or {}
    who = {"userIdentities": {settings["primaryKey"]: user}, "anonymousId": event.get("anonymousId"),
           "segmentId": user, "segmentIdKey": settings.get("segmentIdKey")}
    if event["type"] == "identify":
        rows = (settings.get("integration") or {}).get("attributeMapping", [])
        found = {row["cordialKey"]: find({"user_id": user, **traits}, row["segmentField"]) for row in rows}
        return "upsertContact", {**who, "attributes": without_none(found)}
    if event["type"] == "group":
        return "addContactToList", {**who, "groupId": event.get("groupId"), "listName": traits.get("name")}
    action = "pageView" if event["type"] == "page" else event.get("event")
    who.update(action=action, time=event.get("timestamp"), properties=event.get("properties"))
    return "createContactactivity", who


def without_none(values):
    return {key: value for key, value in values.items() if value is not None}


def find(values, path):
    for name in path.split("."):
        values = values.get(name) if isinstance(values, dict) else None
    return values


def deliver(event, settings):
    """What became of an event: `delivered`, `rejected` (final), `retryable`, or `dropped` (not sent on purpose)."""
    path, body = request_of(event, settings)
    address = urlsplit(settings["endpoint"])
    connect = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    headers = {"x-api-key": settings["apiKey"], "content-type": "application/json"}
    try:
        connection = connect(address.netloc, timeout=settings.get("timeoutMs", 9000) / 1000)
        connection.request("POST", f"/api/segment/{path}", json.dumps(without_none(body)), headers)
        reply = connection.getresponse()
        status, message = reply.status, reply.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as failure:
        return {"outcome": "retryable", "message": repr(failure)}
    later = status in (408, 423, 429) or (status >= 500 and status != 501)
    outcome = "delivered" if 200 <= status < 300 else "retryable" if later else "rejected"
    wait = milliseconds(reply.getheader("retry-after", "")) if later else None
    return without_none({"outcome": outcome, "status": status, "message": message, "retryAfterMs": wait})


def milliseconds(text):
    """`Retry-After` is a number of seconds or a date."""
    try:
        wait = int(text) if text.isdecimal() else parsedate_to_datetime(text).timestamp() - time.time()
    except (TypeError, ValueError):
        return None
    return min(int(wait * 1000), 2**53) if wait >= 0 else None
