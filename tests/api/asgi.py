"""Requests message by message, for what no well-behaved client would send."""


def chunks(*parts):
    """A body in these pieces."""
    *first, last = parts
    return [
        *({"type": "http.request", "body": part, "more_body": True} for part in first),
        {"type": "http.request", "body": last, "more_body": False},
    ]


async def ask(
    app, headers, body=b"", *, path="/api/v1/verify", method="POST", query=b"", messages=None, send=None
):
    """The status, headers and body text of the answer; zero and nothing if there was none."""
    waiting = list(chunks(body) if messages is None else messages)
    answered = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"test")]
        + [(name.lower().encode(), value.encode("utf-8")) for name, value in headers],
        "client": ("127.0.0.1", 123),
        "server": ("test", 80),
        "state": {},
    }

    async def receive():
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def collect(message):
        answered.append(message)

    await app(scope, receive, send or collect)
    status = answered[0]["status"] if answered else 0
    sent = answered[0]["headers"] if answered else []
    text = b"".join(message.get("body", b"") for message in answered[1:]).decode()
    return status, [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent], text
