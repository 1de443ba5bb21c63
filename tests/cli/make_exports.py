"""Makes what people have when they want to move: python3 make_exports.py FOLDER.

FOLDER/exports has ten chats of Anna as WhatsApp packs them, in four languages, her chat with one more person as
Telegram exports it, a dump of Sendbird, and files that are no chats. FOLDER/expected.json has the messages that are in
them: {"conversations": {"ONE/OTHER": [[sender, text or file], ...]}, "files": [...]}, by the source's ids.
All is of July 2026, in days after the 12th, so that no date can be read in two ways.
"""
import json
import pathlib
import sys
import zipfile

MARK = "\u200e"
PHOTO = b"\xff\xd8\xff\xe0 a photo"

# The name of the .zip and of the text in it, the way of writing a date, and what stands behind a file.
WHATSAPP = {
    "en-ios": ("WhatsApp Chat - {}.zip", "_chat.txt", "[{d:02}/07/2026, {h:02}:{m:02}:{s:02}] ", None),
    "en": ("WhatsApp Chat with {}.zip", "WhatsApp Chat with {}.txt", "7/{d}/26, {h:02}:{m:02} - ", "(file attached)"),
    "de": ("WhatsApp-Chat mit {}.zip", "WhatsApp Chat mit {}.txt", "{d:02}.07.26, {h:02}:{m:02} - ", "(Datei angehängt)"),
    "es": ("Chat de WhatsApp con {}.zip", "Chat de WhatsApp con {}.txt", "{d}/7/26, {h:02}:{m:02} - ", "(archivo adjunto)"),
    "fr": ("Discussion WhatsApp avec {}.zip", "Discussion WhatsApp avec {}.txt", "{d:02}/07/2026, {h:02}:{m:02} - ",
           "(fichier joint)"),
}
CHATS = [("Ben", "en-ios"), ("Cleo Smith", "en-ios"), ("Dora", "en"), ("Emil", "en"), ("Frieda Müller", "de"),
         ("Gregor", "de"), ("Hernán", "es"), ("Inés", "es"), ("Jules", "fr"), ("Karim", "fr")]


def whatsapp(folder, number, peer, language, expected):
    archive, text_name, date, attached = WHATSAPP[language]
    lines, messages, files = [], [], {}
    for i in range(8):
        sender = ("Anna", peer)[i % 2]
        start = date.format(d=20 + i // 2, h=9 + i, m=(7 * i + number) % 60, s=5 * i)
        if i == 5:
            name = f"IMG-202607{20 + i // 2}-WA0001.jpg" if attached else "00000012-PHOTO-2026-07-22-14-35-25.jpg"
            files[name] = PHOTO
            lines.append(f"{start}{sender}: {MARK}{name} {attached}" if attached
                         else f"{MARK}{start}{sender}: {MARK}<attached: {name}>")
            messages.append([sender, name])
        else:
            text = f"{number}.{i} ¿qué tal, {peer}? 👋" + ("\n  and a second line" if i == 3 else "")
            lines.append(f"{start}{sender}: {text}")
            messages.append([sender, text])
    with zipfile.ZipFile(folder / archive.format(peer), "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(text_name.format(peer), "\n".join(lines) + "\n")
        for name, content in files.items():
            out.writestr(name, content)
    expected["conversations"][f"Anna/{peer}"] = messages
    expected["files"] += [f"exports/{archive.format(peer)}/{name}" for name in files]


def telegram(folder, expected):
    folder.mkdir()
    (folder / "photos").mkdir()
    (folder / "photos" / "photo_1.jpg").write_bytes(PHOTO)
    messages, told = [], []
    for i in range(9):
        sender = ("user70001", "user70002")[i % 2]
        one = {"id": 100 + i, "type": "message", "date": f"2026-07-24T10:{i:02}:00", "date_unixtime": str(1784887200 + 60 * i),
               "from": ("Anna", "Liv")[i % 2], "from_id": sender, "text": f"telegram {i}"}
        if i == 4:
            one.update(text="", photo="photos/photo_1.jpg", width=100, height=80)
        messages.append(one)
        told.append([sender, "photo_1.jpg" if i == 4 else f"telegram {i}"])
    document = {"name": "Liv", "type": "personal_chat", "id": 70002, "messages": messages}
    (folder / "result.json").write_text(json.dumps(document, indent=1))
    expected["conversations"]["user70001/user70002"] = told
    expected["files"].append("exports/telegram/photos/photo_1.jpg")


def sendbird(file, expected):
    people = ["0b7d6a1e-5c52-4f0e-9c07-1d2f3a4b5c6d", "mona.lisa.of.the.louvre@example.com"]
    told = [[people[i % 2], f"sendbird {i}"] for i in range(6)]
    messages = [{"message_id": 900 + i, "type": "MESG", "user": {"user_id": sender}, "message": text, "created_at": 1784900000000 + i}
                for i, (sender, text) in enumerate(told)]
    channel = {"channel_url": "c1", "member_count": 2, "is_distinct": True, "members": [{"user_id": one} for one in people]}
    file.write_text(json.dumps({"channel": channel, "messages": messages}))
    expected["conversations"]["/".join(people)] = told


def main():
    folder = pathlib.Path(sys.argv[1])
    exports, expected = folder / "exports", {"conversations": {}, "files": []}
    exports.mkdir(parents=True)
    for number, (peer, language) in enumerate(CHATS):
        whatsapp(exports, number, peer, language, expected)
    telegram(exports / "telegram", expected)
    sendbird(exports / "sendbird.json", expected)
    (exports / "notes.txt").write_text("remember the milk\n")
    (exports / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False))


main()
