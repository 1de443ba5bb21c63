"""What a migration must leave in each list, worked out from the source's records alone.

The oracle, the chaos service and their judges know a list by (owner, peer). A message is a flat document with the names
of ImportPeerMsg: its MessageBody's members stand beside the others, and Priority is None where the client chooses.
"""
import hashlib
import json
import re

TAG, TAG_FORM = "_zm", re.compile(r"[0-9a-f]{20}")
PLAIN = ("FromUserId", "ToUserId", "MessageType", "SendMessageTime", "ImportedUserId")  # in every import


# --- lists ------------------------------------------------------------------------------------------------------


def list_of(body):
    """(owner, peer) of the list that an import is for."""
    owner = body["ImportedUserId"]
    return owner, body["ToUserId"] if owner == body["FromUserId"] else body["FromUserId"]


def by_list(bodies, of=lambda body: body):
    """{(owner, peer): [body, ...]}, in the order given; `of` finds the body in what is given."""
    lists = {}
    for body in bodies:
        lists.setdefault(list_of(of(body)), []).append(body)
    return lists


def expected_imports(records, shift_ms=0):
    """One message for each import that the records ask for, oldest first, of a tie as in the file."""
    for record in sorted(records, key=lambda record: record["SendMessageTime"]):
        nested, kind = record.get("MessageBody", {}), record["MessageType"]
        for owner in dict.fromkeys(record.get("VisibleTo", (record["FromUserId"], record["ToUserId"]))):
            yield {"FromUserId": record["FromUserId"], "ToUserId": record["ToUserId"], "MessageType": kind,
                   "Priority": record.get("Priority"), "Message": record.get("Message", nested.get("Message")),
                   "ExtendedData": record.get("ExtendedData", nested.get("ExtendedData", "")),
                   "SubMsgType": record.get("SubMsgType") if kind == 200 else None,
                   "SearchedContent": record.get("SearchedContent", ""),
                   "SendMessageTime": record["SendMessageTime"] + shift_ms, "ImportedUserId": owner}


def expected_lists(records, shift_ms=0):
    """(owner, peer) -> the messages to be imported there, in order."""
    return by_list(expected_imports(records, shift_ms))


def users_of(records):
    return sorted({user for record in records for user in (record["FromUserId"], record["ToUserId"])})


# --- requests ---------------------------------------------------------------------------------------------------


def flat(body):
    """The message that an ImportPeerMsg's body asks for."""
    body = dict(body)
    message = body.pop("MessageBody")
    return {"SubMsgType": None, "SearchedContent": "", **body, "Message": message["Message"],
            "ExtendedData": message.get("ExtendedData", "")}


def request_of(message):
    """The body of an ImportPeerMsg that asks for it, as a client without any care sends it."""
    body = {name: message[name] for name in PLAIN}
    body.update(Priority=message["Priority"] or 2, MessageBody={"Message": message["Message"]})
    if message["ExtendedData"]:
        body["MessageBody"]["ExtendedData"] = message["ExtendedData"]
    if message["SubMsgType"] is not None:
        body["SubMsgType"] = message["SubMsgType"]
    if message["SearchedContent"]:
        body["SearchedContent"] = message["SearchedContent"]
    return body


def hash_of(text):
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def busiest_second(times):
    """The most of them in any sliding second."""
    times, most, first = sorted(times), 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


# --- the tag, and the source's own data beside it ---------------------------------------------------------------


def _object(text, **numbers):
    try:
        document = json.loads(text, **numbers)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def object_of(text):
    """The JSON object that a text is, its members' order and its numbers' digits kept; None for any other text."""
    return _object(text, parse_int=str, parse_float=str, parse_constant=str)


def own_of_source(extended):
    """The source's ExtendedData as it is to be found beside the tag, in one spelling."""
    members = _object(extended) if extended else {}
    return json.dumps({"ExtendedData": extended} if members is None else members, sort_keys=True)


def tag_and_own(sent):
    """The tag of an ExtendedData and what is beside it; (None, the text as a source's own) where there is no tag."""
    members = _object(sent)
    if members is None or not isinstance(members.get(TAG), str):
        return None, own_of_source(sent)
    return members.pop(TAG), json.dumps(members, sort_keys=True)


def tag_in(sent):
    """The tag in an ExtendedData that was sent, or None; a tag of another form is none."""
    tag = tag_and_own(sent)[0]
    return tag if tag and TAG_FORM.fullmatch(tag) else None


def without_tag(sent, own):
    """What was sent as ExtendedData with the tag taken out, as text; `own` is what the record has, which tells an object
    that got one more member from a text that became a member. None if that is not how it was sent."""
    document, tag = object_of(sent), tag_in(sent)
    if tag is None:
        return None
    mine = object_of(own)
    if mine is not None and TAG not in mine:
        return re.sub(rf'(?s)^(\s*\{{)"{TAG}":"{tag}",?', r"\1", sent, count=1)
    del document[TAG]
    if not document:
        return ""
    return document["ExtendedData"] if document.keys() == {"ExtendedData"} else None
