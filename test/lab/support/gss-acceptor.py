"""The other side of a security context, by MIT's library: one JSON request a line, one JSON answer a line.

{"step": TOKEN} -> {"token": TOKEN or null, "done": BOOL}; {"sign": OCTETS} -> {"mic": OCTETS};
{"verify": OCTETS, "mic": OCTETS} -> {"ok": BOOL}; {"wrap": OCTETS} and {"unwrap": OCTETS} -> {"octets": OCTETS}, without
encryption. {"binding": OCTETS} before the first step: the connection that the context must be for. Octets are base64. What the library refuses is {"error": TEXT}.
"""

import base64
import json
import sys

import gssapi

context = None
bindings = None


def text(octets):
    return None if octets is None else base64.b64encode(octets).decode()


def answer(request):
    global bindings, context
    if "binding" in request:
        data = base64.b64decode(request["binding"])
        bindings = gssapi.raw.ChannelBindings(application_data=data)
        return {"ok": True}
    if context is None:
        creds = gssapi.Credentials(usage="accept")
        context = gssapi.SecurityContext(creds=creds, usage="accept", channel_bindings=bindings)
    if "wrap" in request:
        return {"octets": text(context.wrap(base64.b64decode(request["wrap"]), False).message)}
    if "unwrap" in request:
        return {"octets": text(context.unwrap(base64.b64decode(request["unwrap"])).message)}
    if "step" in request:
        token = context.step(base64.b64decode(request["step"]))
        return {"token": text(token), "done": context.complete}
    if "sign" in request:
        return {"mic": text(context.get_signature(base64.b64decode(request["sign"])))}
    context.verify_signature(base64.b64decode(request["verify"]), base64.b64decode(request["mic"]))
    return {"ok": True}


for line in sys.stdin:
    try:
        result = answer(json.loads(line))
    except gssapi.exceptions.GSSError as error:
        result = {"error": str(error)}
    print(json.dumps(result), flush=True)
