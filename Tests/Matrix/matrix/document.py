"""What a person pastes from a handoff: the blocks for bash under a heading, with the blanks filled in; and whether what it
says for PowerShell is PowerShell."""

from __future__ import annotations

import functools
import re

SETUP, CHECKS = "**How to configure in a new session**", "**Verification**"


def blocks(document: str, title: str) -> str:
    """The commands for bash that stand under each of an environment's parts with this title."""
    section = document.partition("\n## Environment setup\n")[2].partition("\n<!-- handoff:end environment")[0]
    found = []
    for part in section.split(f"\n{title}\n")[1:]:
        own = re.split(r"\n(?:\*\*|### )", part)[0]
        fence = re.search(r"^(`{3,})bash\n(.*?)\n\1$", own, re.MULTILINE | re.DOTALL)
        if fence:
            found.append(fence[2])
    return "\n".join(found)


def filled(commands: str, variables: dict) -> tuple:
    """The commands with every `NAME=...` filled in from the variables, and the names that are not among them."""
    unknown = []

    def fill(match: re.Match) -> str:
        value = variables.get(match[1])
        if value is None:
            unknown.append(match[1])
            return match[0]
        return f"{match[1]}='" + value.replace("'", "'\\''") + "'"

    return re.sub(r"\b([A-Za-z_]\w*)=\.\.\.(?=\s|$)", fill, commands), unknown


def for_powershell(document: str) -> list:
    """The blocks for PowerShell, wherever they stand."""
    return [match[2] for match in re.finditer(r"^(`{3,})powershell\n(.*?)\n\1$", document, re.MULTILINE | re.DOTALL)]


# What PowerShell reads as plain words, and its grammar of tree-sitter's does not know: `--`, `--a=b`, `-3`, `Env:A, Env:B`.
PLAIN = re.compile(r"(?<=\s)(--|--[\w-]+=[\w./:-]*|-\d+|Env:\w+(?:, Env:\w+)+)(?=\s|$)")


# Nor does it know programs that are named by their whole path.
WHOLE = re.compile(r"^/(?=\w)", re.MULTILINE)


@functools.cache
def is_powershell(script: str) -> bool:
    """Whether PowerShell's grammar knows the whole of it (https://github.com/airbus-cert/tree-sitter-powershell)."""
    import tree_sitter  # the lab's Python has it, and the list of rows needs no lab
    import tree_sitter_powershell

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    return not parser.parse(WHOLE.sub(".", PLAIN.sub(r"'\1'", script)).encode(errors="surrogatepass")).root_node.has_error
