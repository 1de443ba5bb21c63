#!/usr/bin/env python3
"""How large the project is, and what is too large: ./dev size.

Lines of product and tests, functions over 80 lines, files over 500, includes between the folders of
a library that run up, and passages of more than 12 lines that stand twice, renamed ones included.
Ends with 1 if there is any of the last four. `--selftest` proves that each is found.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile

MOST_FUNCTION_LINES = 80
MOST_FILE_LINES = 500
PASSAGE_LINES = 13  # the shortest that counts
PRODUCT = ("contracts", "mock_server", "client", "cli")
TESTS = ("tests",)
# Each folder includes only what stands before it in its library.
ORDER = {
    "contracts": ["contracts/rules", "contracts/api", "contracts/api/operations", "contracts/record",
                  "contracts/harness", "contracts/harness/reports"],
    "mock_server": ["mock_server/http", "mock_server/proxy", "mock_server/world", "mock_server/faults",
                    "mock_server/requests", "mock_server/tenant", "mock_server/handlers", "mock_server/service",
                    "mock_server/control", "mock_server", "mock_server/include/zimmock"],
    "client": ["client/api", "client/formats", "client/plan", "client/journal", "client/import", "client/verify",
               "client/probe", "client"],
    "cli": ["cli", "cli/control", "cli/migrate", "cli/mock", "cli/contract", "cli/commands"],
}
CPP = (".h", ".cpp", ".inc")
CONTROL = re.compile(r"^\s*(if|for|while|switch|catch|else|do|namespace|struct|class|enum|union|extern)\b")
BODY = re.compile(r"\)\s*(const|noexcept|override|final|mutable|&|&&|\s|->\s*[\w:<>,\s&*]+|:\s*[^;]*)*$", re.S)


def without_texts(code):
    """The code with comments and the insides of strings blanked; lines stay."""
    def blank(found):
        text = found.group(0)
        if text.startswith("/"):
            return re.sub(r"[^\n]", " ", text)
        return '"' + re.sub(r"[^\n]", "s", text[1:-1]) + '"'
    return re.sub(r'R"(\w*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', blank, code, flags=re.S)


def functions(code):
    """(first line, last line) of each function that is in no other one, as far as braces show it."""
    code = without_texts(code)
    stack, outer, begin, line = [], None, 0, 1
    for at, char in enumerate(code):
        if char == "\n":
            line += 1
        elif char in ";{}":
            if char == "{":
                header = code[begin:at]
                is_function = outer is None and BODY.search(header) is not None and not CONTROL.match(header)
                first = line - header.lstrip().count("\n")
                stack.append(first if is_function else None)
                if is_function:
                    outer = len(stack)
            elif char == "}" and stack:
                first = stack.pop()
                if outer is not None and len(stack) < outer:
                    outer = None
                    yield first, line
            begin = at + 1


def python_functions(code):
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def shapes(code):
    """(line number, tokens) of each line that says something."""
    for number, text in enumerate(without_texts(code).splitlines(), 1):
        tokens = re.findall(r"\w+|[^\w\s]", text)
        if text.startswith("#include") or sum(token[0].isalnum() or token[0] == "_" for token in tokens) == 0:
            continue
        yield number, tokens


def shape_of(lines):
    """The lines with their names, texts and numbers in the order in which they come: renamed code has one shape."""
    names = {}
    return tuple(" ".join(str(names.setdefault(token, len(names))) if re.match(r"\w", token) else token for token in tokens)
                 for _, tokens in lines)


def is_table(lines):
    """Rows of a table, declarations and the like stand in rows of one shape by nature."""
    shapes_of_lines = {shape_of([line]) for line in lines}
    return len(shapes_of_lines) <= len(lines) // 2


def passages(files):
    """(file, line, file, line, lines) of what stands twice."""
    seen, found = {}, []
    for name, code in files:
        lines = list(shapes(code))
        last = None  # the pair that the window before continued
        for at in range(len(lines) - PASSAGE_LINES + 1):
            window = lines[at:at + PASSAGE_LINES]
            if is_table(window):
                last = None
                continue
            key = hash(shape_of(window))
            before = seen.setdefault(key, (name, at, window[0][0]))
            if before == (name, at, window[0][0]) or (before[0] == name and at - before[1] < PASSAGE_LINES):
                last = None
                continue
            if last is not None and last[0] == before[0] and last[1] + 1 == before[1]:
                found[-1][4] += 1
            else:
                found.append([before[0], before[2], name, window[0][0], PASSAGE_LINES])
            last = before
    return [tuple(one) for one in found]


def arrows(files):
    """Includes of a folder that stands behind the includer's in its library's order."""
    for name, code in files:
        library = name.split("/")[0]
        order = ORDER.get(library)
        if order is None or not name.endswith(CPP):
            continue
        place = {folder: number for number, folder in enumerate(order)}
        here = os.path.dirname(name)
        if here not in place:
            yield f"{name}: its folder has no place in the order of {library}"
            continue
        for include in re.findall(rf'^#include "({library}/[^"]+)"', code, re.M):
            there = os.path.dirname(include)
            if place.get(there, len(order)) > place[here]:
                yield f"{name} includes {include}"


def read(root, names):
    for name in names:
        with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
            yield name, file.read()


def report(root, names, out):
    """Prints what there is; returns how many of the last four kinds there are."""
    files = [(name, code) for name, code in read(root, names) if name.split("/")[0] in PRODUCT + TESTS]
    for title, folders in ("product", PRODUCT), ("tests", TESTS):
        mine = [(name, code) for name, code in files if name.split("/")[0] in folders and name.endswith(CPP + (".py", ".sh"))]
        out.write(f"{title:<9} {sum(code.count(chr(10)) for _, code in mine):>7,} lines in {len(mine)} files\n")
    large_functions, large_files = [], []
    for name, code in files:
        if not name.endswith(CPP + (".py", ".sh")):
            continue
        lines = code.count("\n")
        if lines > MOST_FILE_LINES:
            large_files.append(f"{name}: {lines} lines")
        found = functions(code) if name.endswith((".h", ".cpp")) else python_functions(code) if name.endswith(".py") else ()
        large_functions += [f"{name}:{first}: {last - first + 1} lines" for first, last in found
                            if last - first + 1 > MOST_FUNCTION_LINES]
    twice = [f"{a}:{i} and {b}:{k}: {n} lines" for a, i, b, k, n in
             passages([(name, code) for name, code in files if name.endswith((".h", ".cpp"))])]
    wrong = 0
    for title, rows in ((f"functions over {MOST_FUNCTION_LINES} lines", large_functions),
                        (f"files over {MOST_FILE_LINES} lines", large_files),
                        ("includes that run up", list(arrows(files))),
                        (f"passages of {PASSAGE_LINES} lines or more that stand twice", twice)):
        out.write(f"{title}: {len(rows) or 'none'}\n")
        for row in rows:
            out.write(f"  {row}\n")
        wrong += len(rows)
    return wrong


def selftest():
    body = "".join(f"  call_{n}(value + {n}, other[{n}] * {'size' if n % 2 else 'count - 1'}{' - x' * (n % 5)});\n" for n in range(20))
    renamed = re.sub(r"\bvalue\b", "amount", body).replace("call_", "make_")
    cases = {
        "client/a.cpp": "int f(int value) {\n" + body + "}\n",
        "client/b.cpp": "int g(int amount) {\n" + renamed + "}\n",
        "client/long.cpp": "void h() {\n" + "  x();\n" * 80 + "}\n",
        "client/fits.cpp": "void h() {\n" + "  x();\n" * 78 + "}\n",
        "client/many.cpp": "// x\n" * 501,
        "client/formats/up.cpp": '#include "client/plan/plan.h"\n',
        "tests/t.py": "def f():\n" + "    x()\n" * 80,
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, code in cases.items():
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(code)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
            report(folder, sorted(cases), out)
            out.seek(0)
            text = out.read()
    for expected in ("client/long.cpp:1: 82 lines", "tests/t.py:1: 81 lines", "client/many.cpp: 501 lines",
                     "client/formats/up.cpp includes client/plan/plan.h", "client/a.cpp:1 and client/b.cpp:1: 21 lines"):
        if expected not in text:
            sys.exit(f"FAIL: expected {expected!r} in\n{text}")
    if "fits.cpp" in text:
        sys.exit(f"FAIL: a function of 80 lines is reported\n{text}")
    print("size: each kind is found")


if __name__ == "__main__":
    if sys.argv[1:] == ["--selftest"]:
        selftest()
    else:
        top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
        tracked = subprocess.run(["git", "ls-files"], cwd=top, capture_output=True, text=True, check=True).stdout.split("\n")
        sys.exit(1 if report(top, [name for name in tracked if name], sys.stdout) else 0)
