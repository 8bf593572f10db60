#!/usr/bin/env python3
"""mod_callcenter's events from FreeSWITCH's event socket, a line of JSON each, for wotctl:

    event_socket.py 127.0.0.1:8021 | wotctl --dir /var/lib/wot --client rogplus freeswitch -

The password is in ESL_PASSWORD. It ends when FreeSWITCH goes; whoever starts it starts it again."""
import os
import socket
import sys


def message(stream):
    """The headers of what comes next, and its body."""
    headers = {}
    while (line := stream.readline()) not in (b"\n", b""):
        name, _, value = line.decode(errors="replace").partition(":")
        headers[name] = value.strip()
    if not headers and not line:
        raise EOFError("the event socket was closed")
    return headers, stream.read(int(headers.get("Content-Length", 0)))


def main():
    host, _, port = sys.argv[1].rpartition(":")
    with socket.create_connection((host, int(port))) as connection, connection.makefile("rb") as stream:
        message(stream)  # auth/request
        for command in (f"auth {os.environ['ESL_PASSWORD']}", "event json CUSTOM callcenter::info"):
            connection.sendall(command.encode() + b"\n\n")
            reply = message(stream)[0].get("Reply-Text", "")
            if not reply.startswith("+OK"):
                sys.exit(f"event_socket.py: {command.split()[0]}: {reply or 'no answer'}")
        while True:
            headers, body = message(stream)
            if headers.get("Content-Type") == "text/event-json":
                sys.stdout.buffer.write(body.replace(b"\n", b" ") + b"\n")
                sys.stdout.flush()


if __name__ == "__main__":
    try:
        main()
    except (EOFError, OSError) as error:
        sys.exit(f"event_socket.py: {error}")
