#!/usr/bin/env python3
"""The digest of a build's source, after its definition and apart from the tool: see SourceDigest.swift.

    source_digest.py CONTEXT [LEFT-OUT …]       prints v1:sha256:…; paths and folders relative to the context
"""

import hashlib
import os
import sys


def main(context, *left_out):
    records = []
    for folder, _, names in os.walk(context):
        for name in names:
            path = os.path.join(folder, name)
            inside = os.path.relpath(path, context)
            if inside == ".dockerignore" or any(inside == out or inside.startswith(out + "/") for out in left_out):
                continue
            if os.path.islink(path):
                kind, content = "l", os.fsencode(os.readlink(path))
            else:
                kind = "x" if os.stat(path).st_mode & 0o100 else "f"
                with open(path, "rb") as file:
                    content = file.read()
            records.append((os.fsencode(inside), kind.encode(), hashlib.sha256(content).hexdigest().encode()))
    with open(os.path.join(context, "Dockerfile"), "rb") as file:
        recipe = hashlib.sha256(file.read()).hexdigest().encode()
    whole = hashlib.sha256(b"d " + recipe + b" \0")
    for path, kind, digest in sorted(records):
        whole.update(kind + b" " + digest + b" " + path + b"\0")
    print("v1:sha256:" + whole.hexdigest())


main(*sys.argv[1:])
