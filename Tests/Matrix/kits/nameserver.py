"""A name server on a loopback address: `silent` takes questions and never answers, `unknown` knows no name.

    nameserver.py ADDRESS silent|unknown FILE       writes FILE once it listens
"""

import socket
import sys
from pathlib import Path

address, kind, file = sys.argv[1:]
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((address, 53))
Path(file).write_text("ready\n")
while True:
    question, sender = server.recvfrom(4096)
    if kind == "unknown":
        # The question with the bits of an answer: NXDOMAIN.
        server.sendto(question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12:], sender)
