"""A client that sends bytes as they are: raw.py [--ca FILE] [--dribble] [--leave HOW] PORT PART...

Sends the files PART to 127.0.0.1:PORT, each after something was received for the one before, then
reads to the end. Prints how it ended (end, reset, left, timeout) on a line, then what was received.
--dribble sends single bytes, over and over, until the server ends the connection.
--leave end|reset does not read, and leaves when the first PART has been removed.
"""

import argparse
import os
import select
import socket
import ssl
import struct
import sys
import time


def connect(port, ca):
    sock = socket.create_connection(("127.0.0.1", port), timeout=30)
    if ca is None:
        return sock
    return ssl.create_default_context(cafile=ca).wrap_socket(sock, server_hostname="localhost")


def dribble(sock, data):
    sock.sendall(data)
    while not select.select([sock], [], [], 0.01)[0]:
        sock.sendall(b"x")


def leave(sock, how, sign):
    while os.path.exists(sign):
        time.sleep(0.01)
    if how == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    return "left"


def talk(sock, parts, options, received):
    for number, part in enumerate(parts):
        with open(part, "rb") as file:
            (dribble if options.dribble else type(sock).sendall)(sock, file.read())
        if number < len(parts) - 1:
            received.append(sock.recv(65536))
    if options.leave:
        return leave(sock, options.leave, parts[0])
    return read(sock, received)


def read(sock, received):
    while True:
        data = sock.recv(65536)
        if not data:
            return "end"
        received.append(data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--ca")
    parser.add_argument("--dribble", action="store_true")
    parser.add_argument("--leave", choices=["end", "reset"])
    parser.add_argument("parts", nargs="*")
    options = parser.parse_args()
    received = []
    sock = connect(options.port, options.ca)
    try:
        ending = talk(sock, options.parts, options, received)
    except BrokenPipeError:  # the server has ended while we were sending: what did it say?
        ending = read(sock, received)
    except ConnectionError:
        ending = "reset"
    except socket.timeout:
        ending = "timeout"
    sys.stdout.buffer.write(ending.encode() + b"\n" + b"".join(received))


main()
