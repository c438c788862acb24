"""Runs a command once, and prints its seconds, the peak of its resident memory in KiB, and its exit status.

It is a process of its own, since a process counts as its peak also what it was before it became another program: of a large
one that starts a small one, the large one's size would be told.
"""

import os
import subprocess
import sys
import time

if __name__ == "__main__":
    start = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    print(seconds, usage.ru_maxrss, process.returncode)
