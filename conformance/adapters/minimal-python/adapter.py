"""The adapter lets destination.py be judged, which is where your own code goes.

One JSON object per line comes in on stdin, one goes out on stdout; print everything else to stderr."""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

from destination import deliver

HELLO = {"protocol": 1, "destination": {"name": "my-destination", "version": "1", "language": "python"},
         "dialect": "actions", "capabilities": ["identify", "group", "track", "page"], "retry": "classify"}
instances = {}


def answer(request):
    op, instance = request["op"], request.get("instance")
    if op == "open":
        instances[instance] = request["settings"]
    if op == "deliver":
        return {"results": [deliver(event, instances[instance]) for event in request["events"]]}
    return HELLO if op == "hello" else {}  # nothing is pending once `deliver` has returned


def serve(request):
    try:
        reply = answer(request)
    except Exception as fault:  # a fault of this program, and no refusal of Cordial's
        reply = {"error": {"message": repr(fault)}}
    print(json.dumps({"id": request["id"], **reply}) + "\n", end="", flush=True)  # one write: replies must not mix


with ThreadPoolExecutor(16) as pool:
    for request in map(json.loads, sys.stdin):
        pool.submit(serve, request)
        if request["op"] == "bye":
            break
