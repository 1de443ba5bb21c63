"""A service that fills in, corrects or rewrites media: what an import does not determine is a note, what it does is named."""
import json

from harness import *

AT = int(time.time() * 1000) - 60_000


def picture(url, width=4):
    return {"Url": f"https://m.example/{url}", "Width": width, "Height": 3}


def image(url, name, **more):
    return json.dumps({"Uid": url, "Origin": picture(url), "FileName": name, **more})


def file(url, name, **more):
    return json.dumps({"Uid": url, "Url": f"https://m.example/{url}", "FileName": name, **more})


MESSAGES = [
    (1, "a text"),
    (11, image("a/1", "1.png", LargeImage=picture("a/1l", 2), Thumbnail=picture("a/1t", 1))),
    (12, file("2", "ä b+c.txt", Size=5)),
    (13, file("3", "3.mp3", MediaDuration=7)),
    (14, file("4", "4.mp4", Thumbnail=picture("4t"))),
    (10, json.dumps({"MultiMsg": [{"MsgType": 1, "Msg": "0"}, {"MsgType": 11, "Msg": image("5", "5.png")},
                                  {"MsgType": 200, "SubMsgType": 0, "Msg": '{"x": 1}'}]})),
    (11, image("6", "6.png")),
]
RECORDS = [{"FromUserId": "a", "ToUserId": "b", "MessageType": kind, "Message": message, "SendMessageTime": AT + 1000 * i,
            "_line": i + 1} for i, (kind, message) in enumerate(MESSAGES)]
ALL, MEDIA, URLS = 14, 12, 18  # of both lists


def run_with(*faults):
    with Oracle(*(arg for fault in faults for arg in ("--fault", fault))) as oracle:
        result = migrate(oracle, file_of(RECORDS), "--execute", "--rate", "off", "--lanes", 1, "--json")
        text = migrate(oracle, T / "input.jsonl", "--verify-only")
    lines = [json.loads(line) for line in result.lines]
    compared = [line for line in lines if line["type"] == "compared"]
    return result, (compared or [{}])[0], [line for line in lines if line["type"] == "mismatch"], text


def check_differs(what, pointers, differ, *faults):
    """So many differ, each with one of those members named, expected and got."""
    case(what)
    result, compared, marks, text = run_with(*faults)
    equal((ALL - differ, differ), (compared.get("same"), compared.get("differ")), "same, differ") or print(short(result))
    equal(["*"] * differ, [one["mark"] for one in marks], "marks")
    for one in marks:
        matches(rf'^MsgBody({pointers}): expected "[^"]+", got "[^"]+"', one["what"], "what")
    equal((1, 1), (result.code, text.code), "exit codes")
    return marks


for what, notes in (("md5", {"md5": MEDIA}), ("no-md5", {}), ("file_size", {"file_size": MEDIA}), ("width", {"dimensions": 8}),
                    ("object", {})):
    case(f"all media come back with {what}: the same, and noted")
    result, compared, marks, text = run_with(f"import@1+:change={what}")
    equal((ALL, [], notes, 0, 0), (compared.get("same"), marks, compared.get("notes"), result.code, text.code),
          "same, mismatches, notes, exit codes") or print(short(result))
    check(compared.get("urls_moved", 0) is None, "no URLs moved", compared.get("urls_moved"))
    equal(len(notes), text.out.count("note: "), "notes for people")
    for count in notes.values():
        matches(rf"note: {count} messages came back with .*: the import does not determine that", text.out, "stdout")

for what, to in (("host", "https://cdn.example"), ("prefix", "https://m.example/zim/media")):
    case(f"all URLs change their {what} in one way: noted once")
    result, compared, marks, text = run_with(f"import@1+:change={what}")
    equal((ALL, [], {"urls": URLS, "from": "https://m.example", "to": to}, 0, 0),
          (compared.get("same"), marks, compared.get("urls_moved"), result.code, text.code),
          "same, mismatches, URLs moved, exit codes") or print(short(result))
    matches(rf'note: all {URLS} URLs changed in one way: "https://m.example" came back as "{to}"', text.out, "stdout")

URL = "/(multi_msg/[0-9]/callback_content/)?[a-z_]*download_url"
marks = check_differs("a single URL changes its host", "/download_url", 1, "import@14:change=host")
check("6" in marks[0]["what"] and marks[0]["line"] == 7, "the message that was hit", marks)
check_differs("all URLs but those of one message do", URL, MEDIA - 1, "import@1-13:change=host")
check_differs("URLs change in two ways", URL, MEDIA, "import@1-9:change=host", "import@10+:change=prefix")
check_differs("all URLs change at their end", URL, MEDIA, "import@1+:change=path")
check_differs("a file name", "/file_name", 1, "import@6:change=file_name")
check_differs("a file name within a multi-item message", "/multi_msg/1/callback_content/file_name", 1, "import@12:change=file_name")
check_differs("a duration that was given", "/media_duration", 1, "import@8:change=media_duration")
case("a duration that was not given is filled in")
result, compared, marks, text = run_with("import@10:change=media_duration", "import@9:change=media_duration")
equal((ALL, {"media_duration": 2}, 0), (compared.get("same"), compared.get("notes"), result.code), "same, notes, exit code")
finish()
