"""The oracle and the harness themselves: a small client in Python does it right, and then wrong in one way after the
other; each wrong one must be noticed, or the other tests prove nothing."""
import contextlib
import hashlib
import http.client
import io
import json
import os
import threading
import urllib.parse

import harness
from harness import *
from expected import request_of


class NaiveClient:
    def __init__(self, url):
        self.address = url.split("//")[1]
        self.connection = http.client.HTTPConnection(self.address)

    def call(self, action, body, secret=SECRET, nonce=None, raw=None, **query):
        target = contract.target(action, APP, secret, nonce or os.urandom(8).hex(), int(time.time()), **query)
        self.connection.request("POST", target, raw or json.dumps(body).encode(), {"Content-Type": "application/json"})
        return json.loads(self.connection.getresponse().read())

    def register(self, records):
        return self.call("UserRegister", {"UserInfo": [{"UserId": user} for user in users_of(records)]})


def with_tag(own, tag):
    mine = object_of(own)
    if mine is None or "_zm" in mine:
        return json.dumps({"_zm": tag, **({"ExtendedData": own} if own else {})})
    return own.replace("{", f'{{"_zm":"{tag}"' + ("," if mine else ""), 1)


def bodies(records):
    """All imports of the records, oldest first."""
    out = []
    for messages in expected_lists(records).values():
        for message in messages:
            tag = hashlib.md5(f"{len(out)}".encode()).hexdigest()[:20]
            out.append(request_of({**message, "ExtendedData": with_tag(message["ExtendedData"], tag)}))
    return sorted(out, key=lambda body: body["SendMessageTime"])


def noticed(check_it):
    """How many checks of check_it fail, which is what we want here."""
    before = dict(harness._state)
    with contextlib.redirect_stdout(io.StringIO()):
        check_it()
    failures = harness._state["failures"] - before["failures"]
    harness._state.update(checks=before["checks"], failures=before["failures"])
    return failures


records = texts(3, 12, seed=9)

case("the right way passes every check")
with Oracle() as oracle:
    client = NaiveClient(oracle.url)
    equal(0, client.register(records)["Code"], "Code of UserRegister")
    for body in bodies(records):
        equal(0, client.call("ImportPeerMsg", body)["Code"], f"Code for {body}")
check_faithful(oracle.ledger, records)


def wrong(name, act):
    case(f"noticed: {name}")
    with Oracle("--delay-ms", 2) as wrong_oracle:
        client = NaiveClient(wrong_oracle.url)
        client.register(records)
        act(client, bodies(records))
    check(noticed(lambda: check_faithful(wrong_oracle.ledger, records)) > 0, "a failing check", "none")


def send_all(client, all_bodies, **query):
    for body in all_bodies:
        client.call("ImportPeerMsg", body, **query)


def both_at_once(client, all_bodies):
    clients = [NaiveClient("//" + client.address) for _ in range(2)]
    one_list = [body for body in all_bodies if body["ImportedUserId"] == all_bodies[0]["ImportedUserId"]]
    threads = [threading.Thread(target=send_all, args=(one, one_list[i::2])) for i, one in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send_all(client, [body for body in all_bodies if body not in one_list])


def changed(**members):
    return lambda client, all_bodies: send_all(client, [{**all_bodies[0], **members}] + all_bodies[1:])


wrong("one record twice", lambda client, b: send_all(client, b[:5] + b[4:]))
wrong("one record missing", lambda client, b: send_all(client, b[:5] + b[6:]))
wrong("newest first", lambda client, b: send_all(client, b[::-1]))
wrong("a nonce used again", lambda client, b: send_all(client, b, nonce="0123456789abcdef"))
wrong("a nonce of another form", lambda client, b: (client.call("ImportPeerMsg", b[0], nonce="12345678901234"), send_all(client, b[1:])))
wrong("another text", changed(MessageBody={"Message": "other"}))
wrong("another time", changed(SendMessageTime=int(time.time() * 1000) - 3_600_000))
wrong("another Priority", lambda client, b: send_all(client, [{**body, "Priority": body["Priority"] % 3 + 1} for body in b]))
wrong("an unknown member", changed(OfflinePush={}))
wrong("another user's list", lambda client, b: send_all(client, [{**body, "ImportedUserId": body["FromUserId"]} for body in b]))
wrong("not all at a lane's turn", both_at_once)
wrong("an operation nobody asked for", lambda client, b: (send_all(client, b), client.call("ClearPeerMessage", {})))


def with_data(change, which=lambda own: True):
    """Sends all, with ExtendedData changed in the first import for which `which` holds, given what the record has."""
    def act(client, all_bodies):
        at = next(i for i, body in enumerate(all_bodies) if which(own_of(body)))
        data = all_bodies[at]["MessageBody"]["ExtendedData"]
        message = {**all_bodies[at]["MessageBody"], "ExtendedData": change(data)}
        send_all(client, [*all_bodies[:at], {**all_bodies[at], "MessageBody": message}, *all_bodies[at + 1:]])
    return act


def own_of(body):
    """What the record has, of a body made by bodies()."""
    return {json.dumps(with_tag(own, tag_in(body["MessageBody"]["ExtendedData"]))): own for own in
            (record.get("ExtendedData", "") for record in records)}[json.dumps(body["MessageBody"]["ExtendedData"])]


def is_object(own):
    return bool(object_of(own)) and "_zm" not in object_of(own)


wrong("no tag", with_data(lambda data: ""))
wrong("a tag of another form", with_data(lambda data: data.replace(tag_in(data), "X" * 20)))
wrong("one tag for all", lambda client, b: send_all(client, [
    {**body, "MessageBody": {**body["MessageBody"], "ExtendedData": re.sub(
        '"_zm": ?"[0-9a-f]{20}"', '"_zm":"' + "0" * 20 + '"', body["MessageBody"]["ExtendedData"], count=1)}} for body in b]))
wrong("the own object lost", with_data(lambda data: json.dumps({"_zm": tag_in(data)}), is_object))
wrong("the own object's spaces lost", with_data(lambda data: data.replace(" ", ""), lambda own: is_object(own) and " " in own))
wrong("the own text lost", with_data(lambda data: json.dumps({"_zm": tag_in(data)}), lambda own: object_of(own) is None and own))
wrong("the own text changed", with_data(lambda data: data[:-2] + '?"}', lambda own: object_of(own) is None and own))
wrong("a member of nobody's", with_data(lambda data: data[:-1] + ',"more":1}', lambda own: not own))
case("noticed: users registered after the imports, or never")
with Oracle() as oracle:
    send_all(NaiveClient(oracle.url), bodies(records))
check(noticed(lambda: check_faithful(oracle.ledger, records)) > 0, "a failing check", "none")
case("noticed: too many a second")
with Oracle() as oracle:
    client = NaiveClient(oracle.url)
    client.register(records)
    send_all(client, bodies(records))
most = busiest_second(call["arrival"] for call in oracle.ledger.imports)
check(most > 20, "more than 20 in a second", most)
case("the oracle's own limit")
with Oracle("--rate", 20) as oracle:
    client = NaiveClient(oracle.url)
    client.register(records)
    codes = [client.call("ImportPeerMsg", body)["Code"] for body in bodies(records)[:30]]
equal(True, 660300005 in codes and codes[:20] == [0] * 20, "20 accepted, then 660300005")

case("signatures: the vendor's vector, and what is refused")
equal("43e5cfcca828314675f91b001390566a",
      contract.signature("12345", "4fd24687296dd9f3", "9193cc662a4c0ec135ec71fb57194b38", "1615186943"), "signature")
with Oracle() as oracle:
    client = NaiveClient(oracle.url)
    for code, query in ((100000005, {"secret": "0" * 32}), (100000004, {"Timestamp": "1615186943"}), (100000011, {"AppId": "777"}),
                        (100000006, {"Action": None}), (100000014, {"SignatureVersion": "1"}), (100000009, {"Signature": None}),
                        (100000003, {"Timestamp": "now"}), (100000007, {"Action": "ImportPeerMgs"}), (0, {})):
        equal(code, client.call("UserRegister", {"UserInfo": [{"UserId": f"user{code}"}]}, **query)["Code"], f"Code for {query}")
    case("bodies that are refused")
    client.register(records)
    good = next(body for body in bodies(records) if body["MessageType"] == 1)
    for code, members in ((660600030, {"ToUserId": good["FromUserId"]}), (660000012, {"FromUserId": "a" * 33}),
                          (660000002, {"FromUserId": "a,b"}), (660000002, {"MessageType": 2}), (660000002, {"MessageType": "1"}),
                          (660000002, {"Priority": 4}), (660000002, {"ImportedUserId": "somebody"}), (660000002, {"SubMsgType": 201}),
                          (660400001, {"MessageBody": {"Message": "a" * 2049}}), (660000002, {"MessageBody": {"Message": ""}}),
                          (660800046, {"SendMessageTime": int(time.time() * 1000) + 60_000}), (660000002, {"SendMessageTime": 1}),
                          (660500002, {"FromUserId": "nobody", "ImportedUserId": good["ToUserId"]})):
        equal(code, client.call("ImportPeerMsg", {**good, "MessageType": 1, **members})["Code"], f"Code for {members}")
    equal(660000002, client.call("ImportPeerMsg", None, raw=b'{"a":1,"a":2}')["Code"], "Code for a member given twice")
    equal(660000002, client.call("ImportPeerMsg", None, raw=b'{"a":"\xe9"}')["Code"], "Code for a body that is not UTF-8")
    case("reading: pages to the end, nothing twice")
    for i in range(130):
        client.call("ImportPeerMsg", {**good, "MessageType": 1, "SendMessageTime": good["SendMessageTime"] + i})
    owner, peer = list_of(good)
    ids, token = [], 0
    while True:
        page = client.call("QueryPeerMsg", {"FromUserId": owner, "ToUserId": peer, "Limit": 100, "Next": token})
        ids += [item["MsgId"] for item in page["List"]]
        token = page["Next"]
        if token == 0:
            break
    equal(130, len(set(ids)), "MsgIds")
    equal(sorted(ids, reverse=True), ids, "newest first")
    equal(660000002, client.call("QueryPeerMsg", {"FromUserId": owner, "ToUserId": peer, "Next": 77})["Code"], "an unknown Next")

case("what media come back as")
rng = random.Random(1)
video = {"Uid": "u", "Url": "https://m.example/v.mp4", "FileName": "ä b.mp4", "Size": 3, "MediaDuration": 7,
         "Thumbnail": {"Url": "https://m.example/t.jpg", "Width": 2, "Height": 3}}
returned = json.loads(urllib.parse.unquote(contract.returned_body(14, json.dumps(video), rng)))
equal({"md5": "", "file_name": "ä b.mp4", "file_size": "3", "download_url": "https://m.example/v.mp4", "media_duration": "7",
       "video_first_frame_download_url": "https://m.example/t.jpg", "video_first_frame_width": 2,
       "video_first_frame_height": 3}, returned, "the document")
filled = json.loads(urllib.parse.unquote(contract.returned_body(14, json.dumps(video), rng, True)))
equal({"file_name", "media_duration"}, {name for name in returned if returned[name] == filled[name]}, "what fill leaves as it is")
case("pages that overlap, and an answer that is withheld")
with Oracle("--fault", "query@1+:overlap", "--fault", "import@2:withhold") as oracle:
    client = NaiveClient(oracle.url)
    client.register(records)
    body = bodies(records)[0]
    client.call("ImportPeerMsg", body)
    withheld = threading.Thread(target=client.call, args=("ImportPeerMsg", body))
    withheld.start()
    while oracle.count("import") < 2:
        time.sleep(0.005)
    check(withheld.is_alive(), "no answer before the release", "an answer")
    oracle.release()
    withheld.join()
    for _ in range(3):
        client.call("ImportPeerMsg", body)
    asked = dict(zip(("FromUserId", "ToUserId"), list_of(body)))
    ids, token = [], 0
    while True:
        page = client.call("QueryPeerMsg", {**asked, "Limit": 100, "Next": token})
        ids.append([item["MsgId"] for item in page["List"]])
        token = page["Next"]
        if token == 0:
            break
equal([2, 4, 3], [len(page) for page in ids], "messages a page")
equal([ids[0], ids[1][2:]], [ids[1][:2], ids[2][:2]], "what comes again")
case("every media record of the fixtures can be returned")
kinds = {record["MessageType"] for record in read_records(FIXTURES / "conversations.jsonl")
         if contract.returned_body(record["MessageType"], record.get("Message", record.get("MessageBody", {}).get("Message")), rng)}
equal({1, 10, 11, 12, 13, 14, 200}, kinds, "types")
finish()
