#!/usr/bin/env bash
# docs/journal-format.md says what is in a journal: its tables, its pragmas, its numbers and the digest of a list are
# compared with a journal that a migration has just written. SQLite and MD5 are Python's.
set -euo pipefail
# shellcheck source=tests/docs/page_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/page_lib.sh"
start_mock
"$ZIMMOCK" migrate "$ZIMMOCK_SOURCE/fixtures/migration/conversations.jsonl" --time-shift newest=now --execute --rate off \
  --journal j.journal >out 2>&1 || { cat out; echo "FAIL: the migration ended with $?"; exit 1; }
python3 -B - "$ZIMMOCK_SOURCE/docs/journal-format.md" "$PWD/j.journal" <<'PYTHON'
import hashlib, json, os, re, sqlite3, stat, subprocess, sys

page, journal = open(sys.argv[1], encoding="utf-8").read(), sys.argv[2]
database = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
checks = 0

def check(what, expected, got):
    global checks
    checks += 1
    if expected != got:
        sys.exit(f"FAIL: {what}: the page says {expected}, the journal has {got}")

def words(sql):
    return re.sub(r"\s+", " ", re.sub(r"\s*([(),])\s*", r"\1", sql)).strip().rstrip(";")

said = {words(s) for s in re.search(r"```sql\n(.*?)```", page, re.S)[1].split(";") if s.strip()}
check("tables", said, {words(row[0]) for row in database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")})
for pragma in "application_id", "user_version":
    check(pragma, int(re.search(rf"`PRAGMA {pragma}` \| (\d+)", page)[1]), database.execute(f"PRAGMA {pragma}").fetchone()[0])
check("application_id as text", b"zimm", (2053729645).to_bytes(4, "big"))
check("mode", re.search(r"\| mode \| (\d+)", page)[1], "0%o" % stat.S_IMODE(os.stat(journal).st_mode))
notes = {row[0] for row in database.execute("SELECT name FROM note")}
section = page[page.index("### note"):page.index("### run")]
check("notes that the page does not name", set(), {name for name in notes if f"`{name}`" not in section})
outcomes = {int(n) for n in re.findall(r"^\| (\d) \| \w", page, re.M)}
check("outcomes", {0, 1, 2, 3, 4}, outcomes)
check("outcomes of a whole migration", {1}, {row[0] for row in database.execute("SELECT DISTINCT outcome FROM import")})
# The tags come from the service's lists, oldest first.
for number, viewer, peer, planned, digest, marks, contents in database.execute("SELECT * FROM list").fetchall():
    lines = subprocess.run([os.environ["ZIMMOCK"], "query", "--as", viewer, "--peer", peer, "--all", "--json"],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    items = [item for item in rows if "MsgSeq" in item]
    items.sort(key=lambda item: item["MsgSeq"])
    tags = [json.loads(item["Payload"])["_zm"] for item in items]
    check(f"list {number}: planned", planned, len(tags))
    check(f"list {number}: digest", hashlib.md5("".join(tags).encode()).hexdigest(), digest)
    check(f"list {number}: marks", b"".join(bytes.fromhex(tag[:8]) for tag in tags), marks)
    check(f"list {number}: contents", 4 * planned, len(contents))
    places = [row[0] for row in database.execute("SELECT place FROM import WHERE list=? ORDER BY place", (number,))]
    check(f"list {number}: places", list(range(planned)), places)
    senders = [row[0] for row in database.execute("SELECT to_sender FROM import WHERE list=? ORDER BY place", (number,))]
    check(f"list {number}: to_sender", [int(item["Sender"] == viewer) for item in items], senders)
print(f"journal_format: {checks} checks")
PYTHON
