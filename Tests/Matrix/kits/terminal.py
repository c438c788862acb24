#!/usr/bin/env python3
"""Runs a command on a terminal of its own, so many columns wide and lines high.

    terminal.py COLUMNS LINES [--output] COMMAND…

Its input and its complaints are the terminal, with `--output` its output too; what the terminal is sent is complained.
"""

import fcntl
import os
import struct
import subprocess
import sys
import termios

columns, lines, *command = sys.argv[1:]
whole = command[0] == "--output"
ours, theirs = os.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", int(lines), int(columns), 0, 0))
process = subprocess.Popen(
    command[1:] if whole else command, stdin=theirs, stdout=theirs if whole else None, stderr=theirs, start_new_session=True
)
os.close(theirs)
while True:
    try:
        sent = os.read(ours, 65536)
    except OSError:  # nobody holds the terminal any more
        break
    if not sent:
        break
    sys.stderr.buffer.write(sent)
    sys.stderr.flush()
sys.exit(process.wait() if process.wait() >= 0 else 128 - process.returncode)
