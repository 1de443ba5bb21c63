"""A service whose pages begin with messages of the page before: a message that comes again is one message, for whoever
reads a list. Nothing is lost by it, and nothing is reported as extra."""
import json

from harness import *

twins = plain(1, 30)
for i, record in enumerate(twins):
    record.update(Message=f"pair {i // 2}", SendMessageTime=twins[0]["SendMessageTime"], VisibleTo=["u0a"])
    del record["Id"]

for tag in ("on", "off"):
    case(f"pairs of equal messages, two of which do not arrive at first though the equal one has, --tag {tag}")
    with Oracle("--fault", "query@1+:overlap", "--fault", "import@10:drop-before", "--fault", "import@23:drop-before") as oracle:
        result = migrate(oracle, file_of(twins), "--execute", "--rate", "off", "--json", "--tag", tag, *SOON)
    equal(30, len(oracle.ledger.applied), "imports applied")
    check_faithful(oracle.ledger, twins, tagged=tag == "on")
    equal(0, result.code, "exit code") or print(short(result))
    imported = imported_of(result)
    equal((30, 0, 2), tuple(imported.get(name) for name in ("imported", "recovered", "sent_again")), "imported, recovered, sent again")
    compared = json_lines(result, "compared")[0]
    equal((30, 0, 0, 28), tuple(compared.get(name) for name in ("same", "missing", "extra", "repeated")),
          "same, missing, extra, repeated")

case("for people: the repetitions are counted; query and view show each message once")
records = plain(1, 12)
with Oracle("--fault", "query@1+:overlap") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off")
    check_verified(result, 24)
    matches(r"(?m)^  20 came again in the reading of a list: the same messages, counted once$", result.out, "stdout")
    for command in (("query", "--all"), ("view", "--sdk", "2.8.0")):
        shown = run(oracle.url, *command, "--as", "u0a", "--peer", "u0b", "--json")
        ids = [json.loads(line)["MsgId"] for line in shown.lines if "MsgId" in line]
        equal((12, 12), (len(ids), len(set(ids))), "messages shown, and different ones")
        matches("returned 10 of these messages again; each is shown once", shown.err, "stderr")
finish()
