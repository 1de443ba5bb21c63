"""Media with --tag off, from a service that fills in md5 and corrects sizes and URLs: an import in doubt is known again by
what it determines, never sent twice, and where nothing tells two different messages apart, its list stops.
"""
from harness import *

AT = int(time.time() * 1000) - 60_000


def image(url, name, **more):
    return json.dumps({"Uid": url, "Origin": {"Url": f"https://m.example/{url}", "Width": 4, "Height": 3}, "FileName": name, **more})


def file(url, name, **more):
    return json.dumps({"Uid": url, "Url": f"https://m.example/{url}", "FileName": name, **more})


def records(*messages, at=lambda i: AT + 1000 * i):
    return [{"FromUserId": "a", "ToUserId": "b", "MessageType": kind, "Message": message, "SendMessageTime": at(i),
             "VisibleTo": ["a"], "_line": i + 1} for i, (kind, message) in enumerate(messages)]


def lost(which, some, *faults):
    with Oracle(*(arg for fault in (which, *faults) for arg in ("--fault", fault))) as oracle:
        result = migrate(oracle, file_of(some), "--execute", "--rate", "off", "--json", "--tag", "off", *SOON)
    return oracle.ledger, result, imported_of(result)


EVERY = records(
    (11, image("1", "ä b+c.png")), (12, file("2", "f.txt")), (13, file("3", "f.mp3", Size=5)), (14, file("4", "f.mp4", MediaDuration=7,
     Thumbnail={"Url": "https://m.example/t", "Width": 2, "Height": 3})),
    (10, json.dumps({"MultiMsg": [{"MsgType": 1, "Msg": "1 + 1"}, {"MsgType": 11, "Msg": image("5", "f.png")},
                                  {"MsgType": 200, "SubMsgType": 7, "Msg": '{"x": 1}'}]})))

for fill in ((), ("import@1+:fill",)):
    case(f"the answers of all are lost; filled in: {bool(fill)}")
    ledger, result, imported = lost("import@1+:drop", EVERY, *fill)
    equal((0, 5, 0), tuple(imported.get(name) for name in ("imported", "recovered", "sent_again")), "imported, recovered, sent again")
    equal(5, len(ledger.imports), "calls")
    check_faithful(ledger, EVERY, tagged=False)

    case(f"two that are equal in all: the second is found, or sent again; filled in: {bool(fill)}")
    twins = records((11, image("1", "f.png")), (11, image("1", "f.png")), at=lambda i: AT)
    for fault, counts in (("drop", (1, 1, 0)), ("drop-before", (2, 0, 1))):
        ledger, result, imported = lost(f"import@2:{fault}", twins, *fill)
        equal(counts, tuple(imported.get(name) for name in ("imported", "recovered", "sent_again")), f"imported, recovered, sent again after {fault}")
        equal(2, len(ledger.applied), "imports applied")

TWO = records((11, image("1", "f.png")), (11, image("2", "f.png")), (1, "and so on"), at=lambda i: AT + i // 2)
for fault in ("drop", "drop-before"):
    case(f"two images of one name at one time, the second in doubt by {fault}: nothing tells which is there, so the list stops")
    ledger, result, imported = lost(f"import@2:{fault}", TWO, "import@1+:fill")
    equal((1, 0, 1, 1, 0), tuple(imported.get(name) for name in ("imported", "recovered", "unresolved", "not_sent", "sent_again")),
          "imported, recovered, unresolved, not sent, sent again")
    equal(2, len(ledger.imports), "calls")
    stopped = imported["stopped_lists"]
    equal([(2, "doubt")], [(one["line"], one["at"]) for one in stopped], "where the list stopped")
    matches(r"MsgId \d+ has its time, sender and file name, and may be it or line 1: without a tag nothing else tells", stopped[0]["why"], "why")
    check(result.code in (1, 6), "exit code 6, or 1 as what the service filled in differs", result.code)

    case(f"the same where the service gives back what was sent: the URL tells, after {fault}")
    ledger, result, imported = lost(f"import@2:{fault}", TWO)
    equal(0, result.code, "exit code") or print(short(result))
    equal((1, 0) if fault == "drop" else (0, 1), (imported["recovered"], imported["sent_again"]), "recovered, sent again")
    check_faithful(ledger, TWO, tagged=False)

for fault in ("drop", "drop-before"):
    case(f"the same where the service fills in md5 and corrects widths: the URL tells, after {fault}")
    ledger, result, imported = lost(f"import@2:{fault}", TWO, "import@1:change=md5", "import@2+:change=width")
    equal(0, result.code, "exit code") or print(short(result))
    equal((1, 0) if fault == "drop" else (0, 1), (imported["recovered"], imported["sent_again"]), "recovered, sent again")
    equal(3, len(ledger.applied), "imports applied")
finish()
