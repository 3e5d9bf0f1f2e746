"""A Cordial destination in plain Python 3 without libraries. Copy it, and put your own code into `deliver`.

One JSON object per line comes in on stdin, one goes out on stdout; print everything else to stderr."""
import http.client, json, sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit


def request_of(event, settings):
    """What a Segment event becomes: a path of Cordial's Segment ingest, and a body."""
    user, traits = event.get("userId"), event.get("traits") or {}
    who = {"userIdentities": {settings["primaryKey"]: user}, "anonymousId": event.get("anonymousId"),
           "segmentId": user, "segmentIdKey": settings.get("segmentIdKey")}
    if event["type"] == "identify":
        rows = (settings.get("integration") or {}).get("attributeMapping", [])
        attributes = {row["cordialKey"]: find({"user_id": user, **traits}, row["segmentField"]) for row in rows}
        return "upsertContact", {**who, "attributes": without_none(attributes)}
    if event["type"] == "group":
        return "addContactToList", {**who, "groupId": event.get("groupId"), "listName": traits.get("name")}
    action = "pageView" if event["type"] == "page" else event.get("event")
    what = {"action": action, "time": event.get("timestamp"), "properties": event.get("properties")}
    return "createContactactivity", {**who, **what}


def without_none(values):
    return {key: value for key, value in values.items() if value is not None}


def find(values, path):
    for name in path.split("."):
        values = values.get(name) if isinstance(values, dict) else None
    return values


def deliver(event, settings):
    path, body = request_of(event, settings)
    try:
        status, message, retry_after = post(settings, path, without_none(body))
    except (OSError, http.client.HTTPException) as failure:
        return {"outcome": "retryable", "message": repr(failure)}
    later = status in (408, 423, 429) or (status >= 500 and status != 501)
    wait = {"retryAfterMs": min(int(retry_after) * 1000, 2**53)} if later and retry_after.isdecimal() else {}
    outcome = "delivered" if 200 <= status < 300 else "retryable" if later else "rejected"
    return {"outcome": outcome, "status": status, "message": message, **wait}


def post(settings, path, body):
    address = urlsplit(settings["endpoint"])
    connect = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = connect(address.netloc, timeout=settings.get("timeoutMs", 9000) / 1000)
    headers = {"x-api-key": settings["apiKey"], "content-type": "application/json"}
    connection.request("POST", f"/api/segment/{path}", json.dumps(body), headers)
    reply = connection.getresponse()
    return reply.status, reply.read().decode(errors="replace"), reply.getheader("retry-after", "")


HELLO = {"protocol": 1, "destination": {"name": "my-destination", "version": "1", "language": "python"},
         "dialect": "actions", "capabilities": ["identify", "group", "track", "page"], "retry": "classify"}
instances = {}


def answer(op, request):
    if op == "hello":
        return HELLO
    if op == "open":
        instances[request["instance"]] = request["settings"]
    if op == "deliver":
        return {"results": [deliver(event, instances[request["instance"]]) for event in request["events"]]}
    return {}  # `drain`, `close` and `bye`: nothing is pending once `deliver` has returned


def serve(request):
    try:
        reply = answer(request["op"], request)
    except Exception as fault:  # a fault of this program, and no refusal of Cordial's
        reply = {"error": {"message": repr(fault)}}
    sys.stdout.write(json.dumps({"id": request["id"], **reply}) + "\n")  # one write: replies must not mix
    sys.stdout.flush()


with ThreadPoolExecutor(16) as pool:
    for request in map(json.loads, sys.stdin):
        pool.submit(serve, request)
        if request["op"] == "bye":
            break
