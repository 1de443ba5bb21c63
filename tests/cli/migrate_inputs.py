#!/usr/bin/env python3
"""What zimmock migrate takes as inputs: files, folders, patterns and .zip, and what it says of anything else.
FIXTURES: the folder fixtures."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import APP, Mock, case, check, equal, refuses, zim  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
FORMATS = pathlib.Path(os.environ["FIXTURES"]).resolve() / "formats"
READ = ("--tz", "UTC", "--time-shift", "newest=now", "--json")
USERS = ("--users", "users.json")
UTC = ("--tz", "UTC")


def chat(name):
    """A chat of two people as WhatsApp writes it."""
    return f"30.07.26, 12:03 - Ann: one of {name}\n30.07.26, 12:04 - Bob: two\n"


def write(name, text, encoding="utf-8"):
    pathlib.Path(name).write_text(text, encoding=encoding)


def packed(archive, files):
    """A .zip of {name: text or bytes}, with the names as they are."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name, content)


def nothing_left():
    equal("files in the temporary folder", [], list(pathlib.Path(".").glob("zimmock-*")))


def plan(*args):
    done = zim("migrate", *args)
    return done, done.json()[0]


# --- what is found ----------------------------------------------------------------------------------------------


def a_zip_and_a_folder():
    case("a .zip: the chat in it, not the chats that were sent in it")
    packed("chat.zip", {"_chat.txt": chat("the"), "sent.txt": chat("a sent file"), "photo.jpg": "{}"})
    done, first = plan("chat.zip", *USERS, *READ)
    done.expect(0)
    equal("records, format, file", (2, "whatsapp", "chat.zip"), (first["records"], first["format"], first["file"]))
    left_out = '2 files of the inputs are no chat history: "chat.zip/photo.jpg", "chat.zip/sent.txt"'
    equal("notes of what is no chat history", 1, sum(left_out in note for note in first["source_notes"]))
    nothing_left()
    case("a folder: what is in it and in its folders, and what is no chat history")
    os.makedirs("all/of it")
    shutil.copy("chat.zip", "all/of it/")
    shutil.copy("exports/sendbird.json", "all/")
    shutil.copy("users.json", "all/")
    write("all/of it/notes.txt", "remember the milk\n")
    last = zim("migrate", "map", "all", "--json").expect(0).json()[-1]
    equal("inputs, people", (2, 4), (last["inputs"], last["people"]))
    equal("no chats", ["all/of it/chat.zip/photo.jpg", "all/of it/chat.zip/sent.txt", "all/of it/notes.txt", "all/users.json"],
          sorted(last["no_chats"]))
    case("a pattern in quotes, and a name that only looks like one")
    people = [row["id"] for row in zim("migrate", "map", "exports/*-Chat mit*.zip", "--json").json() if row["type"] == "person"]
    equal("people", ["Anna", "Frieda Müller", "Gregor"], people)
    shutil.copy("chat.txt", "chat[1].txt")
    zim("migrate", "chat[1].txt", *USERS, *READ).expect(0)


def slack_in_a_zip():
    case("a Slack export in a .zip, in a folder of its own")
    shutil.make_archive("slack-export", "zip", FORMATS, "slack")
    shutil.copytree(FORMATS / "slack", "slack")
    counts = [[first[name] for name in ("records", "bad", "imports")] for _, first in (
        plan(source, *READ, "--bad", "quarantine") for source in ("slack-export.zip", "slack"))]
    equal("records, bad and imports: those of the folder itself", counts[0], counts[1])
    check("records", counts[1][0] > 0, counts)


def names_of_records():
    case("records are named by input and line")
    with open("chat.txt", "a", encoding="utf-8") as file:
        file.write("30.07.26, 12:05 - Ann: <Media omitted>\n")
    packed("omitted.zip", {"_chat.txt": pathlib.Path("chat.txt").read_bytes()})
    zim("migrate", "omitted.zip", *USERS, *UTC).expect(1, out=r'line 3 \(omitted\.zip/_chat\.txt, "ann" to "bob"')
    zim("migrate", "chat.txt", *USERS, *UTC).expect(out=r"\n  line 3: ")
    nothing_left()


# --- what is not ------------------------------------------------------------------------------------------------


def nothing_to_read():
    os.mkdir("empty")
    os.mkdir("only")
    write("only/notes.txt", "remember the milk\n")
    refuses("a folder without anything", 2, "empty: expected chat histories, got none in 0 files", "migrate", os.path.abspath("empty"))
    refuses("a folder without a chat", 2, r'only: expected chat histories, got none in 1 files, the first ".*notes\.txt"',
            "migrate", os.path.abspath("only"))
    refuses("a pattern that nothing matches", 2, r"nothing\*\.zip: no file matches", "migrate", "nothing*.zip")
    refuses("a file that is not there", 2, r"nothing\.txt: could not open", "migrate", os.path.abspath("chat.txt"), "nothing.txt",
            *USERS, *UTC)


def archives_that_are_bad():
    text = pathlib.Path("chat.txt").read_bytes()
    whole = pathlib.Path("chat.zip").read_bytes()
    pathlib.Path("half.zip").write_bytes(whole[:150])
    refuses("half a .zip", 2, r"half\.zip: expected a whole \.zip, got one without its end", "migrate", os.path.abspath("half.zip"))
    packed("out.zip", {"../chat.txt": text})
    refuses("a name that leads out", 2, r'out\.zip: expected names of files inside the archive, got "\.\./chat\.txt"',
            "migrate", os.path.abspath("out.zip"))
    packed("rooted.zip", {"/rooted/chat.txt": text})
    refuses("a name from the root", 2, r"rooted\.zip: expected names of files inside the archive", "migrate", os.path.abspath("rooted.zip"))
    packed("locked.zip", {"_chat.txt": text})
    raw = bytearray(pathlib.Path("locked.zip").read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\1\2") + 8] |= 1  # encrypted, says the flag
    pathlib.Path("locked.zip").write_bytes(raw)
    refuses("a password", 2, r'locked\.zip: expected an archive without a password, but "_chat\.txt" has one',
            "migrate", os.path.abspath("locked.zip"))
    raw = bytearray(whole)
    raw[45] ^= 0x55
    pathlib.Path("wrong.zip").write_bytes(raw)
    refuses("bytes that were damaged", 2, r'wrong\.zip: "_chat\.txt": (is broken|its bytes are not those that were packed)',
            "migrate", os.path.abspath("wrong.zip"))
    packed("nested.zip", {"backup.zip": whole, "_chat.txt": text})
    refuses("an archive in an archive", 2, r"nested\.zip/backup\.zip: expected a chat history, got an archive in an archive",
            "migrate", os.path.abspath("nested.zip"), *USERS, *UTC)
    packed("utf16.zip", {"_chat.txt": text.decode().encode("utf-16")})
    refuses("a chat in UTF-16 in an archive", 2, r"utf16\.zip/_chat\.txt: expected a chat history, got .*UTF-16",
            "migrate", os.path.abspath("utf16.zip"), *USERS, *UTC)
    refuses("an error names what was packed as the user does", 2, r'omitted\.zip/_chat\.txt: "Ann" and "Bob" are names',
            "migrate", "omitted.zip", *UTC)


def the_same_again():
    write("only/WhatsApp Chat with Bob.txt", chat("a sent file"))
    write("other.txt", chat("a sent file"))
    refuses("the same twice", 2, r"WhatsApp Chat with Bob\.txt: expected each input once, got the content of other\.txt again",
            "migrate", "other.txt", "only", *USERS, *UTC)
    refuses("the same conversation in two", 2,
            r'"other\.txt" and "chat\.zip/_chat\.txt" both have the conversation of "ann" and "bob"; .*--merge',
            "migrate", "other.txt", "chat.zip", *USERS, *UTC)
    for policy in ("split", "file"):
        refuses(f"the same, with long messages: {policy}", 2, 'both have the conversation of "ann" and "bob"',
                "migrate", "other.txt", "chat.zip", *USERS, *UTC, "--long-messages", policy)


# --- whose file it is -------------------------------------------------------------------------------------------


def urls(folder):
    """What each conversation's file becomes."""
    rows = zim("migrate", "convert", folder, "--users", "three.json", "--media-map", "media.json", *UTC, "-o", "-").json()
    return sorted(f"{row['FromUserId']} {json.loads(row['Message'])['Url']}" for row in rows if row["MessageType"] == 12)


def files_of_archives():
    os.mkdir("photos")
    for peer in ("Bob", "Cy"):
        text = f"30.07.26, 12:03 - Ann: one\n30.07.26, 12:04 - {peer}: IMG-1.jpg (file attached)\n"
        packed(f"photos/WhatsApp Chat with {peer}.zip", {"_chat.txt": text, "IMG-1.jpg": text})
    write("three.json", '{"Ann":"ann","Bob":"bob","Cy":"cy"}')
    case("a file of one archive, however the archive was named")
    for name in ("photos/WhatsApp Chat with Bob.zip/IMG-1.jpg", "WhatsApp Chat with Bob.zip/IMG-1.jpg"):
        write("media.json", json.dumps({name: "https://c.example/bob.jpg", "IMG-1.jpg": "https://c.example/other.jpg"}))
        for folder in ("photos", os.path.abspath("photos")):
            equal(f"{name}, {folder}", ["bob https://c.example/bob.jpg", "cy https://c.example/other.jpg"], urls(folder))


# --- two exports of one conversation ----------------------------------------------------------------------------


def export_of(peer, ann=0, bob=0, more=(), day=30):
    """The .zip of the other one, with six messages; ann and bob: by how many minutes the clock of each is late."""
    lines = []
    for i in range(6):
        at = 720 + 10 * i + (bob if i % 2 else ann)
        lines.append(f"{day}.07.26, {at // 60:02}:{at % 60:02} - {'Bob' if i % 2 else 'Ann'}: text {i}")
    lines += [*more, f"{day}.07.26, 20:00 - Ann: the end"]
    packed(f"pair/WhatsApp Chat with {peer}.zip", {"_chat.txt": "".join(line + "\n" for line in lines)})


def merged(*more):
    return zim("migrate", "convert", "pair", "--merge", *USERS, "--media-map", "media.json", *UTC, "-o", "-", *more)


def two_exports():
    os.mkdir("pair")
    write("media.json", '{"IMG-1.jpg":"https://c.example/1.jpg"}')
    export_of("Bob")
    export_of("Ann", more=("30.07.26, 19:00 - Bob: only here",))
    case("what both have comes once")
    rows = merged().expect(0).json()
    equal("messages, in one list only", (8, [["bob"]]), (len(rows), [row["VisibleTo"] for row in rows if row.get("VisibleTo")]))
    export_of("Ann", ann=1)
    case("the clock of one is a minute late")
    merged().expect(2, err='have 3 messages of "ann" and "bob" alike, but 60 s apart: expected two exports in one time zone')
    export_of("Ann", day=31)
    case("the phones were in other time zones, and the times of one begin where those of the other end")
    merged().expect(2, err='have [67] messages of "ann" and "bob" alike, but 86400 s apart')
    export_of("Bob", more=("30.07.26, 19:00 - Bob: <Media omitted>",))
    export_of("Ann", more=("30.07.26, 19:00 - Bob: IMG-1.jpg (file attached)",))
    case("a file that one export lacks is that of the other")
    rows = merged("--missing-media", "placeholder").expect(0).json()
    equal("types; messages in one list only", ([1, 1, 1, 1, 1, 1, 12, 1], []),
          ([row["MessageType"] for row in rows], [row for row in rows if row.get("VisibleTo")]))
    refuses("a file that is skipped may be in the other export", 2, "expected stop or placeholder with --merge, got skip",
            "migrate", "pair", "--merge", *USERS, *UTC, "--missing-media", "skip")


# --- the same records in other inputs, and one input as before --------------------------------------------------


def one_input():
    with program.mock() as ready:
        mock = Mock(ready)
        case("of one file nothing is named, and its journal has its name")
        write("one.txt", chat("one"))
        done = mock.zim("migrate", "one.txt", *USERS, *READ, "--execute", "--rate", "off")
        equal("journals", [f"one.txt.localhost.{APP}.journal"], [str(file) for file in pathlib.Path(".").glob("*.journal")])
        case("what a run of one file has sent, a run of its folder knows")
        os.mkdir("folder")
        shutil.copy("one.txt", "folder/")
        shift = f"{done.of_type('plan')['shift_ms']}ms"
        mock.zim("migrate", "folder", *USERS, *UTC, "--time-shift", shift, "--execute", "--rate", "off", "--journal", "own.journal").expect(
            1, out="--adopt")


with program.own_folder() as work:
    subprocess.run([sys.executable, "-B", HERE / "make_exports.py", work], check=True)
    write("users.json", '{"Ann":"ann","Bob":"bob"}')
    write("chat.txt", chat("the"))
    a_zip_and_a_folder()
    slack_in_a_zip()
    names_of_records()
    nothing_to_read()
    archives_that_are_bad()
    the_same_again()
    nothing_left()
    files_of_archives()
    two_exports()
    one_input()
program.finish(80)
